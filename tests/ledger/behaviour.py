"""What a ledger does, whatever database holds it. `test_ledger` runs it on SQLite, `tests/live/ledger` on PostgreSQL.

The fixture `opens` opens ledgers of that database: the same name is the same ledger.
"""

import io
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest

from hemostat.evidence import Observation
from hemostat.ledger import Ledger, LedgerError, Merged, index, merging
from tests.certificates.making import issued
from tests.ledger.runs import START, blob, contents, endpoint, probe_facts, run, run_name, writer

__all__ = ["LedgerBehaviour", "Opens"]

Opens = Callable[..., Ledger]
"""Opens the ledger of a name, by default `main`; keywords as `open_ledger` has them."""


def ahead_of_its_time() -> list[Observation]:
    """A run whose second probe says that it was seen an hour after it was written down."""
    write = writer(9)
    rows = [write.begin(operator="alice", authority=None, now=START)]
    for minutes in (0, 60):
        seen = START + timedelta(minutes=minutes)
        rows.append(write.append("probe", endpoint(1), probe_facts(1), observed_at=seen, recorded_at=START))
    return [*rows, write.end(now=START)]


def a_lookup(number: int, host: str) -> list[Observation]:
    write = writer(number)
    facts = {"host": host, "port": 443, "transport": "tcp", "dialect": "tls", "failure": "dns"}
    return [
        write.begin(operator="alice", authority=None, now=START),
        write.append("lookup", write.run, facts, observed_at=START, recorded_at=START),
        write.end(now=START),
    ]


