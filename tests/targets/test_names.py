"""Host names: from what a user writes to what the DNS holds."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hemostat.targets import TargetError
from hemostat.targets.names import MAX_LABEL, MAX_NAME, canonical_name

LABEL = "a" * MAX_LABEL
LONGEST = ".".join([LABEL, LABEL, LABEL, "a" * 61])


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("example.org", "example.org"),
        ("WWW.Example.ORG", "www.example.org"),
        ("localhost", "localhost"),
        ("example.org.", "example.org."),
        ("a-b--c.example", "a-b--c.example"),
        ("_sip._tls.example", "_sip._tls.example"),
        ("7.example", "7.example"),
        ("3com", "3com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.EXAMPLE", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("_x.bücher.example", "_x.xn--bcher-kva.example"),
        ("例え。jp", "xn--r8jz45g.jp"),
        ("ＥＸＡＭＰＬＥ.org", "example.org"),
        # The Persian name of RFC 5891's days: the joiner belongs to the word.
        ("نامه‌ای.example", "xn--mgba3gch31f060k.example"),
        (LONGEST, LONGEST),
        (LONGEST + ".", LONGEST + "."),
        (LABEL + ".example", LABEL + ".example"),
    ],
)
def test_names_as_the_dns_holds_them(written: str, name: str) -> None:
    assert canonical_name(written) == name


def test_sharp_s_is_not_turned_into_another_name() -> None:
    # IDNA 2003, which Python's own codec speaks, would ask strasse.example: somebody else's host.
    assert canonical_name("straße.example") == "xn--strae-oqa.example"
    assert canonical_name("strasse.example") == "strasse.example"


@pytest.mark.parametrize(
    ("written", "code", "says"),
    [
        ("www..example.org", "bad-name", "nothing before it"),
        (".example.org", "bad-name", "nothing before it"),
        (".", "bad-name", "nothing before it"),
        ("example.org..", "bad-name", "nothing before it"),
        ("-a.example", "bad-name", "hyphen"),
        ("a-.example", "bad-name", "hyphen"),
        ("a" * 64 + ".example", "bad-name", "64 characters; a part has at most 63"),
        (LONGEST + "a", "bad-name", "254 characters"),
        ("ü" * 254, "bad-name", "254 characters"),
        ("ex%61mple.org", "bad-name", "'%' is not allowed"),
        ("exam!ple.org", "bad-name", "'!' is not allowed"),
        ("℀.example", "bad-name", "'/' is not allowed"),  # UTS 46 maps it to a/c
        ("☃.example", "bad-name", "xn--"),
        ("ex\u200cample.org", "bad-name", "xn--"),
        ("127.1", "bad-address", "four numbers"),
        ("1.2.3.4.", "bad-address", "four numbers"),
        ("256.1.1.1", "bad-address", "four numbers"),
        ("0x7f.0x1", "bad-address", "four numbers"),
        ("0x", "bad-address", "four numbers"),
        ("2130706433", "bad-address", "four numbers"),
        ("example.443", "bad-address", "four numbers"),
        ("１２７.0.0.1", "bad-address", "four numbers"),
        ("10.0.0.1-20", "network", "one by one"),
        ("10.0.0.1-10.0.0.20", "network", "one by one"),
    ],
)
def test_what_is_no_name_is_refused_with_what_to_write(written: str, code: str, says: str) -> None:
    with pytest.raises(TargetError) as caught:
        canonical_name(written)
    assert caught.value.code == code
    assert says in caught.value.message


def attempt(text: str) -> str | TargetError:
    try:
        return canonical_name(text)
    except TargetError as error:
        return error


@given(st.text(max_size=300))
@example("\u0300")
@example("\u200d")
@example("ß.")
@example("xn--ü")
def test_any_text_is_a_canonical_name_or_refused(text: str) -> None:
    name = attempt(text)
    if isinstance(name, TargetError):
        assert name.message.isprintable()
        return
    assert re.fullmatch(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?", name)
    assert len(name.removesuffix(".")) <= MAX_NAME
    assert canonical_name(name) == name
