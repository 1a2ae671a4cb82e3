"""OpenLDAP: slapd.conf and cn=config."""

from hemostat.software import programs
from tests.software.configured import kept, read


def test_slapd_conf() -> None:
    (use,) = read(
        "openldap",
        "/etc/ldap/slapd.conf",
        """\
        include /etc/ldap/tls.conf
        TLSCertificateFile
          "/srv/a b.pem"
        """,
        tls_dot_conf="tlscertificatekeyfile /srv/a.key\n",
    )
    assert (use.certificate, use.key, use.line) == ("/srv/a b.pem", "/srv/a.key", 2)


def test_cn_config() -> None:
    (use,) = read(
        "openldap",
        "/etc/ldap/slapd.d/cn=config.ldif",
        """\
        # AUTO-GENERATED
        dn: cn=config
        olcTLSCertificateFile: /etc/ldap/very/long/na
         me.pem
        olcTLSCertificateKeyFile: /etc/ldap/key.pem
        olcRootPW:: c2VjcmV0
        """,
    )
    assert (use.certificate, use.key, use.line) == ("/etc/ldap/very/long/name.pem", "/etc/ldap/key.pem", 3)


def test_a_value_of_which_only_the_first_line_was_given_is_not_known() -> None:
    long = "olcTLSCertificateFile: /etc/ldap/" + "x" * 60
    for second, known in (
        ((2, " y.pem"), True),
        ((2, "olcTLSCertificateKeyFile: /k"), True),
        ((3, "olcX: y"), False),
    ):
        (use,) = (
            programs()["openldap"]
            .read({"/e/cn=config.ldif": [(1, long), second]}, ("/e/cn=config.ldif",))
            .uses
        )
        assert (use.certificate is not None) is known
        assert known or use.unresolved == "broken"


def test_a_key_in_a_token_is_said() -> None:
    (use,) = read(
        "openldap", "/etc/ldap/slapd.conf", "TLSCertificateFile /a\nTLSCertificateKeyFile pkcs11:x\n"
    )
    assert (use.certificate, use.key, use.unresolved) == ("/a", None, "engine")


def test_a_command_line_names_file_or_folder() -> None:
    slapd = programs()["openldap"]
    assert slapd.named_by(("slapd", "-F", "/etc/ldap/slapd.d", "-h", "ldaps:///")) == (
        "/etc/ldap/slapd.d/cn=config.ldif",
    )
    assert slapd.named_by(("slapd", "-f", "/etc/ldap/slapd.conf")) == ("/etc/ldap/slapd.conf",)


def test_its_dump_is_read_without_passwords() -> None:
    dump = "dn: cn=config\nolcTLSCertificateFile: /a\nolcTLSCertificateKeyFile: /b\nolcRootPW: secret\n"
    (use,) = programs()["openldap"].read_dump(dump).uses
    assert (use.certificate, use.key) == ("/a", "/b")


def test_lines_that_a_collector_prints_say_no_more() -> None:
    wrapped = "olcTLSCertificateFile: /etc/ldap/na\n me.pem\nolcRootPW: secret\n secret\n"
    assert [number for number, _ in kept("openldap", wrapped)] == [1, 2]
    text = "rootpw secret\nsyncrepl rid=1 credentials=secret\n  tls_cert=/x\nTLSCertificateFile /a\n"
    assert kept("openldap", text) == [(4, "TLSCertificateFile /a")]