class LedgerBehaviour:
    """Tests; each gets ledgers of its own."""

    def test_what_was_appended_is_read_back(self, opens: Opens) -> None:
        first, second = run(1, certificates=[blob(1)[0]]), run(2, [3])
        with opens() as ledger:
            ledger.append(second)
            ledger.append(first[:1])
            ledger.append(first[1:], dict([blob(1)]))
        with opens(create=False) as ledger:
            assert list(ledger.rows()) == [*first, *second]
            assert list(ledger.rows(run_name(2))) == second
            assert list(ledger.rows(run_name(3))) == []
            assert ledger.observation(run_name(1), 2) == first[2]
            assert ledger.observation(run_name(1), 9) is None
            assert ledger.blob(blob(1)[0]) == blob(1)[1]
            assert ledger.blob(blob(2)[0]) is None

    def test_text_of_any_language_comes_back_as_it_was(self, opens: Opens) -> None:
        write = writer(1)
        says: dict[str, object] = {
            "says": "note",
            "step": None,
            "others": [],
            "who": "Zoë Łukasz",
            "since": None,
            "until": None,
        }
        rows = [
            write.begin(operator="Ωμέγα 漢字 🩸", authority='"quoted" \\ and %s :name', now=START),
            write.append(
                "statement",
                endpoint(1),
                says | {"why": "erste\nzweite"},
                observed_at=START,
                recorded_at=START,
            ),
        ]
        with opens() as ledger:
            ledger.append(rows)
            assert list(ledger.rows()) == rows
            assert ledger.verify().holds

    def test_an_append_is_whole_or_nothing(self, opens: Opens) -> None:
        rows = run(1)
        with opens() as ledger:
            ledger.append(rows[:2])
            with pytest.raises(LedgerError) as caught:
                ledger.append([*run(2), rows[3]], dict([blob(1)]))
            assert caught.value.code == "not-next"
            assert list(ledger.rows()) == rows[:2]
            assert ledger.blob(blob(1)[0]) is None
            assert ledger.verify().holds

    def test_an_iterator_sees_one_moment(self, opens: Opens) -> None:
        with opens() as ledger:
            ledger.append(run(1))
            rows = ledger.rows()
            first = next(rows)
            ledger.append(run(2))
            assert [first, *rows] == run(1)
            assert list(ledger.rows()) == [*run(1), *run(2)]

    def test_what_is_read_together_is_of_one_moment(self, opens: Opens) -> None:
        with opens() as ledger, opens() as other, ledger._store.reading() as reader:
            assert reader.all("SELECT count(*) FROM observation")[0][0] == 0
            other.append(run(1))
            assert [row[0] for row in reader.stream("SELECT count(*) FROM observation")] == [0]
            assert len(list(ledger.rows())) == 4

    def test_two_may_write_side_by_side(self, opens: Opens) -> None:
        with opens() as one, opens() as other:
            for row, its in zip(run(1), run(2), strict=True):
                one.append([row])
                other.append([its])
            assert list(one.rows()) == list(other.rows()) == [*run(1), *run(2)]
            assert one.verify().whole == 2

    def test_two_that_write_the_same_run_do_not_both_succeed(self, opens: Opens) -> None:
        with opens() as one, opens() as other:
            one.append(run(1)[:2])
            with pytest.raises(LedgerError) as caught:
                other.append(run(1, [5])[:2])
            assert caught.value.code == "not-next"
            assert list(other.rows()) == run(1)[:2]

    def test_runs_are_told_apart_and_whether_they_ended(self, opens: Opens) -> None:
        with opens() as ledger:
            ledger.append(run(2))
            ledger.append(run(1, ended=False))
            first, second = ledger.runs()
        assert (first.run, first.count, first.ended) == (run_name(1), 3, False)
        assert (second.run, second.count, second.ended) == (run_name(2), 4, True)
        assert second.head == run(2)[-1].digest
        assert (second.began_at, second.recorded_at) == (run(2)[0].recorded_at, run(2)[-1].recorded_at)
        assert (second.source, second.source_version, second.vantage) == ("hemostat check", "0.1.0", "office")

    def test_observations_come_oldest_first_by_when_they_were_seen(self, opens: Opens) -> None:
        later, earlier = run(1, [1, 2]), run(2, [1, 3], at=START - timedelta(days=1))
        with opens() as ledger:
            ledger.append(later)
            ledger.append(earlier)
            assert list(ledger.observations()) == [*earlier, *later]
            assert [row.subject for row in ledger.observations(kinds=["probe"])] == [
                endpoint(1),
                endpoint(3),
                endpoint(1),
                endpoint(2),
            ]
            ends = [row.kind for row in ledger.observations(kinds=["run-end", "run"])]
            assert ends == ["run", "run-end", "run", "run-end"]
            assert list(ledger.observations(kinds=[])) == []

    def test_observations_about_a_subject(self, opens: Opens) -> None:
        with opens() as ledger:
            ledger.append(run(1, [1, 2]))
            ledger.append(run(2, [1, 3], at=START + timedelta(days=1)))
            assert (
                list(ledger.observations(subject=endpoint(1))) == [run(1)[1], *ledger.newest(endpoint(1))][:2]
            )
            assert [row.run for row in ledger.newest(endpoint(1))] == [run_name(2), run_name(1)]
            assert list(ledger.newest(endpoint(1), kinds=["statement"])) == []
            assert [row.kind for row in ledger.observations(subject=run_name(1), kinds=["run"])] == ["run"]
            assert list(ledger.observations(subject=endpoint(9))) == []

    def test_what_is_dated_ahead_is_kept_but_never_the_newest(self, opens: Opens) -> None:
        rows = ahead_of_its_time()
        with opens() as ledger:
            ledger.append(rows)
            assert list(ledger.observations(subject=endpoint(1))) == rows[1:3]
            assert list(ledger.newest(endpoint(1))) == [rows[1]]
            assert ledger.verify().ahead == 1

    def test_observations_with_a_link(self, opens: Opens) -> None:
        digest, other = blob(1)[0], blob(2)[0]
        with opens() as ledger:
            ledger.append(run(1, [1], certificates=[digest, other]))
            ledger.append(run(2, [2], certificates=[digest]))
            assert [row.subject for row in ledger.observations(link=f"cert:{digest}")] == [
                endpoint(1),
                endpoint(2),
            ]
            assert [row.subject for row in ledger.observations(link=f"cert:{other}")] == [endpoint(1)]
            found = ledger.observations(link=f"cert:{digest}", subject=endpoint(2), kinds=["probe"])
            assert [row.run for row in found] == [run_name(2)]
            assert list(ledger.observations(link=f"cert:{other}", subject=endpoint(2))) == []
            assert list(ledger.observations(link="cert:%")) == []

    def test_subjects_are_found_by_host_and_address(self, opens: Opens) -> None:
        with opens() as ledger:
            ledger.append(run(1, [1, 2]))
            ledger.append(a_lookup(2, "no-such-host.example"))
            assert ledger.subjects("WWW1.example", 443) == [endpoint(1)]
            assert ledger.subjects("www1.example") == [endpoint(1)]
            assert ledger.subjects("8.0.0.2", 443) == ledger.subjects("8.0.0.2") == [endpoint(2)]
            assert ledger.subjects("no-such-host.example", 443) == [run_name(2)]
            assert ledger.subjects("www1.example", 8443) == []
            assert ledger.subjects("www1") == ledger.subjects("ww_1.example") == []

    def test_names_are_found_by_how_they_begin(self, opens: Opens) -> None:
        digest = blob(1)[0]
        with opens() as ledger:
            ledger.append(run(1, [1, 2, 300], certificates=[digest]))
            assert list(ledger.find("tcp:8.0.0.")) == [endpoint(1), endpoint(2)]
            assert list(ledger.find("tcp:8.0.1")) == [endpoint(300)]
            assert list(ledger.find(digest[:6])) == list(ledger.find(f"cert:{digest}")) == [f"cert:{digest}"]
            assert list(ledger.find("0000")) == [run_name(1)]
            assert list(ledger.find("udp:")) == list(ledger.find("tcp:%")) == []
            assert set(ledger.find("")) == {
                endpoint(1),
                endpoint(2),
                endpoint(300),
                f"cert:{digest}",
                run_name(1),
            }

    def test_an_observation_is_found_by_its_digest(self, opens: Opens) -> None:
        rows = run(1)
        with opens() as ledger:
            ledger.append(rows)
            for row in rows:
                assert list(ledger.with_digest(row.digest)) == [row]
                assert row in list(ledger.with_digest(row.digest[:4]))
            assert list(ledger.with_digest("x")) == []

    @pytest.mark.parametrize("until", [0, 2, 4])
    def test_what_is_not_indexed_is_found_all_the_same(
        self, opens: Opens, until: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A ledger that may only be read stays as far indexed as it is."""
        digest, der = blob(1)
        rows = run(1, [1, 2, 1], certificates=[digest])
        with opens() as ledger:
            ledger.append(rows[:until])
            ledger.index()
            ledger.append(rows[until:], {digest: der})
            monkeypatch.setattr(index, "catch_up", lambda store: None)
            assert list(ledger.observations(subject=endpoint(1))) == [rows[1], rows[3]]
            assert list(ledger.newest(endpoint(1))) == [rows[3], rows[1]]
            assert list(ledger.observations(link=f"cert:{digest}")) == rows[1:4]
            assert ledger.subjects("www1.example") == ledger.subjects("8.0.0.1", 443) == [endpoint(1)]
            assert list(ledger.find("tcp:")) == [endpoint(1), endpoint(2)]
            assert list(ledger.with_digest(rows[3].digest[:10])) == [rows[3]]
            assert [each.unreadable for each in ledger.certificates()] == ["malformed"]
            found = ledger.verify()
            assert found.holds
            assert found.missing_blobs.count == 0

    def test_the_index_is_filled_in_steps(self, opens: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(index, "_ROWS", 3)
        monkeypatch.setattr(index, "_RANGES", 2)
        with opens() as ledger:
            for number in range(4):
                rows = run(number, range(number * 5, number * 5 + 5))
                for first in (0, 2, 4):
                    ledger.append(rows[first : first + 2] if first < 4 else rows[first:])
            assert len(list(ledger.find("tcp:"))) == 20
            assert ledger.verify().index_holds

    def test_a_certificate_is_read_from_its_blob(self, opens: Opens) -> None:
        der = issued("ec", names=["www.example", "*.example"], subject="CN=www.example,O=Éxample")
        digest = sha256(der).hexdigest()
        broken, text = blob(1)
        with opens() as ledger:
            ledger.append(run(1, [1], certificates=[digest, broken]), {digest: der, broken: text})
            ledger.append(run(2, [1], certificates=[blob(2)[0]]))
            unlinked = blob(3)
            ledger.append([], dict([unlinked]))
            by_digest = {each.sha256: each for each in ledger.certificates()}
            assert set(by_digest) == {digest, broken}
            assert by_digest[broken].certificate is None
            assert by_digest[broken].unreadable == "malformed"
            read = by_digest[digest].certificate
            assert read is not None
            assert read.names == ("www.example", "*.example")
            assert read.self_signed is True
            assert ledger.certificate(digest) == by_digest[digest]
            assert ledger.certificate(blob(2)[0]) is None
            assert [each.sha256 for each in ledger.certificates(spki=read.spki_sha256)] == [digest]
            assert list(ledger.certificates(spki="0" * 64)) == []
            assert ledger.verify().index_holds

    def test_a_certificate_is_read_before_it_is_in_the_table_too(self, opens: Opens) -> None:
        der = issued("ec")
        digest = sha256(der).hexdigest()
        with opens() as ledger:
            ledger.append(run(1, [1], certificates=[digest]), {digest: der})
            before = ledger.certificate(digest)
            assert list(ledger.certificates()) == [before]
            assert ledger.certificate(digest) == before

    def test_verify_counts_what_there_is(self, opens: Opens) -> None:
        with opens() as ledger:
            empty = ledger.verify()
            assert empty.holds
            assert (empty.runs, empty.observations, empty.blobs) == (0, 0, 0)
            ledger.append(run(1, certificates=[blob(1)[0]]), dict([blob(1), blob(2)]))
            ledger.append(run(2, certificates=[blob(3)[0]], ended=False))
            found = ledger.verify()
        assert found.holds
        assert (found.runs, found.whole, found.cut_off, found.broken) == (2, 1, 1, 0)
        assert (found.observations, found.blobs, found.ahead) == (7, 2, 0)
        assert [(state.run, state.state, state.count) for state in found.not_whole] == [
            (run_name(2), "cut-off", 3)
        ]
        assert found.missing_blobs.first == (f"cert:{blob(3)[0]}",)
        assert found.unknown == {}

    def test_a_seal_holds_while_runs_come_and_go_on(self, opens: Opens) -> None:
        rows = run(2)
        with opens() as ledger:
            ledger.append(run(1))
            ledger.append(rows[:2])
            seal = ledger.seal()
            assert seal == ledger.seal()
            before = ledger.verify(seal).seal
            assert before is not None
            assert before.unchanged
            ledger.append(rows[2:])
            ledger.append(run(3))
            found = ledger.verify(seal)
            assert found.holds
            assert found.seal is not None
            assert found.seal.grown.first == (run_name(2),)
            assert found.seal.new == 1
            assert not found.seal.unchanged

    def test_a_seal_of_another_ledger_tells_what_is_missing_where_its_list_came_along(
        self, opens: Opens
    ) -> None:
        with opens() as ledger, opens("other") as other:
            ledger.append(run(1))
            other.append(run(1))
            other.append(run(2))
            seal = other.seal()
            found = ledger.verify(seal)
            assert found.seal is not None
            assert not found.seal.list_found
            assert not found.holds
            lists = io.BytesIO(
                b"".join(line for line in exported(other).splitlines(True) if line[:7] == b'{"blob"')
            )
            ledger.import_(lists)
            found = ledger.verify(seal)
            assert found.seal is not None
            assert found.seal.missing.first == (run_name(2),)
            assert not found.holds
            ledger.merge(other)
            assert ledger.verify(seal).holds

    def test_what_is_exported_is_imported_whole_and_once(self, opens: Opens) -> None:
        digest = blob(1)[0]
        with opens() as ledger, opens("other") as other:
            ledger.append(run(1, certificates=[digest]), dict([blob(1)]))
            ledger.append(run(2, ended=False))
            text = exported(ledger)
            came = other.import_(io.BytesIO(text))
            assert (came.new_runs, came.observations, came.blobs) == (2, 7, 1)
            assert contents(other) == contents(ledger)
            assert exported(other) == text
            again = other.import_(io.BytesIO(text))
            assert (again.new_runs, again.grown_runs, again.known_runs) == (0, 0, 2)
            assert (again.observations, again.blobs) == (0, 0)
            assert exported(other) == text
            assert other.verify().holds

    def test_a_run_that_is_here_grows_by_what_the_other_has_more(self, opens: Opens) -> None:
        rows = run(1, [1, 2, 3])
        with opens() as ledger, opens("other") as other:
            ledger.append(rows[:2])
            other.append(rows[:4])
            came = ledger.merge(other)
            assert (came.new_runs, came.grown_runs, came.observations) == (0, 1, 2)
            back = other.merge(ledger)
            assert (back.known_runs, back.observations) == (1, 0)
            other.append(rows[4:])
            ledger.merge(other)
            assert list(ledger.rows()) == rows
            assert [row.subject for row in ledger.newest(endpoint(3))] == [endpoint(3)]

    def test_a_run_that_differs_is_a_conflict_and_nothing_is_kept(self, opens: Opens) -> None:
        with opens() as ledger, opens("other") as other:
            ledger.append(run(2, [1, 2]))
            other.append(run(1))
            other.append(run(2, [1, 3]), dict([blob(1)]))
            text = exported(other)
            takes: list[Callable[[], Merged]] = [
                lambda: ledger.merge(other),
                lambda: ledger.import_(io.BytesIO(text)),
            ]
            for take in takes:
                with pytest.raises(LedgerError) as caught:
                    take()
                assert caught.value.code == "conflict"
                assert list(ledger.rows()) == run(2, [1, 2])
                assert ledger.blob(blob(1)[0]) is None

    def test_it_is_not_merged_with_itself(self, opens: Opens) -> None:
        with opens() as ledger:
            ledger.append(run(1), dict([blob(1)]))
            with opens() as same, pytest.raises(LedgerError) as caught:
                ledger.merge(same)
            assert caught.value.code == "itself"
            assert list(ledger.rows()) == run(1)

    def test_many_runs_go_over_in_several_transactions(
        self, opens: Opens, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(merging, "_ROWS", 5)
        monkeypatch.setattr(merging, "_BLOB_BYTES", 10)
        with opens() as ledger, opens("other") as other:
            for number in range(7):
                other.append(run(number), dict([blob(number)]))
            came = ledger.merge(other)
            assert (came.new_runs, came.observations, came.blobs) == (7, 28, 7)
            assert contents(ledger) == contents(other)

    def test_rebuilt_it_says_the_same(self, opens: Opens) -> None:
        digest, data = blob(1)
        with opens() as ledger:
            ledger.append(run(1, certificates=[digest]), {digest: data})
            before = (list(ledger.find("")), list(ledger.certificates()), ledger.verify())
            ledger.rebuild()
            assert (list(ledger.find("")), list(ledger.certificates()), ledger.verify()) == before
            assert ledger.verify().index_holds

    def test_closing_twice_is_once(self, opens: Opens) -> None:
        ledger = opens()
        ledger.close()
        ledger.close()

    def test_without_create_nothing_is_made(self, opens: Opens) -> None:
        for _ in range(2):
            with pytest.raises(LedgerError) as caught:
                opens("nowhere", create=False)
            assert caught.value.code == "not-found"

    def test_what_it_shows_of_itself_is_one_printable_line(self, opens: Opens) -> None:
        with opens() as ledger:
            assert ledger.shown.isprintable()
            assert ledger.unwritable is None


def exported(ledger: Ledger) -> bytes:
    """What the ledger exports."""
    file = io.BytesIO()
    ledger.export(file)
    return file.getvalue()
