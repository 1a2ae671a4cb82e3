"""What collect.sh says of configurations, certificates and keys: what a program's table allows, and nothing secret."""

import hashlib
import os
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hemostat.snapshots import (
    Certificate,
    ConfigurationFile,
    ConfigurationLine,
    KeyFile,
    Skipped,
    Snapshot,
    Unread,
)
from hemostat.software import Program, programs
from hemostat.software.reading import numbered
from tests.detect.hosts.collector import SCRIPT, collect, table
from tests.live.peers.certificates import Pair, self_signed
from tests.software.samples import SAMPLES

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
PKCS8, TRADITIONAL = serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def spki(key: Key) -> str:
    public = key.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()


def keys(root: Path) -> Snapshot:
    return collect("--root", root, "--only", "keys")


def test_the_table_is_that_of_the_programs() -> None:
    text = SCRIPT.read_text()
    start = text.index("PROGRAMS='\n") + len("PROGRAMS='\n")
    assert text[start : text.index("'\n", start)] == table(), f"it should be:\n{table()}"


HOSTILE = """
password = "hunter2"
  ssl_key_password = hunter2   # ssl_key = x
ssl_certificate /a; auth_basic_user_file hunter2; ssl_certificate_key /b;
ssl_certificate /a; "quoted" 12 } # hunter2
server { listen 443 ssl; password hunter2; }
[section] ; x
[mysqld]
 [a=b]
; ssl-cert = hunter2
# ssl_key = hunter2
ssl_key = </a-path.pem
ssl_key = -----BEGIN PRIVATE KEY-----MIIEvQhunter2
keyfile \\
  /b/hunter2.key
   keyMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ
/QIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ
<Section /x>
</VirtualHost>
</Include /x>
include = d/*
}
( ) [ ] {
-o smtpd_tls_cert_file=/c -o password=hunter2
smtps inet n - y - - smtpd -o smtpd_tls_cert_file=/c -o smtpd_tls_key_file=/d
\tindented = hunter2
cert\t/tab
key/without/blank
KEY "Upper"
.include /x
!include /y
tls_certificate = ${x}
port = 12 'a' "b"
"""


@pytest.mark.parametrize("awk", ["mawk", "gawk", "original-awk", "busybox"])
@pytest.mark.parametrize("program", programs().values(), ids=programs())
def test_the_lines_are_those_that_the_program_says(program: Program, awk: str, tmp_path: Path) -> None:
    command = shutil.which(awk)
    if command is None:
        pytest.skip(f"{awk} is not installed (Debian package {awk})")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/awk").symlink_to(command)
    name = program.configurations[0].replace("*", "1")
    path = tmp_path / "tree" / name.removeprefix("/")
    path.parent.mkdir(parents=True)
    # Not the last one's continuation: each of these lines is looked at with what came before, as in one file.
    text = SAMPLES[program.name] + HOSTILE
    path.write_text(text)
    found = collect(
        "--root", tmp_path / "tree", "--only", "keys", path=f"{tmp_path}/bin:{os.environ['PATH']}"
    )
    lines = [(each.line, each.text) for each in found.of(ConfigurationLine) if each.path == name]
    expected = [(number, line.replace("\t", "\\x09")) for number, line in program.printed(numbered(text))]
    assert lines == expected
    assert {each.program for each in found.of(ConfigurationLine)} <= {program.name}


