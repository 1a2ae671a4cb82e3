"""The model is of the observation's fields, and each column is explained; docs/ledger.md shows it."""

from sqlalchemy import Text, create_mock_engine

from hemostat.evidence import Observation
from hemostat.ledger import certificate_table
from hemostat.ledger.model import certificate, metadata, observation
from tests.ledger.page import page, section, tables


def test_an_observation_has_a_column_for_each_field() -> None:
    assert [column.name for column in observation.columns] == ["id", *Observation._fields]


def test_a_certificate_has_the_columns_that_are_filled() -> None:
    assert tuple(column.name for column in certificate.columns) == certificate_table.COLUMNS


def test_each_table_and_column_is_explained() -> None:
    for table in metadata.tables.values():
        assert table.comment
        assert [column.name for column in table.columns if not column.doc] == []


def test_texts_sort_by_bytes_in_postgresql_too() -> None:
    postgresql = create_mock_engine("postgresql+psycopg://", lambda *_, **__: None).dialect
    for table in metadata.tables.values():
        for column in table.columns:
            kind = column.type.dialect_impl(postgresql)
            assert not isinstance(kind, Text) or kind.collation == "C", column


def test_the_page_shows_the_tables() -> None:
    assert section(page(), "tables") == tables()
