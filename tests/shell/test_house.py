"""The rules of the house that no linter knows. Each is stated in CONTRIBUTING.md or docs/architecture.md."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "hemostat"
SOURCES = sorted(PACKAGE.rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

CORE = (
    "wire",
    "evidence",
    "layers",
    "dialects",
    "software",
    "exchange",
    "targets",
    "incidents",
    "certificates",
    "binaries",
    "snapshots",
    "assess",
)
HEART = ("wire", "evidence", "layers", "dialects", "exchange")
LOCKS = ("requirements.lock", "requirements-dev.lock", "bench/requirements.lock", "bench/build.lock")
# The name under which a package is imported, where it isn't the name that it is installed by.
IMPORTED_AS = {"backports": "backports-zstd", "tlslite": "tlslite-ng"}


def committed() -> Iterator[Path]:
    """Every text file of the project, wherever it lies: what a clone holds, or is about to."""
    made = {".git", ".hemostat", "__pycache__", "build", "dist"}
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT).parts
        ours = not made.intersection(inside) and not any(
            part.endswith(("_cache", ".hypothesis")) for part in inside
        )
        if ours and path.is_file() and path.suffix not in {".gz", ".pcap", ".pyc", ".sqlite"}:
            yield path


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def python_files() -> list[Path]:
    return [path for path in committed() if path.suffix == ".py"]


def imports_of(path: Path) -> Iterator[str]:
    """The dotted names that a file imports, at its head or anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def has_own_test(path: Path) -> bool:
    """Not packages' own files, which only gather names, and not migrations, which are tested as a chain."""
    return not path.name.startswith("__") and "migrations" not in path.parts


@pytest.mark.parametrize("path", [p for p in SOURCES if has_own_test(p)], ids=relative)
def test_each_module_has_its_test_file_in_the_mirrored_folder(path: Path) -> None:
    inside = path.relative_to(PACKAGE)
    test = ROOT / "tests" / inside.parent / f"test_{inside.name}"
    assert test.is_file(), f"{relative(path)} wants {relative(test)}"
    assert "def test_" in test.read_text(), f"{relative(test)} tests nothing"


def test_no_file_holds_two_ideas() -> None:
    scripts = [ROOT / "hemostat", ROOT / "test"]
    long = {relative(path): len(path.read_text().splitlines()) for path in [*python_files(), *scripts]}
    assert {name: lines for name, lines in long.items() if lines > 500} == {}


def is_of_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def names_of(package: Path) -> tuple[set[str], set[str]]:
    """The public names that a package's `__init__` defines, and the names that it takes from hemostat."""
    defined, taken = set[str](), set[str]()
    body = ast.parse(package.read_text()).body
    body += [inner for node in body if is_of_type_checking(node) for inner in getattr(node, "body", [])]
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                defined.add(name)
            case ast.Assign(targets=targets):
                defined |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                defined.add(name)
            case ast.ImportFrom(module=str(module), names=aliases) if module.split(".")[0] == "hemostat":
                taken |= {alias.asname or alias.name for alias in aliases}
    return {name for name in defined if not name.startswith("_")}, taken


@pytest.mark.parametrize("path", [p for p in SOURCES if p.name == "__init__.py"], ids=relative)
def test_all_is_what_a_package_shows(path: Path) -> None:
    """What it takes from elsewhere and neither shows nor uses, ruff finds."""
    if "migrations" in path.parts:
        return
    module = import_module(".".join(path.relative_to(PACKAGE.parent).parent.parts))
    declared = list(getattr(module, "__all__", []))
    defined, taken = names_of(path)
    assert len(declared) == len(set(declared))
    assert defined <= set(declared) <= defined | taken | {"__version__"}
    assert [name for name in declared if not hasattr(module, name)] == []


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if p.relative_to(PACKAGE).parts[0] in CORE], ids=relative
)
def test_the_core_reads_no_clock_and_no_file_and_prints_nothing(path: Path) -> None:
    """What the imports (lint-imports) don't show: builtins, and the clock inside `datetime`."""
    refused = {
        "builtins": {"open", "print", "input", "exec", "eval", "breakpoint", "__import__"},
        "datetime": {"now", "utcnow", "today"},
        "date": {"today"},
        "sys": {"stdin", "stdout", "stderr", "argv", "exit"},
    }
    assert not {"urllib.request", "importlib.resources"}.intersection(imports_of(path))
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                assert name not in refused["builtins"], f"{relative(path)}:{node.lineno} calls {name}"
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                assert name not in refused.get(owner, ()), (
                    f"{relative(path)}:{node.lineno} uses {owner}.{name}"
                )


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if p.relative_to(PACKAGE).parts[0] in HEART], ids=relative
)
def test_the_heart_of_the_core_needs_the_standard_library_alone(path: Path) -> None:
    roots = {name.split(".")[0] for name in imports_of(path)}
    assert roots - sys.stdlib_module_names - {"hemostat"} == set()


