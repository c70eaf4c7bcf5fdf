"""How long a record is kept, by table at every edge and by property (clinical.md 7.4)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.kernel import content
from throughcare.kernel.vocabulary import DataClass
from throughcare.oversight import rule_table
from throughcare.oversight.rules import Facts, Standing, last_past, standing, years_later

TODAY = date(2026, 11, 23)
BORN = date(1980, 1, 1)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(date(2019, 11, 22), BORN), Standing("past", date(2026, 11, 22))),
        (Facts(date(2019, 11, 23), BORN), Standing("runs", date(2026, 11, 23))),
        (Facts(date(2019, 11, 24), BORN), Standing("runs", date(2026, 11, 24))),
        (Facts(None, BORN), Standing("here")),
        (Facts(date(2001, 1, 1), BORN, died=True), Standing("died")),
        (Facts(None, BORN, died=True, held=True), Standing("died")),
        (Facts(date(2001, 1, 1), BORN, held=True), Standing("held")),
        # Eighteen on the day of discharge is an adult; a day younger, or of no known age, is not.
        (Facts(date(2010, 5, 2), date(1992, 5, 2)), Standing("past", date(2017, 5, 2))),
        (Facts(date(2010, 5, 1), date(1992, 5, 2)), Standing("child")),
        (Facts(date(2010, 5, 2), None), Standing("child")),
        (Facts(date(2022, 2, 28), date(2004, 2, 29)), Standing("child")),
    ],
)
def test_where_a_record_stands(facts: Facts, expected: Standing) -> None:
    assert standing(facts, 7, TODAY) == expected


def test_a_leap_day_ends_no_period_early() -> None:
    assert years_later(date(2020, 2, 29), 7) == date(2027, 3, 1)
    assert years_later(date(2020, 2, 29), 8) == date(2028, 2, 29)


@given(
    today=st.dates(date(2000, 1, 1), date(2100, 12, 31)),
    years=st.integers(1, 30),
    off=st.integers(-3, 3),
)
def test_a_search_of_many_begins_exactly_where_the_rule_does(today: date, years: int, off: int) -> None:
    day = last_past(today, years) + timedelta(days=off)
    past = standing(Facts(day, date(1900, 1, 1)), years, today).state == "past"
    assert past is (off <= 0)


def test_every_class_of_data_has_its_place_and_every_row_its_source() -> None:
    rows = rule_table.schedule()
    assert sorted(cls for row in rows for cls in row.covers) == sorted(DataClass)
    assert all(row.source for row in rows) and all(e.source for e in rule_table.exceptions())
    chart = rule_table.kept("chart")
    assert chart is not None and (chart.years, chart.provisional) == (7, True)
    (deaths,) = [row for row in rows if DataClass.PEER_REVIEW in row.covers]
    assert deaths.basis == "good"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('table = "class"\nid = "chart"\nyears = 0', "gives years"),
        ('table = "class"\nid = "complaints"\ncovers = []', "grievance"),
        ('table = "class"\nid = "complaints"\ncovers = ["grievance", "prea"]', "in two classes"),
        ('table = "class"\nid = "chart"\nbasis = "soon"', "use one of"),
    ],
)
def test_a_schedule_that_leaves_something_out_is_refused(change: str, words: str, tmp_path, monkeypatch) -> None:
    (tmp_path / "oversight").mkdir()
    (tmp_path / rule_table.FILE).write_text(f'version = "t.1"\n[[overrides]]\n{change}\n')
    monkeypatch.setenv("THROUGHCARE_CONTENT", str(tmp_path))
    content.forget()
    try:
        with pytest.raises(content.ContentError, match=words):
            rule_table.schedule()
    finally:
        monkeypatch.undo()
        content.forget()
