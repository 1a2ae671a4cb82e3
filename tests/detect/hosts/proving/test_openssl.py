"""A library by ctypes, as a server over memory. In a child: what is loaded stays."""

import subprocess
import sys
from pathlib import Path

import pytest

from hemostat.detect.hosts.proving.openssl import _load_code
from tests.detect.hosts.proving.libraries import system_openssl

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="cannot be had: /proc/self/fd is Linux's")
ROOT = Path(__file__).parents[4]

PROGRAM = """
import os, ssl, sys
from hemostat.detect.hosts.proving.openssl import OpenSsl, Server
from hemostat.detect.hosts.proving.prove import _throw_away, _in_memory
from tests.detect.hosts.proving.libraries import system_openssl

libraries = system_openssl()
descriptors = [_in_memory(data) for data in libraries.files]
library = OpenSsl(descriptors, libraries.ssl, libraries.crypto, *_throw_away())
print(library.version)
for _ in range(2):
    server = Server(library)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client = context.wrap_bio(incoming, outgoing)
    for _ in range(4):
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            pass
        incoming.write(server.receive(outgoing.read()))
    print(client.version(), server.over)
    server.close()
server = Server(library)
print(len(server.receive(b"no TLS at all, by far")) < 100, server.over, server.receive(b"more"))
"""


def test_a_handshake_over_memory_and_what_is_none() -> None:
    system_openssl()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    version, first, second, junk = done.stdout.splitlines()
    assert version.startswith("OpenSSL 3")
    assert first == second == "TLSv1.3 True"
    assert junk == "True True b''"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("/proc/self/fd/5: wrong ELF class: ELFCLASS32", "library-other-machine"),
        (
            "libcrypto.so.1.0.0: cannot open shared object file: No such file or directory",
            "library-dependency",
        ),
        (
            "/lib/libc.so.6: version `GLIBC_2.38' not found (required by /proc/self/fd/4)",
            "library-dependency",
        ),
        ("/proc/self/fd/4: undefined symbol: EVP_new", "library-dependency"),
        ("/proc/self/fd/4: invalid ELF header", "library-malformed"),
        ("/proc/self/fd/4: file too short", "library-refused"),
    ],
)
def test_why_a_loader_refuses(message: str, code: str) -> None:
    assert _load_code(message) == code
