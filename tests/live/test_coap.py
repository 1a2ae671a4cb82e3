"""Debian's CoAP server over DTLS."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from tests.live.looks import look
from tests.live.peers import coap
from tests.live.tested import Tested

TESTED = (Tested(("dtls",), "coap-server (libcoap)", "libcoap3-bin", "DTLS; the port without it"),)


@pytest.mark.parametrize("scheme", ["coaps", "dtls"])
def test_check_says_of_it(logs: Path, scheme: str) -> None:
    with coap.server(logs / f"coap-{scheme}") as peer:
        looked = look(f"{scheme}://{peer.host}:{peer.port}")
        served = x509.load_pem_x509_certificate(peer.pair.certificate.read_bytes())
    answer = looked.one()
    assert (answer["verdict"], answer["reason"], looked.status) == ("not-affected", "not-offered", 0)
    assert answer["certificate"]["sha256"] == served.fingerprint(SHA256()).hex()


def test_its_port_without_dtls_proves_nothing(logs: Path) -> None:
    with coap.server(logs / "coap-clear") as peer:
        answer = look(f"dtls://{peer.host}:{peer.port - 1}", "--timeout", "3").one()
    assert answer["verdict"] == "inconclusive"
