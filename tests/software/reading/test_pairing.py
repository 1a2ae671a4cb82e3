"""Pairs of directives: paths, and values that are none."""

import pytest

from hemostat.software.reading.pairing import form_of, pair_of, unlocated
from hemostat.software.reading.tree import Directive


def said(value: str, line: int = 3) -> Directive:
    return Directive("/etc/x.conf", line, "cert", (value,))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("/a/b", None),
        ("b", None),
        ("pkcs11:token=x", "engine"),
        ("engine:pkcs11:x", "engine"),
        ("-----BEGIN PRIVATE KEY-----", "inline"),
        ("[inline]", "inline"),
        ("/a/$b", "variable"),
        ("%{env:CERT}", "variable"),
        ("", "broken"),
        ("a\0b", "broken"),
    ],
)
def test_a_value_is_a_path_or_says_why_not(value: str, why: str | None) -> None:
    assert unlocated(value) == why


def test_a_forms_name() -> None:
    assert [form_of(path) for path in ("/a.pem", "/a.P12", "/a.jks", "/a")] == ["pem", "pkcs12", "jks", "pem"]


def test_a_pair_has_the_line_of_its_certificate() -> None:
    use = pair_of(said("c.p12"), said("/k", 9), "/etc")
    assert (use.file, use.line, use.certificate, use.key) == ("/etc/x.conf", 3, "/etc/c.p12", "/k")
    assert (use.form, use.unresolved) == ("pkcs12", None)


def test_a_key_may_be_in_the_certificates_file() -> None:
    assert pair_of(said("c"), None, "/etc", together=True).key == "/etc/c"
    alone = pair_of(said("c"), None, "/etc")
    assert (alone.key, alone.unresolved) == (None, "missing")
    alone = pair_of(None, said("k"), "/etc", together=True)
    assert (alone.certificate, alone.key, alone.unresolved) == (None, "/etc/k", "missing")


def test_what_may_be_a_secret_is_not_repeated() -> None:
    use = pair_of(said("/c"), said("-----BEGIN RSA PRIVATE KEY-----MIIE"), "/etc")
    assert (use.certificate, use.key, use.unresolved, use.written) == ("/c", None, "inline", None)
    assert pair_of(said("$c"), said("/k"), "/etc").written == "$c"


def test_nothing_is_no_pair() -> None:
    with pytest.raises(ValueError, match="neither"):
        pair_of(None, None, "/etc")
