"""Masks that something between writes over an offer of TLS."""

import pytest

from hemostat.layers import masked, none_offered


@pytest.mark.parametrize(
    ("said", "is_masked"),
    [
        ((), False),
        ((b"PIPELINING", b"8BITMIME"), False),
        ((b"PIPELINING", b"XXXXXXXA"), True),
        ((b"xxxxxxxx",), True),
        ((b'command unrecognized: "XXXX [127.0.0.1]"',), True),
        ((b"XXX", b"X"), False),
    ],
)
def test_a_mask_is_seen_wherever_it_is_repeated(said: tuple[bytes, ...], is_masked: bool) -> None:
    assert masked(*said) is is_masked
    assert none_offered(*said) == ("stripped" if is_masked else "no-tls")
