"""Which reader an archive gets."""

import bz2
import gzip

import pytest

from hemostat.binaries import Kind, Limits, kind_of
from hemostat.binaries.archives import open_archive
from hemostat.binaries.archives.streams import Memory
from hemostat.binaries.kinds import OPENED
from tests.binaries.archives.outcomes import outcome
from tests.binaries.archives.packing import a_cpio, a_deb, a_tar, a_zip, an_rpm, budget, forward, read_all
from tests.binaries.archives.test_unpacking import WRITERS
from tests.binaries.archives.windows_packing import a_cab, an_msi

FILES = {"a": b"text"}
PAYLOAD = gzip.compress(a_cpio(FILES))
ARCHIVES = {
    Kind.ZIP: (a_zip(FILES), [(b"a", b"text")]),
    Kind.TAR: (a_tar(FILES), [("a", b"text")]),
    Kind.DEB: (a_deb(FILES), [(b"debian-binary", b"2.0\n"), (b"a", b"text")]),
    Kind.RPM: (an_rpm(PAYLOAD), [("", PAYLOAD)]),
    Kind.CPIO: (a_cpio(FILES), [(b"a", b"text")]),
    Kind.CABINET: (a_cab(FILES), [(b"a", b"text")]),
    Kind.MSI: (an_msi({"a": b"x" * 5000}), [("a", b"x" * 5000)]),
    **{kind: (pack(b"text"), [("", b"text")]) for kind, pack in WRITERS.items()},
}


def test_all_that_are_opened_are_here() -> None:
    assert ARCHIVES.keys() == OPENED


@pytest.mark.parametrize("kind", ARCHIVES)
def test_each_gets_its_reader(kind: Kind) -> None:
    data, expected = ARCHIVES[kind]
    assert kind_of(data[:512]) is kind
    assert read_all(open_archive(kind, forward(data), Memory(data), budget())) == expected


@pytest.mark.parametrize("kind", sorted(OPENED - {Kind.RPM}))
def test_members_are_counted_in_each(kind: Kind) -> None:
    data, _ = ARCHIVES[kind]
    members = open_archive(kind, forward(data), Memory(data), budget(limits=Limits(members=0)))
    assert outcome(lambda: read_all(members)) == "limit-members"


@pytest.mark.parametrize("kind", sorted(set(Kind) - OPENED))
def test_no_other_kind_is_opened(kind: Kind) -> None:
    with pytest.raises(ValueError, match="no reader"):
        list(open_archive(kind, forward(b""), Memory(b""), budget()))


def test_a_zip_wants_a_file() -> None:
    with pytest.raises(ValueError, match="no reader"):
        list(open_archive(Kind.ZIP, forward(b""), None, budget()))


def test_bzip2_needs_no_file() -> None:
    assert read_all(open_archive(Kind.BZIP2, forward(bz2.compress(b"x")), None, budget())) == [("", b"x")]
