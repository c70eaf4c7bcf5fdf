"""What the publish gate is told: the counts of a quarter, from the warehouse, or invented in a demonstration."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings

from throughcare.duties.working_time import working_time
from throughcare.insight import numbers
from throughcare.insight.gate import demonstration, dividing, registry
from throughcare.insight.gate.cells import At, Counts, Draft, added_up
from throughcare.insight.gate.periods import period_of
from throughcare.insight.gate.tables import SERVICE, BadTable, Period, Table
from throughcare.insight.measures import definitions
from throughcare.insight.warehouse import files, opening
from throughcare.kernel import content
from throughcare.kernel.ids import derived

SITES = "places/connecticut.toml"
Found = Mapping[str, Mapping[str, tuple[int, int]]]  # measure → facility → numerator, denominator


class _Keyed:
    """What both kinds of counts have in common."""

    def secret(self) -> bytes:
        """Give a key of this installation's own, made from its secret."""
        return hashlib.sha256(b"gate.rounding" + settings.SECRET_KEY.encode()).digest()


class InventedCounts(_Keyed):
    """The demonstration's counts: no measure's results take part."""

    def drafts(self, quarter: str) -> Sequence[Draft]:
        """Give every registered table with invented counts."""
        return demonstration.drafts(quarter)

    def invented(self) -> bool:
        """Say that they are made up."""
        return True


class WarehouseCounts(_Keyed):
    """The warehouse's counts: what the agency did, by site from the months' results; of people, counted for the quarter."""

    def drafts(self, quarter: str) -> Sequence[Draft]:
        """Give the registered tables that have results: of service by site from the months, all others counted for the period."""
        period = period_of("quarter", quarter)
        if period is None:
            raise BadTable(f"[{quarter}] is no quarter.")
        return [*filled(results(period), period), *divided(period)]

    def invented(self) -> bool:
        """Say that they are not made up."""
        return False


def divided(period: Period) -> list[Draft]:
    """Fill the registered tables of people, and those of service by another division than sites, from the warehouse's rows."""
    sites = {str(derived("facility", row["id"])): row for row in content.rows(SITES, "facility")}
    place = registry.places({row["id"]: row["name"] for row in sites.values()})
    wanted = [t for t in registry.tables(place).values() if t.kind != SERVICE or _other(t, place.id)]
    by, time = dividing.strata({id_: row["id"] for id_, row in sites.items()}), working_time()
    known = time.end_of_day(numbers.last_day(numbers.held())).astimezone(time.zone)
    with opening.opened(numbers.folder(), zone=time.zone) as con:
        found = [(t, d) for t in wanted if (d := definitions.find(t.measure, period.end)) is not None]
        drafts = [dividing.draft(con, d, t, period, by, known) for t, d in found]
    return [d for d in drafts if d is not None]


def _other(table: Table, place: str) -> bool:
    return [one.id for one in table.dimensions] != [place]


def filled(found: Found, period: Period) -> list[Draft]:
    """Fill the registered tables of service by site from results (measure → facility → numerator, denominator)."""
    sites = {str(derived("facility", row["id"])): row for row in content.rows(SITES, "facility")}
    place = registry.places({row["id"]: row["name"] for row in sites.values()})
    drafts = []
    for table in registry.tables(place).values():
        if table.kind != SERVICE or [one.id for one in table.dimensions] != [place.id] or table.measure not in found:
            continue
        counts: dict[At, Counts] = {
            (row["id"],): Counts(*found[table.measure].get(id_, (0, 0))) for id_, row in sites.items()
        }
        drafts.append(Draft(table, period, added_up(table, counts)))
    return drafts


def results(period: Period) -> Found:
    """Add up the months of a period from the warehouse; refuse a period that is not whole there."""
    import duckdb

    state = files.read(numbers.folder())
    if state is None or state.last_day is None or not state.files("measure_result"):
        raise BadTable("There are no measures' results yet. Build the warehouse first.")
    if state.last_day < period.end - timedelta(days=1):
        raise BadTable(f"The record is read to {state.last_day}; the quarter ends later. Draft it when it is over.")
    months = [f"{period.start.year}-{period.start.month + more:02}" for more in range(3)]
    file = numbers.folder() / state.files("measure_result")[0]
    found: dict[str, dict[str, tuple[int, int]]] = {}
    with duckdb.connect() as con:
        rows = con.execute(
            "SELECT measure, stratum, sum(numerator)::BIGINT, sum(denominator)::BIGINT FROM read_parquet(?) "
            "WHERE divided_by = 'facility' AND month IN (?, ?, ?) GROUP BY ALL",
            [str(file), *months],
        ).fetchall()
    for measure, facility, numerator, denominator in rows:
        found.setdefault(measure, {})[facility] = (numerator, denominator)
    return found
