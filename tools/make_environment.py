"""Makes the Python environment that `./hemostat` or `./test` runs in, from a lock of hashed requirements.

Run by a Python that tools/find_python.sh has chosen (3.11 or later, with venv and ensurepip), standard
library alone. The environment is built in a folder of its own and moved into place by one rename, under a
lock: so there is never half an environment, whoever else starts at the same time and whenever this process
is killed. All that it says goes to stderr. Exit status: 0 the environment is there, 2 it can't be made (one
paragraph says why), 130 interrupted.
"""

import argparse
import contextlib
import errno
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

__all__ = ["SetUpError", "explain_output", "main", "make", "packages_in"]

# The user's pip settings count (mirror, proxy, certificates), but for those that put packages elsewhere.
STRAY_PIP_SETTINGS = (
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_CONSTRAINT",
    "PIP_REQUIREMENT",
    "PIP_DRY_RUN",
)
UNREACHABLE = re.compile(
    r"NewConnectionError|ConnectionResetError|ConnectTimeoutError|ReadTimeoutError|ProxyError|SSLError|"
    r"ProtocolError|RemoteDisconnected|NameResolutionError|Connection to .* timed out|"
    r"\b(?:403|407|50\d) (?:Client|Server) Error"
)
# What pip says of each package when it turns to it: from an index, or from a folder of files.
PACKAGE = re.compile(
    r"(?:Collecting|Obtaining dependency information for) (?P<pin>[^=\s]+)=="
    r"|Processing .*/(?P<file>[^-/]+)-[^/]*\.whl\b"
)
CAUSE = re.compile(r"\[Errno -?\d+\] [A-Za-z ,]+|certificate verify failed|timed out|\b[45]\d\d \w+ Error")
NO_ROOM = re.compile(r"No space left on device|Disk quota exceeded")


class SetUpError(Exception):
    """The environment can't be made; the text is one paragraph for the person who started the program."""


class Progress:
    """Says on stderr how far it is: one line that is written over on a terminal, else a line a step."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.terminal = sys.stderr.isatty()

    def say(self, text: str) -> None:
        print(
            f"\r\033[K{self.name}: {text}" if self.terminal else f"{self.name}: {text}",
            file=sys.stderr,
            flush=True,
        )

    def step(self, text: str) -> None:
        if self.terminal:
            print(f"\r\033[K{self.name}: {text}"[:100], end="", file=sys.stderr, flush=True)
        else:
            self.say(text)


def packages_in(lock: str) -> list[str]:
    """The names pinned in the text of a lock, in its order."""
    return re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", lock, flags=re.MULTILINE)


def explain_output(output: str) -> str:
    """What to tell the user of a step that failed: one paragraph drawn from what pip or venv printed."""
    if NO_ROOM.search(output):
        return "the disk is full. Make room"
    if "DO NOT MATCH THE HASHES" in output:
        return (
            "a package that was fetched isn't the one that this version of the program was locked to (its "
            "SHA-256 differs), and was not installed. If a mirror or proxy is in the way (PIP_INDEX_URL, "
            "HTTPS_PROXY), try without it"
        )
    if UNREACHABLE.search(output):
        cause = CAUSE.search(output)
        trust = "certificate verify failed" in output
        return (
            f"the package registry can't be reached ({cause[0] if cause else 'no connection'}). Behind a "
            "proxy, set HTTPS_PROXY=http://PROXY:PORT; to use a mirror, set "
            f"PIP_INDEX_URL=https://MIRROR/simple{'; to trust its authority, PIP_CERT=FILE' if trust else ''}"
        )
    missing = re.search(r"No matching distribution found for (\S+)", output)
    if missing:
        return (
            f"the package registry can't be reached, or has no ready-built {missing[1]} for Python "
            f"{sys.version.split()[0]} on this kind of machine. PIP_INDEX_URL names a mirror, and "
            "HEMOSTAT_PYTHON another Python, which may find one; PIP_ONLY_BINARY=:none: builds it here"
        )
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines or ["it said nothing"]
    return f"a step of it failed ({errors[-1]})"


def writable_folder(beside: Path, cache: Path | None, progress: Progress) -> Path:
    """`beside`, or where that can't be written to, `cache`. Raises SetUpError where neither can."""
    refused = ""
    for folder in (beside, cache):
        if folder is None:
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".probe-{os.getpid()}"
            probe.mkdir()
            probe.rmdir()
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise SetUpError("the disk is full. Make room") from error
            refused = refused or f"{folder} can't be written to ({error.strerror})"
            continue
        if refused:
            progress.say(f"{refused}, so its environment goes into {folder}")
        return folder
    raise SetUpError(
        f"{refused}, and there's no cache folder to use instead. Set XDG_CACHE_HOME to a folder of yours"
    )


