"""ejabberd: YAML, and Erlang's terms before it."""

from hemostat.software import programs
from tests.software.configured import kept, read

START = "/etc/ejabberd/ejabberd.yml"
YAML = """\
define_macro:
  CERT: "/srv/macro.pem"
hosts:
  - a.test
certfiles:
  - "/srv/*.pem"
  - CERT
listen:
  -
    port: 5222
    module: ejabberd_c2s
    certfile: "/srv/c2s.pem"
  -
    port: 5280
    module: ejabberd_http
s2s_certfile: s2s.pem
host_config:
  "b.test":
    domain_certfile: "/srv/b.pem"
auth_password: secret
"""


def test_yaml() -> None:
    uses = read(
        "ejabberd", START, YAML + "include_config_file: more.yml\n", more_dot_yml='certfiles: ["/m.pem"]\n'
    )
    assert [(use.certificate, use.names, use.ports, use.line) for use in uses] == [
        ("/srv/*.pem", (), (), 6),
        ("/srv/macro.pem", (), (), 7),
        ("/srv/c2s.pem", (), (5222,), 12),
        ("/etc/ejabberd/s2s.pem", (), (), 16),
        ("/srv/b.pem", ("b.test",), (), 19),
        ("/m.pem", (), (), 1),
    ]
    assert all(use.key == use.certificate for use in uses)


def test_erlang() -> None:
    uses = read(
        "ejabberd",
        "/etc/ejabberd/ejabberd.cfg",
        """\
        {listen, [
          {5222, ejabberd_c2s, [{access, c2s}, {certfile, "/srv/c2s.pem"}, starttls]},
          {{5223, "::1"}, ejabberd_c2s, []}
          %% {5224, x, [{certfile, "/no"}]}
        ]}.
        {s2s_certfile, "/srv/s2s.pem"}.
        {domain_certfile, "a.test", "/srv/a.pem"}.
        """,
    )
    assert [(use.certificate, use.names, use.ports, use.line) for use in uses] == [
        ("/srv/c2s.pem", (), (5222,), 2),
        ("/srv/s2s.pem", (), (), 6),
        ("/srv/a.pem", ("a.test",), (), 7),
    ]


def test_lines_that_a_collector_prints_say_the_same_and_no_more() -> None:
    lines = kept("ejabberd", YAML)
    assert not any("secret" in line for _, line in lines)
    found = programs()["ejabberd"].read({START: lines}).uses
    assert {"/srv/*.pem", "/srv/c2s.pem", "/etc/ejabberd/s2s.pem", "/srv/b.pem"} <= {
        use.certificate for use in found
    }
    assert [use.ports for use in found if use.certificate == "/srv/c2s.pem"] == [(5222,)]
