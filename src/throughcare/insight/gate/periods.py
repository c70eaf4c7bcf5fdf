"""Periods of publication: a quarter, a year, the last four quarters, five years; each the sum of its quarters. And its days."""

import re
from datetime import date, datetime

from throughcare.duties.working_time import working_time

from .editions import Words
from .tables import BadTable, Period

_QUARTER = re.compile(r"^(\d{4})-Q([1-4])$")
_SPANS = {"quarter": 1, "rolling-year": 4, "rolling-5-years": 20}


def period_of(kind: str, quarter: str) -> Period | None:
    """Return the period of a kind that ends with this quarter; None for a year that does not end with it."""
    year, number = _parts(quarter)
    if kind == "year":
        return _span(str(year), quarter, 4) if number == 4 else None
    if kind not in _SPANS:
        raise BadTable(f"There is no period of the kind [{kind}].")
    name = quarter if kind == "quarter" else f"{kind}-to-{quarter}"
    return _span(name, quarter, _SPANS[kind])


def quarter_of(day: date) -> str:
    """Return the quarter in which a day lies."""
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


def previous(quarter: str, back: int = 1) -> str:
    """Return the quarter that lies so many quarters before."""
    year, number = _parts(quarter)
    place = year * 4 + number - 1 - back
    return f"{place // 4}-Q{place % 4 + 1}"


def words_of(period: str) -> Words:
    """Return how a period is called in both languages."""
    if quarter := _QUARTER.match(period):
        year, number = quarter.groups()
        return {"en": f"Quarter {number}, {year}", "es": f"Trimestre {number} de {year}"}
    kind, _, end = period.partition("-to-")
    if kind == "rolling-year":
        return {"en": f"Four quarters to {end}", "es": f"Cuatro trimestres hasta {end}"}
    if kind == "rolling-5-years":
        return {"en": f"Five years to {end}", "es": f"Cinco años hasta {end}"}
    return {"en": period, "es": period}


def day_of(at: datetime) -> str:
    """Return the day of a moment as editions tell it: the agency's, wherever it was done."""
    return working_time().day_of(at).isoformat()


def _span(name: str, last: str, count: int) -> Period:
    quarters = tuple(previous(last, back) for back in reversed(range(count)))
    first_year, first_number = _parts(quarters[0])
    year, number = _parts(last)
    end = date(year + 1, 1, 1) if number == 4 else date(year, number * 3 + 1, 1)
    return Period(name, date(first_year, first_number * 3 - 2, 1), end, quarters)


def _parts(quarter: str) -> tuple[int, int]:
    found = _QUARTER.match(quarter)
    if found is None:
        raise BadTable(f"[{quarter}] is no quarter; write it as 2026-Q1.")
    return int(found[1]), int(found[2])
