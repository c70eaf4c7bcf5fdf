"""Measures and reports as another program asks for them, through the lens: summaries alone, none on few people."""

from __future__ import annotations

from datetime import date, timedelta

from throughcare.duties.working_time import working_time
from throughcare.insight import fhir, numbers, policy, reads
from throughcare.insight.measures import definitions, periods
from throughcare.insight.measures.definitions import Definition
from throughcare.insight.numbers import total
from throughcare.kernel import clock
from throughcare.kernel.errors import NotFound
from throughcare.kernel.fhir import Json
from throughcare.kernel.lens import Lens

MONTHS = 24


def measures(lens: Lens) -> list[Json]:
    """Give every measure as defined today; none to who may see no numbers."""
    if not policy.NUMBERS.allows(lens):
        return []
    today = working_time().day_of(clock.now())
    return [fhir.measure(one, today) for one in definitions.measures(today)]


def months(lens: Lens) -> tuple[str, ...]:
    """Name the months of which there may be reports, oldest first; none where there are no numbers yet."""
    try:
        return numbers.months_until(numbers.last_day(numbers.held()), MONTHS) if policy.NUMBERS.allows(lens) else ()
    except NotFound:
        return ()


def reports(lens: Lens, wanted: tuple[str, ...], measure_id: str = "") -> list[Json]:
    """Give the reports of some months, of one measure or of all, oldest first."""
    if not wanted or not policy.NUMBERS.allows(lens):
        return []
    state = numbers.held()
    until = numbers.last_day(state)
    known = {d.id: d for d in definitions.measures(until)}
    chosen = [known[measure_id]] if measure_id in known else [] if measure_id else list(known.values())
    named = reads.titles(lens)
    found = []
    for one in chosen:
        rows = reads.within(lens, numbers.rows(state, months(lens), one.id))
        for month in wanted:
            mine = [r for r in rows if r.month == month]
            if any(not r.divided_by for r in mine):
                first, last = _covers(one, month, until)
                strata = reads.pooled(one, mine) if lens.facilities is None else {}
                whole = total(r for r in mine if not r.divided_by)
                found.append(fhir.report(one, month, (first, last), whole, strata, named, state.read_at))
    return found


def _covers(one: Definition, month: str, until: date) -> tuple[date, date]:
    period = periods.month_period(month, until, working_time().zone)
    if not one.judged:
        return period.first, period.last
    return periods.months_before(period.last + timedelta(days=1), periods.looks_back()), period.last
