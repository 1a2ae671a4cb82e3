"""Which reader a file gets."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.binaries import BinaryError, Kind, read_image
from tests.binaries.apples import X86_64, macho, universal
from tests.binaries.damage import outcome
from tests.binaries.elves import elf
from tests.binaries.windows import pe
from tests.live.peers.processes import python_path


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (elf(kept=["f"]), Kind.ELF),
        (pe(exported=["f"]), Kind.PE),
        (macho(exported=["f"]), Kind.MACHO),
        (universal((X86_64, macho(exported=["f"]))), Kind.MACHO),
    ],
)
def test_each_format_has_its_reader(data: bytes, kind: Kind) -> None:
    image = read_image(data, {"f"})
    assert image.kind is kind
    assert image.defined == {"f"}


@pytest.mark.parametrize("data", [b"", b"text", b"PK\x03\x04", b"\xca\xfe\xba\xbe\0\0\0\x34"])
def test_what_is_no_code(data: bytes) -> None:
    with pytest.raises(BinaryError) as caught:
        read_image(data, {"f"})
    assert caught.value.code == "not-code"


@given(
    st.sampled_from(
        [b"\x7fELF\x02\x01", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe\0\0\0\2", b"!<arch>\n"]
    ),
    st.binary(),
)
def test_anything_behind_a_magic(magic: bytes, rest: bytes) -> None:
    outcome(read_image, magic + rest, {"f"})


def test_what_reads_code_is_loaded_when_it_is_wanted_or_asked_for() -> None:
    script = (
        "import sys; from hemostat import binaries; before = 'lief' in sys.modules; binaries.load_readers(); "
        "print(before, 'lief' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": python_path()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False True\n"
