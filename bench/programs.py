"""The programs that look for Heartbleed beside which `check` is measured: how each is called, what each says.

Each is called for this one question alone, on an address that it is given, so that none pays for more than it is asked.
All of them prove the hole by reading the peer's memory, and take silence for the absence of it.
"""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from bench.processes import Ran, run
from bench.results import Missing

__all__ = ["Program", "installed", "nmap_said", "others", "sslscan_said", "sslyze_said", "version_of"]


@dataclass(frozen=True, slots=True)
class Program:
    """`command`: how it is called for a port of 127.0.0.1; `read`: its answer out of all that it wrote, "" for none."""

    name: str
    command: Callable[[int], list[str]]
    read: Callable[[str], str]

    def answer(self, ran: Ran) -> str:
        """What it says of the server, or that it says nothing, or how it failed."""
        if ran.status < 0:
            return f"(ended by signal {-ran.status})"
        return self.read(ran.said) or "(nothing)"


def others() -> list[Program]:
    """nmap, sslyze and sslscan as they are here. Raises Missing."""
    nmap, sslscan = installed("nmap"), installed("sslscan")
    python = os.environ.get("HEMOSTAT_BENCH_PYTHON")
    if python is None:
        raise Missing("sslyze has an environment of its own, which bench/run makes: start it by that")
    sslyze = [python, "-I", "-m", "sslyze"]
    version = run([python, "-I", "-c", "from importlib.metadata import version; print(version('sslyze'))"])
    only = ("ciphersuites", "compression", "fallback", "groups", "renegotiation", "check-certificate")
    return [
        Program(
            f"nmap {version_of(nmap)}, ssl-heartbleed",
            lambda port: [nmap, "-Pn", "-n", "-p", str(port), "--script", "ssl-heartbleed", "127.0.0.1"],
            nmap_said,
        ),
        Program(
            f"sslyze {version.said.strip()}, --heartbleed",
            lambda port: [*sslyze, "--heartbleed", f"127.0.0.1:{port}"],
            sslyze_said,
        ),
        Program(
            f"sslscan {version_of(sslscan)}, Heartbleed alone",
            # --tlsall: where a server closes on its hello of SSL 2, sslscan 2.0.7 may end by SIGPIPE.
            lambda port: [
                sslscan,
                "--no-colour",
                "--tlsall",
                *(f"--no-{what}" for what in only),
                f"127.0.0.1:{port}",
            ],
            sslscan_said,
        ),
    ]


def nmap_said(output: str) -> str:
    """The script's own lines: there are none where it found nothing."""
    lines = [line.strip("|_ ") for line in output.splitlines() if line.startswith("|")]
    state = next((line for line in lines if line.startswith("State:")), "")
    return state or " ".join(lines)


def sslyze_said(output: str) -> str:
    """What stands below its heading for Heartbleed."""
    found = re.search(r"^ \* OpenSSL Heartbleed:\n((?: +\S.*\n)+)", output, flags=re.MULTILINE)
    return " ".join(found[1].split()) if found else ""


def sslscan_said(output: str) -> str:
    """What it says of each version that the server speaks."""
    lines = (line.strip() for line in output.splitlines())
    return "; ".join(line for line in lines if line.endswith("vulnerable to heartbleed"))


def installed(name: str) -> str:
    """Its path. Raises Missing."""
    path = shutil.which(name)
    if path is None:
        raise Missing(f"{name} is not installed: apt-get install {name}, or ./test as root, which does")
    return path


def version_of(program: str) -> str:
    """What it calls its version; in words where it names none."""
    found = re.search(r"\b\d+\.\d+(?:\.\d+)?\b", run([program, "--version"]).said)
    return found[0] if found else "of unknown version"
