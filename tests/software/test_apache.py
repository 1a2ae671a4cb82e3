"""Apache httpd: virtual hosts, inheritance, includes, variables, its own dump."""

import pytest

from hemostat.software import numbered, programs
from tests.software.configured import kept, read

APACHE = programs()["apache"]
START = "/etc/apache2/apache2.conf"


def test_a_virtual_host_has_its_own_or_the_main_servers() -> None:
    main, first, second = read(
        "apache",
        START,
        """
        Listen 443
        ServerName main.test
        SSLCertificateFile ssl/main.pem
        <IfModule mod_ssl.c>
          <VirtualHost *:443 [::1]:8443>
            ServerName a.test
            ServerAlias b.test *.b.test
            SSLEngine on
            SSLCertificateFile "/srv/a cert.pem"
            SSLCertificateKeyFile /srv/a.key
            SSLCertificateChainFile /srv/chain.pem
            SSLSessionTicketKeyFile ssl/tickets
          </VirtualHost>
        </IfModule>
        <VirtualHost _default_:444>
          SSLEngine on
        </VirtualHost>
        <VirtualHost *:80>
        </VirtualHost>
        """,
    )
    assert (main.certificate, main.key) == ("/etc/apache2/ssl/main.pem",) * 2
    assert (main.names, main.ports, main.enabled, main.line) == (("main.test",), (443,), False, 4)
    assert (first.certificate, first.key, first.line) == ("/srv/a cert.pem", "/srv/a.key", 10)
    assert (first.names, first.ports) == (("a.test", "b.test", "*.b.test"), (443, 8443))
    assert (first.chain, first.tickets) == (("/srv/chain.pem",), ("/etc/apache2/ssl/tickets",))
    assert (second.certificate, second.ports, second.enabled) == (main.certificate, (444,), True)


def test_variables_come_from_define_and_from_envvars() -> None:
    text = """
        Define certs ${BASE}/certs
        ServerRoot /srv/web
        SSLEngine on
        SSLCertificateFile ${certs}/a.pem
        SSLCertificateKeyFile keys/${unknown}.key
        """
    (use,) = read("apache", START, text, envvars="unset HOME\nexport SUFFIX=\nexport BASE='/opt'$SUFFIX\n")
    assert (use.certificate, use.key) == ("/opt/certs/a.pem", None)
    assert (use.unresolved, use.written) == ("variable", "keys/${unknown}.key")


def test_includes_are_relative_to_the_servers_root() -> None:
    text = "Include conf.d/*.conf\nIncludeOptional none.conf\nInclude vhosts\nInclude gone.conf\n"
    files = {
        "/etc/httpd/conf/httpd.conf": numbered(f"ServerRoot /etc/httpd\n{text}"),
        "/etc/httpd/conf.d/ssl.conf": numbered("<VirtualHost *:443>\nSSLCertificateFile /a\n"),
        "/etc/httpd/vhosts/x/y.conf": numbered(
            "</VirtualHost>\n<VirtualHost *:444>\nSSLCertificateFile /b\n"
        ),
    }
    reading = APACHE.read(files)
    assert [(use.certificate, use.ports) for use in reading.uses[:2]] == [("/a", (443,)), ("/b", (444,))]
    assert [use.unresolved for use in reading.uses[2:]] == ["missing"]
    assert "/etc/httpd/none.conf" in reading.wants


def test_what_it_shows_to_servers_behind_it_is_a_clients() -> None:
    (use,) = read(
        "apache", START, "SSLProxyMachineCertificateFile /c.pem\nSSLProxyMachineCertificateChainFile /d.pem"
    )
    assert (use.role, use.certificate, use.key, use.chain) == ("client", "/c.pem", "/c.pem", ("/d.pem",))


def test_pairs_of_a_proxy_and_of_a_macro() -> None:
    proxy, macro = read(
        "apache",
        START,
        """
        <Proxy https://a.test/>
          SSLProxyMachineCertificateFile /p.pem
        </Proxy>
        <Macro Host $name>
          <VirtualHost *:443>
            SSLCertificateFile /srv/$name.pem
          </VirtualHost>
        </Macro>
        """,
    )
    assert (proxy.certificate, proxy.role) == ("/p.pem", "client")
    assert (macro.unresolved, macro.written, macro.line) == ("computed", "/srv/$name.pem", 7)


def test_what_mod_md_chooses_is_said() -> None:
    (use,) = read("apache", START, "MDomain a.test b.test")
    assert (use.unresolved, use.names) == ("computed", ("a.test", "b.test"))


@pytest.mark.parametrize(
    ("start", "root"),
    [
        ("/etc/apache2/apache2.conf", "/etc/apache2"),
        ("/etc/httpd/conf/httpd.conf", "/etc/httpd"),
        ("/usr/local/apache2/conf/httpd.conf", "/usr/local/apache2"),
    ],
)
def test_relative_paths_begin_where_the_distribution_has_its_root(start: str, root: str) -> None:
    (use,) = read("apache", start, "SSLCertificateFile a.pem")
    assert use.certificate == f"{root}/a.pem"


def test_its_dump_is_read() -> None:
    (use,) = APACHE.read_dump(
        "# In file: /etc/apache2/sites/a\n<VirtualHost *:443>\n  #   7:\n    SSLCertificateFile /a\n"
        "    AuthBasicFake user secret\n</VirtualHost>\n"
    ).uses
    assert (use.certificate, use.ports) == ("/a", (443,))


def test_lines_that_a_collector_prints_say_the_same_and_no_more() -> None:
    lines = kept(
        "apache",
        "<VirtualHost *:443>\nSSLCertificateFile /a\nDBDParams secret\nSetEnv K secret\n</VirtualHost>\n",
    )
    assert [line for _, line in lines] == ["<VirtualHost *:443>", "SSLCertificateFile /a", "</VirtualHost>"]
    (use,) = APACHE.read({START: lines}).uses
    assert (use.certificate, use.ports, use.line) == ("/a", (443,), 2)