def written(root: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


NGINX = """
user www-data; # not printed
http {
    include conf.d/*.conf;
    auth_basic_user_file /etc/nginx/hunter2;
    server {
        listen 443 ssl;
        ssl_certificate ssl/a.crt;
        ssl_certificate_key ssl/a.key;
        proxy_set_header Authorization "Basic hunter2";
    }
}
"""


@pytest.fixture(params=["rsa", "ecdsa"])
def nginx(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path, Pair]:
    """A tree with an nginx that has a certificate and a key: the tree, the folder /etc/nginx, the pair."""
    etc = tmp_path / "tree/etc/nginx"
    written(etc, {"nginx.conf": NGINX})
    pair = self_signed(tmp_path / "made", "a.test", key=request.param)
    written(etc / "ssl", {"a.crt": pair.certificate.read_bytes(), "a.key": pair.key.read_bytes()})
    (etc / "ssl/a.key").chmod(0o640)
    return tmp_path / "tree", etc, pair


def test_a_certificate_is_carried_and_of_a_key_its_public_half_alone(nginx: tuple[Path, Path, Pair]) -> None:
    root, etc, pair = nginx
    found = keys(root)
    (certificate,) = found.of(Certificate)
    assert (certificate.path, certificate.number, certificate.der) == ("/etc/nginx/ssl/a.crt", 1, pair.der)
    (key,) = found.of(KeyFile)
    status = (etc / "ssl/a.key").stat()
    assert (key.path, key.format, key.why) == ("/etc/nginx/ssl/a.key", "pem", None)
    private = serialization.load_pem_private_key(pair.key.read_bytes(), None)
    assert isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    assert key.spki == spki(private)
    assert (key.mode, key.uid, key.inode) == ("640", status.st_uid, status.st_ino)


def test_nothing_of_a_key_or_password_is_printed(nginx: tuple[Path, Path, Pair]) -> None:
    root, etc, pair = nginx
    bundle = pair.key.read_bytes() + pair.certificate.read_bytes()
    written(etc, {"ssl/both.pem": bundle, "conf.d/b.conf": "ssl_certificate ssl/both.pem;\nx hunter2;\n"})
    printed = subprocess.run(["sh", SCRIPT, "--root", root], capture_output=True, check=True).stdout
    assert b"both.pem" in printed
    assert b"hunter2" not in printed
    body = [line for line in pair.key.read_text().splitlines() if not line.startswith("-")]
    assert len(body) >= 2
    # Its public half is in the certificate too, and may stand there in the same letters.
    secret = [line for line in body if len(line) >= 24 and b64decode(line[:24])[2:-2] not in pair.der]
    assert secret
    for line in secret:
        assert line[:24].encode() not in printed
    assert b"PRIVATE KEY" not in printed


def test_includes_are_followed_and_each_file_is_read_once(tmp_path: Path) -> None:
    written(
        tmp_path / "etc/nginx",
        {
            "nginx.conf": "include conf.d/*.conf;\ninclude /etc/nginx/conf.d/a.conf;\n",
            "conf.d/a.conf": "include nginx.conf;\nserver { listen 1 ssl; }\n",
            "conf.d/b.conf": "include ../conf.d/b.conf;\nserver { listen 2 ssl; }\n",
            "elsewhere.conf": "server { listen 3 ssl; }\n",
        },
    )
    found = keys(tmp_path)
    names = [each.path.removeprefix("/etc/nginx/") for each in found.of(ConfigurationFile)]
    assert sorted(set(names)) == ["conf.d/a.conf", "conf.d/b.conf", "nginx.conf"]
    assert len(names) == len(set(names))
    assert {each.start for each in found.of(ConfigurationFile)} == {"/etc/nginx/nginx.conf"}
    said = {each.text for each in found.of(ConfigurationLine)}
    assert "server { listen 1 ssl; }" in said
    assert "server { listen 3 ssl; }" not in said


def test_a_file_that_cannot_be_read_whole_says_why(tmp_path: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    locked = serialization.BestAvailableEncryption(b"x")
    written(
        tmp_path / "etc/nginx",
        {
            "nginx.conf": "".join(f"ssl_certificate_key k/{name};\n" for name in (
                "encrypted.pem", "old.pem", "broken.pem", "plain.der", "store.jks", "ticket.key", "static.key", "no.key"
            )),
            "k/encrypted.pem": private.private_bytes(PEM, PKCS8, locked),
            "k/old.pem": private.private_bytes(PEM, TRADITIONAL, locked),
            "k/broken.pem": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "k/plain.der": private.private_bytes(DER, PKCS8, serialization.NoEncryption()),
            "k/store.jks": b"\xfe\xed\xfe\xed" + bytes(60),
            "k/ticket.key": bytes(range(48)),
            "k/static.key": "-----BEGIN OpenVPN Static key V1-----\n" + "0a" * 16 + "\n",
        },
    )  # fmt: skip
    found = {each.path.rpartition("/")[2]: each for each in keys(tmp_path).of(KeyFile)}
    assert {name: (each.format, each.why) for name, each in found.items()} == {
        "encrypted.pem": ("pem", "encrypted"),
        "old.pem": ("pem", "encrypted"),
        "broken.pem": ("pem", "not-understood"),
        "plain.der": ("der", None),
        "store.jks": ("jks", "keystore"),
        "ticket.key": ("ticket", "no-public-half"),
        "static.key": ("static", "no-public-half"),
    }
    assert found.pop("plain.der").spki == spki(private)
    assert {each.spki for each in found.values()} == {None}


def test_a_host_without_openssl_says_so(nginx: tuple[Path, Path, Pair], tmp_path: Path) -> None:
    root, _, _ = nginx
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in (
        "awk",
        "sed",
        "grep",
        "od",
        "tr",
        "stat",
        "head",
        "sha256sum",
        "id",
        "date",
        "cat",
        "readlink",
    ):
        path = shutil.which(name)
        assert path is not None
        (folder / name).symlink_to(path)
    # PATH is added to, so that the folders that hold openssl have to be named as empty ones.
    script = tmp_path / "collect.sh"
    script.write_text(
        SCRIPT.read_text().replace("PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin:/usr/local/bin", "")
    )
    sh = shutil.which("sh")
    assert sh is not None
    found = collect("--root", root, "--only", "keys", by=[sh], path=str(folder), script=script)
    (key,) = found.of(KeyFile)
    assert (key.spki, key.why) == (None, "no-openssl")


def test_a_link_of_a_tree_that_leads_out_of_it_is_not_followed(tmp_path: Path) -> None:
    pair = self_signed(tmp_path / "made", "a.test")
    etc = tmp_path / "tree/etc/nginx"
    written(etc, {"nginx.conf": "include out.conf;\nssl_certificate_key /etc/nginx/out.key;\n"})
    (tmp_path / "outside.conf").write_text("server { listen 9 ssl; }\n")
    (etc / "out.conf").symlink_to(tmp_path / "outside.conf")
    (etc / "out.key").symlink_to(pair.key)
    found = keys(tmp_path / "tree")
    assert found.of(KeyFile) == ()
    assert [each.text for each in found.of(ConfigurationLine) if "listen" in each.text] == []
    assert Unread(what="file", where="/etc/nginx/out.key", why="outside") in found.of(Unread)


def test_a_bundle_of_authorities_is_cut_at_sixteen(tmp_path: Path) -> None:
    pair = self_signed(tmp_path / "made", "a.test", key="ecdsa")
    bundle = pair.certificate.read_bytes() * 20
    written(tmp_path / "etc/nginx", {"nginx.conf": "ssl_certificate /etc/nginx/b.pem;\n", "b.pem": bundle})
    found = keys(tmp_path)
    assert [each.number for each in found.of(Certificate)] == list(range(1, 17))
    (skipped,) = found.of(Skipped)
    assert (skipped.what, skipped.why, skipped.count) == ("certificate", "too-many", 4)
