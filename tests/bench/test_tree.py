"""The tree that is searched: the same each time, and its copies where it is said that they are."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from bench.tree import COPIES, REAL, Place, files, place_of, small_files, write
from hemostat.binaries import Found, examine

COUNT = 240


def stand_ins() -> dict[str, bytes]:
    """Wheels of the shape of the real ones, their libraries being texts."""
    made = {}
    for name, members in REAL.items():
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            for member in members:
                archive.writestr(zipfile.ZipInfo(member), member)
        made[name] = whole.getvalue()
    return made


@pytest.fixture(scope="module")
def tree() -> dict[str, bytes]:
    return dict(files(stand_ins(), COUNT))


def test_it_is_the_same_each_time(tree: dict[str, bytes]) -> None:
    def digest(made: dict[str, bytes]) -> list[str]:
        return [f"{path} {hashlib.sha256(data).hexdigest()}" for path, data in made.items()]

    assert digest(dict(files(stand_ins(), COUNT))) == digest(tree)
    assert len(tree) == COUNT


def test_its_copies_are_where_it_says_and_nowhere_else(tree: dict[str, bytes]) -> None:
    found = set()
    for path, data in tree.items():
        for one in examine(io.BytesIO(data), len(data)):
            assert isinstance(one, Found), (path, one)
            assert one.copy.form in ("shared", "static"), (path, one)
            found.add(place_of(path, one.inside))
    real = {place for place in COPIES if place.path.endswith(".whl") or place.path.startswith("opt/app/")}
    assert len(COPIES) == 20
    assert found == COPIES - real


def test_a_place_is_one_however_its_names_are_written() -> None:
    assert place_of("./a/b.deb", ["data.tar.xz", "./usr/lib/x"]) == Place("a/b.deb", "usr/lib/x")
    assert place_of("a/b.deb", ["/usr/lib/x"]) == Place("a/b.deb", "usr/lib/x")
    assert place_of("a/b", []) == Place("a/b", "")


def test_small_files_are_small_the_same_and_no_copies() -> None:
    made = dict(small_files(3, 200))
    assert made == dict(small_files(3, 200))
    assert len(made) == 200
    assert max(map(len, made.values())) < 1024
    assert not [one for data in made.values() for one in examine(io.BytesIO(data), len(data))]
    assert not made.keys() & dict(small_files(4, 200)).keys()


def test_files_are_written_below_their_folder(tmp_path: Path) -> None:
    assert write(tmp_path, [("a/b/one", b"1"), ("a/b/two", b"2"), ("three", b"3")]) == 3
    assert (tmp_path / "a/b/two").read_bytes() == b"2"
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["one", "three", "two"]
