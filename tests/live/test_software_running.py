"""Real programs that print no configuration: what they load, or show, is what hemostat reads in it."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from hemostat.software import programs
from tests.live.configured import certificate_of, pairs_of, program_of, read_from_disk, shown_by
from tests.live.peers import brokers, dovecot, needs, nginx, openvpn, postfix, proftpd, prosody, unpacked
from tests.live.peers.certificates import Pair, self_signed
from tests.live.peers.processes import free_port, running

WITNESSES = {
    "haproxy": "`show ssl cert` of a running one; what it shows",
    "stunnel": "its log of the files that it loads; what it shows on each port",
    "openvpn": "its log of its options",
    "vsftpd": "what a running one shows",
    "ejabberd": "what a running one shows",
    "proftpd": "what a running one shows; which of its servers have TLS",
    "prosody": "what a running one shows",
    "mosquitto": "what a running one shows",
}
"""What a program was held to, for docs/software.md."""


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return self_signed(tmp_path, "a.test")


def bundled(pair: Pair) -> Path:
    """Certificate and key in one file."""
    path = pair.certificate.with_suffix(".pem")
    path.touch(0o600)
    path.write_bytes(pair.certificate.read_bytes() + pair.key.read_bytes())
    return path


def test_haproxy_lists_what_it_has_loaded(tmp_path: Path, pair: Pair) -> None:
    program = needs.program("haproxy", "haproxy")
    first, second = bundled(pair), bundled(self_signed(tmp_path, "b.test", key="ecdsa"))
    port, control = free_port(), tmp_path / "control"
    (tmp_path / "list").write_text(f"# all\n{second} [alpn h2] b.test\n")
    start = tmp_path / "haproxy.cfg"
    start.write_text(
        f"global\n  stats socket {control} level admin\n  crt-base {tmp_path}\ndefaults\n  mode http\n"
        "  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\n"
        f"frontend f\n  bind 127.0.0.1:{port} ssl crt {first.name} crt-list {tmp_path}/list\n"
    )
    with running([program, "-db", "-f", str(start)], tmp_path / "log") as started:
        started.await_listening(port)
        assert program_of(started.process.pid) == (programs()["haproxy"], (str(start),))
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(10)
            asking.connect(str(control))
            asking.sendall(b"show ssl cert\n")
            said = b"".join(iter(lambda: asking.recv(65536), b"")).decode()
        uses = read_from_disk("haproxy", start).uses
        assert {line for line in said.splitlines() if line.startswith("/")} == {
            use.certificate for use in uses
        }
        assert pairs_of(uses) == {
            ("server", str(first), str(first), (), (port,)),
            ("server", str(second), str(second), ("b.test",), (port,)),
        }
        assert shown_by(f"https://127.0.0.1:{port}") == certificate_of(str(first))


def test_stunnel_says_what_it_loads(tmp_path: Path, pair: Pair) -> None:
    program = needs.program("stunnel4", "stunnel4")
    other = bundled(self_signed(tmp_path, "b.test"))
    ports = [free_port(), free_port()]
    start = tmp_path / "stunnel.conf"
    start.write_text(
        f"foreground = yes\ndebug = 7\npid =\ncert = {pair.certificate}\nkey = {pair.key}\n"
        f"[first]\naccept = 127.0.0.1:{ports[0]}\nconnect = 127.0.0.1:1\n"
        f"[second]\naccept = 127.0.0.1:{ports[1]}\nconnect = 127.0.0.1:1\nCERT = {other} \n"
        # Its own key is the common one as long as it says nothing else.
        f"key = {other}\n"
    )
    with running([program, str(start)], tmp_path / "log") as started:
        for port in ports:
            started.await_listening(port)
        assert program_of(started.process.pid) == (programs()["stunnel"], (str(start),))
        uses = read_from_disk("stunnel", start).uses
        assert pairs_of(uses) == {
            ("server", str(pair.certificate), str(pair.key), (), (ports[0],)),
            ("server", str(other), str(other), (), (ports[1],)),
        }
        said = started.await_text("Configuration successful")
        assert re.findall(r"Loading certificate from file: (\S+)", said) == [use.certificate for use in uses]
        assert re.findall(r"Loading private key from file: (\S+)", said) == [use.key for use in uses]
        for use in uses:
            assert shown_by(f"tls://127.0.0.1:{use.ports[0]}") == certificate_of(use.certificate)


def test_openvpn_says_what_it_was_told(tmp_path: Path, pair: Pair) -> None:
    program = needs.program("openvpn", "openvpn")
    port = free_port("udp")
    start = tmp_path / "vpn.conf"
    start.write_text(
        f"dev null\nproto udp\nlocal 127.0.0.1\nport {port}\ntls-server\ndh none\nverb 4 ; much\n"
        f"ca {pair.certificate.name}\n--cert {pair.certificate.name} # here\nkey '{pair.key}'\n"
    )
    argv = [program, "--cd", str(tmp_path), "--config", str(start)]
    with running(argv, tmp_path / "log") as started:
        said = started.await_text("priv_key_file")
        started.await_listening(port, "udp")
        program_found, named = program_of(started.process.pid)
    assert program_found is programs()["openvpn"]
    assert named == (str(start),)
    (use,) = read_from_disk("openvpn", start).uses
    assert (use.certificate, use.key, use.ports, use.role) == (
        str(pair.certificate),
        str(pair.key),
        (port,),
        "server",
    )
    assert re.findall(r"(?:  |\t)(?:cert_file|priv_key_file) = '(.*)'", said) == [
        pair.certificate.name,
        str(pair.key),
    ]


def test_openvpn_in_its_own_words_of_a_bundle_that_stands_there(tmp_path: Path, pair: Pair) -> None:
    program = needs.program("openvpn", "openvpn")
    start = tmp_path / "vpn.conf"
    start.write_text(
        f"dev null\nproto udp\nlocal 127.0.0.1\nport {free_port('udp')}\ntls-server\ndh none\nverb 4\n"
        f"ca {pair.certificate}\n<cert>\n{pair.certificate.read_text()}</cert>\n<key>\n{pair.key.read_text()}</key>\n"
    )
    with running([program, "--config", str(start)], tmp_path / "log") as started:
        said = started.await_text("priv_key_file")
    (use,) = read_from_disk("openvpn", start).uses
    assert (use.certificate, use.key, use.unresolved, use.written) == (None, None, "inline", None)
    assert re.search(r"priv_key_file = '\[INLINE\]'", said)


def test_vsftpd_shows_what_it_names(tmp_path: Path, pair: Pair) -> None:
    program = unpacked.program("vsftpd", "usr/sbin/vsftpd")
    port = free_port()
    start = tmp_path / "vsftpd.conf"
    empty = tmp_path / "empty"
    empty.mkdir()
    start.write_text(
        f"listen=YES\nlisten_address=127.0.0.1\nlisten_port={port}\nbackground=NO\nsecure_chroot_dir={empty}\n"
        f"ssl_enable=YES\nrsa_cert_file={pair.certificate}\nrsa_private_key_file={pair.key}\nseccomp_sandbox=NO\n"
    )
    with running([program, str(start)], tmp_path / "log") as started:
        started.await_listening(port)
        assert program_of(started.process.pid) == (programs()["vsftpd"], (str(start),))
        (use,) = read_from_disk("vsftpd", start).uses
        assert (use.key, use.ports, use.enabled) == (str(pair.key), (port,), True)
        assert shown_by(f"ftp://127.0.0.1:{port}") == certificate_of(use.certificate)


def test_ejabberd_shows_what_it_names(tmp_path: Path, pair: Pair) -> None:
    needs.program("ejabberdctl", "ejabberd")
    program = needs.program("erl", "erlang-base")
    port = free_port()
    start = tmp_path / "ejabberd.yml"
    (tmp_path / "more.yml").write_text(f"certfiles:\n  - PAIR  # ours\n  - {pair.key}\n")
    start.write_text(
        f'define_macro:\n  PAIR: "{pair.certificate}"\nhosts: [a.test]\ninclude_config_file: {tmp_path}/more.yml\n'
        f'listen:\n  -\n    port: {port}\n    ip: "127.0.0.1"\n    module: ejabberd_c2s\n    tls: true\n'
    )
    environment = {
        "ERL_LIBS": "/usr/lib/x86_64-linux-gnu" if Path("/usr/lib/x86_64-linux-gnu").exists() else "/usr/lib",
        "HOME": str(tmp_path),
        "EJABBERD_CONFIG_PATH": str(start),
        "EJABBERD_LOG_PATH": str(tmp_path / "ejabberd.log"),
    }
    # Its own script changes user and starts a port mapper; a node without a name needs neither.
    argv = [program, "-noinput", "-mnesia", "dir", f'"{tmp_path}/spool"', "-s", "ejabberd"]
    with running(argv, tmp_path / "log", environment=environment) as started:
        started.await_listening(port, timeout=30)
        assert program_of(started.process.pid)[0] is programs()["ejabberd"]
        uses = read_from_disk("ejabberd", start).uses
        assert {use.certificate for use in uses} == {str(pair.certificate), str(pair.key)}
        assert shown_by(f"tls://127.0.0.1:{port}") == certificate_of(uses[0].certificate)


def test_proftpd_shows_what_it_names(tmp_path: Path) -> None:
    with proftpd.server(tmp_path) as peer:
        # It writes its state over its command line, which then names no configuration.
        assert program_of(peer.running.process.pid) == (programs()["proftpd"], ())
        uses = read_from_disk("proftpd", tmp_path / "proftpd.conf").uses
        enabled = {port for use in uses for port in use.ports if use.enabled}
        assert enabled == {port for name, port in peer.ports.items() if name != "plain"}
        assert {use.key for use in uses} == {str(peer.pair.key)}
        assert shown_by(f"ftp://127.0.0.1:{peer.ports['tls']}") == certificate_of(uses[0].certificate)


def test_prosody_shows_what_it_names(tmp_path: Path) -> None:
    with prosody.server(tmp_path, "tls") as peer:
        assert program_of(peer.running.process.pid) == (
            programs()["prosody"],
            (f"{tmp_path}/prosody.cfg.lua",),
        )
        (use,) = read_from_disk("prosody", tmp_path / "prosody.cfg.lua").uses
        assert use.key == str(peer.pair.key)
        assert set(use.ports) == {peer.client_port, peer.server_port}
        assert shown_by(f"xmpp://127.0.0.1:{peer.client_port}", "--sni", prosody.NAME) == certificate_of(
            use.certificate
        )


def test_mosquitto_shows_what_it_names(tmp_path: Path) -> None:
    with brokers.mosquitto(tmp_path) as peer:
        assert program_of(peer.running.process.pid) == (
            programs()["mosquitto"],
            (f"{tmp_path}/mosquitto.conf",),
        )
        (use,) = read_from_disk("mosquitto", tmp_path / "mosquitto.conf").uses
        assert (use.key, use.ports) == (str(peer.pair.key), (peer.tls,))
        assert shown_by(f"tls://127.0.0.1:{peer.tls}") == certificate_of(use.certificate)


def test_nginx_postfix_and_dovecot_are_recognised_with_their_configurations(tmp_path: Path) -> None:
    with nginx.server(tmp_path) as web:
        found, (start,) = program_of(web.running.process.pid)
        assert found is programs()["nginx"]
        uses = read_from_disk("nginx", Path(start)).uses
        assert {port for use in uses for port in use.ports} == set(web.ports.values())
        assert {use.certificate for use in uses} == {str(web.pair.certificate)}
    with postfix.server() as mail:
        found, (start,) = program_of(mail.running.process.pid)
        assert found is programs()["postfix"]
        (use,) = read_from_disk("postfix", Path(start)).uses
        assert set(use.ports) == {port for name, port in mail.ports.items() if name != "none"}
        assert certificate_of(use.certificate) == shown_by(f"smtp://127.0.0.1:{mail.ports['tls']}")
    with dovecot.server("yes") as box:
        found, (start,) = program_of(box.running.process.pid)
        assert found is programs()["dovecot"]
        (use,) = read_from_disk("dovecot", Path(start)).uses
        assert set(use.ports) == set(box.ports.values())
        assert certificate_of(use.certificate) == shown_by(f"imaps://127.0.0.1:{box.ports['imaps']}")


def test_openvpn_named_by_options_alone_is_recognised(tmp_path: Path) -> None:
    with openvpn.server(tmp_path, "udp") as peer:
        assert program_of(peer.running.process.pid)[0] is programs()["openvpn"]
