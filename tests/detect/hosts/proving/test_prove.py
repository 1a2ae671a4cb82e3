"""A library put to the proof in its sandbox. (Real ones with heartbeats: tests/live.)"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest

from hemostat.assess import judge
from hemostat.detect.hosts.proving import prove as module
from hemostat.detect.hosts.proving.child import HEADER, frame
from hemostat.detect.hosts.proving.prove import Libraries, Proof, prove
from hemostat.detect.hosts.proving.sandbox import LAYERS
from hemostat.dialects import dialects
from hemostat.evidence import KINDS
from hemostat.exchange import Peer, Probe
from tests.detect.hosts.proving.libraries import system_openssl

T = TypeVar("T")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="cannot be had: the sandbox is Linux's")


def said(proof: Proof) -> tuple[str, str]:
    KINDS["probe"].check(proof.facts)
    KINDS["probe"].check_subject("build:" + "ab" * 32, "run:" + "0a" * 16, proof.facts)
    verdict = judge(proof.facts)
    return verdict.word, verdict.reason


def test_this_systems_own_has_no_heartbeats() -> None:
    proof = prove(system_openssl())
    if proof.facts["connections"][0]["failure"] == "sandbox-not-held":
        pytest.skip(f"cannot be had: this kernel holds {proof.sandbox}")
    assert said(proof) == ("not-affected", "not-offered")
    assert proof.facts["form"] == "library"
    assert proof.version is not None
    assert proof.version.startswith("OpenSSL 3.")
    assert (proof.sandbox["landlock"], proof.sandbox["seccomp"]) == ("held", "held")


@pytest.mark.parametrize("data", [b"", b"junk", b"\x7fELF" + bytes(100), b"#!/bin/sh\n"])
def test_what_is_no_library_is_not_asked(data: bytes) -> None:
    word, reason = said(prove(Libraries([data], ssl=0, crypto=0)))
    assert word == "inconclusive"
    assert reason in ("library-malformed", "library-refused", "library-other-machine")


def test_another_library_is_not_asked() -> None:
    whole = system_openssl()
    assert said(prove(Libraries([whole.files[0]], ssl=0, crypto=0))) == (
        "inconclusive",
        "library-lacks-functions",
    )


def test_one_that_misses_what_it_needs_is_not_asked() -> None:
    whole = system_openssl()
    assert said(prove(Libraries([whole.files[1]], ssl=0, crypto=0))) == ("inconclusive", "library-dependency")


HOSTILE = """
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
HELPERS
__attribute__((constructor)) static void begin(void) {
    const char *told = getenv("NOTHING");
    (void) told;
    if (open("/etc/passwd", O_RDONLY) >= 0) _exit(101);
    if (open(MARK, O_WRONLY | O_CREAT, 0600) >= 0) _exit(102);
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0) _exit(103);
    if (fork() >= 0) _exit(104);
    struct rlimit none = {0, 0};
    if (prlimit(getppid(), RLIMIT_NOFILE, &none, NULL) == 0) _exit(105);
    if (prlimit(0, RLIMIT_NOFILE, &none, NULL) == 0) _exit(106);
    ENDING;
}
"""


def built(folder: Path, ending: str) -> bytes:
    """A library whose constructor tries to read, write, connect, fork and set limits, and ends if it can."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler is installed (Debian package gcc)")
    source, library = folder / "hostile.c", folder / "hostile.so"
    source.write_text(
        HOSTILE.replace("HELPERS", HELPERS).replace("MARK", f'"{folder}/mark"').replace("ENDING", ending)
    )
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True, capture_output=True)
    return library.read_bytes()


def test_a_constructor_can_reach_nothing(tmp_path: Path) -> None:
    """It is loaded, and found to be no OpenSSL: had it got anywhere, the child would have ended."""
    proof = prove(Libraries([built(tmp_path, "return")], ssl=0, crypto=0))
    assert said(proof) == ("inconclusive", "library-lacks-functions")
    assert not (tmp_path / "mark").exists()


def test_one_that_crashes_is_a_crash_of_its_own(tmp_path: Path) -> None:
    assert said(prove(Libraries([built(tmp_path, "abort()")], ssl=0, crypto=0))) == (
        "inconclusive",
        "library-crashed",
    )


