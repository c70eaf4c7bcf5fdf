"""A page of a search in one statement: what answers, how many, the bytes of a page, the lens' epoch and the read log.

Only where the index decides alone what answers and the reader sees all of it whole; each entry passes the gate all the same.
Where that isn't so, nothing is said here, and the search goes entry by entry (finding.py).
"""

from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

from throughcare.access.tokens import Bearer
from throughcare.exchange.fhir import finding, gate, months, store
from throughcare.exchange.fhir.finding import Hit
from throughcare.exchange.fhir.query import Query
from throughcare.exchange.fhir.types import LEAN, STORED
from throughcare.kernel import statement

SQL = """
WITH found AS MATERIALIZED (
  SELECT {columns} FROM ({near_by}) c ORDER BY c.position DESC LIMIT {most}
), tally AS (
  SELECT count(*) AS n, coalesce(bool_and(
    c.data_class = ANY (%s::text[]) AND c.labels & %s = 0 AND (c.person_id IS NULL OR %s OR c.person_id = ANY (%s::uuid[]))
  ), true) AS plain FROM found c
), page AS MATERIALIZED (
  SELECT c.* FROM found c WHERE c.position < %s ORDER BY c.position DESC LIMIT %s
), hidden AS (
  SELECT EXISTS (SELECT FROM ledger_head h WHERE h.sealed AND h.n > 0 AND h.subject = ANY (%s::uuid[])) AS sealed
), noted AS (
  INSERT INTO ledger_read ({log})
  SELECT %s, %s, %s, %s, 'read', %s,
    ARRAY(SELECT DISTINCT p.person_id FROM (SELECT c.person_id FROM page c ORDER BY c.position DESC LIMIT %s) p WHERE p.person_id IS NOT NULL),
    ARRAY(SELECT DISTINCT p.data_class COLLATE "C" FROM (SELECT c.data_class FROM page c ORDER BY c.position DESC LIMIT %s) p), ''
  FROM tally t, hidden h WHERE t.plain AND t.n BETWEEN %s AND %s AND NOT h.sealed AND (SELECT n FROM access_epoch) = %s AND {at_leisure}
  RETURNING 1
)
SELECT e.n, t.n, t.plain, h.sealed, EXISTS (SELECT FROM noted), {columns}, {body}
FROM access_epoch e CROSS JOIN tally t CROSS JOIN hidden h LEFT JOIN (page c {join}) ON true
"""


@dataclass(frozen=True, slots=True)
class Page:
    """What one page shows, and where the next begins (nothing: there is none)."""

    hits: list[Hit]
    total: int | None
    following: list[Any] | None
    # Read, logged and found in force by the statement itself.
    told: bool = False


# How a search of a whole type is done: from the entry written last on, as far as these many; or by the index of terms, where
# that names no more than RARE. So neither what nobody has nor what everybody has makes it look at the whole agency.
NEWEST, FURTHER, FAR = 1000, 20_000, 200_000
RARE = 2000
# How many a page of a whole type looks for: some sizes only, for each is a statement of its own that is kept prepared.
SIZES = (2, 6, 11, 21, 51, 101, 201, 501, 1001)
# So many among the newest: going on finds a page sooner than asking the index of terms.
COMMON = 4


def page(bearer: Bearer, query: Query, count: int, resumed: list[Any], *, counted: bool) -> Page | None:
    """Give a page at once where that can be done; None where each entry has to be looked at."""
    near = query.people is not None or query.ids is not None
    if not _simple(bearer, query) or (counted and not near):
        return None
    before = int(resumed[0]) if resumed else finding.LAST
    if near:
        asked = finding.asked_of(bearer, query)
        return _told(bearer, query, _run(bearer, query, Way(NEAR, asked), count, before), count, resumed)
    termed = any(c.terms for c in query.criteria)
    if not termed or (rows := _walked(bearer, query, count, before)) is None:
        rows = _run(bearer, query, Way(NEAR if termed else PLAINLY, _before(bearer, query, before)), count, before)
    return _told(bearer, query, rows, count, resumed)


def _before(bearer: Bearer, query: Query, before: int) -> finding.Asked:
    asked = finding.asked_of(bearer, query)
    asked.add("c.position < %s", before)
    return asked


def _walked(bearer: Bearer, query: Query, count: int, before: int) -> list[tuple[Any, ...]] | None:
    """Give a full page by walking from the entry written last on; None where the index of terms finds it sooner."""
    way = finding.asked_of(bearer, query, walking=True)
    rare = None
    for far in (NEWEST, FURTHER, FAR):
        rows = _run(bearer, query, Way(WALK, way, far, count + 1), count, before)
        if rows[0][1] > count:
            return rows
        if far == NEWEST and rows[0][1] >= COMMON:
            continue
        rare = _rare(_before(bearer, query, before)) if rare is None else rare
        if rare:
            return None
    return None


