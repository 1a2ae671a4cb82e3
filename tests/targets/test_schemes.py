"""The table of schemes."""

from hemostat.targets.schemes import BARE, NO_TLS, Scheme, Schemes
from tests.targets.known import KNOWN


def test_what_carries_no_tls_is_not_also_a_scheme() -> None:
    assert not set(KNOWN.named) & set(NO_TLS)
    assert all(word == word.lower() for word in NO_TLS)


def test_what_is_meant_where_nothing_is_said() -> None:
    assert KNOWN.unnamed(None) == KNOWN.unnamed(443) == BARE
    assert KNOWN.unnamed(587) == Scheme("smtp", "tcp", 25)
    assert Schemes({}, KNOWN.on_port, BARE).unnamed(587) == BARE
