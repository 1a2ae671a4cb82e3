"""`./hemostat`: what its first start makes, and each reason for which it can't."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shell import checkouts
from tests.shell.checkouts import PATIENCE, Checkout

pytestmark = pytest.mark.timeout(3 * PATIENCE)

ROOT_USER = os.geteuid() == 0
NOBODY = 65534
REAL = os.path.realpath(sys.executable)
# Stand-ins for a python3: the real one, made to believe that it is 3.9, or that it has no `ensurepip`.
TOO_OLD = f"""exec '{REAL}' -I -c 'import sys; sys.version_info = (3, 9, 2); exec(sys.argv[3])' "$@" """
WITHOUT_VENV = (
    f"""exec '{REAL}' -I -c 'import sys; sys.modules["ensurepip"] = None; exec(sys.argv[3])' "$@" """
)
SOUND = f"""exec '{REAL}' "$@" """


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return checkouts.make(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout whose environment is there, for tests that don't harm it."""
    checkout = checkouts.make(tmp_path_factory.mktemp("made"))
    assert checkout.start().status == 3
    return checkout


@pytest.fixture
def started(made: Checkout, tmp_path: Path) -> Checkout:
    """A checkout whose environment is there, for tests that change it."""
    return made.copy(tmp_path)


@pytest.fixture
def silent_registry() -> Iterator[socket.socket]:
    """A listener that takes connections and never answers: where a start can be caught in the middle."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        yield listener


def asking(listener: socket.socket) -> dict[str, str]:
    """The settings that make pip ask the registry at `listener`."""
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    return {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": url}


def mounting(checkout: Checkout, what: str) -> None:
    """Has the checkout start where `what` was done to $1, its path, seen by it alone; or skips the test."""
    probe = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "none", checkout.path],
        capture_output=True,
        check=False,
    )
    if probe.returncode:
        pytest.skip("cannot be had: the right to mount")
    script = f'set -e; {what}; shift; exec "$@"'
    checkout.prefix = ["unshare", "--mount", "sh", "-c", script, "sh", str(checkout.path)]


def test_the_first_start_tells_what_it_makes_and_the_next_is_silent(checkout: Checkout) -> None:
    first = checkout.start("check", "a b", "*", "")
    assert first.status == 3
    assert first.told["arguments"] == ["check", "a b", "*", ""]
    said = first.said.splitlines()
    assert said[0].startswith("hemostat: making its environment (once; 1 packages) in ")
    assert "hemostat: 1/1 pebble" in said
    assert said[-1] == "hemostat: its environment is ready"
    assert checkout.nothing_half_done()
    second = checkout.start()
    assert (second.status, second.said) == (3, "")
    assert second.told["pebble"].startswith(str(checkout.environments()[0]))


def test_the_environment_holds_what_the_lock_says_and_no_more(made: Checkout) -> None:
    [packages] = made.environments()[0].glob("lib/python*/site-packages")
    assert {path.name for path in packages.iterdir()} - {"__pycache__"} == {
        "pebble.py",
        "pebble-1.0.dist-info",
    }
    assert all(path.name.startswith("python") for path in made.environments()[0].glob("bin/*"))


def test_it_starts_from_any_folder_and_through_links(made: Checkout, tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    (tmp_path / "absolute").symlink_to(made.path / "hemostat")
    (elsewhere / "relative").symlink_to("../absolute")
    (tmp_path / "folder").symlink_to(made.path)
    for via in (f"{made.path}/hemostat", f"{tmp_path}/absolute", "./relative", f"{tmp_path}/folder/hemostat"):
        start = made.start(via=via, cwd=str(elsewhere))
        assert (start.status, start.said) == (3, ""), via
        assert start.told["folder"] == str(elsewhere)
    start = made.start("hemostat", via="sh", cwd=str(made.path))
    assert (start.status, start.said) == (3, "")


def test_nothing_of_the_users_python_gets_in_between(made: Checkout, tmp_path: Path) -> None:
    for name in ("json.py", "pebble.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit('a stranger was imported')")
    start = made.start(cwd=str(tmp_path), PYTHONPATH=str(tmp_path), PYTHONHOME="/nowhere", PYTHONSTARTUP="x")
    assert (start.status, start.said) == (3, "")
    assert start.told["path"][0] == str(made.path / "src")


def test_two_that_start_at_once_make_one_environment(checkout: Checkout) -> None:
    both = [checkout.begin("first"), checkout.begin("second")]
    said = [process.communicate(timeout=PATIENCE)[1] for process in both]
    assert [process.returncode for process in both] == [3, 3]
    assert sorted(text.count("making its environment (once") for text in said) == [0, 1]
    waited = said[0] if "(once" in said[1] else said[1]
    assert waited == "hemostat: another start is making its environment; waiting for it\n"
    assert len(checkout.environments()) == 1
    assert checkout.nothing_half_done()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_one_that_is_ended_in_the_middle_leaves_nothing_in_the_way(
    checkout: Checkout, silent_registry: socket.socket, number: signal.Signals
) -> None:
    process = checkout.begin(**asking(silent_registry))
    silent_registry.accept()[0].close()
    output, said = checkouts.kill(process, number)
    assert output == ""
    assert "Traceback" not in said
    assert checkout.environments() == []
    if number is not signal.SIGKILL:
        assert said.endswith("hemostat: interrupted; nothing is left half done.\n")
        assert checkout.nothing_half_done()
    start = checkout.start()
    assert start.status == 3
    assert "waiting" not in start.said
    assert checkout.nothing_half_done()


def test_it_starts_after_the_checkout_has_moved(started: Checkout) -> None:
    started.path = started.path.rename(started.path.with_name("moved"))
    start = started.start()
    assert (start.status, start.said) == (3, "")
    assert start.told["pebble"].startswith(str(started.path))


def test_a_new_lock_gets_a_new_environment(started: Checkout, tmp_path: Path) -> None:
    started.lock(checkouts.wheel(tmp_path / "wheels", "changed = True"))
    start = started.start()
    assert start.status == 3
    assert "its environment is ready" in start.said
    assert len(started.environments()) == 2
    assert "changed" in Path(start.told["pebble"]).read_text()


def test_an_environment_whose_python_has_gone_is_made_anew(started: Checkout) -> None:
    for link in started.environments()[0].glob("bin/python*"):
        link.unlink()
        link.symlink_to("/nowhere/python3")
    start = started.start()
    assert start.status == 3
    assert "its environment is ready" in start.said
    assert started.nothing_half_done()


def test_settings_that_would_put_packages_elsewhere_are_not_followed(
    checkout: Checkout, tmp_path: Path
) -> None:
    stray = {"PIP_TARGET": str(tmp_path / "stray"), "PIP_USER": "1", "PIP_PREFIX": str(tmp_path / "stray")}
    assert checkout.start(**stray).status == 3
    assert not (tmp_path / "stray").exists()


@pytest.mark.parametrize("home", ["HOME", "XDG_CACHE_HOME"])
def test_where_the_folder_is_read_only_it_uses_the_users_cache(checkout: Checkout, home: str) -> None:
    if ROOT_USER:
        mounting(checkout, 'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"')
    else:
        (checkout.path / "src" / "hemostat").chmod(0o555)
        checkout.path.chmod(0o555)
    folder = checkout.path.parent / "home"
    first = checkout.start(**{home: str(folder)})
    cache = folder / "hemostat" if home == "XDG_CACHE_HOME" else folder / ".cache" / "hemostat"
    assert first.status == 3, first
    assert "can't be written to (" in first.said.splitlines()[0]
    assert first.said.splitlines()[0].endswith(f"so its environment goes into {cache}")
    assert first.told["pebble"].startswith(str(cache))
    assert not (checkout.path / ".hemostat").exists()
    second = checkout.start(**{home: str(folder)})
    assert (second.status, second.said) == (3, "")
    assert list((cache / "pycache").rglob("cli.cpython-*.pyc")) != []

    homeless = checkout.start(HOME="", XDG_CACHE_HOME="not/absolute").refused()
    assert "there's no cache folder to use instead. Set XDG_CACHE_HOME" in homeless
    checkout.path.chmod(0o755)


def test_it_needs_no_root() -> None:
    """Started as nobody, where this runs as root; else every test here shows it."""
    if not ROOT_USER:
        return
    check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
    for python in ("/usr/bin/python3", "/usr/local/bin/python3", REAL):
        try:
            subprocess.run([python, "-I", "-c", check], user=NOBODY, capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        break
    else:
        pytest.skip("cannot be had: a Python 3.11 with venv that somebody other than root can run")
    folder = Path(tempfile.mkdtemp(prefix="hemostat-nobody-"))
    try:
        checkout = checkouts.make(folder)
        checkout.user = NOBODY
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        start = checkout.start(HEMOSTAT_PYTHON=python)
        assert start.status == 3, start
        assert checkout.environments()[0].stat().st_uid == NOBODY
    finally:
        shutil.rmtree(folder)


def test_without_a_python_it_says_which_it_needs(checkout: Checkout) -> None:
    said = checkout.start(PATH=checkout.path_of()).refused()
    assert "Python 3.11 or later is needed, and none was found" in said
    assert "apt-get install python3 python3-venv" in said


def test_a_python_that_is_too_old_is_named(checkout: Checkout) -> None:
    said = checkout.start(PATH=checkout.path_of(python3=TOO_OLD, python3_12=TOO_OLD)).refused()
    assert "Python 3.11 or later is needed: python3 is 3.9, python3.12 is 3.9." in said


def test_a_newer_python_is_found_beside_one_that_is_too_old(checkout: Checkout) -> None:
    start = checkout.start(PATH=checkout.path_of(python3=TOO_OLD, python3_11=WITHOUT_VENV, python3_13=SOUND))
    assert start.status == 3, start
    assert start.told["version"] == list(sys.version_info[:2])


def test_a_python_without_venv_names_the_debian_package(checkout: Checkout) -> None:
    said = checkout.start(PATH=checkout.path_of(python3=WITHOUT_VENV)).refused()
    version = "{}.{}".format(*sys.version_info[:2])
    assert f"Python {version} is here, but its venv module is not" in said
    assert f"apt-get install python3-venv (or python{version}-venv)" in said


def test_the_user_may_name_the_python(checkout: Checkout) -> None:
    programs = checkout.path_of(mine=SOUND, old=TOO_OLD)
    start = checkout.start(PATH=programs, HEMOSTAT_PYTHON=f"{programs}/mine")
    assert start.status == 3, start
    assert "old is 3.9" in checkout.start(PATH=programs, HEMOSTAT_PYTHON="old").refused()
    assert "nowhere (HEMOSTAT_PYTHON) can't be run" in checkout.start(HEMOSTAT_PYTHON="nowhere").refused()


def test_a_registry_out_of_reach_is_named_with_what_to_set(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings = asking(listener)
    said = checkout.start(**settings).refused()
    assert "the package registry can't be reached ([Errno 111] Connection refused)" in said
    assert "HTTPS_PROXY=" in said
    assert "PIP_INDEX_URL=" in said
    assert "Nothing is left half done" in said
    assert checkout.environments() == []
    assert checkout.nothing_half_done()
    assert checkout.start().status == 3


def test_a_registry_that_never_answers_is_given_up(
    checkout: Checkout, silent_registry: socket.socket
) -> None:
    said = checkout.start(**asking(silent_registry), PIP_DEFAULT_TIMEOUT="1").refused()
    assert "the package registry can't be reached (" in said
    assert "timed out)" in said.lower()


def test_a_package_that_is_not_the_locked_one_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    checkouts.wheel(tmp_path / "wheels", "raise SystemExit('installed all the same')")
    said = checkout.start().refused()
    assert "its SHA-256 differs" in said
    assert checkout.environments() == []
    assert checkout.nothing_half_done()


def test_a_package_with_no_build_for_this_machine_is_named(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "wheels" / "pebble-1.0-py3-none-any.whl").unlink()
    assert "or has no ready-built pebble==1.0 for Python" in checkout.start().refused()


def test_a_full_disk_is_said_to_be_full(checkout: Checkout) -> None:
    mounting(checkout, 'mkdir -p "$1/.hemostat"; mount -t tmpfs -o size=4m none "$1/.hemostat"')
    said = checkout.start().refused()
    assert "the disk is full. Make room. Nothing is left half done" in said
