"""TLS from the first byte in protocols of which not a word is needed: Redis, MQTT, AMQP."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.live.looks import look, none_by_timeout
from tests.live.peers import brokers
from tests.live.tested import Tested

TESTED = (
    Tested(("tls",), "Redis", "redis-server", "TLS from the first byte; its port in the clear"),
    Tested(("tls",), "Mosquitto (MQTT)", "mosquitto", "TLS from the first byte; its port in the clear"),
    Tested(("tls",), "RabbitMQ (AMQP)", "rabbitmq-server", "TLS from the first byte; its port in the clear"),
)

Server = Callable[[Path], AbstractContextManager[brokers.Broker]]


@pytest.mark.parametrize(
    ("server", "scheme", "in_the_clear"),
    [
        (brokers.redis, "rediss", {"silent", "closed"}),
        (brokers.mosquitto, "mqtts", {"closed", "reset"}),
        (brokers.rabbitmq, "amqps", {"not-tls"}),
    ],
    ids=["redis", "mosquitto", "rabbitmq"],
)
def test_check_says(logs: Path, server: Server, scheme: str, in_the_clear: set[str]) -> None:
    with server(logs / scheme) as peer:
        looked = look(f"{scheme}://{peer.host}:{peer.tls}", f"{peer.host}:{peer.clear}")
    answers = {answer["port"]: answer for answer in looked.answers}
    with_tls, clear = answers[peer.tls], answers[peer.clear]
    assert (with_tls["verdict"], with_tls["reason"]) in (
        ("not-affected", "not-offered"),
        ("not-affected", "tls13"),
    )
    assert with_tls["certificate"]["sha256"] == hashlib.sha256(peer.pair.der).hexdigest()
    assert none_by_timeout(with_tls)
    assert clear["verdict"] == "inconclusive"
    assert clear["reason"] in in_the_clear
    assert looked.status == 3
