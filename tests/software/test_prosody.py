"""Prosody: settings for all and for hosts, tables, includes, and what it finds by itself."""

from hemostat.software import programs
from tests.software.configured import kept, read

START = "/etc/prosody/prosody.cfg.lua"


def test_tables_for_all_and_for_hosts() -> None:
    uses = read(
        "prosody",
        START,
        """
        -- ssl = { certificate = "no" }
        c2s_ports = { 5222 }; legacy_ssl_ports = { 5223, 5224 }
        ssl = {
          key = "certs/all.key";
          ["certificate"] = "/srv/all.pem", --[[ x = { ]]
        }
        https_ssl = { [5281] = { certificate = "h.pem", key = "h.key" } }
        Include "conf.d/*.cfg.lua"
        VirtualHost("b.test")
        Component "c.b.test" "muc"
          ssl = { certificate = Lua.os.getenv("X"); key = "/k" }
        """,
        conf_dot_d__a_dot_cfg_dot_lua='VirtualHost "a.test"\nssl = { key = "/a.key"; certificate = "/a.pem" }\n',
    )
    ports = (5222, 5223, 5224)
    assert [(use.certificate, use.key, use.names, use.ports, use.unresolved) for use in uses] == [
        ("/srv/all.pem", "/etc/prosody/certs/all.key", (), ports, None),
        ("/etc/prosody/h.pem", "/etc/prosody/h.key", (), ports, None),
        ("/a.pem", "/a.key", ("a.test",), ports, None),
        (None, "/k", ("c.b.test",), ports, "variable"),
    ]
    assert (uses[2].file, uses[2].line) == ("/etc/prosody/conf.d/a.cfg.lua", 2)


def test_what_it_finds_by_itself_is_said_to_be_so() -> None:
    first, second = read(
        "prosody", START, 'certificates = "tls"\nVirtualHost "a"\nVirtualHost "b"\nenabled = true\n'
    )
    assert (first.names, first.unresolved, first.written) == (("a",), "computed", "/etc/prosody/tls")
    assert (second.names, second.line) == (("b",), 3)


def test_one_file_for_both() -> None:
    (use,) = read("prosody", START, 'https_certificate = "/h.pem"\n')
    assert (use.certificate, use.key) == ("/h.pem", "/h.pem")


def test_includes_that_are_missing_or_a_circle_are_said() -> None:
    uses = read("prosody", START, 'Include "none.lua"\nInclude "prosody.cfg.lua"\n')
    assert [use.unresolved for use in uses] == ["missing", "too-deep"]


def test_lines_that_a_collector_prints_say_the_same_and_no_more() -> None:
    text = """\
        admins = { "secret" }
        VirtualHost "a"
          ssl = {
            key = "/k";
            certificate = "/c"; -- x
            password = "secret";
          }
        Component "b"
          component_secret = "secret"
          ssl = { key = "/k"; certificate = "/c"; password = "secret" }
        c2s_ports = 5222 component_secret = "secret"
        VirtualHost "c" component_secret = "secret"
        Component "d" "muc"
        """
    lines = kept("prosody", text)
    assert not any("secret" in line for _, line in lines)
    uses = programs()["prosody"].read({START: lines}).uses
    assert [(use.certificate, use.key, use.names) for use in uses[:1]] == [("/c", "/k", ("a",))]
    assert lines[-1] == (13, 'Component "d" "muc"')
