"""From the warehouse's people to the cells of a registered table: a measure run for one period, counted by the table's divisions.

Only whoever stands at a known site counts, so that tables of one measure share their totals. The rows behind it stay here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from throughcare.insight.measures import periods, running, states
from throughcare.insight.measures.definitions import STRATIFIERS, Definition
from throughcare.insight.measures.periods import looks_back, months_before
from throughcare.kernel import content

from .cells import At, Counts, Draft, added_up
from .tables import BadTable, Period, Table

if TYPE_CHECKING:
    import duckdb

FILE = "gate/strata.toml"
FACILITY = "facility"
Strata = Mapping[str, tuple[str, Mapping[str, str]]]  # dimension → the record's column, and each stratum's node


def strata(sites: Mapping[str, str]) -> Strata:
    """Give what each division is counted by; `sites` names the node of each facility."""
    found: dict[str, tuple[str, Mapping[str, str]]] = {FACILITY: (FACILITY, dict(sites))}
    for row in content.rows(FILE, "division"):
        if row["stratifier"] not in STRATIFIERS:
            raise BadTable(f"[{FILE}] divides by [{row['stratifier']}], which the record does not.")
        nodes = {stratum: node for node, among in row["nodes"].items() for stratum in among}
        found[row["id"]] = (row["stratifier"], nodes)
    return found


def draft(
    con: duckdb.DuckDBPyConnection, definition: Definition, table: Table, period: Period, by: Strata, known: datetime
) -> Draft | None:
    """Run a measure for a period and count it as a table asks; None where it has no data, or somebody falls into no node.

    `known` is until when the record is whole, in the agency's zone: the same as where months were counted.
    """
    if definition.is_rate or not table.has_complement:
        return None
    try:
        running.measure(con, definition, lasting(definition, period, known))
    except running.Waiting:
        return None
    counts = counted(con, table, by)
    return Draft(table, period, added_up(table, counts)) if counts else None


def lasting(definition: Definition, period: Period, known: datetime) -> periods.Period:
    """Say over which days a period's number is counted: its own, or of a judged measure the months it looks back from its end."""
    last = period.end - timedelta(days=1)
    first = period.start
    if definition.judged:
        first = months_before(period.end, looks_back())
    assert isinstance(known.tzinfo, ZoneInfo)  # noqa: S101  (the agency's own)
    return periods.Period(first, last, known.tzinfo, known)


def counted(con: duckdb.DuckDBPyConnection, table: Table, by: Strata) -> dict[At, Counts] | None:
    """Count the rows that were measured by the nodes of a table; None where there are none, or one has no node."""
    columns = [by[one.id] for one in table.dimensions if one.id in by]
    if len(columns) < len(table.dimensions):
        return None
    names = ", ".join(f"coalesce({column}, '') AS c{n}" for n, (column, _) in enumerate(columns))
    rows = con.execute(
        f"SELECT {names}, coalesce({FACILITY}, '') AS site, count(*) FILTER (state = 'met'), count(*) FROM measured "  # noqa: S608
        f"WHERE state NOT IN {states.OUT} AND ref IS NOT NULL GROUP BY ALL"
    ).fetchall()
    sites, found = by[FACILITY][1], dict[At, Counts]()
    for *strata_, site, met, whole in rows:
        if site not in sites:
            continue
        at = tuple(nodes.get(stratum, "") for stratum, (_, nodes) in zip(strata_, columns, strict=True))
        if "" in at:
            return None
        before = found.get(at, Counts(0, 0))
        found[at] = Counts(before.numerator + met, before.denominator + whole)
    return found or None
