"""Redis."""

import pytest

from hemostat.software import programs
from tests.software.configured import kept, read

START = "/etc/redis/redis.conf"


def test_pairs_of_a_server_and_of_a_replica() -> None:
    server, client = read(
        "redis",
        START,
        """
        tls-port 6380
        dir /var/lib/redis
        tls-cert-file "a b.crt"
        tls-key-file /k
        tls-replication yes
        include client.conf
        """,
        client_dot_conf="tls-client-cert-file /c\ntls-client-key-file /d\n",
    )
    assert (server.certificate, server.key, server.ports) == ("/var/lib/redis/a b.crt", "/k", (6380,))
    assert (client.certificate, client.role, client.enabled) == ("/c", "client", True)
    assert client.file == "/etc/redis/client.conf"


@pytest.mark.parametrize(("port", "expected"), [("tls-port 0", False), ("", False), ("tls-port 1", True)])
def test_whether_tls_is_on(port: str, expected: bool) -> None:
    (use,) = read("redis", START, f"{port}\ntls-cert-file /c\ntls-key-file /k\n")
    assert use.enabled is expected


def test_an_empty_value_names_nothing() -> None:
    assert read("redis", START, 'tls-cert-file ""\ntls-key-file ""\n') == ()


def test_its_dump_is_read_without_passwords() -> None:
    dump = "tls-port\n6380\ntls-cert-file\n/a b\ntls-key-file\n/k\ntls-key-file-pass\nsecret\ntls-client-cert-file\n\n"
    (use,) = programs()["redis"].read_dump(dump).uses
    assert (use.certificate, use.key, use.ports) == ("/a b", "/k", (6380,))


def test_lines_that_a_collector_prints_say_no_more() -> None:
    text = "requirepass secret\ntls-key-file-pass secret\nmasterauth secret\ntls-port 1\nuser a on >secret\n"
    assert kept("redis", text) == [(4, "tls-port 1")]
