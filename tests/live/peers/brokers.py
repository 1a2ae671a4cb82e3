"""Debian's Redis, Mosquitto and RabbitMQ, in the foreground on loopback: each with a port of TLS from the first byte
and one in the clear.

    with brokers.redis(folder) as peer:
        ...  # peer.host, peer.tls, peer.clear
"""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.peers import needs
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import Running, free_port, running

__all__ = ["Broker", "mosquitto", "rabbitmq", "redis"]


@dataclass(frozen=True, slots=True)
class Broker:
    """Where it listens with TLS and in the clear, what it shows, and its process."""

    host: str
    tls: int
    clear: int
    pair: Pair
    running: Running


def _made(folder: Path) -> tuple[Pair, int, int]:
    folder.mkdir(parents=True, exist_ok=True)
    return self_signed(folder, "broker.test"), free_port(), free_port()


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[Broker]:
    """Debian's redis-server."""
    program = needs.program("redis-server", "redis-server")
    pair, tls, clear = _made(folder)
    options = {
        "bind": "127.0.0.1",
        "port": str(clear),
        "tls-port": str(tls),
        "tls-cert-file": str(pair.certificate),
        "tls-key-file": str(pair.key),
        "tls-ca-cert-file": str(pair.certificate),
        "tls-auth-clients": "no",
        "dir": str(folder),
    }
    argv = [
        program,
        *(word for name, value in options.items() for word in (f"--{name}", value)),
        "--save",
        "",
    ]
    with running(argv, folder / "redis.log") as started:
        started.await_listening(tls)
        yield Broker("127.0.0.1", tls, clear, pair, started)


@contextlib.contextmanager
def mosquitto(folder: Path) -> Iterator[Broker]:
    """Debian's mosquitto (MQTT)."""
    program = needs.program("mosquitto", "mosquitto")
    pair, tls, clear = _made(folder)
    configuration = folder / "mosquitto.conf"
    configuration.write_text(
        f"user {getpass.getuser()}\nallow_anonymous true\n"
        f"listener {clear} 127.0.0.1\n"
        f"listener {tls} 127.0.0.1\ncertfile {pair.certificate}\nkeyfile {pair.key}\n"
    )
    with running([program, "-c", str(configuration)], folder / "mosquitto.log") as started:
        started.await_listening(tls)
        started.await_listening(clear)
        yield Broker("127.0.0.1", tls, clear, pair, started)


@contextlib.contextmanager
def rabbitmq(folder: Path) -> Iterator[Broker]:
    """Debian's rabbitmq-server (AMQP); the ports of its distribution, which it always opens, are loopback's too."""
    needs.program("rabbitmq-server", "rabbitmq-server")
    program = shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin")
    if program is None:
        raise FileNotFoundError("rabbitmq-server's own script is not where Debian has it")
    pair, tls, clear = _made(folder)
    configuration = folder / "rabbitmq.conf"
    configuration.write_text(
        f"listeners.tcp.1 = 127.0.0.1:{clear}\n"
        f"listeners.ssl.1 = 127.0.0.1:{tls}\n"
        f"ssl_options.cacertfile = {pair.certificate}\n"
        f"ssl_options.certfile = {pair.certificate}\n"
        f"ssl_options.keyfile = {pair.key}\n"
        "ssl_options.verify = verify_none\n"
    )
    environment = {
        "HOME": str(folder),
        "RABBITMQ_CONFIG_FILE": str(configuration.with_suffix("")),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_NODENAME": "lab@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "ERL_EPMD_PORT": str(free_port()),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
    }
    try:
        with running([program], folder / "rabbitmq.log", environment=environment) as started:
            started.await_listening(tls, timeout=60)
            yield Broker("127.0.0.1", tls, clear, pair, started)
    finally:
        # The port mapper of its own that it started is a daemon, and outlives it.
        mapper = needs.program("epmd", "erlang-base")
        ending = {**os.environ, "ERL_EPMD_PORT": environment["ERL_EPMD_PORT"]}
        subprocess.run([mapper, "-kill"], env=ending, capture_output=True, check=False, timeout=20)
