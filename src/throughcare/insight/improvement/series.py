"""A measure's numbers as charts take them, month by month and group by group, from the warehouse's results alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from throughcare.insight import numbers
from throughcare.insight.measures import definitions
from throughcare.insight.measures.definitions import Definition
from throughcare.insight.numbers import Number, Row, months_until, total
from throughcare.insight.sources import within
from throughcare.insight.strata import added, spanned
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens

MONTHS = 24


@dataclass(frozen=True, slots=True)
class Series:
    """One measure's numbers: everybody by month, and the rows they and every group are made of."""

    measure: Definition
    until: date
    months: tuple[str, ...]
    whole: Mapping[str, Number]
    rows: Sequence[Row]

    def by_month(self, facility: str = "") -> list[tuple[str, Number]]:
        """Give everybody's months, or a facility's, from the first that has something on; of a judged measure its own points alone."""
        found = added((r for r in self.rows if r.divided_by == "facility" and r.stratum == facility), lambda r: r.month)
        found = found if facility else dict(self.whole)
        first = next((n for n, m in enumerate(self.months) if m in found), len(self.months))
        if self.measure.judged:
            return [(m, found[m]) for m in self.months if m in found]
        return [(m, found.get(m, Number())) for m in self.months[first:]]

    def groups(self, kind: str, months: Iterable[str]) -> dict[str, Number]:
        """Add up each group of a kind over some months (or take the last, where each looks back by itself)."""
        rows = spanned([r for r in self.rows if r.divided_by == kind], self.measure, months)
        return added(rows, lambda r: r.stratum)

    def over(self, months: Iterable[str]) -> Number:
        """Add everybody up over some months."""
        return total(spanned([r for r in self.rows if not r.divided_by], self.measure, months))


def of(lens: Lens, measure_id: str, *, months: int = MONTHS) -> Series:
    """Read one measure as this reader may compare it: one with places of their own sees those alone, and no group of people."""
    state = numbers.held()
    last = numbers.last_day(state)
    measure = definitions.find(measure_id, last)
    if measure is None:
        raise NotFound("There is no such measure.")
    span = months_until(last, months)
    rows = within(lens, numbers.rows(state, span, measure.id))
    return Series(measure, last, span, added((r for r in rows if not r.divided_by), lambda r: r.month), rows)


def measures(lens: Lens) -> list[tuple[Definition, Series]]:
    """Give every measure that has numbers, each with everybody's months; in the order of the definitions."""
    state = numbers.held()
    last = numbers.last_day(state)
    span = months_until(last, MONTHS)
    found: dict[str, list[Row]] = defaultdict(list)
    for row in within(lens, numbers.rows(state, span)):
        if not row.divided_by:
            found[row.measure].append(row)
    known = [m for m in definitions.measures(last) if m.id in found]
    return [(m, Series(m, last, span, added(found[m.id], lambda r: r.month), found[m.id])) for m in known]


def place_of(lens: Lens, said: str) -> str:
    """Read which facility is asked for; refuses as not found what is none, or another's."""
    if not said:
        return ""
    try:
        facility = UUID(said)
    except ValueError:
        raise NotFound("There is no such facility.") from None
    if lens.facilities is not None and facility not in lens.facilities:
        raise NotFound("There is no such facility.")
    return str(facility)
