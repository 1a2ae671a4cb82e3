from hemostat.dialects.dtls import DIALECT
from hemostat.dialects.layer import Layer


def test_dtls_from_the_first_datagram() -> None:
    assert (DIALECT.name, DIALECT.transport) == ("dtls", "udp")
    assert type(DIALECT.asks()) is type(DIALECT.grants()) is Layer
    assert set(DIALECT.schemes) == {"dtls"}
