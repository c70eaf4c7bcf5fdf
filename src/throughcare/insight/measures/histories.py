"""People of the warehouse as histories: the rows a core asks for, of those whom a measure may count in custody.

Custody's population (clinical.md 6.0): in custody on the last day of the period, there for at least 90 days, and on at least
80 % of the period's days. The core judges each of them; its rows have the columns of `running`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from throughcare.insight.measures import deciding
from throughcare.insight.measures.codes import CodeBook, custody_book
from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.periods import Period, set_period
from throughcare.insight.measures.points import (
    ALWAYS_SINCE,
    DAY,
    STILL,
    Point,
    Precision,
    Span,
    of_date,
    of_datetime,
    somewhere_in,
)
from throughcare.insight.measures.populations import Unit
from throughcare.insight.measures.rows import Condition, History, Observation, Part, Supply
from throughcare.insight.measures.subject import Subject

if TYPE_CHECKING:
    import duckdb

SHARE, DAYS_BEFORE = 0.8, 90
LENGTHS: Mapping[str, tuple[int, Precision]] = {"day": (1, "day"), "month": (31, "month"), "year": (366, "year")}
STATED = ("active", "recurrence", "relapse")
Judge = Callable[[Subject], Unit | None]

# `time_held` holds days in a row as one, from `day` on, or each day by itself (`running.stand_on`).
HELD = """
SELECT h.person_id, h.facility
FROM (SELECT person_id, facility FROM person_day WHERE day = DATE '{last}' AND day_of_stay > {before}) h
JOIN (
  SELECT person_id, sum(datediff('day', greatest(day, DATE '{first}'), least(day + days::INT - 1, DATE '{last}')) + 1) AS days
  FROM time_held WHERE day <= DATE '{last}' AND day + days::INT > DATE '{first}' GROUP BY person_id
) d ON d.person_id = h.person_id AND d.days >= {enough}
"""
CODES = "SELECT DISTINCT unnest(codes) FROM condition UNION SELECT DISTINCT unnest(codes) FROM observation UNION SELECT DISTINCT unnest(codes) FROM given_run"


def judge_of(definition: Definition) -> Judge:
    """Load the core of a measure that is judged person by person."""
    module, _, function = definition.core.partition(":")
    found: Judge = getattr(import_module(f"throughcare.insight.measures.{module}"), function)
    return found


def needs_of(definition: Definition) -> tuple[str, ...]:
    """Name the lists of which somebody must have a problem or a medicine to be counted at all; none where anybody may be."""
    module = import_module(f"throughcare.insight.measures.{definition.core.partition(':')[0]}")
    return tuple(getattr(module, "NEEDS", ()))


def judged(con: duckdb.DuckDBPyConnection, definition: Definition, zone: ZoneInfo) -> list[tuple[Any, ...]]:
    """Judge everybody in custody for the present period; give a row of `running` for each who counts."""
    held = _held(con)
    book = custody_book(row[0] for row in con.execute(CODES).fetchall())
    first, end, _ = _period(con)
    found, span = _histories(con, book, list(held), zone, first), Span(of_date(first), of_date(end))
    return _rows(con, definition, held, {p: Subject(found[p], span, book) for p in held if p in found})


def judge_all(
    con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition], periods: Sequence[Period], zone: ZoneInfo
) -> Iterator[tuple[Period, Definition, list[tuple[Any, ...]]]]:
    """Judge people by several measures over several periods; each history is read once. `period` is left at the last one."""
    if not definitions or not periods:
        return
    book = custody_book(row[0] for row in con.execute(CODES).fetchall())
    everybody: dict[Period, dict[str, str]] = {}
    for period in periods:
        set_period(con, period.row())
        everybody[period] = _held(con)
    since = min(period.first for period in periods)
    histories = _histories(con, book, sorted(set().union(*everybody.values())), zone, since, periods)
    carried = _carried(histories)
    known: dict[str, dict[tuple[object, ...], list[Any]]] = {person: {} for person in histories}
    for period, held in everybody.items():
        set_period(con, period.row())
        first, end, _ = _period(con)
        span = Span(of_date(first), of_date(end))
        subjects = {
            person: Subject(histories[person], span, book, known=known[person])
            for person in held
            if person in histories
        }
        for definition in definitions:
            wanted = book.union(needs_of(definition))
            some = {
                person: subject
                for person, subject in subjects.items()
                if not (wanted and carried[person].isdisjoint(wanted))
            }
            yield period, definition, _rows(con, definition, held, some)


def _rows(
    con: duckdb.DuckDBPyConnection, definition: Definition, held: Mapping[str, str], subjects: Mapping[str, Subject]
) -> list[tuple[Any, ...]]:
    """Judge people who are held. Cores compare days as written: here every instant is told by the agency's clock."""
    ends, judge, found = _period(con)[2], judge_of(definition), []
    at = ends - timedelta(seconds=1)
    for person_id, who in subjects.items():
        unit = judge(who)
        if unit is None or not (unit.initial and unit.denominator):
            continue
        hit, out = unit.counted()["numerator"], unit.excluded or unit.excepted
        ref = unit.evidence[-1] if unit.evidence else person_id
        found.append((person_id, held[person_id], ref, at, out, hit, 1.0, "", None, None))
    return found


def _carried(histories: Mapping[str, History]) -> dict[str, frozenset[str]]:
    """Give the codes of each person's problems and medicines."""
    return {
        person: frozenset[str]().union(*(row.codes for row in (*history.conditions, *history.supplies)))
        for person, history in histories.items()
    }


