"""What a user may write as a ledger."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemostat.ledger.errors import LedgerError
from hemostat.ledger.location import Database, File, default_path, locate


def test_without_a_word_it_is_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert locate(None) == File(default_path(), own=True)
    assert default_path().name == "ledger.sqlite"


def test_it_is_the_users_own_by_its_path_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert locate(str(default_path())) == locate(f"sqlite:///{default_path()}") == locate(None)
    assert not locate(str(tmp_path / "ledger.sqlite")).own  # type: ignore[union-attr]


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="cannot be had: XDG folders are Linux's")
def test_on_linux_the_users_own_lies_where_xdg_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_path() == tmp_path / "hemostat" / "ledger.sqlite"


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("/srv/a.sqlite", "/srv/a.sqlite"),
        ("a.sqlite", "{here}/a.sqlite"),
        ("../a.sqlite", "{above}/a.sqlite"),
        ("sqlite:////srv/a.sqlite", "/srv/a.sqlite"),
        ("sqlite:///a.sqlite", "{here}/a.sqlite"),
        ("sqlite:///a%20b%25.sqlite", "{here}/a b%.sqlite"),
        ("a%20b", "{here}/a%20b"),
        (":memory:", "{here}/:memory:"),
    ],
)
def test_a_file(written: str, path: str) -> None:
    here = Path.cwd()
    assert locate(written) == File(Path(path.format(here=here, above=here.parent)))


def test_a_database() -> None:
    found = locate("postgresql://alice:secret@db.example:5433/evidence?sslmode=require")
    assert found == Database("postgresql://alice:secret@db.example:5433/evidence?sslmode=require")
    assert found.shown == "postgresql://db.example:5433/evidence"
    assert locate("postgres://db/evidence") == Database("postgresql://db/evidence")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "a\0b",
        "sqlite://",
        "sqlite:///",
        "sqlite://host/a",
        "sqlite:///a%00b",
        "mysql://db/evidence",
        "://",
        "postgresql://db:port/evidence",
        "postgresql://[::1/evidence",
    ],
)
def test_what_names_no_place(written: str) -> None:
    with pytest.raises(LedgerError) as caught:
        locate(written)
    assert caught.value.code == "bad-url"


def test_a_path_is_shown_without_what_a_terminal_obeys() -> None:
    assert File(Path("/srv/\x1b[31m\u202ea")).shown == "/srv/�[31m�a"


@given(st.text())
def test_any_text_is_a_place_or_a_bad_url(written: str) -> None:
    try:
        shown = locate(written).shown
    except LedgerError as error:
        shown = f"{error.code}: {error}"
    assert shown.isprintable()


@given(st.text() | st.sampled_from(["/", "?", "#", "@", "/?"]), st.text())
def test_no_password_is_ever_shown(user: str, rest: str) -> None:
    secret = "correct-horse"
    try:
        shown = locate(f"postgresql://{user}:{secret}@db/{rest}").shown
    except LedgerError as error:
        shown = str(error)
    assert secret not in shown


def test_a_relative_path_from_a_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(LedgerError) as caught:
        locate("ledger.sqlite")
    assert caught.value.code == "not-found"
    assert locate(str(tmp_path / "ledger.sqlite")) == File(tmp_path / "ledger.sqlite")
