"""The ledger in a real PostgreSQL: what every ledger does; the same tables and the same content as SQLite's."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hemostat.ledger import LedgerError, open_ledger
from hemostat.ledger.ddl import HEAD, VERSION_TABLE
from hemostat.ledger.migrate import upgrade
from hemostat.ledger.model import metadata
from tests.ledger.behaviour import LedgerBehaviour, Opens, exported
from tests.ledger.runs import blob, contents, ledger_with, run
from tests.live.ledger.postgresql_server import Server

Databases = Callable[[str], str]
ROOT = Path(__file__).parents[3]


class TestInPostgresql(LedgerBehaviour):
    """On a server."""


def code_of(url: str, *, create: bool = True) -> str:
    with pytest.raises(LedgerError) as caught, open_ledger(url, create=create):
        pass
    assert str(caught.value).isprintable()
    assert "secret" not in str(caught.value)
    return caught.value.code


def name_of(url: str) -> str:
    return urlsplit(url).path[1:]


COLUMNS = f"""
SELECT table_name, column_name, data_type, is_nullable, collation_name, is_identity, column_default
FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '{VERSION_TABLE}'
ORDER BY table_name, ordinal_position
"""
INDEXES = f"""
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '{VERSION_TABLE}' ORDER BY 1
"""


def columns_of(postgresql: Server, url: str) -> str:
    """Tables, columns, types, collations, keys and indexes, as the server tells them."""
    return "\n".join(postgresql.sql(statement, name_of(url)) for statement in (COLUMNS, INDEXES))


def test_the_migrations_make_what_the_model_says(postgresql: Server, database: Databases) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    for name, make in (("migrated", upgrade), ("model", metadata.create_all)):
        url = database(name).replace("postgresql:", "postgresql+psycopg:", 1)
        engine = create_engine(url, poolclass=NullPool)
        with engine.begin() as connection:
            make(connection)
        engine.dispose()
    migrated = columns_of(postgresql, database("migrated"))
    assert migrated == columns_of(postgresql, database("model"))
    assert "observation|facts|text|NO|C" in migrated


def test_both_databases_hold_the_same(opens: Opens, tmp_path: Path) -> None:
    runs = [run(2, [1, 2], certificates=[blob(1)[0]]), run(1, ended=False), run(3, [])]
    with opens() as there, ledger_with(tmp_path / "a.sqlite", *runs, blobs=[blob(1)]) as here:
        there.merge(here)
        assert contents(there) == contents(here)
        assert exported(there) == exported(here)
        assert there.seal() == here.seal()
        assert list(there.runs()) == list(here.runs())
        assert list(there.find("")) == list(here.find(""))
        assert list(there.observations()) == list(here.observations())
        assert there.verify() == here.verify()
        with open_ledger(str(tmp_path / "b.sqlite")) as back:
            back.import_(io.BytesIO(exported(there)))
            assert exported(back) == exported(here)


def test_an_older_schema_is_brought_up_to_date(postgresql: Server, database: Databases) -> None:
    from sqlalchemy import create_engine

    engine = create_engine(database("main").replace("postgresql:", "postgresql+psycopg:", 1))
    with engine.begin() as connection:
        upgrade(connection, "0001")
    engine.dispose()
    assert "certificate" not in columns_of(postgresql, database("main"))
    with open_ledger(database("main")) as ledger:
        ledger.append(run(1))
        assert ledger.verify().holds
    name = name_of(database("main"))
    assert postgresql.sql(f"SELECT version_num FROM {VERSION_TABLE}", name) == HEAD


def test_a_newer_schema_is_read_and_not_written_to(postgresql: Server, database: Databases) -> None:
    with open_ledger(database("main")) as ledger:
        ledger.append(run(1))
    name = name_of(database("main"))
    postgresql.sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'", name)
    with open_ledger(database("main")) as ledger:
        assert list(ledger.rows()) == run(1)
        for write in (lambda: ledger.append(run(2)), ledger.seal, ledger.rebuild):
            with pytest.raises(LedgerError) as caught:
                write()
            assert caught.value.code == "newer-schema"


def test_another_programs_tables_are_left_alone(postgresql: Server, database: Databases) -> None:
    name = name_of(database("main"))
    postgresql.sql("CREATE TABLE blob (id int)", name)
    assert code_of(database("main")) == "not-a-ledger"
    assert postgresql.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", name) == "blob"


def test_a_user_who_may_only_read_reads(postgresql: Server, database: Databases) -> None:
    with open_ledger(database("main")) as ledger:
        ledger.append(run(1, certificates=[blob(1)[0]]), dict([blob(1)]))
    name = name_of(database("main"))
    postgresql.sql("DROP ROLE IF EXISTS auditor; CREATE ROLE auditor LOGIN", name)
    postgresql.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO auditor", name)
    try:
        with open_ledger(postgresql.url(name, "auditor")) as ledger:
            assert ledger.unwritable is not None
            assert ledger.verify().holds
            assert ledger.subjects("www1.example", 443) == ["tcp:8.0.0.1:443"]
            assert len(list(ledger.certificates())) == 1
            with pytest.raises(LedgerError) as caught:
                ledger.append(run(2))
            assert caught.value.code == "read-only"
    finally:
        postgresql.sql("DROP OWNED BY auditor; DROP ROLE auditor", name)


def test_a_user_who_may_only_append_needs_no_more_than_the_page_says(
    postgresql: Server, database: Databases
) -> None:
    with open_ledger(database("main")) as ledger:
        ledger.append(run(1))
    name = name_of(database("main"))
    postgresql.sql("DROP ROLE IF EXISTS sensor; CREATE ROLE sensor LOGIN", name)
    postgresql.sql("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO sensor", name)
    postgresql.sql("GRANT DELETE ON unindexed TO sensor", name)
    try:
        with open_ledger(postgresql.url(name, "sensor")) as ledger:
            ledger.append(run(2, certificates=[blob(1)[0]]), dict([blob(1)]))
            assert ledger.subjects("www1.example", 443) == ["tcp:8.0.0.1:443"]
            assert len(list(ledger.certificates())) == 1
            assert ledger.verify(ledger.seal()).holds
            with pytest.raises(LedgerError) as caught:
                ledger.rebuild()
            assert caught.value.code == "no-permission"
        assert postgresql.sql("SELECT count(*) FROM unindexed", name) == "0"
    finally:
        postgresql.sql("DROP OWNED BY sensor; DROP ROLE sensor", name)


def test_a_user_who_may_nothing_is_told(postgresql: Server, database: Databases) -> None:
    with open_ledger(database("main")):
        pass
    name = name_of(database("main"))
    postgresql.sql("DROP ROLE IF EXISTS stranger; CREATE ROLE stranger LOGIN", name)
    try:
        assert code_of(postgresql.url(name, "stranger")) == "no-permission"
    finally:
        postgresql.sql("DROP ROLE stranger", name)


def test_who_is_not_there_is_unreachable(postgresql: Server, tmp_path: Path) -> None:
    assert code_of(postgresql.url("no_such_database")) == "unreachable"
    assert code_of(postgresql.url("postgres", "no_such_user")) == "unreachable"
    assert code_of(f"postgresql://postgres:secret@/postgres?host={tmp_path}") == "unreachable"
    assert code_of("postgresql://postgres:secret@127.0.0.1:1/postgres") == "unreachable"


def test_a_connection_that_breaks_is_told(postgresql: Server, opens: Opens) -> None:
    with opens() as ledger:
        ledger.append(run(1)[:1])
        rows = ledger.rows()
        postgresql.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hemostat'"
        )
        with pytest.raises(LedgerError) as caught:
            ledger.append(run(1)[1:])
        assert caught.value.code == "unreachable"
        rows.close()  # type: ignore[attr-defined]
        ledger.append(run(1)[1:])
        assert ledger.verify().whole == 1


def test_a_row_that_was_changed_is_found(postgresql: Server, opens: Opens, database: Databases) -> None:
    with opens() as ledger:
        ledger.append(run(1))
        seal = ledger.seal()
        name = name_of(database("main"))
        postgresql.sql("UPDATE observation SET vantage = 'elsewhere' WHERE seq = 1", name)
        found = ledger.verify(seal)
        assert not found.holds
        assert found.not_whole[0].state == "broken"
        assert found.not_whole[0].count == 1
        assert found.seal is not None
        assert found.seal.changed.count == 1


OPEN_AND_APPEND = """
import sys
from hemostat.ledger import open_ledger
from tests.ledger.runs import run
with open_ledger(sys.argv[1]) as ledger:
    for row in run(int(sys.argv[2]), range(20)):
        ledger.append([row])
"""


def test_several_processes_may_make_it_and_write_at_once(database: Databases) -> None:
    url = database("main")
    children = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_AND_APPEND, url, str(number)],
            env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
            stderr=subprocess.PIPE,
        )
        for number in range(4)
    ]
    failed = [error for child in children if (error := child.communicate(timeout=60)[1])]
    assert failed == []
    with open_ledger(url, create=False) as ledger:
        found = ledger.verify()
        assert found.holds
        assert (found.whole, found.observations) == (4, 4 * 22)
