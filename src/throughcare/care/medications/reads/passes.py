"""The pass of a facility or one of its units, through a lens: who comes, in which order, with which doses. As many queries
for one person as for a hundred and twenty.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from throughcare.care.medications import states, waiting_entries
from throughcare.care.medications.dose_ids import due_at_of
from throughcare.care.medications.facility_passes import facility_passes
from throughcare.care.medications.given_as_needed import given_as_needed, reach
from throughcare.care.medications.models import Crossing, Dose, MedicationPass
from throughcare.care.medications.reads.pass_rows import DOSE_COLUMNS, ORDER_COLUMNS, DoseRow, OrderRow, order_row
from throughcare.care.medications.rules import passes as rules
from throughcare.care.medications.rules import tables
from throughcare.care.medications.rules.timing import Kind
from throughcare.care.medications.rules.windows import DAY
from throughcare.custody import reads as custody
from throughcare.custody.reads import LockdownRow, UnitRow, Whereabouts
from throughcare.kernel import clock, db, statement
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people

# An order that ended lately may still have a dose on the list: it was charted, or is owed.
ENDED = timedelta(days=2)
# Written out and prepared: a line is asked for all day, and composing and planning these took longer than their answers.
ORDERS = f"""
SELECT {ORDER_COLUMNS} FROM medications_medicationorder
 WHERE person_id = ANY (%s) AND (status = ANY (%s) OR ended_at >= %s) AND mode <> 'KOP' AND status <> 'entered-in-error'
 ORDER BY text
"""  # noqa: S608
DUE = f"""
SELECT order_id, {DOSE_COLUMNS} FROM medications_dose
 WHERE order_id = ANY (%s) AND due_at >= %s AND due_at < %s AND status <> 'cancelled'
"""  # noqa: S608
ALLERGIES = """
SELECT person_id, text, none_known FROM chart_allergy WHERE person_id = ANY (%s) AND status = 'active' ORDER BY text
"""


@dataclass(frozen=True, slots=True)
class AsNeeded:
    """One order that is given when asked for, with when its medicine was taken as far back as its limits look."""

    order: OrderRow
    given: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class PassPerson:
    """One person of a pass: who, where, what must not be given, what is due, what may be asked for."""

    who: people.Card
    where: Whereabouts | None
    coming: str
    coming_at: datetime | None
    allergies: tuple[str, ...]
    allergies_asked: bool
    doses: list[DoseRow] = field(default_factory=list)
    as_needed: list[AsNeeded] = field(default_factory=list)
    unjudged: frozenset[UUID] = frozenset()
    """The doses, and the orders of what is asked for, of which a tablet's entry waits to be judged."""
    crossing: UUID | None = None
    """The move by which somebody who is expected comes, where medicines travel."""


@dataclass(frozen=True, slots=True)
class Line:
    """One pass of one line."""

    facility: custody.FacilityRow
    span: rules.PassSpan
    spans: tuple[rules.PassSpan, ...]
    units: list[UnitRow]
    unit: UnitRow | None
    lockdowns: list[LockdownRow]
    passed: MedicationPass | None
    people: list[PassPerson]


def line(
    lens: Lens, facility_id: UUID, *, unit_id: UUID | None = None, code: str = "", ahead: timedelta | None = None
) -> Line:
    """Give the people and doses of a pass: of the one whose span holds now, or of today's pass of that code.

    A device that goes without a network takes what is due `ahead` as well, and the passes of that time.
    """
    lens.require(Verb.READ, DataClass.MEDICATION)
    with db.reading(lens):
        site = custody.facility(lens, facility_id)
        units = custody.counted_units(lens, facility_id)
        unit = next((u for u in units if u.id == unit_id and u.people), None)
        span, spans = span_of(facility_id, code)
        until = span.closes if ahead is None else clock.now() + ahead
        if ahead is not None:
            spans = _spans_until(facility_id, span, until)
        roster = custody.present(lens, facility_id, unit.id if unit else None, in_order=False)
        found = _people(lens, [(r.who, r.where, "", None) for r in roster], span.opens, until)
        passed = MedicationPass.objects.filter(
            facility_id=facility_id, day=span.day, code=span.code, line=unit.code if unit else ""
        ).first()
        closed = [r for r in custody.lockdowns(lens, facility_id) if unit is None or r.unit_id in (None, unit.id)]
    listed = [p for p in found if p.doses or p.as_needed]
    return Line(site, span, spans, units, unit, closed, passed, sorted(listed, key=in_cell_order))