def test_one_that_never_returns_is_ended(tmp_path: Path) -> None:
    word, reason = said(prove(Libraries([built(tmp_path, "for (;;) ;")], ssl=0, crypto=0), seconds=2))
    assert word == "inconclusive"
    assert reason in ("library-silent", "library-crashed")


def test_one_that_waits_for_ever_is_ended(tmp_path: Path) -> None:
    data = built(tmp_path, "for (;;) pause()")
    assert said(prove(Libraries([data], ssl=0, crypto=0), seconds=2))[0] == "inconclusive"


HELPERS = """
static void put(const void *data, size_t length) {
    const char *left = data;
    while (length) {
        ssize_t done = write(1, left, length);
        if (done <= 0) return;
        left += done;
        length -= done;
    }
}
static void frame(char letter, const char *payload, size_t length) {
    unsigned char head[5] = {letter, length >> 24, length >> 16, length >> 8, length};
    put(head, 5);
    put(payload, length);
}
static void wait_for_ever(void) { for (;;) poll(NULL, 0, -1); }
"""


def puts(data: bytes) -> str:
    """In C: write that to the child's pipe."""
    escaped = "".join(f"\\{each:03o}" for each in data)
    return f'put("{escaped}", {len(data)});'


def failed(code: Any) -> bytes:
    return frame(b"R", json.dumps({"version": None, "failure": code}).encode())


def loaded(version: Any) -> bytes:
    return frame(b"R", json.dumps({"version": version, "failure": None}).encode())


FORGED = {
    "list": puts(frame(b"R", b"[]")),
    "cut": puts(frame(b"R", b"{")),
    "empty": puts(frame(b"R")),
    "code": puts(failed([1])),
    "code-escapes": puts(failed("\x1b[2J")),
    "version-escapes": puts(loaded("\x1b[2J")),
    "deep": "static char deep[200000]; memset(deep, '[', sizeof deep); frame('R', deep, sizeof deep);",
    "long": puts(b"R\xff\xff\xff\xff"),
    "many": f"for (int each = 0; each < 5000; each++) {puts(frame(b'X'))}",
    "many-empty": f"for (int each = 0; each < 5000; each++) {puts(frame(b'D'))}",
}


@pytest.mark.parametrize("forged", FORGED)
def test_one_that_speaks_for_the_child_is_not_believed(tmp_path: Path, forged: str) -> None:
    data = built(tmp_path, FORGED[forged] + " wait_for_ever()")
    proof = prove(Libraries([data], ssl=0, crypto=0))
    assert said(proof) == ("inconclusive", "library-crashed")
    assert proof.version is None


def test_what_held_is_told_before_a_library_can_speak(tmp_path: Path) -> None:
    lie = json.dumps(dict.fromkeys(LAYERS, "x")).encode()
    words = puts(frame(b"S", lie)) + puts(loaded("OpenSSL 1.0.1f")) + puts(frame(b"S", lie))
    proof = prove(Libraries([built(tmp_path, words + " abort()")], ssl=0, crypto=0))
    assert (proof.sandbox["landlock"], proof.sandbox["seccomp"]) == ("held", "held")
    assert proof.version == "OpenSSL 1.0.1f", "a library may lie of itself"
    assert said(proof)[0] == "inconclusive"


RECORDS = (
    "static char all[1 << 20]; for (int at = 0; at + 6 < sizeof all; at += 6)"
    ' memcpy(all + at, "\\x18\\x03\\x01\\0\\x01\\0", 6);'
)
FLOODS = {
    "empty": f"for (;;) {puts(frame(b'D') * 1000)}",
    "other": f"for (;;) {puts(frame(b'X'))}",
    "bytes": f"for (;;) {puts(frame(b'D', bytes(1)))}",
    "records": f"{RECORDS} for (;;) frame('D', all, sizeof all - 4);",
    "slowly": f"for (;;) {{ {puts(frame(b'N'))} poll(NULL, 0, 10); }}",
    "nothing": "",
}


