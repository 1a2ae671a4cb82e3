"""Exim: macros, conditions, expansions, transports."""

from hemostat.software import programs
from tests.software.configured import kept, read

START = "/etc/exim4/exim4.conf"
DEBIAN = """\
CONFDIR = /etc/exim4
MAIN_TLS_ENABLE = yes
.ifdef MAIN_TLS_ENABLE
.ifndef MAIN_TLS_CERTKEY
.ifndef MAIN_TLS_CERTIFICATE
MAIN_TLS_CERTIFICATE = CONFDIR/exim.crt
.endif
tls_certificate = MAIN_TLS_CERTIFICATE
.else
tls_certificate = MAIN_TLS_CERTKEY
.endif
.ifdef MAIN_TLS_PRIVATEKEY
tls_privatekey = MAIN_TLS_PRIVATEKEY
.elifdef MAIN_TLS_ENABLE
tls_privatekey = CONFDIR/exim.key
.else
tls_privatekey = /none
.endif
.endif
.ifdef UNSET
tls_certificate = /unset
.endif
daemon_smtp_ports = smtp : 465 : \\
   587
tls_on_connect_ports = 465
hide mysql_servers = localhost/db/user/secret
"""


def test_debians_macros() -> None:
    (use,) = read("exim", START, DEBIAN)
    assert (use.certificate, use.key) == ("/etc/exim4/exim.crt", "/etc/exim4/exim.key")
    assert (use.ports, use.line, use.enabled) == ((25, 465, 587), 8, True)


def test_transports_have_pairs_of_a_client() -> None:
    uses = read(
        "exim",
        START,
        """
        tls_certificate = /main.pem
        tls_advertise_hosts =
        begin transports
        smart:
          driver = smtp
          tls_certificate = /out.pem
          tls_privatekey = /out.key
        other:
          driver = smtp
        begin retry
        """,
    )
    assert [(use.certificate, use.key, use.role, use.enabled) for use in uses] == [
        ("/main.pem", "/main.pem", "server", False),
        ("/out.pem", "/out.key", "client", True),
    ]


def test_what_is_expanded_for_each_connection_is_said() -> None:
    (use,) = read("exim", START, "tls_certificate = ${if exists{/a}{/a}{/b}}\ntls_privatekey = /k\n")
    assert (use.certificate, use.key, use.unresolved) == (None, "/k", "computed")


def test_a_list_of_pairs() -> None:
    uses = read("exim", START, "tls_certificate = /a.pem : /b.pem\ntls_privatekey = /a.key : /b.key\n")
    assert [(use.certificate, use.key) for use in uses] == [("/a.pem", "/a.key"), ("/b.pem", "/b.key")]


def test_includes() -> None:
    uses = read(
        "exim",
        START,
        ".include /etc/exim4/a\n.include_if_exists /etc/exim4/b\n.include /etc/exim4/c\n",
        a="tls_certificate = /a\n",
    )
    assert [(use.certificate, use.unresolved) for use in uses] == [("/a", None), (None, "missing")]


def test_macros_within_macros_have_a_limit() -> None:
    text = "A = aaaaaaaaaaaaaaaa\n" + "".join(
        f"{b} = {a * 16}\n" for a, b in zip("ABCDEFG", "BCDEFGH", strict=True)
    )
    (use,) = read("exim", START, text + "tls_certificate = /H\n")
    assert len(use.certificate or "") <= 5000


def test_its_dump_is_read() -> None:
    (use,) = (
        programs()["exim"]
        .read_dump("tls_certificate = /a\ntls_privatekey = /b\ntls_on_connect_ports = \n")
        .uses
    )
    assert (use.certificate, use.key) == ("/a", "/b")


def test_lines_that_a_collector_prints_say_the_same_and_no_more() -> None:
    lines = kept("exim", DEBIAN)
    assert not any("secret" in line for _, line in lines)
    (use,) = programs()["exim"].read({START: lines}, (START,)).uses
    assert (use.certificate, use.key) == ("/etc/exim4/exim.crt", "/etc/exim4/exim.key")
