import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.wire import WireError, extensions
from hemostat.wire.extensions import extension, read_extensions, server_name
from tests.wire.damage import garbled, outcome
from tests.wire.witnesses import codec, numbers
from tests.wire.witnesses import extensions as tlslite

blocks = st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=40), max_size=8)


def written(found: dict[int, bytes]) -> bytes:
    return b"".join(
        kind.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data for kind, data in found.items()
    )


def test_the_numbers_agree_with_tshark() -> None:
    named = {number: text.upper() for number, text in numbers("tls.handshake.extension.type").items()}
    for constant in (
        "SERVER_NAME",
        "SUPPORTED_GROUPS",
        "EC_POINT_FORMATS",
        "SIGNATURE_ALGORITHMS",
        "PADDING",
        "SUPPORTED_VERSIONS",
        "KEY_SHARE",
        "RENEGOTIATION_INFO",
    ):
        assert named[getattr(extensions, constant)] == constant
    assert named[extensions.HEARTBEAT_EXTENSION] == "HEARTBEAT"


def test_an_extension_as_rfc_5246_draws_it() -> None:
    """Section 7.4.1.4; heartbeat(15) with peer_allowed_to_send(1): RFC 6520 section 2."""
    assert extension(15, b"\x01") == bytes.fromhex("000f 0001 01")
    assert extension(0xFF01, b"\0") == bytes.fromhex("ff01 0001 00")


def test_a_server_name_as_rfc_6066_draws_it() -> None:
    """Section 3: ServerNameList length, host_name(0), HostName length, name; "without a trailing dot"."""
    expected = bytes.fromhex("0000 0010 000e 00 000b") + b"www.example"
    assert server_name("www.example") == expected
    assert server_name("www.example.") == expected


@given(st.from_regex(r"[a-z0-9_-]{1,20}(\.[a-z0-9-]{1,20}){0,4}", fullmatch=True))
def test_tlslite_reads_our_server_name(name: str) -> None:
    data = server_name(name)
    read = tlslite.SNIExtension().parse(codec.Parser(bytearray(data[4:])))
    assert [bytes(host) for host in read.hostNames] == [name.encode()]
    assert bytes(tlslite.SNIExtension().create(bytearray(name.encode())).write()) == data


@pytest.mark.parametrize("name", ["", ".", "bücher.example", "x" * 256, "\U0001f9ea"])
def test_names_that_cannot_be_sent(name: str) -> None:
    with pytest.raises(ValueError, match=r"server name|ascii"):
        server_name(name)


def test_the_longest_name() -> None:
    assert len(server_name("x" * 255)) == 255 + 9


@given(blocks)
def test_what_is_written_is_read(found: dict[int, bytes]) -> None:
    assert read_extensions(written(found)) == found
    assert written(found) == b"".join(extension(kind, data) for kind, data in found.items())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("000f 0001 01 000f 0001 01", "duplicate-extension"),
        ("000f 0001 01 ff01 0000 000f 0001 02", "duplicate-extension"),
        ("00", "truncated"),
        ("000f 00", "truncated"),
        ("000f 0001", "truncated"),
        ("000f ffff 01", "truncated"),
        ("000f 0001 01 ff", "truncated"),
    ],
)
def test_blocks_that_are_refused(data: str, code: str) -> None:
    with pytest.raises(WireError) as caught:
        read_extensions(bytes.fromhex(data))
    assert caught.value.code == code


def test_no_extensions() -> None:
    assert read_extensions(b"") == {}


@given(st.one_of(blocks.map(written).flatmap(garbled), st.binary(max_size=60)))
def test_whatever_comes(data: bytes) -> None:
    found = outcome(read_extensions, data)
    if isinstance(found, str):
        assert found in ("truncated", "duplicate-extension")
    else:
        assert written(found) == data


def test_many_extensions_are_read_in_time() -> None:
    """64 KiB of empty extensions, all different."""
    data = b"".join(kind.to_bytes(2, "big") + b"\0\0" for kind in range(1 << 14))
    assert len(read_extensions(data)) == 1 << 14