@pytest.mark.parametrize("flood", FLOODS)
def test_one_that_never_stops_is_listened_to_no_longer(tmp_path: Path, flood: str) -> None:
    words = puts(loaded("OpenSSL 1.0.1f")) + puts(frame(b"N"))
    proof = prove(
        Libraries([built(tmp_path, f"{words} {FLOODS[flood]} wait_for_ever()")], ssl=0, crypto=0), seconds=2
    )
    assert said(proof)[0] == "inconclusive"
    assert proof.version == "OpenSSL 1.0.1f"


class Scripted:
    """A child that says the next of its frames whenever it is listened to, each `step` microseconds after the last."""

    gone = False

    def __init__(self, *said: tuple[bytes, bytes], step: int = 1000) -> None:
        self.now, self.step = 0, step
        self.rest = list(said)

    def heard(self, until: int) -> tuple[bytes, bytes]:
        self.now += self.step
        return self.rest.pop(0)

    def say(self, data: bytes) -> None:
        assert len(data) >= HEADER


ALERT = (b"D", b"\x15\x03\x01\x00\x02\x02\x46")


def connections(child: Scripted, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Those of a probe of a tenth of a second."""
    monkeypatch.setattr(module, "_now", lambda: child.now)
    probe = Probe(
        "server",
        Peer(None, None, None),
        dialects()["tls"],
        bytes,
        started=0,
        deadline=100_000,
        retries=0,
        form="library",
    )
    done = module._Driver(probe, cast("module._Child", child), None, 100_000).run()
    found: list[dict[str, Any]] = done.facts["connections"]
    return found


def test_one_that_trickles_is_heard_until_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = (b"D", b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
    child = Scripted((b"N", b""), begun, *[(b"D", b"\0")] * 9000)
    (only,) = connections(child, monkeypatch)
    assert child.now == 100_000
    assert (only["ended"], only["microseconds"]) == ("ours", 100_000)


def test_past_the_deadline_nothing_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    (only,) = connections(Scripted((b"N", b""), ALERT, step=60_000), monkeypatch)
    assert (only["ended"], only["alerts"]) == ("ours", [])


def test_what_is_said_of_one_connection_is_not_taken_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """The alert ends it, and then the child's word of its end comes late."""
    child = Scripted(*[(b"N", b""), ALERT, (b"C", b"")] * 20)
    found = connections(child, monkeypatch)
    assert len(found) > 1
    assert all(each["alerts"] for each in found)


def test_one_that_reads_nothing_is_not_waited_for(tmp_path: Path) -> None:
    library = module._in_memory(built(tmp_path, "wait_for_ever()"))
    with module._Child([library], Libraries([], ssl=0, crypto=0), 2.0) as child:
        assert child.heard(module._now() + 60_000_000) is not None
        child.say(bytes(1 << 20))
        assert child.heard(module._now()) is None
        assert not child.gone
    os.close(library)


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    """Killed, that can end nothing itself; and a library that reads nothing would never know."""
    (tmp_path / "library").write_bytes(built(tmp_path, "wait_for_ever()"))
    program = (
        "import pathlib, sys; from hemostat.detect.hosts.proving.prove import *;"
        "prove(Libraries([pathlib.Path(sys.argv[1]).read_bytes()], 0, 0), seconds=300)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path / "library"],
        env={"PYTHONPATH": str(Path(__file__).parents[4] / "src"), "PATH": os.defpath},
    )
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    child = 0
    try:
        child = int(eventually(lambda: children.read_text().split()[:1])[0])
        assert eventually(lambda: "Seccomp:\t2" in status(child))
        parent.kill()
        parent.wait()
        assert eventually(lambda: status(child) == "" or "State:\tZ" in status(child))
        child = 0
    finally:
        parent.kill()
        parent.wait()
        if child:
            os.kill(child, signal.SIGKILL)


def status(process: int) -> str:
    """As the kernel tells it; nothing of one that is gone."""
    try:
        return Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def eventually(ask: Callable[[], T]) -> T:
    """What it says as soon as that is true; what it says after half a minute."""
    for _ in range(300):
        if found := ask():
            return found
        time.sleep(0.1)
    return ask()
