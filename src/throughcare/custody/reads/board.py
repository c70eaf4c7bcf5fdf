"""The officer's board: what to do, first aid, whom to call, until when; and when somebody leaves. It never says why."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from throughcare.custody import wording
from throughcare.custody.models import Away, OperationalAlert, Placement, ScheduledEvent
from throughcare.custody.policy import housed_now
from throughcare.custody.reads.places import LockdownRow, facility, lockdowns
from throughcare.custody.reads.where import AWAY_WORDS
from throughcare.kernel import clock
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people

AHEAD = timedelta(hours=18)
PLAN_SENTENCES = {
    "court": "Ready for court",
    "transfer": "Ready for transfer",
    "release": "Release",
    "visit": "Visit",
}


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One thing to do, in words fit for a board."""

    id: UUID
    do: str
    first_aid: str
    call: str
    until: datetime | None
    urgent: bool
    rank: int


@dataclass(frozen=True, slots=True)
class MoveLine:
    """When somebody leaves, and for where."""

    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One person on the board: where, what to do, when they move. There is no room for more."""

    person_id: UUID
    place: str
    name: str
    short_name: str
    alerts: tuple[AlertLine, ...]
    moves: tuple[MoveLine, ...]
    out: str
    expected_back: datetime | None

    @property
    def urgent(self) -> bool:
        """Tell whether something of it must not wait."""
        return any(a.urgent for a in self.alerts)


@dataclass(frozen=True, slots=True)
class Board:
    """The board of a facility or a unit: those who need something, worst first, and how many are well without."""

    lines: tuple[BoardLine, ...]
    quiet: int
    lockdowns: tuple[LockdownRow, ...]


def board(lens: Lens, facility_id: UUID, unit_id: UUID | None = None, *, lang: str = "en") -> Board:
    """Give the board of a facility, or of one unit; six queries, however many people."""
    _may(lens)
    site = facility(lens, facility_id)
    rows = housed_now(lens).filter(facility_id=facility_id)
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id)
    housed = list(rows.select_related("person", "unit", "bed__cell"))
    roots = {p.person_id: _root(p) for p in housed}
    alerts = _alerts(roots.values(), site.nurse_phone, lang, site.zone)
    moves = _moves(roots.values())
    out = {a.person_id: a for a in Away.objects.filter(person_id__in=list(roots), until=None, cancelled=False)}
    lines = []
    for p in housed:
        root = roots[p.person_id]
        if alerts[root] or moves[root] or p.person_id in out:
            lines.append(_line(p, alerts[root], moves[root], out.get(p.person_id)))
    closed = [r for r in lockdowns(lens, facility_id) if unit_id is None or r.unit_id in (None, unit_id)]
    return Board(tuple(sorted(lines, key=_order)), len(housed) - len(lines), tuple(closed))


def alerts_of(
    lens: Lens, person_ids: Iterable[UUID], *, lang: str = "en", phone: str = ""
) -> dict[UUID, list[AlertLine]]:
    """Give for each person what officers are told now, for banners and for officers; keyed by the id that was asked."""
    families = people.families(lens, [p for p in set(person_ids) if _sees(lens, p)])
    found = _alerts({family[0] for family in families.values()}, phone, lang, "America/New_York")
    return {own: found[family[0]] for own, family in families.items()}


def _sees(lens: Lens, person_id: UUID | None) -> bool:
    readable = (Verb.READ, Verb.OPERATIONAL, Verb.SUMMARY)
    return any(lens.may(verb, DataClass.OPERATIONAL_ALERT, person_id=person_id) for verb in readable)


def _may(lens: Lens) -> None:
    if not _sees(lens, None):
        raise NotAllowed("What officers are told is not for your role.")


def _root(p: Placement) -> UUID:
    return p.person.survivor_id if p.person.survivor_id is not None else p.person_id


def _alerts(roots: Iterable[UUID], phone: str, lang: str, zone: str) -> defaultdict[UUID, list[AlertLine]]:
    wanted, now = set(roots), clock.now()
    rows = OperationalAlert.objects.filter(
        Q(until=None) | Q(until__gt=now),
        Q(person_id__in=wanted) | Q(person__survivor_id__in=wanted),
        ended_at=None,
    ).select_related("person")
    found: defaultdict[UUID, list[AlertLine]] = defaultdict(list)
    known = wording.templates()
    for row in rows:
        root = row.person.survivor_id if row.person.survivor_id is not None else row.person_id
        template = known.get(row.template)
        if template is not None:
            found[root].append(_alert(row, template, phone, lang, zone))
    for lines in found.values():
        lines.sort(key=lambda line: (not line.urgent, line.rank))
    return found


def _alert(row: OperationalAlert, template: wording.Template, phone: str, lang: str, zone: str) -> AlertLine:
    until = wording.moment(row.until, zone, lang) if row.until else ""
    parts = {
        part: template.sentence(part, row.values, lang=lang, phone=phone, until=until)
        for part in ("text", "first_aid", "call")
    }
    # A template that says until when itself need not say it twice.
    said = "{until}" in template.words["text"]
    return AlertLine(
        row.id,
        parts["text"],
        parts["first_aid"],
        parts["call"],
        None if said else row.until,
        template.urgent,
        template.rank,
    )


def _moves(roots: Iterable[UUID]) -> defaultdict[UUID, list[MoveLine]]:
    wanted, now = set(roots), clock.now()
    rows = ScheduledEvent.objects.filter(
        Q(person_id__in=wanted) | Q(person__survivor_id__in=wanted),
        state="planned",
        starts_at__gte=now - timedelta(hours=2),
        starts_at__lt=now + AHEAD,
    ).select_related("person", "to_facility")
    found: defaultdict[UUID, list[MoveLine]] = defaultdict(list)
    for row in rows.order_by("starts_at"):
        root = row.person.survivor_id if row.person.survivor_id is not None else row.person_id
        where = row.to_facility.short_name if row.to_facility else row.place
        words = PLAN_SENTENCES[row.kind]
        found[root].append(MoveLine(row.starts_at, f"{words}: {where}" if where else words))
    return found


def _line(p: Placement, alerts: Sequence[AlertLine], moves: Sequence[MoveLine], out: Away | None) -> BoardLine:
    person = p.person
    given = person.used_name or person.given
    return BoardLine(
        person_id=p.person_id,
        place=p.bed.cell.code if p.bed and p.confirmed else p.unit.name if p.unit else "No unit yet",
        name=f"{person.family}, {given}" if given else person.family,
        short_name=f"{given} {person.family[:1]}." if given else person.family,
        alerts=tuple(alerts),
        moves=tuple(moves),
        out=AWAY_WORDS[out.kind].capitalize() if out else "",
        expected_back=out.expected_back if out else None,
    )


def _order(line: BoardLine) -> tuple[bool, int, str]:
    return (not line.urgent, min((a.rank for a in line.alerts), default=999), line.place)
