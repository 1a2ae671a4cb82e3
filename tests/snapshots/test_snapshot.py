import pytest

from hemostat.snapshots import Copy, Object, Process, SnapshotError, Unread, read_snapshot
from tests.snapshots.writing import snapshot

WHOLE = snapshot(
    {
        "copies": [("copy", {"path": "/a"}), ("copy", {"path": "/b"}), ("portent", {})],
        "processes": [
            ("object", {"id": 1, "path": "/a"}),
            ("process", {"pid": 7, "start-ticks": 3, "objects": "1"}),
        ],
    }
)


def test_records_are_found_by_their_class() -> None:
    found = read_snapshot([WHOLE])
    assert found.fault is None
    assert [each.path for each in found.of(Copy)] == ["/a", "/b"]
    assert found.of(Process)[0].objects == (found.of(Object)[0].id,)
    assert found.of(Unread) == ()
    assert found.sections == {"copies": 3, "processes": 2}
    assert found.unknown == {"portent": 1}
    assert found.collector.user == "root"


def test_one_that_was_cut_keeps_what_came_and_says_so() -> None:
    at = WHOLE.index(b"process\t")
    found = read_snapshot([WHOLE[:at]])
    assert found.fault is not None
    assert found.fault.code == "cut"
    assert found.sections == {"copies": 3}
    assert len(found.of(Object)) == 1
    assert found.of(Process) == ()


def test_without_its_first_record_it_is_none() -> None:
    with pytest.raises(SnapshotError) as caught:
        read_snapshot([b"hemostat-snapshot 1\n"])
    assert caught.value.code == "cut"
