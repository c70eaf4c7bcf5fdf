"""Where care waits and for what, and who is there when: four weeks of the tables of demand and capacity, through a lens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from throughcare.insight import numbers
from throughcare.insight.resources.policy import RESOURCES
from throughcare.insight.schema import BY_NAME
from throughcare.insight.sources import titles_here
from throughcare.insight.warehouse import files, opening, writing
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens

if TYPE_CHECKING:
    import duckdb

DAYS = 28
TABLES = ("demand_hour", "service_time", "staff_hour", "escort_day", "lockdown_hour", "waiting_hour")
Held = tuple[tuple[str, ...], ...]  # of each table its name and files
QUEUES = ("screening", "triage", "visit", "nurse_review")
CAME = ("arrival", "transfer_in", "return", "request", "code", "send_out", "dose_due")


@dataclass(frozen=True, slots=True)
class Wait:
    """One queue at a facility over four weeks: how many joined and were served, how long in all, the worst hour, and now."""

    facility: str
    place: str
    queue: str
    joined: int
    served: int
    hours: float
    at_end: int
    longest: float | None
    worst_hour: int

    @property
    def each(self) -> float | None:
        """Give the mean wait of those who joined, in minutes; None where nobody did."""
        return self.hours * 60 / self.joined if self.joined else None


@dataclass(frozen=True, slots=True)
class Site:
    """One facility over four weeks: how many came a day, who was there, what stood in the way."""

    facility: str
    place: str
    came: dict[str, float]
    here: float | None
    here_least: float | None
    locked_hours: float
    asked: int
    given: int
    not_given: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Where care waits, longest in all first; the facilities side by side."""

    since: date
    until: date
    waits: list[Wait]
    sites: list[Site]


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the day, as it is on the mean of four weeks."""

    hour: int
    came: float = 0.0
    here: dict[str, float] = field(default_factory=dict)
    waiting: float = 0.0


@dataclass(frozen=True, slots=True)
class Service:
    """How long one kind of service takes, in minutes, in the last month that has some."""

    kind: str
    month: str
    services: int
    half: float
    nine_of_ten: float
    longest: float


@dataclass(frozen=True, slots=True)
class Facility:
    """One facility, hour by hour of the day; its services; what stood in the way, week by week."""

    since: date
    until: date
    facility: str
    place: str
    hours: list[Hour]
    roles: list[str]
    waits: list[Wait]
    services: list[Service]
    weeks: list[tuple[date, int, int, int, float]]


def overview(lens: Lens) -> Overview:
    """Give the facilities that this reader may compare."""
    RESOURCES.require(lens)
    titles, held, since, until = _opened(lens)
    return Overview(since, until, _waits(held, titles, since), _sites(held, titles, since))


def facility(lens: Lens, facility_id: UUID) -> Facility:
    """Give one facility; another's is not found."""
    RESOURCES.require(lens)
    titles, held, since, until = _opened(lens)
    place = str(facility_id)
    if place not in titles:
        raise NotFound("There is no such facility.")
    only = {place: titles[place]}
    hours, roles = _by_hour(held, place, since)
    waits, services, weeks = _waits(held, only, since), _services(held, place), _weeks(held, place, since)
    return Facility(since, until, place, titles[place], hours, roles, waits, services, weeks)


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    import duckdb

    return duckdb.connect(config={"memory_limit": "128MB", "threads": 1})


def _opened(lens: Lens) -> tuple[dict[str, str], Held, date, date]:
    """Give the places that may be seen, the files of the six tables, and from when to when four weeks go."""
    state = files.read(numbers.folder())
    if state is None or state.last_day is None:
        raise NotFound(opening.MISSING)
    since = state.last_day - timedelta(days=DAYS - 1)
    return titles_here(lens), tuple((name, *map(str, state.files(name))) for name in TABLES), since, state.last_day


@lru_cache(maxsize=64)
def _all(held: Held, query: str, said: tuple[object, ...]) -> tuple[tuple[Any, ...], ...]:
    """Ask the tables; of a state each question is asked once in a process, since its files are never changed."""
    with _engine().cursor() as con:
        for name, *names in held:
            if name in query:
                con.execute(
                    f"CREATE OR REPLACE TEMP VIEW {name} AS {writing.source(numbers.folder(), BY_NAME[name], names)}"
                )
        return tuple(con.execute(query, list(said)).fetchall())


def _waits(held: Held, titles: dict[str, str], since: date) -> list[Wait]:
    found = _all(
        held,
        "SELECT facility, queue, sum(joined)::INT, sum(served)::INT, sum(waited_minutes) / 60, arg_max(at_end, hour_at), "
        "max(longest_minutes), (SELECT hour FROM waiting_hour h WHERE h.facility = w.facility AND h.queue = w.queue AND h.day >= $1 "
        "GROUP BY hour ORDER BY sum(waited_minutes) DESC, hour LIMIT 1) "
        "FROM waiting_hour w WHERE day >= $1 GROUP BY facility, queue",
        (since,),
    )
    waits = [Wait(f, titles[f], *rest) for f, *rest in found if f in titles]
    return sorted(waits, key=lambda w: (-w.hours, w.place, w.queue))