def coming(lens: Lens, facility_id: UUID, *, code: str = "", ahead: timedelta | None = None) -> list[PassPerson]:
    """Give the people who are expected here within half a day, with the doses that will be due."""
    lens.require(Verb.READ, DataClass.MEDICATION)
    with db.reading(lens):
        span, _ = span_of(facility_id, code)
        rows = custody.incoming(lens, facility_id, ahead=timedelta(hours=12))
        expected = {m.who.person_id: (m.who, None, m.place, m.at) for m in rows}
        until = span.closes if ahead is None else clock.now() + ahead
        found = _people(lens, list(expected.values()), span.opens, until)
        moves = Crossing.objects.filter(
            person_id__in=list(expected), to_facility_id=facility_id, sealed=False, state__in=states.CROSSING_OPEN
        )
        by_person = dict(moves.order_by("-leaves_at").values_list("person_id", "id"))
        return [replace(p, crossing=by_person.get(p.who.person_id)) for p in found]


def span_of(facility_id: UUID, code: str = "") -> tuple[rules.PassSpan, tuple[rules.PassSpan, ...]]:
    """Give the pass that is meant, and the passes of its day."""
    table, here, now = tables.passes(), facility_passes(facility_id), clock.now()
    today = rules.spans(now.astimezone(here.zone).date(), table, here.zone, here.code)
    named = next((s for s in today if s.code == code), None) or rules.pass_of(now, table, here.zone, here.code)
    if named is None:
        raise NotFound("No pass is set for this facility. Ask who keeps the medicines' table of passes.")
    return named, today


def _spans_until(facility_id: UUID, span: rules.PassSpan, until: datetime) -> tuple[rules.PassSpan, ...]:
    table, here = tables.passes(), facility_passes(facility_id)
    days = (span.day + timedelta(days=n) for n in range(3))
    found = (s for day in days for s in rules.spans(day, table, here.zone, here.code))
    return tuple(s for s in found if span.opens <= s.opens < until)


def in_cell_order(person: PassPerson) -> tuple[object, ...]:
    """Give the key by which people are met along the cells."""
    where = person.where
    place = f"{where.unit} {where.cell} {where.bed}" if where else ""
    return (*rules.cell_order(place), (9, 0, person.who.name))


def waiting(
    lens: Lens, facility_id: UUID, *, unit_id: UUID | None = None, code: str = ""
) -> tuple[Line, list[tuple[str, DoseRow]]]:
    """Give a pass with its doses that have no status yet and whose they are: what closing it would leave blank."""
    found = line(lens, facility_id, unit_id=unit_id, code=code)
    now = clock.now()
    left = [(p.who.name, d) for p in found.people for d in p.doses if d.status == states.EXPECTED and d.due_at <= now]
    return found, left


