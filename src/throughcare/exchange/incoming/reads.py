"""What waits for somebody, read through the lens: an entry that is hidden from the reader is on no list and in no count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from throughcare.access import showing
from throughcare.custody.models import Placement
from throughcare.duties.models import Duty
from throughcare.exchange.incoming import kinds
from throughcare.exchange.models import Incoming
from throughcare.kernel.errors import NotFound
from throughcare.kernel.fhir import decode
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Role, Verb
from throughcare.ledger.present import opened
from throughcare.people import reads as people

PAGE = 50
_BODIES = (
    "SELECT c.type, c.id, c.version, c.data_class, c.labels, c.person_id, v.subject, v.digest, v.body FROM ledger_current c "
    "JOIN ledger_version v ON v.id = c.id AND v.type = c.type AND v.version = c.version "
    "JOIN unnest(%s::text[], %s::uuid[]) AS w (type, id) ON w.type = c.type AND w.id = c.id"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits, or waited: whose, what, from whom, by when."""

    row: Incoming
    who: people.Card
    title: str
    opened_at: datetime
    due_at: datetime | None
    whole: bool


@dataclass(frozen=True, slots=True)
class View:
    """One thing with what this reader may see of it, by the names of its lines."""

    line: Line
    bodies: list[dict[str, Any]]

    @property
    def parts(self) -> list[list[tuple[str, str]]]:
        """Give the lines of each."""
        return [kinds.told(body) for body in self.bodies]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of lines, and where the next one begins."""

    lines: list[Line]
    older: datetime | None


def listing(
    lens: Lens, facility_id: UUID | None, *, settled: bool = False, kind: str = "", before: datetime | None = None
) -> Listing:
    """Give what waits at a facility, the soonest due first, or what was settled last; constant in queries."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS)
    rows = Incoming.objects.filter(_here(lens, facility_id))
    rows = rows.exclude(state="waiting") if settled else rows.filter(state="waiting")
    if kind:
        rows = rows.filter(kind=kind)
    if before is not None:
        rows = rows.filter(received_at__lt=before) if settled else rows.filter(received_at__gt=before)
    found = list(rows.order_by("-received_at" if settled else "received_at")[: PAGE + 1])
    lines = _lines(lens, found[:PAGE])
    if not settled:
        lines.sort(key=lambda one: (one.due_at or one.row.received_at, one.row.received_at))
    return Listing(lines, found[PAGE - 1].received_at if len(found) > PAGE else None)


def one(lens: Lens, incoming_id: UUID) -> View:
    """Give one thing with every paper of it that this reader may see; NotFound where none is for them."""
    row = Incoming.objects.filter(id=incoming_id).first()
    shown = _shown(lens, [row]) if row is not None else {}
    if row is None or _key(row) not in shown:
        raise NotFound("There is nothing here for you.")
    lines = _lines(lens, [row])
    if not lines:
        raise NotFound("There is nothing here for you.")
    ids = [row.about_id, *(UUID(other) for other in row.others)]
    bodies = [shown[row.about_type, id_][0] for id_ in ids if (row.about_type, id_) in shown]
    return View(lines[0], bodies)


def may_answer(lens: Lens, line: Line) -> bool:
    """Tell whether this reader may say what became of it: those whose task it is, who see it whole."""
    return line.whole and lens.role in ANSWERS_BY[line.row.kind]


# Who answers is the agency's decision [D]; the clock's owner is among them (content/clocks/joints.toml, EXC-05, EXC-07 to EXC-11).
ANSWERS_BY: Mapping[str, frozenset[Role]] = {
    "request": frozenset({Role.PROVIDER, Role.PSYCH, Role.DENTAL, Role.HIM}),
    "communication": frozenset({Role.RN, Role.PROVIDER, Role.PSYCH, Role.HIM}),
    "appointment": frozenset({Role.SCHEDULER, Role.RN, Role.PROVIDER, Role.PLANNER, Role.HIM}),
    "document": frozenset({Role.PROVIDER, Role.PSYCH, Role.HIM}),
    "consent": frozenset({Role.HIM}),
    "person": frozenset({Role.HIM}),
}


def _here(lens: Lens, facility_id: UUID | None) -> Q:
    """Filter to people who are at the reader's places now; of those who are nowhere, to what came there."""
    places = {facility_id} if facility_id else lens.facilities
    if places is None:
        return Q()
    housed = Placement.objects.filter(until=None, cancelled=False)
    there, anywhere = housed.filter(facility_id__in=places).values("person_id"), housed.values("person_id")
    mine = Q(person_id__in=there) | Q(person__survivor_id__in=there)
    return mine | Q(facility_id__in=places) & ~Q(person_id__in=anywhere) & ~Q(person__survivor_id__in=anywhere)


def _lines(lens: Lens, rows: Sequence[Incoming]) -> list[Line]:
    shown = _shown(lens, rows)
    seen = [row for row in rows if _key(row) in shown]
    cards = people.cards(lens, {row.person_id for row in seen})
    due = dict(Duty.objects.filter(about__in=[row.id for row in seen], closed_at=None).values_list("about", "due_at"))
    return [
        Line(
            row,
            cards[row.person_id],
            (kinds.title(shown[_key(row)][0]) if row.kind != "person" else "") or _kept_title(row, shown[_key(row)][1]),
            row.received_at,
            due.get(row.id),
            shown[_key(row)][1],
        )
        for row in seen
        if row.person_id in cards
    ]


def _kept_title(row: Incoming, whole: bool) -> str:
    return row.title if whole else ""


def _key(row: Incoming) -> tuple[str, UUID]:
    return row.about_type, row.about_id


def _shown(lens: Lens, rows: Sequence[Incoming]) -> dict[tuple[str, UUID], tuple[dict[str, Any], bool]]:
    """Give what the lens shows of each resource, as it is cut, and whether it shows it whole."""
    asked = [(row.about_type, id_) for row in rows for id_ in (row.about_id, *(UUID(one) for one in row.others))]
    with connection.cursor() as cursor:
        cursor.execute(_BODIES, [[kind for kind, _ in asked], [id_ for _, id_ in asked]])
        found = cursor.fetchall()
    shown = {}
    for kind, id_, version, cls, bits, person, subject, digest, stored in found:
        body = decode(opened(stored, digest, (id_, subject), sealed=False) or b"{}")
        kept = showing.Kept(kind, id_, version, DataClass(cls), body, person, None, bits)
        one = showing.show(lens, kept)
        if one is not None:
            shown[kind, id_] = one.body, not one.cuts
    return shown
