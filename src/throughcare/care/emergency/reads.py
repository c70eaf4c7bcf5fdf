"""Every read of emergency, through a lens: the codes of a place, one code with its timeline, what an officer is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from throughcare.care.emergency import policy, rules
from throughcare.care.emergency.actions import keeping
from throughcare.care.emergency.models import Code, Debrief, Packet, Stamp
from throughcare.care.emergency.rule_table import load_table
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people

LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Running:
    """A code that runs now, as everybody on site may know it: where, and since when."""

    id: UUID
    place: str
    called_at: datetime
    drill: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One code on the list."""

    code: Code
    who: people.Card | None
    response: rules.Response


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline: what holds, and what was first stamped where it was put right."""

    stamp: rules.Stamped
    recorded_at: datetime
    first_at: datetime | None
    taken_back: bool
    why: str


@dataclass(frozen=True, slots=True)
class Scene:
    """One code with all that its page needs."""

    code: Code
    who: people.Card | None
    moments: list[Moment]
    held: list[rules.Stamped]
    response: rules.Response
    prompts: list[rules.Prompt]
    roster: list[str]
    debrief: Debrief | None
    packets: list[Packet]


def running(lens: Lens, facility_id: UUID | None) -> list[Running]:
    """Give the codes that run at a facility now; place and time alone, for everybody who may call one."""
    if facility_id is None or not policy.CALL.allows(lens):
        return []
    rows = Code.objects.filter(facility_id=facility_id, state="open").order_by("-called_at")
    return [Running(r.id, r.place, r.called_at, bool(r.drill)) for r in rows[:4]]


def codes(lens: Lens) -> list[Line]:
    """Give the codes of the last month at the reader's facilities, those that run first."""
    lens.require(Verb.SUMMARY, DataClass.CLINICAL)
    with db.reading(lens):
        rows = list(_within(lens).filter(called_at__gte=clock.now() - LATELY).order_by("-called_at")[:200])
        cards = people.cards(lens, [r.person_id for r in rows if r.person_id and not lens.shut(r.person_id)])
        stamps: dict[UUID, list[rules.Stamped]] = {r.id: [] for r in rows}
        for one in Stamp.objects.filter(code_id__in=list(stamps)).order_by("at", "id"):
            stamps[one.code_id].append(keeping.stamped(one))
    table, now = load_table(), clock.now()
    lines = [
        Line(
            r,
            cards.get(r.person_id) if r.person_id else None,
            rules.response(r.called_at, rules.standing(stamps[r.id]), r.ended_at or now, table),
        )
        for r in rows
    ]
    return sorted(lines, key=lambda line: line.code.state != "open")


def scene(lens: Lens, code_id: UUID) -> Scene:
    """Give one code with its timeline, how fast help came, and what is due next."""
    lens.require(Verb.SUMMARY, DataClass.CLINICAL)
    with db.reading(lens):
        row = one(lens, code_id)
        if row.person_id is not None:
            lens.require(Verb.SUMMARY, DataClass.CLINICAL, person_id=row.person_id)
        kept = list(Stamp.objects.filter(code=row).order_by("at", "id"))
        who = people.card(lens, row.person_id) if row.person_id else None
        debrief = Debrief.objects.filter(code=row).first() if row.state == "debriefed" else None
        packets = _packets(lens, row)
    table, now = load_table(), clock.now()
    stamps = [keeping.stamped(s) for s in kept]
    held = rules.standing(stamps)
    return Scene(
        code=row,
        who=who,
        moments=_moments(kept, held),
        held=held,
        response=rules.response(row.called_at, held, row.ended_at or now, table),
        prompts=rules.prompts(row.called_at, held, table) if row.state == "open" else [],
        roster=_roster(row, held),
        debrief=debrief,
        packets=packets,
    )


def _packets(lens: Lens, row: Code) -> list[Packet]:
    if row.person_id is None or not policy.PACKET.allows(lens, row.person_id):
        return []
    return list(Packet.objects.filter(code=row, person_id=row.person_id).defer("body").order_by("-made_at")[:4])


def one(lens: Lens, code_id: UUID) -> Code:
    """Give one code of the reader's facilities; what is elsewhere looks as if it were not there."""
    row = _within(lens).filter(id=code_id).first()
    if row is None:
        raise NotFound("There is no such code here.")
    return row


def officers_view(lens: Lens, code_id: UUID) -> tuple[Code, list[rules.Stamped]]:
    """Give an officer what an officer acts on: where, since when, and what moves through the gate."""
    with db.reading(lens):
        row = one(lens, code_id)
        table = load_table()
        held = rules.standing(keeping.all_stamps(row.id))
    told = {k for k, kind in table.stamps.items() if kind.custody} | {"ems_called", "ems_cancelled", "health_there"}
    return row, [s for s in held if s.kind in told]


def officers_codes(lens: Lens) -> list[Running]:
    """Give an officer the codes of the last day: where, and when."""
    with db.reading(lens):
        rows = _within(lens).filter(called_at__gte=clock.now() - timedelta(days=1)).order_by("-called_at")[:20]
        return [Running(r.id, r.place, r.called_at, bool(r.drill)) for r in rows]


def _within(lens: Lens) -> QuerySet[Code]:
    rows = Code.objects.all()
    return rows if lens.facilities is None else rows.filter(facility_id__in=lens.facilities)


def _moments(kept: Sequence[Stamp], held: Sequence[rules.Stamped]) -> list[Moment]:
    by_id = {s.id: s for s in kept}
    found = [_moment(by_id[s.id], by_id, taken_back=False) for s in held]
    found += [_moment(s, by_id, taken_back=True) for s in kept if s.void]
    return sorted(found, key=lambda m: (m.stamp.at, m.stamp.id), reverse=True)


def _moment(row: Stamp, by_id: dict[UUID, Stamp], *, taken_back: bool) -> Moment:
    origin = row
    while origin.corrects_id is not None:
        origin = by_id[origin.corrects_id]
    first_at = origin.at if origin.id != row.id and origin.at != row.at else None
    return Moment(keeping.stamped(row), origin.recorded_at, first_at, taken_back, row.why)


def _roster(row: Code, held: Sequence[rules.Stamped]) -> list[str]:
    said = [s.said("who") + (f", {s.said('as')}" if s.said("as") else "") for s in held if s.kind == "responder"]
    return list(dict.fromkeys([row.called_by, *(s.by for s in held), *said]))
