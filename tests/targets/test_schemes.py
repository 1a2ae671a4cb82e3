"""The table of schemes."""

import pytest

from hemostat.dialects import dialects
from hemostat.targets.schemes import NO_TLS, SCHEMES, Scheme


def test_is_what_the_dialects_of_direct_tls_declare() -> None:
    """The layers keep `targets` from importing `dialects`, so nothing but this test keeps the two equal."""
    declared = {
        scheme: Scheme(dialect.name, dialect.transport, port)
        for dialect in (dialects()["tls"], dialects()["dtls"])
        for scheme, port in dialect.schemes.items()
    }
    assert dict(SCHEMES) == declared
    assert set(SCHEMES) == {"https", "tls", "dtls"}


def test_is_not_changed_by_who_reads_it() -> None:
    with pytest.raises(TypeError):
        SCHEMES["smtp"] = Scheme("smtp", "tcp", 25)  # type: ignore[index]


def test_what_carries_no_tls_is_not_also_a_scheme() -> None:
    assert not set(SCHEMES) & set(NO_TLS)
    assert all(word == word.lower() for word in (*SCHEMES, *NO_TLS))