def _sites(held: Held, titles: dict[str, str], since: date) -> list[Site]:
    came: dict[str, dict[str, float]] = {}
    for place, kind, many in _all(
        held, "SELECT facility, kind, sum(came) FROM demand_hour WHERE day >= ? GROUP BY ALL", (since,)
    ):
        came.setdefault(place, {})[kind] = float(many) / DAYS
    # Of an hour without anybody on the roster there is no row: the least is over all hours of the weeks.
    here = {
        place: (float(mean), float(least))
        for place, mean, least in _all(
            held,
            f"SELECT facility, sum(here) / {24 * DAYS}, CASE WHEN count(*) < {24 * DAYS} - 1 THEN 0 ELSE min(here) END FROM "  # noqa: S608
            "(SELECT facility, hour_at, sum(here) AS here FROM staff_hour WHERE day >= ? GROUP BY ALL) GROUP BY facility",
            (since,),
        )
    }
    locked = dict(
        _all(
            held,
            "SELECT facility, sum(minutes) / 60 FROM (SELECT facility, hour_at, max(minutes) AS minutes FROM lockdown_hour "
            "WHERE day >= ? GROUP BY ALL) GROUP BY facility",
            (since,),
        )
    )
    visits = {
        place: rest
        for place, *rest in _all(
            held,
            "SELECT facility, sum(asked)::INT, sum(held)::INT, sum(not_brought)::INT, sum(unknown)::INT FROM escort_day "
            "WHERE day >= ? GROUP BY facility",
            (since,),
        )
    }
    found = []
    for title, place in sorted(
        (t, f) for f, t in titles.items() if f in came or f in here or f in locked or f in visits
    ):
        mean, least = here.get(place, (None, None))
        asked, given, missed, unknown = visits.get(place, (0, 0, 0, 0))
        hours = float(locked.get(place, 0))
        found.append(Site(place, title, came.get(place, {}), mean, least, hours, asked, given, missed, unknown))
    return found


def _by_hour(held: Held, place: str, since: date) -> tuple[list[Hour], list[str]]:
    came = dict(
        _all(
            held,
            "SELECT hour, sum(came) FROM demand_hour WHERE facility = ? AND day >= ? AND kind IN ('arrival', 'transfer_in', 'return', 'request') GROUP BY hour",
            (place, since),
        )
    )
    waiting = dict(
        _all(
            held,
            "SELECT hour, sum(waited_minutes) / 60 FROM waiting_hour WHERE facility = ? AND day >= ? GROUP BY hour",
            (place, since),
        )
    )
    here: dict[int, dict[str, float]] = {}
    for hour, role, people in _all(
        held,
        "SELECT hour, role, sum(here) FROM staff_hour WHERE facility = ? AND day >= ? GROUP BY ALL",
        (place, since),
    ):
        here.setdefault(int(hour), {})[role] = float(people) / DAYS
    roles = sorted({role for one in here.values() for role in one})
    hours = [Hour(h, float(came.get(h, 0)) / DAYS, here.get(h, {}), float(waiting.get(h, 0)) / DAYS) for h in range(24)]
    return hours, roles


def _services(held: Held, place: str) -> list[Service]:
    found = _all(
        held,
        "SELECT kind, month, services, p50_minutes, p90_minutes, longest_minutes FROM service_time WHERE facility = ? "
        "QUALIFY row_number() OVER (PARTITION BY kind ORDER BY month DESC) = 1 ORDER BY services DESC, kind",
        (place,),
    )
    return [Service(*row) for row in found]


def _weeks(held: Held, place: str, since: date) -> list[tuple[date, int, int, int, float]]:
    visits = {
        week: (int(asked), int(given), int(missed))
        for week, asked, given, missed in _all(
            held,
            "SELECT $2 + ((day - $2) // 7 * 7)::INT AS week, sum(asked), sum(held), sum(not_brought) FROM escort_day "
            "WHERE facility = $1 AND day >= $2 GROUP BY week",
            (place, since),
        )
    }
    locked = dict(
        _all(
            held,
            "SELECT $2 + ((day - $2) // 7 * 7)::INT AS week, sum(minutes) / 60 FROM (SELECT day, hour_at, max(minutes) AS minutes "
            "FROM lockdown_hour WHERE facility = $1 AND day >= $2 GROUP BY ALL) GROUP BY week",
            (place, since),
        )
    )
    weeks = [since + timedelta(days=7 * n) for n in range(DAYS // 7)]
    return [(w, *visits.get(w, (0, 0, 0)), float(locked.get(w, 0))) for w in weeks]


def visits(lens: Lens) -> list[tuple[int, int, int]]:
    """Give for each facility how many visits were asked, given, and not given for custody's reasons, in four weeks."""
    from throughcare.insight.improvement.policy import BINDER

    BINDER.require(lens)
    titles, held, since, _ = _opened(lens)
    return [(s.asked, s.given, s.not_given) for s in _sites(held, titles, since) if s.asked]
