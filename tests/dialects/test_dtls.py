from hemostat.dialects.dtls import DIALECT
from hemostat.layers import Layer
from tests.dialects.talking import SETTING


def test_dtls_from_the_first_datagram() -> None:
    assert (DIALECT.name, DIALECT.transport) == ("dtls", "udp")
    assert type(DIALECT.asks(SETTING)) is type(DIALECT.grants(SETTING)) is Layer
    assert DIALECT.schemes["dtls"] == 4433
    assert DIALECT.schemes["coaps"] == 5684, "RFC 7252 section 6.2"
    assert DIALECT.schemes["turns+udp"] == 5349, "RFC 8656 section 3.1"
