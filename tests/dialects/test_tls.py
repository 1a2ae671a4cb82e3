from hemostat.dialects.tls import DIALECT
from hemostat.layers import Layer
from tests.dialects.talking import SETTING


def test_tls_from_the_first_byte() -> None:
    assert (DIALECT.name, DIALECT.transport) == ("tls", "tcp")
    assert type(DIALECT.asks(SETTING)) is type(DIALECT.grants(SETTING)) is Layer
    assert DIALECT.flush, "the alert that a Finished out of turn draws gets through"


def test_https_is_tls_on_its_port() -> None:
    """RFC 9110 section 4.2.2: the default port of https is 443."""
    assert DIALECT.schemes["https"] == 443
    assert DIALECT.schemes["tls"] == 443


def test_every_port_of_tls_from_the_first_byte_has_its_scheme() -> None:
    """As RFC 8314 (mail), 4513 (LDAP), 4642 (NNTP), 7194 (IRC) and OASIS' MQTT and AMQP have them."""
    ports = {"imaps": 993, "pop3s": 995, "submissions": 465, "ldaps": 636, "nntps": 563, "ircs": 6697}
    ports |= {"mqtts": 8883, "amqps": 5671}
    assert ports.items() <= DIALECT.schemes.items()