@contextlib.contextmanager
def held(path: Path, progress: Progress) -> Iterator[bool]:
    """Holds the lock file at `path`; the system lets go of it if we are killed. Yields whether it could."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say("another start is making its environment; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:  # some network file systems: the rename at the end still lets one of two win, whole
            yield False
            return
        yield True


def usable(environment: Path) -> bool:
    """Whether it is there and the Python that it was made from still is, too."""
    return os.access(environment / "bin" / "python", os.X_OK)


def run(command: Sequence[str | Path], environ: dict[str, str]) -> None:
    """Runs `command`, a step of the build, to its end. Raises SetUpError where it fails."""
    done = subprocess.run(
        command,
        check=False,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise SetUpError(explain_output(done.stdout + done.stderr))


def install(
    python: Path, lock: Path, environ: dict[str, str], progress: Progress, from_source: Sequence[str] = ()
) -> None:
    """Installs what `lock` names, by its hashes, counting as pip goes. Raises SetUpError.

    The packages of `from_source` are built with what the environment holds already: nothing else is fetched.
    """
    total, seen, output = len(packages_in(lock.read_text())), set[str](), list[str]()
    options = ["--require-hashes", "--no-input", "--progress-bar", "off", "--requirement", str(lock)]
    if from_source:
        options += ["--no-build-isolation", "--no-binary", ",".join(from_source)]
    with subprocess.Popen(
        [str(python), "-I", "-m", "pip", "install", *options],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as pip:
        try:
            for line in pip.stdout or ():
                output.append(line)
                if line.startswith("Ignoring "):  # a marker: not for this machine
                    total -= 1
                elif found := PACKAGE.match(line):
                    package = (found["pin"] or found["file"]).replace("_", "-")
                    if package not in seen:
                        seen.add(package)
                        progress.step(f"{len(seen)}/{total} {package}")
                elif line.startswith("WARNING: Retrying"):
                    progress.step("the package registry doesn't answer; trying again")
                elif line.startswith("Installing collected packages"):
                    progress.step(f"all {total} fetched, unpacking")
        except BaseException:
            # Waited for: one that is still dying would write into the folder that is about to be removed.
            pip.kill()
            pip.wait()
            raise
    if pip.returncode:
        raise SetUpError(explain_output("".join(output)))


def pip_environment(scratch: Path) -> dict[str, str]:
    """The user's environment, less what would lead pip astray; its temporary files go to `scratch`."""
    environ = {
        "PIP_RETRIES": "1",
        "PIP_DEFAULT_TIMEOUT": "20",
        "PIP_ONLY_BINARY": ":all:",  # a build would fetch what it builds with, without hashes
    }
    environ |= os.environ
    for name in list(environ):
        if name in STRAY_PIP_SETTINGS or name.startswith("PYTHON"):
            del environ[name]
    ours = {
        "PIP_USER": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "TMPDIR": str(scratch),
        "LC_ALL": "C.UTF-8",
    }
    return environ | ours


def remove_scripts(programs: Path) -> None:
    """Removes what names the folder that it was made in, which is about to get another name: scripts, `activate`.

    Pythons stay (`python -m` runs what the scripts would have), and so do programs that are no scripts (ruff).
    """
    for path in list(programs.iterdir()):
        if path.is_dir():
            shutil.rmtree(path)
        elif not path.name.startswith("python") and (not os.access(path, os.X_OK) or is_script(path)):
            path.unlink()


