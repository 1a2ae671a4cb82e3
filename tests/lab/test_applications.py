from hemostat.lab.applications import APPLICATIONS, Closing, Reading
from hemostat.lab.recordings import Ended, RecordedPeer, Recording, Sent, recorded_peers

BURST = ("own-bytes+control+finished", "server-hello+own-bytes+control+finished")


def nudges(recording: Recording) -> int:
    return sum(isinstance(step, Sent) for step in recording.steps) - 2


def ended(recording: Recording) -> str | None:
    last = recording.steps[-1]
    return last.how if isinstance(last, Ended) else None


def with_heartbeats(reading: Reading) -> list[RecordedPeer]:
    return [
        peer
        for peer in recorded_peers()
        if peer.application.reading is reading and peer.transport == "tcp" and "own-bytes" in peer.recordings
    ]


def test_every_application_was_recorded_and_the_other_way_round() -> None:
    assert {peer.application_name for peer in recorded_peers()} == set(APPLICATIONS)


def test_only_one_record_an_event_was_nudged_and_it_reset() -> None:
    peers = with_heartbeats(Reading.ONE_RECORD)
    assert len(peers) == 8
    for peer in peers:
        assert nudges(peer.recordings[BURST[0]]) == 2
        assert ended(peer.recordings[BURST[0]]) == peer.application.unread_close == "reset"
    for peer in with_heartbeats(Reading.ON) + with_heartbeats(Reading.CLOSES):
        assert nudges(peer.recordings[BURST[0]]) == 0


def test_only_those_that_close_were_gone_after_one_heartbeat() -> None:
    for reading, expected in ((Reading.CLOSES, "orderly"), (Reading.ON, None), (Reading.ONE_RECORD, None)):
        for peer in with_heartbeats(reading):
            assert ended(peer.recordings["own-bytes"]) == expected
            assert ended(peer.recordings["large-control"]) == expected


def test_how_a_close_over_unread_bytes_looks_on_loopback() -> None:
    looks = {application.closing: application.unread_close for application in APPLICATIONS.values()}
    assert looks == {
        Closing.SHUTDOWN: "orderly",
        Closing.LINGER: "orderly",
        Closing.CLOSE: "reset",
        None: "orderly",
    }


def test_no_buffer_holds_an_answer_to_own_bytes() -> None:
    assert all(application.buffer < 16384 + 5 for application in APPLICATIONS.values())
