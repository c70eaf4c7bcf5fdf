"""Who and what stands behind a number, through the lens: what it hides is not named, and the number is not changed by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from uuid import UUID

from throughcare.duties import policy as duties_policy
from throughcare.duties import reads as duties
from throughcare.duties.models import Duty
from throughcare.duties.reads import WorkItem
from throughcare.duties.working_time import working_time
from throughcare.insight import numbers
from throughcare.insight.measures import behind as units
from throughcare.insight.measures import definitions
from throughcare.insight.measures.behind import UnitRow
from throughcare.insight.measures.definitions import Definition
from throughcare.insight.warehouse import files, opening, writing
from throughcare.insight.warehouse.files import State
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb

SHOWN = 60
# What a page may ask for, and what that is in the rows.
STATES = {"missed": ("late", "open"), "met": ("met",), "refused": ("refused",), "rest": ("rest",)}
BY_DUE = ("duty", "dose", "observation", "communication", "incident", "arrival")


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a number: what the lens shows, and how many it does not."""

    measure: Definition
    month: str
    facility: str
    state: str
    total: int
    duties: list[WorkItem]
    people: list[tuple[UnitRow, str, str]]
    names: Mapping[UUID, tuple[str, str]] = field(default_factory=dict)
    why: Sequence[tuple[str, int]] = ()

    @property
    def shown(self) -> int:
        """Count what is shown."""
        return len(self.duties) + len(self.people)


def behind(lens: Lens, measure_id: str, *, month: str, facility: str = "", state: str = "") -> Behind:
    """Give what stands behind a number of a month, as far as this lens shows it; the number itself is not changed."""
    held = numbers.held()
    until, time = numbers.last_day(held), working_time()
    measure, place = definitions.find(measure_id, until), _place(lens, facility)
    if measure is None or measure.waits_for or month not in numbers.months_until(until, 120):
        raise NotFound("There is no such number.")
    state = state if state in STATES else "missed" if measure.misses else "met"
    con = writing.connect(numbers.folder() / files.WORK)
    try:
        opening.views(con, numbers.folder(), held if measure.judged else _only(held, measure, month))
        opening.day_macro(con, time.zone, (int(month[:4]) - 2, int(month[:4]) + 1))
        found = units.units(con, measure, month, until, time.zone, facility=place, states=STATES[state])
        if lens.facilities is not None:
            found = [u for u in found if u.facility in {str(f) for f in lens.facilities}]
        why = units.why(con, [u.unit for u in found]) if measure.rules and state == "missed" else []
    finally:
        con.close()
    with db.reading(lens):
        if measure.rules:
            shown = _duties(lens, found)
            names = duties.names(i.person_id for i in shown if i.person_id)
            return Behind(measure, month, facility, state, len(found), shown, [], names, why)
        return Behind(measure, month, facility, state, len(found), [], _people(lens, measure, found))


def _place(lens: Lens, facility: str) -> str | None:
    if facility and lens.facilities is not None and facility not in {str(f) for f in lens.facilities}:
        raise NotFound("There is no such number.")
    return facility or None


def _only(state: State, measure: Definition, month: str) -> State:
    """Cut a state to the files that can hold a month of duties or doses: the month and its neighbours. Others look further."""
    if not measure.rules and measure.data_class != DataClass.MEDICATION:
        return state
    year, number = (int(part) for part in month.split("-"))
    near = {f"{n // 12}-{n % 12 + 1:02}" for n in (year * 12 + number - 2, year * 12 + number - 1, year * 12 + number)}
    cut = {name: state.tables[name] for name in state.tables}
    for name in BY_DUE:
        cut[name] = {m: p for m, p in state.tables.get(name, {}).items() if m in near}
    return replace(state, tables=cut)


def _duties(lens: Lens, found: Sequence[UnitRow]) -> list[WorkItem]:
    order = {UUID(u.unit): n for n, u in enumerate(found)}
    rows = Duty.objects.filter(duties_policy.rows(lens), id__in=list(order))
    return sorted(duties.items(rows, clock.now()), key=lambda i: order[i.id])[:SHOWN]


def _people(lens: Lens, measure: Definition, found: Sequence[UnitRow]) -> list[tuple[UnitRow, str, str]]:
    of = DataClass(measure.data_class)
    shown = [
        replace(u, at=u.at.replace(tzinfo=UTC))
        for u in found
        if u.person_id and lens.may(Verb.READ, of, person_id=UUID(u.person_id))
    ][:SHOWN]
    names = duties.names(UUID(u.person_id) for u in shown if u.person_id)
    return [(u, *names.get(UUID(str(u.person_id)), ("", ""))) for u in shown]