def is_script(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"#!"


def build(
    work: Path,
    lock: Path,
    keep_pip: bool,
    source: Path | None,
    build_lock: Path | None,
    from_source: Sequence[str],
    progress: Progress,
) -> Path:
    """Makes the environment in `work`, a folder of its own; where in it. Raises SetUpError, OSError."""
    (work / "tmp").mkdir(parents=True)
    environ = pip_environment(work / "tmp")
    # The file behind all links, with its version in its name: when the system moves on to another Python, the
    # environment is seen to be unusable, not run by one that it has no packages for.
    run([os.path.realpath(sys.executable), "-I", "-m", "venv", "--without-pip", work / "env"], environ)
    python = work / "env" / "bin" / "python"
    run([python, "-I", "-m", "ensurepip"], environ)  # venv would do it too, but not say why it failed
    if build_lock is not None:
        install(python, build_lock, environ, progress)
    install(python, lock, environ, progress, from_source)
    if not keep_pip:
        run([python, "-I", "-m", "pip", "uninstall", "--yes", "--quiet", "pip", "setuptools"], environ)
    remove_scripts(python.parent)
    if source is not None and os.access(source, os.W_OK):
        ahead = [str(python), "-I", "-m", "compileall", "-q", str(source)]
        subprocess.run(ahead, check=False, env=environ, stdout=subprocess.DEVNULL)
    return work / "env"


def make(
    *,
    name: str,
    lock: Path,
    key: str,
    beside: Path,
    cache: Path | None,
    keep_pip: bool = False,
    source: Path | None = None,
    build_lock: Path | None = None,
    from_source: Sequence[str] = (),
) -> Path:
    """Makes the environment of `lock` in `beside` (where that is read-only, in `cache`), unless it is there.

    `key` tells locks and machines apart in the folder's name. `source`, the package that is run from the
    checkout, is compiled ahead. `from_source`: packages that come as source alone; what they are built with
    is in `build_lock`. Returns the environment's folder. Raises SetUpError, OSError.
    """
    progress = Progress(name)
    folder = writable_folder(beside, cache, progress)
    final = folder / f"env-{key}-{sys.implementation.cache_tag}"
    with held(folder / f"env-{key}.lock", progress) as locked:
        if usable(final):
            return final
        if locked:  # whoever lives holds the lock, so these are of one that was killed
            for stale in folder.glob(f"making-{key}-*"):
                shutil.rmtree(stale, ignore_errors=True)
        work = folder / f"making-{key}-{os.getpid()}"
        try:
            count = len(packages_in(lock.read_text()))
            progress.say(f"making its environment (once; {count} packages) in {final}")
            made = build(work, lock, keep_pip, source, build_lock, from_source, progress)
            if not usable(final):  # else another won the race, where nothing can be locked
                if os.path.lexists(final):
                    final.rename(work / "outdated")
                made.rename(final)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    progress.say("its environment is ready")
    return final


def stop(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt(number)


def main(argv: Sequence[str] | None = None) -> int:
    """The command line of the launchers; see the head of this file."""
    parser = argparse.ArgumentParser(prog="make_environment", description=__doc__.partition("\n")[0])
    parser.add_argument("--name", required=True, help="the program that says what is done")
    parser.add_argument("--lock", required=True, type=Path, help="hashed requirements")
    parser.add_argument("--key", required=True, help="tells locks and machines apart")
    parser.add_argument("--beside", required=True, type=Path, help="folder for environments")
    parser.add_argument("--cache", type=Path, help="folder to use where that one is read-only")
    parser.add_argument("--keep-pip", action="store_true", help="leave pip in the environment")
    parser.add_argument("--source", type=Path, help="package to compile ahead")
    parser.add_argument(
        "--from-source", action="append", default=[], help="package of the lock that comes as source alone"
    )
    parser.add_argument(
        "--build-lock", type=Path, help="what such packages are built with: a lock, installed first"
    )
    arguments = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    name = arguments.name
    try:
        make(**vars(arguments))
    except (SetUpError, OSError) as error:
        why = explain_output(str(error)) if isinstance(error, OSError) else str(error)
        print(
            f"{name}: its environment can't be made: {why}. Nothing is left half done: try again.",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print(f"{name}: interrupted; nothing is left half done.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