def _period(con: duckdb.DuckDBPyConnection) -> tuple[date, date, datetime]:
    first, last, ends = con.execute("SELECT first, last, ends FROM period").fetchall()[0]
    return first, last, ends


def _held(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Find who may be counted, with their facility."""
    first, last, _ = _period(con)
    enough = SHARE * ((last - first).days + 1)
    return dict(sorted(con.execute(HELD.format(first=first, last=last, before=DAYS_BEFORE, enough=enough)).fetchall()))


def _histories(
    con: duckdb.DuckDBPyConnection,
    book: CodeBook,
    people: list[str],
    zone: ZoneInfo,
    since: date,
    periods: Sequence[Period] = (),
) -> dict[str, History]:
    """Read the rows of people that carry any code that a core asks for; who has no such problem or medicine is counted by none.

    Where periods are said, a reading of which only a period's last day counts is read where it is of such a day.
    """
    deciding.narrow(con, book, people)
    histories = {
        person: History(person, of_date(born) if born else None, _instant(died, zone))
        for person, born, died in con.execute(
            "SELECT id, birth_date, deceased_at FROM person SEMI JOIN judged_person j ON j.person_id = id"
        ).fetchall()
    }
    for row in con.execute(
        "SELECT c.person_id, id, codes, status, verification, start_at, start_precision, end_at, end_precision "
        "FROM condition c SEMI JOIN judged_person USING (person_id) SEMI JOIN asked_codes USING (codes)"
    ).fetchall():
        _add(histories, row[0]).conditions.append(_condition(row, zone))
    deciding.see(con, since, periods)
    same: dict[tuple[str, ...], frozenset[str]] = {}  # a few lists of codes stand in very many rows

    def coded(codes: list[str]) -> frozenset[str]:
        return same.setdefault(tuple(codes), frozenset(codes))

    parts: dict[str, list[Part]] = defaultdict(list)
    for identity, codes, number, unit in con.execute(
        "SELECT o.id, codes, value_number, value_unit FROM observation o SEMI JOIN seen s ON s.id = o.id WHERE part > 0 ORDER BY part"
    ).fetchall():
        parts[identity].append(Part(coded(codes), number, unit or ""))
    # Here the engine tells the agency's time of each instant: of hundreds of thousands that is most of the work.
    for row in con.execute(
        f"SELECT person_id, id, codes, status, {_milliseconds('start')}, start_precision, {_milliseconds('end')}, end_precision, "  # noqa: S608
        "value_number, value_unit, value_codes, encounter_id FROM seen"
    ).fetchall():
        _add(histories, row[0]).observations.append(_observation(row, coded(row[2]), tuple(parts.get(row[1], ()))))
    for person, identity, codes, first, last in con.execute(deciding.COURSES).fetchall():
        covers = Span(of_date(first), of_date(last))
        _add(histories, person).supplies.append(Supply(identity, coded(codes), "completed", covers=covers))
    return histories


def _add(histories: dict[str, History], person: str) -> History:
    return histories.setdefault(person, History(person))


def _condition(row: tuple[Any, ...], zone: ZoneInfo) -> Condition:
    _, identity, codes, status, verification, start, precise, end, end_precise = row
    began, ended = _point(start, precise, zone), _point(end, end_precise, zone)
    span = None
    if began is not None:
        span = Span(began, ended or (STILL if status in STATED else somewhere_in(began, STILL)))
    elif ended is not None:
        span = Span(ALWAYS_SINCE, ended)
    return Condition(identity, frozenset(codes), status or "", span=span, verification=verification or "")


def _milliseconds(side: str) -> str:
    """Give the column of a time as milliseconds since 1970: an instant as the agency's clock showed it, a day as it was written."""
    return f"epoch_ms(CASE WHEN {side}_precision IN ('day', 'month', 'year') THEN {side}_at ELSE local_time({side}_at) END)"


def _observation(row: tuple[Any, ...], codes: frozenset[str], parts: tuple[Part, ...]) -> Observation:
    _, identity, _, status, start, precise, end, end_precise, number, unit, value_codes, encounter = row
    began, ended = _at(start, precise), _at(end, end_precise)
    kind = "quantity" if number is not None and unit else "integer" if number is not None else ""
    return Observation(
        identity,
        codes,
        status or "",
        span=Span(began, ended or began) if began else None,
        kind=kind or ("concept" if value_codes else ""),
        number=number,
        unit=unit or "",
        value_codes=frozenset(value_codes or ()),
        parts=parts,
        encounter_id=encounter or "",
    )


def _at(milliseconds: int | None, precision: str | None) -> Point | None:
    if milliseconds is None:
        return None
    return _spread(milliseconds, precision) if precision in LENGTHS else Point(milliseconds, milliseconds)


def _instant(at: datetime | None, zone: ZoneInfo) -> Point | None:
    """Read an instant as the agency's clock showed it."""
    return of_datetime(at.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=UTC)) if at else None


def _point(at: datetime | None, precision: str | None, zone: ZoneInfo) -> Point | None:
    """Read a column of time with its precision: a day stands for all its moments."""
    if at is None or precision not in LENGTHS:
        return _instant(at, zone)
    return _spread(of_datetime(at.replace(tzinfo=UTC)).first, precision)


def _spread(at: int, precision: str | None) -> Point:
    days, name = LENGTHS[precision or "day"]
    first = at - at % DAY
    return Point(first, first + days * DAY - 1, name)
