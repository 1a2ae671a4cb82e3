from pathlib import Path

import pytest

from hemostat import snapshots
from hemostat.snapshots import RECORDS, Copy, PackageEvent, Record
from tests.snapshots.reference import tables

PAGE = Path(__file__).parents[2] / "docs" / "collect-format.md"


def test_the_page_describes_every_record_and_field() -> None:
    made, page = tables(), PAGE.read_text(encoding="utf-8")
    start = page.index("### `")
    assert page[start : page.index("\n## ", start)].strip() == made.strip(), f"it should be:\n{made}"


def test_every_class_of_records_is_in_the_table_and_shown() -> None:
    classes = {each.__name__ for each in Record.__subclasses__() if each.__module__ == Record.__module__}
    assert {each.__name__ for each in RECORDS.values()} == classes
    for kind, each in RECORDS.items():
        assert kind == each.TYPE
        assert getattr(snapshots, each.__name__) is each


def test_a_record_is_read_with_what_it_has() -> None:
    found = Copy.read(
        {
            "path": b"/usr/lib/libssl.so.1.0.0",
            "device": b"8,1",
            "inode": b"77",
            "modified": b"1396900000",
            "heartbeat": b"yes",
            "texts": b"OpenSSL 1.0.1e 11 Feb 2013",
            "of-tomorrow": b"x%0A",
        }
    )
    assert found.path == "/usr/lib/libssl.so.1.0.0"
    assert (found.device, found.inode, found.modified) == ((8, 1), 77, 1_396_900_000_000_000)
    assert found.heartbeat is True
    assert found.texts == ("OpenSSL 1.0.1e 11 Feb 2013",)
    assert found.sha256 is None
    assert found.others == {"of-tomorrow": b"x%0A"}


def test_from_is_from_in_a_snapshot() -> None:
    given = {"manager": b"dpkg", "log": b"/l", "line": b"1", "at": b"t", "action": b"upgrade", "name": b"n"}
    assert PackageEvent.read(given | {"from": b"1", "to": b"2"}).from_ == "1"


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_without_what_it_must_have_is_refused(kind: str) -> None:
    if kind in ("system", "os-release", "copy"):
        assert RECORDS[kind].read({}) == RECORDS[kind]()
        return
    with pytest.raises(LookupError):
        RECORDS[kind].read({})
