"""Every measure counted at once: for each month, everywhere and by each stratifier, with intervals.

The cores are the same as for any one period (`running`): run once over the whole record, their rows fall into the months of the
agency's calendar. All duties are one pass. Measures judged person by person look back from the record's last day, and from
quarters before it; such a number stands in the month its period ends in.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from throughcare.insight.measures import histories, running, states, telling
from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.parts import MONTH, Parts, Told
from throughcare.insight.measures.periods import judged_periods, set_period, whole_record
from throughcare.insight.measures.service import duties, exposure
from throughcare.insight.measures.service.doses_due import doses

if TYPE_CHECKING:
    import duckdb


def counted(con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition], last_day: date, zone: ZoneInfo) -> str:
    """Count measures over the whole record until the end of its last day; give the query of all results."""
    set_period(con, whole_record(last_day, zone).row())
    running.make_segments(con)
    running.stand_on(con, running.BY_MONTH)
    parts = Parts(con, definitions, last_day)
    found = [d for d in definitions if not d.waits_for]
    queried = [d for d in found if not d.rules and not d.judged]
    # People are judged in Python, on one processor; the other counts meanwhile.
    by_person = [d for d in found if d.judged]
    with ThreadPoolExecutor(1) as beside:
        judging = beside.submit(_judged, con.cursor(), by_person, last_day, zone)
        _add_duties(parts, [d for d in found if d.rules])
        _add_queried(parts, [d for d in queried if not running.weighted(d)])
        _add_exposure(parts, [d for d in queried if running.unit_of_time(d)])
        _add_doses(parts, [d for d in queried if running.weighted(d)])
        _add_judged(parts, by_person, judging.result())
    telling.prepare(con, definitions)
    return telling.results()


def _add_duties(parts: Parts, definitions: Sequence[Definition]) -> None:
    """Count all clocks in one pass, and then every measure that is made of one or several."""
    rules = sorted({rule for d in definitions for rule in d.rules})
    if not rules:
        return
    parts.con.execute(
        "CREATE OR REPLACE TEMP TABLE rule_of AS SELECT unnest(?::VARCHAR[]) AS rule, unnest(range(?)) AS what",
        [rules, len(rules)],
    )
    told = [
        Told(rules.index(rule), d.id, refused="left" if d.refusals == "leaves" else "refused")
        for d in definitions
        for rule in d.rules
    ]
    rows = f"SELECT *, 1::UTINYINT AS base, became AS state_number FROM ({duties.every_rule(states.number)}) JOIN rule_of USING (rule)"  # noqa: S608
    parts.add(running.numbered(rows), told, places="duty")


def _add_queried(parts: Parts, definitions: Sequence[Definition]) -> None:
    """Count what cores find, all of them in one query; of a rate only its events, since the time is everybody's."""
    if not definitions:
        return
    each = (
        f"SELECT {n} AS what, person_id, facility, counted_at, base, begun_at, done_at, state_number "  # noqa: S608
        f"FROM ({running.stated(d, running.events(d), by_number=True)})"
        for n, d in enumerate(definitions)
    )
    parts.con.execute(f"CREATE OR REPLACE TEMP TABLE found AS {' UNION ALL '.join(each)}")
    parts.add(running.numbered("SELECT * FROM found"), _each(definitions), places="found")
    parts.con.execute("DROP TABLE found")


def _add_exposure(parts: Parts, definitions: Sequence[Definition]) -> None:
    """Count everybody's time in custody once, and tell it in the unit of each rate."""
    if not definitions:
        return
    held = running.numbered(exposure.time_in_custody("hour"))
    parts.add_weighted(
        f"SELECT *, 0 AS what, {states.number('time')} AS state_number FROM ({held})",  # noqa: S608
        [Told(0, d.id, exposure.HOURS[running.unit_of_time(d)]) for d in definitions],
        places="time_held",
        n="1",
        # Hours are kept to the thousandth: as whole numbers their sum is exact, in whatever order it is made.
        base="round(base * 1000)::BIGINT",
        scale=1000,
    )


def _add_doses(parts: Parts, definitions: Sequence[Definition]) -> None:
    """Sum the doses due once, and tell of each measure what became of them."""
    if not definitions:
        return
    kept = "facility, stratum, band, excluded, hit, cause"
    parts.con.execute(
        "CREATE OR REPLACE TEMP TABLE due AS SELECT *, NULL AS person_id, NULL AS ref, NULL::TIMESTAMP AS counted_at, "  # noqa: S608
        "NULL::TIMESTAMP AS begun_at, NULL::TIMESTAMP AS done_at "
        f"FROM (SELECT {MONTH} AS month_number, {kept}, sum(base) AS base, sum(n) AS n "
        f"FROM ({running.numbered(doses())}) GROUP BY ALL)"
    )
    also = ", month_number, stratum, band"
    each = (
        f"SELECT *, {n} AS what FROM ({running.stated(d, running.of_doses(d, 'due', also), by_number=True)})"  # noqa: S608
        for n, d in enumerate(definitions)
    )
    rows = " UNION ALL BY NAME ".join(each)
    parts.add_weighted(rows, _each(definitions), places="due", n="n", base="base", month="month_number")


def _judged(
    con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition], last_day: date, zone: ZoneInfo
) -> list[tuple[Any, ...]]:
    """Judge people by all measures and over all periods; give the rows with the number of their measure and their month."""
    running.stand_on(con, running.BY_MONTH)
    numbers, found = {d.id: n for n, d in enumerate(definitions)}, []
    with _all_kept():
        for period, definition, rows in histories.judge_all(
            con, definitions, judged_periods(con, last_day, zone), zone
        ):
            month = period.last.year * 12 + period.last.month - 1
            found += [(*row, numbers[definition.id], month) for row in rows]
    return found


@contextmanager
def _all_kept() -> Iterator[None]:
    """Look for no garbage meanwhile: hundreds of thousands of rows are read and all of them kept, and to look them through again
    and again takes as long as to judge by them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _add_judged(parts: Parts, definitions: Sequence[Definition], judged: Sequence[tuple[Any, ...]]) -> None:
    """Count the people judged, each in the month its period ends in."""
    if not judged:
        return
    running.keep_judged(parts.con, judged, ("what", "month_number"))
    each = (
        f"SELECT * FROM ({running.stated(d, by_number=True)}) WHERE what = {n}"  # noqa: S608
        for n, d in enumerate(definitions)
    )
    rows = running.numbered(" UNION ALL ".join(each))
    parts.add_weighted(rows, _each(definitions), places="judged", n="1", base="base", month="month_number")


def _each(definitions: Sequence[Definition]) -> list[Told]:
    return [Told(n, d.id) for n, d in enumerate(definitions)]