def normal(name: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", name)[0].lower().replace("_", "-")


def test_what_is_imported_is_what_is_depended_on() -> None:
    roots = {name.split(".")[0] for path in SOURCES for name in imports_of(path)}
    roots.discard("compression")  # of the standard library from 3.14 on
    foreign = {IMPORTED_AS.get(root, root) for root in roots - sys.stdlib_module_names - {"hemostat"}}
    # What an extra brings may be imported by what it's for (psycopg by SQLAlchemy) rather than here.
    optional = {
        normal(line) for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines
    }
    assert foreign - optional == {normal(line) for line in PROJECT["project"]["dependencies"]}


def test_each_dependency_has_its_line_in_the_docs() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text().lower()
    extras = PROJECT["project"]["optional-dependencies"].values()
    for line in chain(PROJECT["project"]["dependencies"], *extras):
        assert normal(line) in page, f"docs/dependencies.md doesn't say why {normal(line)} is here"


def test_starting_imports_nothing_heavy() -> None:
    heavy = ("alembic", "asyncio", "cryptography", "rich", "sqlalchemy", "ssl", "tlslite")
    code = f"import sys; import hemostat.cli; print(*[name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_by_hash_and_names_no_registry(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, flags=re.MULTILINE)
    entries = re.split(
        r"^(?=[a-zA-Z0-9])", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE
    )[1:]
    assert entries
    for entry in entries:
        assert re.match(
            r"[a-z0-9][a-z0-9.-]*==[0-9][^\s;]*( ;.*)? \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+$", entry
        ), entry


def test_the_locks_hold_what_the_project_asks_for() -> None:
    runtime, dev = (
        dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / name).read_text(), flags=re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert {normal(line) for line in PROJECT["project"]["dependencies"]} <= runtime.keys()
    assert {normal(line) for line in PROJECT["dependency-groups"]["dev"]} <= dev.keys()
    assert runtime.items() <= dev.items()


@pytest.mark.parametrize(("name", "group"), [("requirements", "bench"), ("build", "bench-build")])
def test_the_benches_locks_hold_what_their_groups_ask_for(name: str, group: str) -> None:
    pinned = re.findall(
        r"^([a-z0-9.-]+)==", (ROOT / "bench" / f"{name}.lock").read_text(), flags=re.MULTILINE
    )
    assert {normal(line) for line in PROJECT["dependency-groups"][group]} <= set(pinned)


# Taken apart, so that this file doesn't hold what it looks for.
UNWANTED = {
    "a path of somebody's machine": r"(?<![a-z.~])/(?:wo" r"rk|fa" r"rm|tmp/h" r"b|ro" r"ot/\.py" r"env)\b",
    "a registry by its host": r"py"
    r"pi\.org|files\.python"
    r"hosted|registry\.np"
    r"mjs|deb\.deb"
    r"ian\.org",
    "a thing left undone": r"\bTO" r"DO\b|\bFIX" r"ME\b|NotImpl" r"ementedError",
    "a silenced check without its code": r"# no"
    r"qa(?!: [A-Z])|# type: ig"
    r"nore(?!\[)|pragma: no"
    r" cover",
}


@pytest.mark.parametrize("what", UNWANTED)
def test_no_file_holds(what: str) -> None:
    found = [
        f"{relative(path)}:{number}: {line.strip()}"
        for path in committed()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if re.search(UNWANTED[what], line)
    ]
    assert found == []


def test_ci_runs_the_suite_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        'cd "$(dirname "${BASH_SOURCE[0]}")/.." && exec ./test'
    ]


@pytest.mark.parametrize("check", ["ruff check", "ruff format", "mypy", "lint_imports_command", "pytest"])
def test_the_suite_runs(check: str) -> None:
    steps = [line for line in (ROOT / "test").read_text().splitlines() if line.strip().startswith("step ")]
    assert any(check in line for line in steps)


def test_the_start_scripts_are_executable() -> None:
    for name in ("hemostat", "test", "bench/run", "tools/lock", ".ci/run"):
        assert (ROOT / name).stat().st_mode & 0o111 == 0o111, name
