import pytest

from hemostat.lab.connection import ReplayConnection, draw
from hemostat.lab.errors import LabError
from hemostat.lab.recordings import RecordedPeer
from hemostat.lab.replay import ReplayPeer
from tests.lab.asking import DTLS_RETRIES, READS_ON


def test_draw_asks_once_and_checks() -> None:
    asked = []

    def random(length: int) -> bytes:
        asked.append(length)
        return b"r" * 16

    assert draw(random, 16) == b"r" * 16
    with pytest.raises(LabError, match="17 random bytes asked for, 16 given"):
        draw(random, 17)
    assert asked == [16, 17]


@pytest.mark.parametrize("peer", [READS_ON, DTLS_RETRIES])
def test_a_server_starts_with_nothing_and_owes_nothing(peer: RecordedPeer) -> None:
    connection: ReplayConnection = ReplayPeer(peer).connect(bytes)
    assert connection.start() == []
    assert connection.timeout() == []
    assert (connection.closed, connection.waits_for_event, connection.awaits_answer) == (False, False, False)
