"""What tools/make_environment.py reads out of pip, and what it lets pip see. The rest: test_launcher.py."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.shell.checkouts import wheel
from tools.make_environment import (
    PACKAGE,
    Progress,
    explain_output,
    install,
    main,
    packages_in,
    pip_environment,
    remove_scripts,
    usable,
)

ROOT = Path(__file__).parents[2]
NONE_FOUND = (
    "ERROR: Could not find a version that satisfies the requirement cffi==2.1.1 (from versions: none)\n"
    "ERROR: No matching distribution found for cffi==2.1.1\n"
)


def retrying(cause: str) -> str:
    """What pip prints when a connection failed for `cause`, and its next try, too."""
    return (
        "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after "
        f"connection broken by '{cause}': /cffi/\n{NONE_FOUND}"
    )


PEER = "<urllib3.connection.HTTPConnection object at 0x7f>: Failed to establish a new connection"
PROXY = "'Cannot connect to proxy.', OSError('Tunnel connection failed: 407 Proxy Authentication Required')"
AUTHORITY = (
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate"
)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            retrying(f"NewConnectionError('{PEER}: [Errno 111] Connection refused')"),
            "([Errno 111] Connection refused)",
        ),
        (
            retrying(f"NewConnectionError('{PEER}: [Errno -3] Temporary failure in name resolution')"),
            "([Errno -3] Temporary failure in name resolution). Behind a proxy, set HTTPS_PROXY=",
        ),
        (
            retrying(f"ProxyError({PROXY})"),
            "can't be reached (no connection). Behind a proxy, set HTTPS_PROXY=",
        ),
        (
            retrying(f"SSLError(SSLCertVerificationError(1, '{AUTHORITY} (_ssl.c:1006)'))"),
            "PIP_INDEX_URL=https://MIRROR/simple; to trust its authority, PIP_CERT=FILE",
        ),
        (NONE_FOUND, "can't be reached, or has no ready-built cffi==2.1.1 for Python 3."),
        ("ERROR: Exception:\nOSError: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "its SHA-256 differs"),
        ("Collecting x\nERROR: the first\nERROR: the last\nnotice", "a step of it failed (ERROR: the last)"),
        ("\n", "a step of it failed (it said nothing)"),
    ],
)
def test_the_cause_is_said_in_a_paragraph(output: str, said: str) -> None:
    assert said in explain_output(output)
    assert "\n" not in explain_output(output)


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("Collecting alembic==1.20.1 (from -r requirements.lock (line 3))", "alembic"),
        ("Obtaining dependency information for rich==15.0.0 from file:///x", "rich"),
        (
            "Processing /a/folder-of/files/typing_extensions-4.16.0-py3-none-any.whl (from -r /b-c/d-e)",
            "typing_extensions",
        ),
        ("  Downloading alembic-1.20.1-py3-none-any.whl (270 kB)", None),
        ("Installing collected packages: six, alembic", None),
    ],
)
def test_packages_are_counted_as_pip_turns_to_them(line: str, package: str | None) -> None:
    found = PACKAGE.match(line)
    assert (found and (found["pin"] or found["file"])) == package


def test_the_count_is_that_of_the_lock() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert len(packages_in(text)) == sum(
        "==" in line for line in text.splitlines() if not line.startswith((" ", "#"))
    )
    assert packages_in("# a==1\nb-c.d==2 ; marker \\\n    --hash=sha256:00\n    # via e\n") == ["b-c.d"]


def test_pip_sees_the_users_registry_and_none_of_what_leads_astray(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("PIP_RETRIES", "7")
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.delenv("PIP_ONLY_BINARY", raising=False)
    seen = pip_environment(tmp_path)
    assert (seen["PIP_INDEX_URL"], seen["PIP_RETRIES"]) == ("https://mirror.example/simple", "7")
    assert (seen["PIP_ONLY_BINARY"], seen["TMPDIR"]) == (":all:", str(tmp_path))
    assert "PIP_TARGET" not in seen
    assert "PYTHONPATH" not in seen


def test_an_environment_is_there_when_its_python_is(tmp_path: Path) -> None:
    assert not usable(tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to("/nowhere")
    assert not usable(tmp_path)
    (tmp_path / "bin" / "python").unlink()
    (tmp_path / "bin" / "python").symlink_to("/bin/sh")
    assert usable(tmp_path)


def test_a_lock_that_is_not_there_is_no_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    beside = tmp_path / "made"
    options = ["--name", "test", "--key", "k", "--lock", str(tmp_path / "none.lock"), "--beside", str(beside)]
    assert main(options) == 2
    out, said = capsys.readouterr()
    assert out == ""
    assert "none.lock" in said
    assert [path.name for path in beside.iterdir()] == ["env-k.lock"]


def test_programs_stay_and_what_names_its_folder_goes(tmp_path: Path) -> None:
    made = {
        "python3.11": (b"\x7fELF", 0o755),
        "ruff": (b"\x7fELF", 0o755),
        "tool": (b"\xcf\xfa\xed\xfe", 0o755),
        "pytest": (b"#!/made/in/bin/python\n", 0o755),
        "long": (b"#!/bin/sh\n'''exec' ", 0o755),
        "activate": (b"# This file must be used with source", 0o644),
        "Activate.ps1": (b"<#", 0o644),
    }
    for name, (content, mode) in made.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(mode)
    (tmp_path / "python3").symlink_to("python3.11")
    (tmp_path / "gone").symlink_to("nowhere")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "pytest.pyc").touch()
    remove_scripts(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["python3", "python3.11", "ruff", "tool"]


def test_no_pip_outlives_an_interruption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Popen itself waits a quarter of a second, which is too little on a busy machine."""
    started: list[subprocess.Popen[str]] = []

    class Hasty(subprocess.Popen[str]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._sigint_wait_secs = 0
            started.append(self)

    class Interrupted(Progress):
        def step(self, text: str) -> None:
            raise KeyboardInterrupt(text)

    pip = tmp_path / "python"
    pip.write_text("#!/bin/sh\necho 'Collecting pebble==1.0'\nexec sleep 1000\n")
    pip.chmod(0o755)
    (tmp_path / "a.lock").write_text("pebble==1.0\n")
    monkeypatch.setattr(subprocess, "Popen", Hasty)
    with pytest.raises(KeyboardInterrupt, match="1/1 pebble"):
        install(pip, tmp_path / "a.lock", dict(os.environ), Interrupted("test"))
    assert [process.returncode for process in started] == [-signal.SIGKILL]


BACKEND = """
import zipfile
import pebble  # of the build lock: there is no isolation, and nothing else is there

def build_wheel(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(folder + "/conch-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("conch.py", "made_with = %r" % pebble.__name__)
        archive.writestr("conch-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: conch\\nVersion: 1.0\\n")
        wheel = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        archive.writestr("conch-1.0.dist-info/WHEEL", wheel)
        archive.writestr("conch-1.0.dist-info/RECORD", "")
    return "conch-1.0-py3-none-any.whl"
"""


def source(folder: Path) -> str:
    """Writes the source of a package `conch`, which is built with `pebble`; its SHA-256."""
    inside = {
        "PKG-INFO": "Metadata-Version: 2.1\nName: conch\nVersion: 1.0\n",
        "backend.py": BACKEND,
        "pyproject.toml": "[build-system]\nrequires = ['pebble']\nbuild-backend = 'backend'\nbackend-path = ['.']\n",
    }
    path = folder / "conch-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in inside.items():
            member = tarfile.TarInfo(f"conch-1.0/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_comes_as_source_is_built_with_what_the_build_lock_pins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locks = {
        "build.lock": f"pebble==1.0 --hash=sha256:{wheel(tmp_path)}\n",
        "a.lock": f"conch==1.0 --hash=sha256:{source(tmp_path)}\n",
    }
    for name, text in locks.items():
        (tmp_path / name).write_text(text)
    for setting, value in {
        "NO_INDEX": "1",
        "FIND_LINKS": tmp_path.as_uri(),
        "CONFIG_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(f"PIP_{setting}", value)
    monkeypatch.delenv("PIP_ONLY_BINARY", raising=False)
    options = [
        "--name",
        "test",
        "--key",
        "k",
        "--lock",
        str(tmp_path / "a.lock"),
        "--beside",
        str(tmp_path / "made"),
    ]
    assert main([*options, "--build-lock", str(tmp_path / "build.lock"), "--from-source", "conch"]) == 0
    python = tmp_path / "made" / f"env-k-{sys.implementation.cache_tag}" / "bin" / "python"
    done = subprocess.run(
        [python, "-I", "-c", "import conch; print(conch.made_with)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "pebble\n"
