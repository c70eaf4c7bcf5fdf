"""The warehouse's tables are declared whole: every key and order column stands, names are one kind, each column says what it means."""

import pytest

from throughcare.insight.schema import BY_NAME, TABLES, Table
from throughcare.insight.warehouse.summing import SUMS


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_a_table_is_whole(table: Table) -> None:
    """Key, month, facility and origin are columns; no column stands twice; each says what it means."""
    assert len(set(table.names)) == len(table.names)
    assert {*table.order, *table.key, *filter(None, (table.of, table.month))} <= set(table.names)
    assert all(c.meaning for c in table.columns)
    # A sum's groups may be of nothing said (no facility, no reason): it is told apart by them all the same.
    assert table.name in SUMS or all(not c.null for c in table.columns if c.name in table.key)
    assert table.arrow().names == list(table.names)


def test_no_table_has_words_or_names() -> None:
    """Nobody's words, and nobody's name but a place's, have a column."""
    named = {(t.name, c) for t in TABLES for c in t.names if c in ("name", "words", "note", "family", "given", "title")}
    assert named == {("facility", "name"), ("unit", "name")}
    assert len(BY_NAME) == len(TABLES)
