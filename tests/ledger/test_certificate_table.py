"""The table of certificates says what their bytes say, and can be made anew."""

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from hemostat.certificates import read_certificate
from hemostat.ledger import LedgerError, certificate_table
from hemostat.ledger.certificate_table import COLUMNS, KnownCertificate, differs, read_again
from tests.certificates.making import issued
from tests.ledger.runs import blob, ledger_with, run

DER = issued("ec", names=["www.example", "bücher.example".encode("idna").decode()], subject="CN=a,O=Ünï")
DIGEST = sha256(DER).hexdigest()


def test_what_is_read_again_is_what_the_reader_reads() -> None:
    assert read_again(DIGEST, DER) == KnownCertificate(DIGEST, read_certificate(DER), None)
    assert read_again(*blob(1)) == KnownCertificate(blob(1)[0], None, "malformed")


def test_it_has_a_column_for_all_that_a_certificate_says() -> None:
    fields = set(read_certificate(DER).as_json())
    assert set(COLUMNS) == fields | {"unreadable"}


def test_through_the_table_it_is_the_same(tmp_path: Path) -> None:
    with ledger_with(
        tmp_path / "a.sqlite", run(1, [1], certificates=[DIGEST]), blobs=[(DIGEST, DER)]
    ) as ledger:
        ledger.index()
        certificate_table.fill(ledger._store)
        with ledger._store.reading() as reader:
            (row,) = reader.all(f"SELECT {', '.join(COLUMNS)} FROM certificate")
            assert certificate_table.known(reader, DIGEST) == read_again(DIGEST, DER)
            assert list(certificate_table.all_known(reader, None)) == [read_again(DIGEST, DER)]
        assert not differs(row, DER)
        assert differs(row, issued("rsa"))
        assert differs((*row[:4], "other issuer", *row[5:]), DER)
        assert differs((*row[:3], "no list", *row[4:]), DER)
        assert differs((row[0], "malformed", *row[2:]), DER)


def test_many_are_read_in_several_transactions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate_table, "_BATCH", 2)
    blobs = [blob(number) for number in range(5)]
    digests = [digest for digest, _ in blobs]
    with ledger_with(tmp_path / "a.sqlite", run(1, [1], certificates=digests), blobs=blobs) as ledger:
        assert [each.sha256 for each in ledger.certificates()] == sorted(digests)
        with ledger._store.reading() as reader:
            assert reader.all("SELECT count(*) FROM certificate")[0][0] == 5


def test_a_table_that_was_tampered_with_is_found_and_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with ledger_with(path, run(1, [1], certificates=[DIGEST]), blobs=[(DIGEST, DER)]) as ledger:
        true = list(ledger.certificates())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE certificate SET spki_sha256 = ?", ("0" * 64,))
    with ledger_with(path) as ledger:
        assert list(ledger.certificates()) != true
        assert not ledger.verify().holds
        assert ledger.verify().index_holds is False
        ledger.rebuild()
        assert list(ledger.certificates()) == true
        assert ledger.verify().holds


def test_a_row_that_cannot_be_read_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with ledger_with(path, run(1, [1], certificates=[DIGEST]), blobs=[(DIGEST, DER)]) as ledger:
        list(ledger.certificates())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE certificate SET names = '{'")
    with ledger_with(path) as ledger, pytest.raises(LedgerError) as caught:
        ledger.certificate(DIGEST)
    assert caught.value.code == "damaged"


def test_what_is_both_in_the_table_and_not_indexed_comes_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ledger_with(
        tmp_path / "a.sqlite", run(1, [1], certificates=[DIGEST]), blobs=[(DIGEST, DER)]
    ) as ledger:
        list(ledger.certificates())
        from hemostat.ledger import index

        index.start_over(ledger._store)
        monkeypatch.setattr(index, "catch_up", lambda store: None)
        assert [each.sha256 for each in ledger.certificates()] == [DIGEST]
