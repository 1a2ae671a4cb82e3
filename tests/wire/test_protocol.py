import ssl
from typing import Any

import pytest

from hemostat.evidence.kinds.probe import KIND
from hemostat.wire import protocol
from hemostat.wire.protocol import ALERT_NAMES, VERSION_NAMES, alert_text, handshake_name, version_name
from tests.wire.witnesses import constants, numbers


def test_versions_as_the_rfcs_number_them() -> None:
    """RFC 6101 appendix A.1, RFC 2246, 4346 and 5246 section 6.2.1, RFC 8446 section 4.2.1; for DTLS RFC 4347
    and RFC 6347 section 4.1.
    """
    assert VERSION_NAMES == {
        3 << 8 | 0: "SSL3.0",
        3 << 8 | 1: "TLS1.0",
        3 << 8 | 2: "TLS1.1",
        3 << 8 | 3: "TLS1.2",
        3 << 8 | 4: "TLS1.3",
        254 << 8 | 255: "DTLS1.0",
        254 << 8 | 253: "DTLS1.2",
    }
    tshark = numbers("tls.record.version")
    assert {number: tshark[number].replace(" ", "") for number in VERSION_NAMES} == VERSION_NAMES


def test_content_types_agree_with_tshark() -> None:
    named = {
        number: name.upper().replace(" ", "_") for number, name in numbers("tls.record.content_type").items()
    }
    del named[25]  # connection ids came with DTLS 1.3
    assert {getattr(protocol, name): name for name in named.values()} == named


def test_handshake_types_agree_with_tshark() -> None:
    tshark = {
        number: name.lower().replace(" ", "-") for number, name in numbers("dtls.handshake.type").items()
    }
    ours = {number: handshake_name(number) for number in range(256)}
    named = {number: name for number, name in ours.items() if not name.startswith("handshake-")}
    assert named == {number: tshark[number] for number in named}
    for constant in (
        "CLIENT_HELLO",
        "SERVER_HELLO",
        "HELLO_VERIFY_REQUEST",
        "CERTIFICATE",
        "CERTIFICATE_STATUS",
        "SERVER_KEY_EXCHANGE",
        "CERTIFICATE_REQUEST",
        "SERVER_HELLO_DONE",
        "FINISHED",
        "HELLO_REQUEST",
    ):
        assert named[getattr(protocol, constant)] == constant.lower().replace("_", "-")


def test_handshake_types_agree_with_tlslite() -> None:
    assert constants.HandshakeType.server_hello_done == protocol.SERVER_HELLO_DONE
    assert constants.HandshakeType.certificate_request == protocol.CERTIFICATE_REQUEST
    assert constants.HandshakeType.finished == protocol.FINISHED


def test_alerts_agree_with_tshark_and_pythons_ssl() -> None:
    tshark = {
        number: name.lower().replace(" ", "_") for number, name in numbers("tls.alert_message.desc").items()
    }
    assert {number: tshark[number] for number in ALERT_NAMES} == ALERT_NAMES
    python = {
        int(alert): alert.name.removeprefix("ALERT_DESCRIPTION_").lower() for alert in ssl.AlertDescription
    }
    python[90] = "user_canceled"  # spelt so in RFC 5246 section 7.2
    assert {number: ALERT_NAMES[number] for number in python} == python


def test_every_alert_of_rfc_8446_has_a_name() -> None:
    """Section 6 (appendix B.2)."""
    assert {
        0,
        10,
        20,
        22,
        40,
        *range(42, 52),
        70,
        71,
        80,
        86,
        90,
        109,
        110,
        112,
        113,
        115,
        116,
        120,
    } <= ALERT_NAMES.keys()


def test_the_alert_of_a_flush() -> None:
    """RFC 5246 section 7.2.2: unexpected_message is always fatal."""
    assert alert_text(2, 10) == "fatal unexpected_message"
    assert (protocol.FATAL, protocol.UNEXPECTED_MESSAGE) == (2, 10)


def test_numbers_without_a_name() -> None:
    assert version_name(0x7F12) == "0x7f12"
    assert version_name(2) == "0x0002"
    assert handshake_name(99) == "handshake-99"
    assert alert_text(1, 99) == "warning 99"
    assert alert_text(3, 40) == "level-3 handshake_failure"
    assert alert_text(0, 255) == "level-0 255"


@pytest.mark.parametrize("level", range(256))
def test_whatever_a_peer_numbers_fits_into_the_evidence(level: int) -> None:
    """The words made of its numbers are what facts may hold: words or numbers, never bytes of the peer."""
    example: Any = KIND.example
    connection = {
        **example["connections"][0],
        "alerts": [
            alert_text(level, description) for description in range(level & 0xE0, (level & 0xE0) + 32)
        ],
        "messages": [f"< {handshake_name(level)} 262144"],
        "version": version_name(level << 8 | 0xFF),
    }
    KIND.check({**example, "connections": [connection]})
