"""What a user may write, in the words of the dialects."""

import pytest

from hemostat.api.targets import UnknownDialect, read_target, schemes
from hemostat.dialects import dialects


def test_every_scheme_and_port_of_every_dialect_can_be_written() -> None:
    for dialect in dialects().values():
        for scheme, port in dialect.schemes.items():
            target = read_target(f"{scheme.upper()}://h.example")
            assert (target.dialect, target.transport, target.port) == (dialect.name, dialect.transport, port)
        for port in dialect.ports:
            assert read_target(f"h.example:{port}").dialect == dialect.name


def test_a_bare_host_is_asked_in_tls_on_443() -> None:
    target = read_target("h.example")
    assert (target.dialect, target.transport, target.port) == ("tls", "tcp", 443)


def test_a_dialect_brings_its_port_unless_one_is_given() -> None:
    assert read_target("h.example", dialect="smtp").port == 25
    assert read_target("h.example", dialect="smtp", port=2525).port == 2525
    assert read_target("h.example:26", dialect="smtp").dialect == "smtp"
    assert read_target("tls://h.example:26", dialect="smtp").dialect == "tls"


def test_an_unknown_dialect_is_refused_with_a_list_of_those_there_are() -> None:
    with pytest.raises(UnknownDialect, match=r"dtls, .*smtp, .*tls"):
        schemes("gopher")


def test_a_dialects_name_is_read_in_any_case_and_a_scheme_is_pointed_out() -> None:
    assert read_target("mx.example", dialect="SMTP").dialect == "smtp"
    with pytest.raises(UnknownDialect, match="it is a scheme: imaps://HOST"):
        read_target("mx.example", dialect="imaps")
