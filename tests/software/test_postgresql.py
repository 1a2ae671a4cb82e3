"""PostgreSQL: settings, defaults in the data folder, includes, ALTER SYSTEM."""

import pytest

from hemostat.software import numbered, programs
from tests.software.configured import kept, read

POSTGRESQL = programs()["postgresql"]
START = "/etc/postgresql/15/main/postgresql.conf"


def test_paths_are_seen_from_the_data_folder() -> None:
    (use,) = read(
        "postgresql",
        START,
        """
        data_directory = '/var/lib/postgresql/15/main'		# moved
        port = 5433
        SSL on
        ssl_cert_file = '/etc/ssl/it''s.pem'
        ssl_key_file 'own.key'
        include_dir 'conf.d'
        """,
    )
    assert (use.certificate, use.key) == ("/etc/ssl/it's.pem", "/var/lib/postgresql/15/main/own.key")
    assert (use.ports, use.enabled, use.line) == ((5433,), True, 5)


def test_where_tls_is_on_there_are_defaults() -> None:
    (use,) = read("postgresql", START, "ssl = true")
    folder = "/etc/postgresql/15/main"
    assert (use.certificate, use.key) == (f"{folder}/server.crt", f"{folder}/server.key")
    assert (use.ports, use.line) == ((5432,), 1)
    assert read("postgresql", START, "ssl = off") == ()


def test_alter_system_is_read_last() -> None:
    files = {
        START: numbered("data_directory = '/data'\nssl = on\nssl_cert_file = '/a'\nssl_key_file = '/k'\n"),
        "/data/postgresql.auto.conf": numbered("ssl_cert_file = '/b'\nssl = 'off'\n"),
    }
    reading = POSTGRESQL.read(files)
    (use,) = reading.uses
    assert (use.certificate, use.key, use.enabled) == ("/b", "/k", False)
    assert (use.file, use.line) == ("/data/postgresql.auto.conf", 1)
    assert reading.wants == (START, "/data/postgresql.auto.conf")


def test_includes() -> None:
    uses = read(
        "postgresql",
        START,
        "include 'a.conf'\ninclude_if_exists = 'b.conf'\ninclude_dir = 'conf.d/'\ninclude 'c.conf'\n",
        a_dot_conf="ssl = on",
        conf_dot_d__x_dot_conf="ssl_cert_file = 'x.crt'",
    )
    assert [(use.certificate, use.unresolved) for use in uses] == [
        ("/etc/postgresql/15/main/x.crt", None),
        (None, "missing"),
    ]


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("postgres", "-D", "/data"), ("/data/postgresql.conf",)),
        (("postgres", "-D", "/data", "--config_file=/etc/p.conf"), ("/data/postgresql.conf", "/etc/p.conf")),
    ],
)
def test_a_command_line_names_folder_or_file(argv: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert POSTGRESQL.named_by(argv) == expected


def test_its_dump_is_read() -> None:
    (use,) = POSTGRESQL.read_dump(
        "data_directory = '/data'\nport = '5432'\nssl = 'on'\nssl_cert_file = 'a b.crt'\nssl_key_file = '/k'\n"
        "ssl_passphrase_command = 'echo secret'\n"
    ).uses
    assert (use.certificate, use.key) == ("/data/a b.crt", "/k")


def test_lines_that_a_collector_prints_say_the_same_and_no_more() -> None:
    lines = kept(
        "postgresql", "ssl = on\nssl_passphrase_command = 'echo secret'\nprimary_conninfo = 'secret'\n"
    )
    assert lines == [(1, "ssl = on")]
