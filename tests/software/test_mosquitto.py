"""Mosquitto: the default listener, others, bridges."""

from hemostat.software import programs
from tests.software.configured import kept, read

START = "/etc/mosquitto/mosquitto.conf"


def test_listeners_and_bridges() -> None:
    uses = read(
        "mosquitto",
        START,
        """
        certfile /default.pem
        keyfile /default.key
        include_dir /etc/mosquitto/conf.d
        connection up
        bridge_certfile /b c.pem
        bridge_keyfile /b.key
        """,
        conf_dot_d__x_dot_conf="listener 8883 127.0.0.1\ncertfile\t/x.pem\nkeyfile id\ntls_keyform engine\n",
    )
    assert [(use.certificate, use.key, use.ports, use.role, use.unresolved) for use in uses] == [
        ("/default.pem", "/default.key", (1883,), "server", None),
        ("/x.pem", None, (8883,), "server", "engine"),
        ("/b c.pem", "/b.key", (), "client", None),
    ]
    assert (uses[1].file, uses[1].line) == ("/etc/mosquitto/conf.d/x.conf", 2)


def test_lines_that_a_collector_prints_say_the_same_and_no_more() -> None:
    lines = kept("mosquitto", "connection x\nremote_password secret\nbridge_certfile /a\nbridge_psk secret\n")
    assert [line for _, line in lines] == ["connection x", "bridge_certfile /a"]
    (use,) = programs()["mosquitto"].read({START: lines}).uses
    assert (use.role, use.unresolved) == ("client", "missing")
