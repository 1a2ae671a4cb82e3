"""ProFTPD: the main server, all virtual hosts, one of them."""

from hemostat.software import programs
from tests.software.configured import kept, read

START = "/etc/proftpd/proftpd.conf"


def test_virtual_hosts_have_their_own_or_what_is_for_all() -> None:
    uses = read(
        "proftpd",
        START,
        """
        Port 2121
        Include /etc/proftpd/tls.conf
        <Global>
          TLSRSACertificateFile /srv/all.pem
          TLSRSACertificateKeyFile /srv/all.key
          TLSEngine on
        </Global>
        <VirtualHost a.test 10.0.0.1>
          Port 990
          TLSECCertificateFile /srv/ec.pem
          TLSCertificateChainFile /srv/chain.pem
        </VirtualHost>
        """,
        tls_dot_conf="<IfModule mod_tls.c>\nTLSEngine off\nTLSPKCS12File /srv/main\n</IfModule>\n",
    )
    assert [(use.certificate, use.key, use.ports, use.names, use.enabled) for use in uses] == [
        ("/srv/all.pem", "/srv/all.key", (2121,), (), False),
        ("/srv/main", "/srv/main", (2121,), (), False),
        ("/srv/all.pem", "/srv/all.key", (990,), ("a.test", "10.0.0.1"), True),
        ("/srv/ec.pem", "/srv/ec.pem", (990,), ("a.test", "10.0.0.1"), True),
    ]
    assert [use.form for use in uses] == ["pem", "pkcs12", "pem", "pem"]
    assert uses[3].chain == ("/srv/chain.pem",)
    assert uses[1].file == "/etc/proftpd/tls.conf"


def test_a_variable_is_said() -> None:
    (use,) = read("proftpd", START, "TLSRSACertificateFile %{env:CERT}\nPort 0\n")
    assert (use.unresolved, use.written, use.ports) == ("variable", "%{env:CERT}", ())


def test_a_folder_is_included_whole() -> None:
    (use,) = read(
        "proftpd", START, "Include /etc/proftpd/conf.d/\n", conf_dot_d__x="TLSRSACertificateFile /a\n"
    )
    assert use.certificate == "/a"


def test_lines_that_a_collector_prints_say_the_same_and_no_more() -> None:
    lines = kept(
        "proftpd",
        "<VirtualHost a>\nSQLConnectInfo db user secret\nTLSRSACertificateFile /a\n</VirtualHost>\n",
    )
    assert [number for number, _ in lines] == [1, 3, 4]
    assert [use.names for use in programs()["proftpd"].read({START: lines}).uses] == [("a",)]
