"""The README's tour is run, command by command, and prints what the README says; its links lead somewhere."""

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")]
PAGES += [*sorted((ROOT / "docs").glob("*.md")), ROOT / "bench" / "README.md"]
README = (ROOT / "README.md").read_text()
CONSOLE = re.compile(r"```console\n\$ \./hemostat ([^\n]*)\n(.*?)```", re.DOTALL)
TOUR = CONSOLE.findall(README)
PORT_BASE = 20000

# What differs from run to run: digests, times, host and run.
CHANGING = (
    (r"\b(?:host|run):[0-9a-z=.-]+", "NAME"),
    (r"\b[0-9a-f]{64}\b", "DIGEST"),
    (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "TIME"),
    (r"\d+\.\d ms", "MS"),
    (r"127\.0\.0\.1:\d+ *", "PLACE "),
)


def plain(text: str) -> str:
    for pattern, word in CHANGING:
        text = re.sub(pattern, word, text)
    return text


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    ledger = tmp_path_factory.mktemp("tour") / "ledger.sqlite"
    return {**os.environ, "HEMOSTAT_LEDGER": str(ledger), "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "100"}


@pytest.fixture(scope="module")
def lab(environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    """What the lab of the tour prints, and the first of its ports, which are any free ones."""
    (arguments, _), *_ = TOUR
    command = arguments.split()
    assert command[:3] == ["lab", "--port-base", str(PORT_BASE)]
    with subprocess.Popen(
        [sys.executable, "-m", "hemostat", "lab", *command[3:]],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = "".join(process.stdout.readline() for _ in range(1 + len(command[3:])))
        yield said, int(said.splitlines()[1].split("127.0.0.1:")[1].split()[0])
        process.terminate()


def test_the_tour_shows_the_commands_that_a_newcomer_needs() -> None:
    assert [arguments.split()[0] for arguments, _ in TOUR] == ["lab", "check", "why"]


def test_the_lab_opens_as_shown(lab: tuple[str, int]) -> None:
    said, _ = lab
    assert [plain(line).split() for line in said.splitlines()] == [
        plain(line).split() for line in TOUR[0][1].splitlines()
    ]


def test_what_the_tour_shows_is_what_is_printed(lab: tuple[str, int], environment: dict[str, str]) -> None:
    _, port = lab
    for arguments, shown in TOUR[1:]:
        command = arguments.replace(str(PORT_BASE), str(port)).split()
        done = subprocess.run(
            [sys.executable, "-m", "hemostat", *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert plain(done.stdout) == plain(shown), arguments


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if "```python\nimport hemostat\n" in page.read_text()],
    ids=lambda page: page.name,
)
def test_python_of_the_docs_runs(page: Path, environment: dict[str, str]) -> None:
    """With loopback in place of the hosts of its examples, and little files in place of large folders."""
    for code in re.findall(r"```python\n(import hemostat\n.*?)```", page.read_text(), re.DOTALL):
        here = code.replace("example.org", "127.0.0.1:9").replace("192.0.2.7:5684", "127.0.0.1:9")
        here = here.replace("/usr/lib", str(ROOT / "LICENSE")).replace("app.whl", str(ROOT / "missing.whl"))
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(here)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        said = "None no-such-path" if "inspect" in code else "127.0.0.1:9 127.0.0.1 unreachable refused"
        assert said in done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for text, target in re.findall(r"\[([^\]]+)\]\(([^)#\s]+)[^)]*\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"[{text}]({target})"


def test_every_page_is_named_in_the_readme() -> None:
    for page in PAGES[4:]:
        if page.parent.name == "docs":
            assert f"docs/{page.name}" in README, page.name


def test_every_folder_of_the_house_is_in_the_picture_of_it() -> None:
    picture = (ROOT / "docs" / "architecture.md").read_text()
    for package in (ROOT / "src" / "hemostat").iterdir():
        if (package / "__init__.py").exists():
            assert f"`{package.name}`" in picture, package.name
    for path in re.findall(r"\b(?:[a-z_]+/)+[a-z_]+\.py\b", picture):
        assert (ROOT / "src" / "hemostat" / path).exists(), path
