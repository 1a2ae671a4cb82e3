"""MySQL, MariaDB, Percona: groups, includes, instances, clients."""

from hemostat.software import programs
from tests.software.configured import kept, read

START = "/etc/mysql/my.cnf"


def test_the_last_of_the_servers_groups_stands() -> None:
    server, client = read(
        "mysql",
        START,
        """
        [mysqld]
        ssl-cert = /a.pem
        ssl_key = 'server.key'
        datadir = /var/lib/mysql # there
        [client]
        ssl-cert = /client.pem
        ssl-key = /client.key
        [mysqldump]
        quick
        [mariadb-10.11]
        loose_ssl_cert=/b.pem
        port = 3307
        !includedir /etc/mysql/conf.d/
        """,
        conf_dot_d__x_dot_cnf="[server]\nssl-cert = /c.pem\n",
    )
    assert (server.certificate, server.key, server.ports) == ("/c.pem", "/var/lib/mysql/server.key", (3307,))
    assert (server.file, server.line) == ("/etc/mysql/conf.d/x.cnf", 2)
    assert (client.certificate, client.key, client.role, client.ports) == (
        "/client.pem",
        "/client.key",
        "client",
        (),
    )


def test_other_interfaces_and_instances() -> None:
    uses = read(
        "mysql",
        START,
        """
        [mysqld]
        admin_ssl_cert = /admin.pem
        admin_ssl_key = /admin.key
        mysqlx_ssl_cert = /x.pem
        mysqlx_ssl_key = /x.key
        ssl = OFF
        [mysqld2]
        port = 3308
        ssl_cert = /two.pem
        ssl_key = /two.key
        skip_ssl
        [sst]
        tcert = /sst.pem
        tkey = /sst.key
        """,
    )
    assert [(use.certificate, use.ports, use.enabled) for use in uses] == [
        ("/admin.pem", (33062,), False),
        ("/x.pem", (33060,), False),
        # It has the other two from all, which is said once.
        ("/two.pem", (3308,), False),
        ("/sst.pem", (4444,), True),
    ]


def test_a_file_that_is_included_and_missing_is_said() -> None:
    (use,) = read("mysql", START, "[mysqld]\n!include /etc/mysql/none.cnf\n")
    assert (use.unresolved, use.written) == ("missing", "/etc/mysql/none.cnf")


def test_its_dump_is_read_without_passwords() -> None:
    (use,) = (
        programs()["mysql"].read_dump("--user=mysql\n--password=secret\n--ssl-cert=/a\n--ssl_key=/b\n").uses
    )
    assert (use.certificate, use.key, use.line) == ("/a", "/b", 3)


def test_lines_that_a_collector_prints_say_the_same_and_no_more() -> None:
    lines = kept("mysql", "[client]\npassword = secret\nssl-cert = /a\nssl-key = /b\n")
    assert [line for _, line in lines] == ["[client]", "ssl-cert = /a", "ssl-key = /b"]
    assert [use.role for use in programs()["mysql"].read({START: lines}).uses] == ["client"]
