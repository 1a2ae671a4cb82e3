"""Postfix: main.cf, what master.cf says otherwise, parameters in parameters."""

import pytest

from hemostat.software import numbered, programs
from tests.software.configured import kept, read

POSTFIX = programs()["postfix"]
START = "/etc/postfix/main.cf"
MASTER = """\
smtp      inet  n       -       y       -       -       smtpd
465       inet  n       -       y       -       -       smtpd
  -o smtpd_tls_wrappermode=yes -o smtpd_tls_cert_file=/srv/other.pem
  -o smtpd_tls_key_file=$smtpd_tls_cert_file
127.0.0.1:10025 inet n  -       y       -       -       smtpd -o smtpd_tls_security_level=none
smtp      unix  -       -       y       -       -       smtp
relay     unix  -       -       y       -       -       smtp -o smtp_sasl_password_maps=static:secret
broken line
"""


def test_a_server_and_a_client() -> None:
    own, other, client = read(
        "postfix",
        START,
        """
        base = /srv
        smtpd_tls_cert_file = ${base}/mx.pem
        smtpd_tls_key_file = $(base)/mx.key
        smtpd_tls_security_level = may
        smtp_tls_cert_file = $config_directory/out.pem
        """,
        master_dot_cf=MASTER,
    )
    assert (own.certificate, own.key, own.role, own.line) == ("/srv/mx.pem", "/srv/mx.key", "server", 3)
    assert (own.ports, own.enabled) == ((25,), True)
    assert (other.certificate, other.key, other.ports) == ("/srv/other.pem", "/srv/other.pem", (465,))
    assert (other.file, other.line) == ("/etc/postfix/master.cf", 2)
    assert (client.certificate, client.key, client.role) == ("/etc/postfix/out.pem",) * 2 + ("client",)
    assert client.enabled is False


def test_kinds_of_keys_and_chains() -> None:
    uses = read(
        "postfix",
        START,
        """
        smtpd_use_tls = yes
        smtpd_tls_cert_file = none
        smtpd_tls_eccert_file = /ec.pem
        smtpd_tls_eckey_file = /ec.key
        lmtp_tls_chain_files =
          /a.pem,
          /b.pem
        """,
    )
    assert [(use.certificate, use.key, use.role) for use in uses] == [
        ("/ec.pem", "/ec.key", "server"),
        ("/a.pem", "/a.pem", "client"),
        ("/b.pem", "/b.pem", "client"),
    ]
    assert [use.enabled for use in uses] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False),
        ("smtpd_tls_security_level = may", True),
        ("smtpd_tls_security_level = none\nsmtpd_use_tls = yes", False),
        ("smtpd_enforce_tls = yes", True),
        ("level = encrypt\nsmtpd_tls_security_level = $level", True),
    ],
)
def test_whether_tls_is_on(text: str, expected: bool) -> None:
    (use,) = read("postfix", START, f"smtpd_tls_cert_file = /a\n{text}\n")
    assert use.enabled is expected


def test_a_parameter_that_is_not_set_here_is_said_and_a_circle_ends() -> None:
    first, second = read(
        "postfix",
        START,
        "smtpd_tls_cert_file = $unset/a\nsmtp_tls_cert_file = /x$loop\nloop = $loop$loop\n",
    )
    assert (first.unresolved, first.written) == ("variable", "$unset/a")
    assert second.unresolved == "variable"
    assert len(second.written or "") < 100_000


def test_its_dump_is_read() -> None:
    (use,) = POSTFIX.read_dump(
        "config_directory = /etc/postfix\nsmtp_sasl_password_maps = static:secret\n"
        "smtpd_tls_cert_file = ${config_directory}/a\nsmtpd_tls_security_level = may\n"
    ).uses
    assert (use.certificate, use.enabled) == ("/etc/postfix/a", True)


def test_lines_that_a_collector_prints_say_the_same_and_no_more() -> None:
    lines = kept("postfix", MASTER)
    assert [number for number, _ in lines] == [1, 2, 3, 4, 6]
    assert not any("secret" in line for _, line in lines)
    main = kept("postfix", "smtpd_tls_chain_files =\n  /etc/a.pem\n  secret\nmysql_password = secret\n")
    assert [line for _, line in main] == ["smtpd_tls_chain_files =", "  /etc/a.pem"]
    whole = POSTFIX.read({START: main, "/etc/postfix/master.cf": numbered(MASTER)}, (START,)).uses
    assert [use.certificate for use in whole] == ["/etc/a.pem", "/etc/a.pem"]


def test_a_command_line_names_the_folder() -> None:
    assert POSTFIX.named_by(("master", "-c", "/etc/postfix-out", "-w")) == ("/etc/postfix-out/main.cf",)