def whose(lens: Lens, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Tell whose doses these are."""
    lens.require(Verb.READ, DataClass.MEDICATION)
    with db.reading(lens):
        rows = Dose.objects.filter(id__in=ids, due_at__in={due_at_of(i) for i in ids})
        return dict(rows.values_list("id", "person_id"))


# --- inside ---------------------------------------------------------------------------------------------------------------

Expected = tuple[people.Card, Whereabouts | None, str, datetime | None]


def _people(lens: Lens, rows: Sequence[Expected], since: datetime, until: datetime) -> list[PassPerson]:
    """Give these people with their doses of a time; whoever's record is closed to the reader is left out."""
    shown = [r for r in rows if lens.may(Verb.READ, DataClass.MEDICATION, person_id=r[0].person_id)]
    families = people.families(lens, [who.person_id for who, *_ in shown])
    root = {own: family[0] for family in families.values() for own in family}
    orders = _orders(root)
    doses, given = _doses(orders, root, since, until)
    told = _allergies(root)
    unjudged: dict[UUID, set[UUID]] = defaultdict(set)
    for entry in waiting_entries.waiting(root):
        unjudged[root[entry.person_id]].add(entry.about)
    by_root: dict[UUID, list[OrderRow]] = defaultdict(list)
    for order in orders.values():
        by_root[root[order.person_id]].append(order)
    return [
        _person(one, told[chart], by_root[chart], doses, given, frozenset(unjudged[chart]))
        for one in shown
        for chart in (root[one[0].person_id],)
    ]


def _person(
    expected: Expected,
    told: Sequence[tuple[str, bool]],
    orders: Sequence[OrderRow],
    doses: Mapping[UUID, list[DoseRow]],
    given: Mapping[UUID, list[datetime]],
    unjudged: frozenset[UUID],
) -> PassPerson:
    who, where, place, at = expected
    return PassPerson(
        who=who,
        where=where,
        coming=place,
        coming_at=at,
        allergies=tuple(text for text, none_known in told if not none_known),
        allergies_asked=bool(told),
        doses=_sorted(d for o in orders for d in doses.get(o.id, ())),
        as_needed=[
            AsNeeded(o, tuple(given.get(o.id, ()))) for o in orders if o.status == "active" and _is_as_needed(o)
        ],
        unjudged=unjudged,
    )


def _orders(root: Mapping[UUID, UUID]) -> dict[UUID, OrderRow]:
    rows = statement.run(ORDERS, [list(root), sorted(states.LIVE), clock.now() - ENDED])
    return {row[0]: order_row(row) for row in rows}


def _doses(
    orders: Mapping[UUID, OrderRow], root: Mapping[UUID, UUID], since: datetime, until: datetime
) -> tuple[dict[UUID, list[DoseRow]], dict[UUID, list[datetime]]]:
    """Give the doses of a time by order, and when each medicine that is asked for was taken."""
    asked = {o.id for o in orders.values() if _is_as_needed(o)}
    laid = [i for i in orders if i not in asked]
    doses: dict[UUID, list[DoseRow]] = defaultdict(list)
    for order_id, *row in statement.run(DUE, [laid, since, until]):
        doses[order_id].append(DoseRow(orders[order_id], *row))
    return doses, _given(orders, asked, root)


def _given(
    orders: Mapping[UUID, OrderRow], asked: Collection[UUID], root: Mapping[UUID, UUID]
) -> dict[UUID, list[datetime]]:
    """Give when each medicine that is asked for was taken, as its limits count it."""
    now, own = clock.now(), {i: root[orders[i].person_id] for i in asked}
    back = reach(orders[i].timing.get("min_interval_minutes", 0) for i in asked)
    charts = {chart: stands for chart, stands in root.items() if stands in set(own.values())}
    return given_as_needed(own, charts, now - back, now + DAY)


def _is_as_needed(order: OrderRow) -> bool:
    return bool(order.timing.get("kind") == Kind.PRN)


def _allergies(root: Mapping[UUID, UUID]) -> dict[UUID, list[tuple[str, bool]]]:
    """Give what is known of allergies, to whoever gives medicines: no dose is handed over without it."""
    told: dict[UUID, list[tuple[str, bool]]] = defaultdict(list)
    for chart, text, none_known in statement.run(ALLERGIES, [list(root)]):
        told[root[chart]].append((text, none_known))
    return told


def _sorted(doses: Iterable[DoseRow]) -> list[DoseRow]:
    return sorted(doses, key=lambda d: (not d.critical, d.due_at, d.order.text))
