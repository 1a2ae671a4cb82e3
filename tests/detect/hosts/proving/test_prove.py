"""A library put to the proof in its sandbox. (Real ones with heartbeats: tests/live.)"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hemostat.assess import judge
from hemostat.detect.hosts.proving.prove import Libraries, Proof, prove
from hemostat.evidence import KINDS
from tests.detect.hosts.proving.libraries import system_openssl

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
    source.write_text(HOSTILE.replace("MARK", f'"{folder}/mark"').replace("ENDING", ending))
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
