"""Configurations of real programs, read by hemostat and printed by the program itself: both say the same."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from hemostat.software import KeyUse, programs
from tests.live.configured import pairs_of, program_of, read_from_disk
from tests.live.peers import needs, postgresql, unpacked
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import free_port, running

WITNESSES = {
    "nginx": "`nginx -T`: the same files, lines, certificates and keys",
    "apache": "`-D DUMP_CONFIG` (mod_info) and `-D DUMP_CERTS`",
    "postfix": "`postconf -n`, `-x` and `-P`",
    "dovecot": "`doveconf -n -P`",
    "mysql": "MariaDB's `my_print_defaults`",
    "postgresql": "`postgres -C NAME`; a running server's `pg_settings`",
    "openldap": "slapd.conf, the cn=config that slapd made of it, and `slapcat`",
    "redis": "a running server's `CONFIG GET`",
    "exim": "`exim -bP`",
}
"""What a program was held to, for docs/software.md."""


def printed(argv: Sequence[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def dumped(program: str, argv: Sequence[str]) -> tuple[KeyUse, ...]:
    return programs()[program].read_dump(printed(argv)).uses


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return self_signed(tmp_path, "a.test")


def test_nginx_prints_its_files(tmp_path: Path, pair: Pair) -> None:
    program = needs.program("nginx", "nginx")
    other = self_signed(tmp_path, "b.test", key="ecdsa")
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "b").write_text(
        f"server {{\n  listen 127.0.0.1:{free_port()} ssl;\n  server_name b.test;\n"
        f"  ssl_certificate {other.certificate.name};\n  ssl_certificate_key {other.key.name};\n}}\n"
    )
    start = tmp_path / "nginx.conf"
    start.write_text(
        f"pid {tmp_path}/pid;\nevents {{ }}\nhttp {{\n  ssl_certificate '{pair.certificate}';\n"
        f'  ssl_certificate_key "{pair.key}";\n  include sites/*;\n'
        f"  server {{ listen 127.0.0.1:{free_port()} ssl; server_name a.test; }}\n}}\n"
    )
    reading = read_from_disk("nginx", start)
    assert {use.certificate for use in reading.uses} == {str(pair.certificate), str(other.certificate)}
    ours = programs()["nginx"].dump
    assert ours is not None
    # With `-q` it prints its files and no word on whether they are right.
    assert dumped("nginx", [program, *ours.argv[1:], "-p", str(tmp_path), "-c", str(start)]) == reading.uses


def test_apache_prints_what_is_said_and_its_certificates(tmp_path: Path, pair: Pair) -> None:
    program = needs.program("apache2", "apache2")
    port = free_port()
    (tmp_path / "envvars").write_text(f"export PAIR={tmp_path}\n")
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "a.conf").write_text(
        f"<VirtualHost 127.0.0.1:{port}>\n  ServerName a.test\n  ServerAlias www.a.test\n  SSLEngine on\n"
        f"  SSLCertificateFile ${{PAIR}}/{pair.certificate.name}\n  SSLCertificateKeyFile \\\n   ${{key}}\n"
        "</VirtualHost>\n"
    )
    start = tmp_path / "apache2.conf"
    modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in ("mpm_event", "authz_core", "ssl", "info")
    )
    start.write_text(
        f"{modules}PidFile {tmp_path}/pid\nErrorLog {tmp_path}/log\nServerName main.test\nListen 127.0.0.1:{port}\n"
        f"ServerRoot {tmp_path}\nDefine key {pair.key}\nInclude sites\nIncludeOptional none/*.conf\n"
    )
    reading = read_from_disk("apache", start)
    assert pairs_of(reading.uses) == {
        ("server", str(pair.certificate), str(pair.key), ("a.test", "www.a.test"), (port,))
    }
    environment = {**os.environ, "PAIR": str(tmp_path)}
    argv = [program, "-f", str(start), "-t", "-D"]
    said, names = (
        subprocess.run([*argv, what], env=environment, capture_output=True, text=True, check=True).stdout
        for what in ("DUMP_CONFIG", "DUMP_CERTS")
    )
    assert pairs_of(programs()["apache"].read_dump(said).uses) == pairs_of(reading.uses)
    assert re.findall(r"^  (/.+)$", names, flags=re.MULTILINE) == [use.certificate for use in reading.uses]


def test_postfix_prints_its_parameters(tmp_path: Path, pair: Pair) -> None:
    program = needs.program("postconf", "postfix")
    other = self_signed(tmp_path, "b.test", key="ecdsa")
    start = tmp_path / "main.cf"
    start.write_text(
        f"compatibility_level = 3.6\nqueue_directory = {tmp_path}\ncertificates = $config_directory\n"
        f"smtpd_tls_cert_file =\n  ${{certificates}}/{pair.certificate.name}\nsmtpd_tls_key_file = {pair.key}\n"
        f"smtpd_tls_security_level = may\nsmtp_tls_cert_file = $smtpd_tls_cert_file\n"
        "smtp_tls_key_file = $smtpd_tls_key_file\n"
    )
    (tmp_path / "master.cf").write_text(
        "127.0.0.1:2525 inet n - n - - smtpd\n"
        f"127.0.0.1:4650 inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n"
        f"  -o smtpd_tls_cert_file={other.certificate} -o smtpd_tls_key_file={other.key}\n"
    )
    reading = read_from_disk("postfix", start)
    assert pairs_of(reading.uses) == {
        ("server", str(pair.certificate), str(pair.key), (), (2525,)),
        ("server", str(other.certificate), str(other.key), (), (4650,)),
        ("client", str(pair.certificate), str(pair.key), (), ()),
    }
    own = {
        (use.role, use.certificate, use.key)
        for use in dumped("postfix", [program, "-c", str(tmp_path), "-n"])
    }
    assert own == {(use.role, use.certificate, use.key) for use in reading.uses if use.file == str(start)}
    names = ["smtpd_tls_cert_file", "smtp_tls_key_file"]
    expanded = printed([program, "-c", str(tmp_path), "-x", "-h", *names]).split()
    assert expanded == [str(pair.certificate), str(pair.key)]
    service = printed([program, "-c", str(tmp_path), "-P", "127.0.0.1:4650/inet/smtpd_tls_cert_file"])
    assert service.strip().endswith(f"smtpd_tls_cert_file = {other.certificate}")


def test_dovecot_prints_its_settings(tmp_path: Path, pair: Pair) -> None:
    program = needs.program("doveconf", "dovecot-core")
    other = self_signed(tmp_path, "b.test", key="ecdsa")
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "10-ssl.conf").write_text(
        f"ssl = required\nssl_cert = <{pair.certificate}\nssl_key = < {pair.key}\n"
    )
    start = tmp_path / "dovecot.conf"
    start.write_text(
        "!include conf.d/*.conf\n!include_try none.conf\nprotocols =\n"
        f"local_name b.test {{\n  ssl_cert = <{other.certificate} # its own\n  ssl_key = <{other.key}\n}}\n"
    )
    reading = read_from_disk("dovecot", start)
    assert pairs_of(reading.uses) == {
        ("server", str(pair.certificate), str(pair.key), (), ()),
        ("server", str(other.certificate), str(other.key), ("b.test",), ()),
    }
    assert pairs_of(dumped("dovecot", [program, "-n", "-P", "-c", str(start)])) == pairs_of(reading.uses)


def test_mysql_prints_its_options(tmp_path: Path, pair: Pair) -> None:
    program = needs.program("my_print_defaults", "mariadb-client-core")
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "ssl.cnf").write_text(
        f"[mariadb]\nloose-ssl_key = '{pair.key}'\nport=3399 # ours\n"
    )
    start = tmp_path / "my.cnf"
    start.write_text(
        f"[mysqld]\nssl-cert = {pair.certificate}\nssl-key = /nowhere\n[client]\nssl-cert=/client.pem\n"
        f"ssl-key=/client.key\n!includedir {tmp_path}/conf.d\n"
    )
    reading = read_from_disk("mysql", start)
    servers = [use for use in reading.uses if use.role == "server"]
    assert pairs_of(servers) == {("server", str(pair.certificate), str(pair.key), (), (3399,))}
    ours = programs()["mysql"].dump
    assert ours is not None
    argv = [program, f"--defaults-file={start}", *ours.argv[1:]]
    assert pairs_of(dumped("mysql", argv)) == pairs_of(servers)


def test_postgresql_prints_its_settings(tmp_path: Path, pair: Pair) -> None:
    program = postgresql.programs() / "postgres"
    as_user: list[str] = []
    folder = tmp_path / "data"
    (folder / "conf.d").mkdir(parents=True)
    (folder / "PG_VERSION").write_text(f"{program.parts[-3]}\n")
    (folder / "postgresql.conf").write_text(
        "ssl = on\nport = 5499 # ours\nssl_cert_file = 'nowhere'\ninclude_dir = 'conf.d'\ninclude_if_exists 'none'\n"
    )
    (folder / "conf.d" / "ssl.conf").write_text(f"ssl_cert_file = '{pair.certificate}'\n")
    (folder / "postgresql.auto.conf").write_text("ssl_key_file = 'own.key'\n")
    if os.geteuid() == 0:
        as_user = [needs.program("runuser", "util-linux"), "-u", "postgres", "--"]
        for path in (*folder.rglob("*"), folder):
            shutil.chown(path, "postgres")
        for each in (tmp_path, *tmp_path.parents[:2]):
            each.chmod(0o755)
    folder.chmod(0o700)
    (use,) = read_from_disk("postgresql", folder / "postgresql.conf").uses
    said = [
        printed([*as_user, str(program), "-D", str(folder), "-C", name]).strip()
        for name in ("ssl_cert_file", "ssl_key_file", "port")
    ]
    assert said == [str(pair.certificate), "own.key", "5499"]
    assert (use.certificate, use.key, use.ports) == (str(pair.certificate), f"{folder}/own.key", (5499,))
    assert use.file == f"{folder}/conf.d/ssl.conf"


def test_postgresql_tells_its_settings_to_a_client() -> None:
    client = needs.program("psql", "postgresql-client")
    ours = programs()["postgresql"].dump
    assert ours is not None
    with postgresql.server("offered") as peer:
        address = f"host={peer.host} port={peer.port} user=postgres dbname=postgres sslmode=disable"
        (use,) = dumped("postgresql", [client, *ours.argv[1:], address])
        assert use.ports == (peer.port,)
        assert use.certificate is not None
        assert Path(use.certificate).read_bytes().count(b"BEGIN CERTIFICATE") == 1
        assert use.key is not None
        assert Path(use.key).stat().st_mode & 0o777 == 0o600


def test_openldap_has_the_same_in_both_forms_and_prints_it(tmp_path: Path, pair: Pair) -> None:
    slapd = needs.program("slapd", "slapd")
    start, folder = tmp_path / "slapd.conf", tmp_path / "slapd.d"
    folder.mkdir()
    (tmp_path / "tls.conf").write_text(f"TLSCertificateKeyFile {pair.key}\n")
    start.write_text(
        f"TLSCertificateFile\n  {pair.certificate}\ninclude {tmp_path}/tls.conf\nrootdn cn=config\n"
        "database config\nrootpw secret\n"
    )
    # slapd itself makes the one form of the other.
    subprocess.run(
        [slapd, "-T", "test", "-f", str(start), "-F", str(folder)], capture_output=True, check=True
    )
    reading = read_from_disk("openldap", start)
    assert pairs_of(reading.uses) == {("server", str(pair.certificate), str(pair.key), (), ())}
    assert pairs_of(read_from_disk("openldap", folder / "cn=config.ldif").uses) == pairs_of(reading.uses)
    ours = programs()["openldap"].dump
    assert ours is not None
    argv = [needs.program("slapcat", "slapd"), *ours.argv[1:], "-F", str(folder)]
    assert pairs_of(dumped("openldap", argv)) == pairs_of(reading.uses)


def test_redis_tells_its_settings_to_a_client(tmp_path: Path, pair: Pair) -> None:
    program, client = needs.program("redis-server", "redis-server"), needs.program("redis-cli", "redis-tools")
    clear, tls = free_port(), free_port()
    (tmp_path / "pair.conf").write_text(f'tls-cert-file "{pair.certificate}"\ntls-key-file {pair.key}\n')
    start = tmp_path / "redis.conf"
    start.write_text(
        f'bind 127.0.0.1\nport {clear}\ntls-port {tls}\ndir {tmp_path}\nsave ""\ntls-auth-clients no\n'
        f"tls-ca-cert-file {pair.certificate}\ninclude {tmp_path}/pair.conf\n"
    )
    with running([program, str(start)], tmp_path / "log") as started:
        started.await_listening(tls)
        assert program_of(started.process.pid)[0] is programs()["redis"]
        ours = programs()["redis"].dump
        assert ours is not None
        told = dumped("redis", [client, "-h", "127.0.0.1", "-p", str(clear), *ours.argv[1:]])
    assert pairs_of(told) == pairs_of(read_from_disk("redis", start).uses)
    assert pairs_of(told) == {("server", str(pair.certificate), str(pair.key), (), (tls,))}


def test_exim_prints_its_options(tmp_path: Path, pair: Pair) -> None:
    program = unpacked.program("exim4-daemon-light", "usr/sbin/exim4")
    (tmp_path / "macros").write_text(f"PAIR = {tmp_path}\n")
    start = tmp_path / "exim.conf"
    start.write_text(
        f"exim_user = nobody\nexim_group = nogroup\nspool_directory = {tmp_path}\n.include {tmp_path}/macros\n"
        f".ifdef PAIR\ntls_certificate = PAIR/{pair.certificate.name}\n.else\ntls_certificate = /nowhere\n.endif\n"
        f"tls_privatekey = \\\n  PAIR/{pair.key.name}\ndaemon_smtp_ports = 2525 : 4650\ntls_on_connect_ports = 4650\n"
    )
    reading = read_from_disk("exim", start)
    assert pairs_of(reading.uses) == {("server", str(pair.certificate), str(pair.key), (), (2525, 4650))}
    ours = programs()["exim"].dump
    assert ours is not None
    command = unpacked.known_here("Debian-exim", tmp_path, [program, "-C", str(start), *ours.argv[1:]])
    assert pairs_of(dumped("exim", command)) == pairs_of(reading.uses)
