"""HAProxy: `crt` wherever it stands, lists, stores."""

from hemostat.software import programs
from tests.software.configured import kept, read

START = "/etc/haproxy/haproxy.cfg"


def test_a_bind_shows_each_of_its_certificates() -> None:
    uses = read(
        "haproxy",
        START,
        """
        global
            crt-base /etc/ssl/private
        frontend web
            bind :443,:8443 ssl crt a.pem crt "/srv/b c.pem" tls-ticket-keys /run/tickets alpn h2
            bind *:80
            bind *:444 crt off.pem
        backend app
            default-server ssl crt client.pem
            server one 10.0.0.1:443 ssl crt /srv/client.pem verify none
        """,
    )
    assert [(use.certificate, use.key, use.ports, use.role, use.enabled) for use in uses] == [
        ("/etc/ssl/private/a.pem", "/etc/ssl/private/a.pem", (443, 8443), "server", True),
        ("/srv/b c.pem", "/srv/b c.pem", (443, 8443), "server", True),
        ("/etc/ssl/private/off.pem", "/etc/ssl/private/off.pem", (444,), "server", False),
        ("/etc/ssl/private/client.pem", "/etc/ssl/private/client.pem", (), "client", True),
        ("/srv/client.pem", "/srv/client.pem", (), "client", True),
    ]
    assert [use.tickets for use in uses[:3]] == [("/run/tickets",), ("/run/tickets",), ()]
    assert [use.line for use in uses] == [5, 5, 7, 9, 10]


def test_a_list_names_certificates_and_their_hosts() -> None:
    uses = read(
        "haproxy",
        START,
        "bind :443 ssl crt-list /etc/haproxy/list\nbind :444 ssl crt-list /none\nbind :445 ssl crt-list ${LIST}\n",
        list="# all\n/srv/a.pem [alpn h2 ssl-min-ver TLSv1.2] a.test !b.test *.a.test\n/srv/b.pem\n",
    )
    assert [(use.certificate, use.names, use.ports, use.file, use.line) for use in uses[:2]] == [
        ("/srv/a.pem", ("a.test", "*.a.test"), (443,), "/etc/haproxy/list", 2),
        ("/srv/b.pem", (), (443,), "/etc/haproxy/list", 3),
    ]
    assert [(use.unresolved, use.written) for use in uses[2:]] == [
        ("missing", "/none"),
        ("variable", "${LIST}"),
    ]
    wants = programs()["haproxy"].read({START: [(1, "bind :443 ssl crt-list /x")]}).wants
    assert wants == (START, "/x")


def test_a_store_names_keys_apart() -> None:
    uses = read(
        "haproxy",
        START,
        """
        crt-store web
            crt-base /srv/certs
            key-base /srv/keys
            load crt "a.pem" key "a.key" alias "a"
            load crt b.pem
            load crt c.pem key $KEY
        """,
    )
    assert [(use.certificate, use.key, use.unresolved) for use in uses] == [
        ("/srv/certs/a.pem", "/srv/keys/a.key", None),
        ("/srv/certs/b.pem", "/srv/certs/b.pem", None),
        ("/srv/certs/c.pem", None, "variable"),
    ]


def test_a_relative_path_without_a_base_stays_one() -> None:
    (use,) = read("haproxy", START, "bind :443 ssl crt a.pem")
    assert use.certificate == "a.pem"


def test_lines_that_a_collector_prints_say_the_same_and_no_more() -> None:
    lines = kept("haproxy", "userlist u\n  user a password secret\nfrontend f\n  bind :443 ssl crt /a.pem\n")
    assert lines == [(3, "frontend f"), (4, "  bind :443 ssl crt /a.pem")]
