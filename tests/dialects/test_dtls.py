from hemostat.dialects.dtls import DIALECT
from hemostat.layers import Layer
from tests.dialects.talking import SETTING


def test_dtls_from_the_first_datagram() -> None:
    assert (DIALECT.name, DIALECT.transport) == ("dtls", "udp")
    assert type(DIALECT.asks(SETTING)) is type(DIALECT.grants(SETTING)) is Layer
    assert set(DIALECT.schemes) == {"dtls"}
