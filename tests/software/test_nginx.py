"""nginx: certificates by block, includes, variables, clients, its own dump."""

import pytest

from hemostat.software import numbered, programs
from tests.software.configured import kept, read

NGINX = programs()["nginx"]
START = "/etc/nginx/nginx.conf"


def test_a_server_inherits_what_it_does_not_say() -> None:
    first, second, third = read(
        "nginx",
        START,
        """
        http {
          ssl_certificate outer.pem; ssl_certificate_key outer.key;
          ssl_session_ticket_key tickets/new; ssl_session_ticket_key tickets/old;
          server { listen 443 ssl; listen [::]:8443 ssl; server_name a.test *.a.test; }
          server {
            listen 127.0.0.1:444 ssl;
            server_name b.test;
            ssl_certificate "/srv/b with blank/rsa.pem";
            ssl_certificate_key /srv/b.key;
            ssl_certificate /srv/ec.pem; ssl_certificate_key /srv/ec.key;
          }
        }
        """,
    )
    assert (first.certificate, first.key) == ("/etc/nginx/outer.pem", "/etc/nginx/outer.key")
    assert (first.file, first.line) == (START, 3)
    assert first.tickets == ("/etc/nginx/tickets/new", "/etc/nginx/tickets/old")
    assert (first.names, first.ports) == (("a.test", "*.a.test"), (443, 8443))
    assert (second.certificate, second.key, second.line) == ("/srv/b with blank/rsa.pem", "/srv/b.key", 9)
    assert (third.certificate, third.key, third.line) == ("/srv/ec.pem", "/srv/ec.key", 11)
    assert (third.names, third.ports, third.tickets) == (("b.test",), (444,), first.tickets)


def test_includes_are_read_in_their_place_and_wanted() -> None:
    text = "http { ssl_certificate c; include conf.d/*.conf; include snippets/none.conf; }"
    reading = NGINX.read({START: numbered(text)}, (START,))
    assert reading.wants == (START, "/etc/nginx/conf.d/*.conf", "/etc/nginx/snippets/none.conf")
    found = read("nginx", START, text, conf_dot_d__a_dot_conf="server { listen 1; ssl_certificate_key k; }")
    assert [(use.certificate, use.key, use.ports, use.unresolved) for use in found] == [
        ("/etc/nginx/c", "/etc/nginx/k", (1,), None),
        (None, None, (), "missing"),
    ]
    assert found[1].written == "/etc/nginx/snippets/none.conf"


def test_a_circle_of_includes_is_said() -> None:
    (lost,) = read("nginx", START, "include nginx.conf;")
    assert (lost.unresolved, lost.line) == ("too-deep", 1)


@pytest.mark.parametrize(
    ("certificate", "key", "why", "written"),
    [
        ("/certs/$ssl_server_name.pem", "/k", "variable", "/certs/$ssl_server_name.pem"),
        ("/c", "/keys/${name}.key", "variable", "/keys/${name}.key"),
        ("/c", "engine:pkcs11:label", "engine", None),
        ("/c", "data:$key", "inline", None),
        ("/c", '""', "broken", None),
    ],
)
def test_what_is_no_file_is_said(certificate: str, key: str, why: str, written: str | None) -> None:
    (use,) = read(
        "nginx", START, f"http {{ server {{ ssl_certificate {certificate}; ssl_certificate_key {key}; }} }}"
    )
    assert (use.unresolved, use.written) == (why, written)
    assert (use.certificate is None) != (use.key is None)


def test_a_certificate_without_a_key_is_said() -> None:
    (use,) = read("nginx", START, "http { server { ssl_certificate c; } }")
    assert (use.certificate, use.key, use.unresolved, use.ports) == ("/etc/nginx/c", None, "missing", (80,))


def test_what_it_shows_to_servers_behind_it_is_a_clients() -> None:
    uses = read(
        "nginx",
        START,
        """
        http {
          proxy_ssl_certificate c; proxy_ssl_certificate_key k;
          server { listen unix:/run/x; location / { grpc_ssl_certificate g; grpc_ssl_certificate_key h; } }
        }
        """,
    )
    assert [(use.role, use.certificate, use.ports) for use in uses] == [
        ("client", "/etc/nginx/c", ()),
        ("client", "/etc/nginx/g", ()),
    ]


def test_its_dump_is_read_as_its_files() -> None:
    dump = (
        "# configuration file /etc/nginx/nginx.conf:\nhttp {\ninclude sites/*;\n}\n\n"
        "# configuration file /etc/nginx/sites/a:\nserver {\n  ssl_certificate c;\n  ssl_certificate_key k;\n}\n\n"
    )
    (use,) = NGINX.read_dump(dump).uses
    assert (use.file, use.line, use.certificate) == ("/etc/nginx/sites/a", 2, "/etc/nginx/c")


def test_lines_that_a_collector_prints_say_the_same_and_no_more() -> None:
    text = """\
        http {
          # ssl_certificate old;
          auth_basic_user_file "secret";
          server { listen 443 ssl; proxy_set_header Authorization "secret"; }
          server {
            proxy_set_header Authorization "Basic secret"; # and more
            ssl_certificate c; # a secret
            ssl_certificate_key k;
          }
        }
        """
    lines = kept("nginx", text)
    assert not any("secret" in line for _, line in lines)
    (use,) = NGINX.read({START: lines}, (START,)).uses
    assert (use.certificate, use.key, use.line) == ("/etc/nginx/c", "/etc/nginx/k", 7)
