"""Dovecot: for all, for names and addresses; keys in files and keys that stand there."""

from hemostat.software import programs
from tests.software.configured import kept, read

START = "/etc/dovecot/dovecot.conf"


def test_pairs_for_all_and_for_some() -> None:
    uses = read(
        "dovecot",
        START,
        """
        !include conf.d/*.conf
        !include_try local.conf
        ssl_alt_cert = </srv/ec.pem   # second
        ssl_alt_key = < /srv/ec.key
        service imap-login {
          inet_listener imaps {
            port = 993
            ssl = yes
          }
          inet_listener imap {
            port = 0
          }
        }
        local_name a.test {
          ssl_cert = </srv/a.pem
          ssl_key = </srv/a.key
        }
        protocol lmtp {
          ssl_client_cert = <c.pem
          ssl_client_key = <c.key
        }
        """,
        conf_dot_d__ssl_dot_conf="ssl = required\nssl_cert = <private/all.pem\nssl_key = <private/all.key\n",
    )
    assert [(use.certificate, use.key, use.names, use.ports, use.role) for use in uses] == [
        ("/etc/dovecot/private/all.pem", "/etc/dovecot/private/all.key", (), (993,), "server"),
        ("/srv/ec.pem", "/srv/ec.key", (), (993,), "server"),
        ("/srv/a.pem", "/srv/a.key", ("a.test",), (993,), "server"),
        ("/etc/dovecot/c.pem", "/etc/dovecot/c.key", (), (), "client"),
    ]
    assert (uses[0].file, uses[0].line) == ("/etc/dovecot/conf.d/ssl.conf", 2)
    assert all(use.enabled for use in uses)


def test_the_settings_of_later_versions() -> None:
    (use,) = read("dovecot", START, "ssl = no\nssl_server_cert_file = /a\nssl_server_key_file = /b\n")
    assert (use.certificate, use.key, use.enabled) == ("/a", "/b", False)


def test_a_key_that_stands_there_is_said_and_not_repeated() -> None:
    use, *_ = read("dovecot", START, "ssl_cert = </a\nssl_key = -----BEGIN PRIVATE KEY-----\n")
    assert (use.certificate, use.key, use.unresolved, use.written) == ("/a", None, "inline", None)
    (use,) = read("dovecot", START, "ssl_cert = </a\nssl_key = MIIEsecret\n")
    assert (use.key, use.unresolved, use.written) == (None, "inline", None)
    (use,) = read("dovecot", START, "ssl_cert = </a\nssl_key = $ssl_default_key\n")
    assert (use.unresolved, use.written) == ("variable", "$ssl_default_key")


def test_its_dump_is_read_without_passwords() -> None:
    (use,) = (
        programs()["dovecot"]
        .read_dump(
            "# 2.3.19.1: /etc/dovecot/dovecot.conf\nssl_cert = </a\nssl_key = </b\nssl_key_password = secret\n"
        )
        .uses
    )
    assert (use.certificate, use.key) == ("/a", "/b")


def test_lines_that_a_collector_prints_say_the_same_and_no_more() -> None:
    lines = kept(
        "dovecot", "local_name a.test {\n  ssl_cert = </a\n  ssl_key = </b\n  ssl_key_password = secret\n}\n"
    )
    assert [number for number, _ in lines] == [1, 2, 3, 5]
    (use,) = programs()["dovecot"].read({START: lines}).uses
    assert (use.certificate, use.key, use.names) == ("/a", "/b", ("a.test",))
