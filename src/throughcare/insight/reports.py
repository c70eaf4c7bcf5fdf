"""Measures and reports as another program asks for them, through the lens: summaries alone, none on few people."""

from __future__ import annotations

from datetime import date, timedelta

from throughcare.duties.working_time import working_time
from throughcare.insight import fhir, policy, pooling, sources
from throughcare.insight.measures import definitions, periods
from throughcare.insight.measures.definitions import Definition
from throughcare.insight.numbers import total
from throughcare.insight.strata import pooled, spanned
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
    """Name the months of which there may be reports, oldest first; none where there are no numbers yet.

    Who sees aggregates only has a report of each whole quarter, under its last month: a month's strata could be taken from a
    quarter's, and leave somebody.
    """
    try:
        return tuple(sources.source(lens, MONTHS).spans) if policy.NUMBERS.allows(lens) else ()
    except NotFound:
        return ()


def reports(lens: Lens, wanted: tuple[str, ...], measure_id: str = "") -> list[Json]:
    """Give the reports of some months, of one measure or of all, oldest first."""
    if not wanted or not policy.NUMBERS.allows(lens):
        return []
    told = sources.source(lens, MONTHS)
    spans = told.spans
    known = {d.id: d for d in definitions.measures(told.until)}
    chosen = [known[measure_id]] if measure_id in known else [] if measure_id else list(known.values())
    named = sources.titles(lens)
    found = []
    for one in chosen:
        if policy.aggregate(lens) and pooling.tells_another(one, tuple(known.values())):
            continue
        rows = told.rows(one.id)
        for month in wanted:
            mine = spanned(rows, one, spans[month])
            if any(not r.divided_by for r in mine):
                covers = _covers(one, spans[month], max(r.month for r in mine), told.until)
                strata = pooled(one, mine) if lens.facilities is None else {}
                whole = total(r for r in mine if not r.divided_by)
                found.append(fhir.report(one, month, covers, whole, strata, named, told.fresh.updated_at))
    return found


def _covers(one: Definition, months: tuple[str, ...], last_month: str, until: date) -> tuple[date, date]:
    """Say from which day to which a report tells."""
    zone = working_time().zone
    if not one.judged:
        return periods.month_period(months[0], until, zone).first, periods.month_period(months[-1], until, zone).last
    last = periods.month_period(last_month, until, zone).last
    return periods.months_before(last + timedelta(days=1), periods.looks_back()), last