def _rare(asked: finding.Asked) -> bool:
    """Tell whether so few answer that they are soon sorted."""
    sql = f"SELECT count(*) <= {RARE} FROM (SELECT FROM ledger_current c WHERE {{}} LIMIT {RARE + 1}) few"  # noqa: S608
    found = statement.run(sql.format(" AND ".join(asked.conditions)), asked.values, prepare=False)
    return bool(found[0][0])


@dataclass(frozen=True, slots=True)
class Way:
    """How rows are come by: the SQL, what is asked, as far as how many, and how few are too few to be a page."""

    sql: str
    asked: finding.Asked
    far: int = 0
    least: int = 0


# All that answers, by whichever index names the fewest; then the order.
NEAR = "SELECT * FROM ledger_current c WHERE {where} OFFSET 0"
# From the one written last on, and not further than so many. What is asked stands where the planner can't look into it: else
# PostgreSQL finds a plan of its own for each value cheaper and makes one each time, which took longer than the search. The type
# it has to see (it is one of STORED): of most types there is little, and for one of them a small table is read through and sorted.
WALK = """SELECT * FROM (
  SELECT * FROM ledger_current c WHERE c.type = '{kind}' AND c.position < (SELECT %s::bigint)
  ORDER BY c.position DESC LIMIT {far}
) c WHERE {where}"""
PLAINLY = "SELECT * FROM ledger_current c WHERE {where}"


def _run(bearer: Bearer, query: Query, way: Way, count: int, before: int) -> list[tuple[Any, ...]]:
    who = gate.reader(bearer)
    near = query.people is not None or query.ids is not None
    most = finding.MANY if near else next(size for size in SIZES if size > count)
    hidden = sorted(query.people or ()) if gate.seals(bearer) else []
    begin = [before] if way.sql is WALK else []
    rows = statement.run(
        _sql(way.sql, query.kind, tuple(way.asked.conditions), way.far, most + near, months.newest()),
        [
            *begin, *way.asked.values, who.free, who.telling, who.everyone, gate.standing(bearer), before, count + 1, hidden,
            who.id, who.name, who.role, who.purpose, f"fhir search {query.kind}", count, count, way.least, most, bearer.epoch,
        ],
        prepare=near or way.sql is WALK,
    )  # fmt: skip
    if rows[0][0] != bearer.epoch:
        raise store.EpochMoved
    return rows


def _told(bearer: Bearer, query: Query, rows: list[tuple[Any, ...]], count: int, resumed: list[Any]) -> Page | None:
    near = query.people is not None or query.ids is not None
    _, n, plain, sealed, noted = rows[0][:5]
    if sealed or (near and (not plain or n > finding.MANY)):
        return None
    found = list(store.unpacked(store.completed(bearer, [r[5:] for r in rows if r[5] is not None])))
    found.sort(key=_position, reverse=True)
    if any(gate.cuts(bearer, r.kind, r.person_id, r.data_class, r.labels) != gate.WHOLE for r in found):
        return None
    more, shown = len(found) > count, [Hit(r, gate.WHOLE) for r in found[:count]]
    total = n if near or not (more or resumed) else None
    if not noted:
        store.note(bearer, f"fhir search {query.kind}", [h.row for h in shown])
    return Page(shown, total, [shown[-1].row.position] if more else None, told=True)


_position = attrgetter("position")


def _simple(bearer: Bearer, query: Query) -> bool:
    if query.order or query.includes or query.revincludes or query.meta or query.kind in LEAN:
        return False
    if query.people is None and query.ids is not None and gate.seals(bearer):
        return False
    if not gate.logs(bearer, query.kind) or not gate.free(bearer):
        return False
    return all(c.exact and not c.without for c in query.criteria)


@lru_cache(maxsize=1000)
def _sql(near_by: str, kind: str, conditions: tuple[str, ...], far: int, most: int, bounds: months.Bounds) -> str:
    if kind not in STORED:
        raise ValueError(f"[{kind}] is written into no statement")
    return SQL.format(
        near_by=near_by.format(where=" AND ".join(conditions), far=far, kind=kind),
        most=most,
        columns=store.COLUMNS,
        body=store.BODY,
        log=store.LOG_COLUMNS,
        at_leisure=store.AT_LEISURE,
        join=store.JOIN_WITHIN.format(within=months.within(bounds)),
    )
