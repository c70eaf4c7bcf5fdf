"""The officer's board: what to do, first aid, whom to call, until when; and when somebody leaves. It never says why."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from throughcare.custody import wording
from throughcare.custody.models import Away, OperationalAlert, ScheduledEvent
from throughcare.custody.policy import housed_now
from throughcare.custody.reads.places import LockdownRow, facility, lockdowns
from throughcare.custody.reads.where import AWAY_WORDS
from throughcare.kernel import clock
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people
from throughcare.people.models import Person

Charts = Collection[UUID] | QuerySet[Person, UUID]
AHEAD = timedelta(hours=18)
# The chart that stands for the person.
ROOT = Coalesce("person__survivor_id", "person_id")
SPOT = (
    ROOT, "person_id", "person__family", "person__given", "person__used_name", "unit__name", "bed__cell__code", "confirmed",
)  # fmt: skip
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
    # Templates of one group exclude each other, such as the kinds of watch.
    group: str = ""


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
    housed = [Spot(*row) for row in rows.values_list(*SPOT)]
    charts = _linked({p.root for p in housed})
    alerts, moves = _alerts(charts, site.nurse_phone, lang, site.zone), _moves(charts)
    away = Away.objects.filter(person_id__among=[p.person_id for p in housed], until=None, cancelled=False)
    out = {a.person_id: a for a in away}
    lines = [
        _line(p, alerts.get(p.root, ()), moves.get(p.root, ()), out.get(p.person_id))
        for p in housed
        if p.root in alerts or p.root in moves or p.person_id in out
    ]
    closed = [r for r in lockdowns(lens, facility_id) if unit_id is None or r.unit_id in (None, unit_id)]
    return Board(tuple(sorted(lines, key=_order)), len(housed) - len(lines), tuple(closed))


def alerts_of(
    lens: Lens, person_ids: Iterable[UUID], *, lang: str = "en", phone: str = ""
) -> dict[UUID, list[AlertLine]]:
    """Give for each person what officers are told now, for banners and for officers; keyed by the id that was asked."""
    families = people.families(lens, [p for p in set(person_ids) if _sees(lens, p)])
    found = _alerts({chart for family in families.values() for chart in family}, phone, lang, "")
    return {own: found.get(family[0], []) for own, family in families.items()}


def _sees(lens: Lens, person_id: UUID | None) -> bool:
    readable = (Verb.READ, Verb.OPERATIONAL, Verb.SUMMARY)
    return any(lens.may(verb, DataClass.OPERATIONAL_ALERT, person_id=person_id) for verb in readable)


def _may(lens: Lens) -> None:
    if not _sees(lens, None):
        raise NotAllowed("What officers are told is not for your role.")


def _linked(roots: Collection[UUID]) -> QuerySet[Person, UUID]:
    """Give all charts of these people."""
    return Person.objects.filter(Q(id__among=roots) | Q(survivor_id__among=roots)).values_list("id", flat=True)


def _alerts(charts: Charts, phone: str, lang: str, zone: str) -> dict[UUID, list[AlertLine]]:
    """Give the alerts that stand now, by the chart that stands for the person."""
    runs = Q(until=None) | Q(until__gt=clock.now())
    whose = Q(person_id__in=charts) if isinstance(charts, QuerySet) else Q(person_id__among=charts)
    rows = OperationalAlert.objects.filter(runs, whose, ended_at=None)
    found: dict[UUID, list[AlertLine]] = {}
    known = wording.templates()
    for root, id_, name, values, until in rows.values_list(ROOT, "id", "template", "values", "until"):
        template = known.get(name)
        if template is not None:
            found.setdefault(root, []).append(_alert(id_, template, values, until, phone, lang, zone))
    for lines in found.values():
        lines.sort(key=lambda line: (not line.urgent, line.rank))
    return found


def _alert(
    id: UUID,
    template: wording.Template,
    values: Mapping[str, Any],
    until: datetime | None,
    phone: str,
    lang: str,
    zone: str,
) -> AlertLine:
    when = wording.moment(until, zone, lang) if until else ""
    do, first_aid, call = (
        template.sentence(part, values, lang=lang, phone=phone, until=when) for part in ("text", "first_aid", "call")
    )
    # A template that says until when itself need not say it twice.
    said = "{until}" in template.words["text"]
    return AlertLine(id, do, first_aid, call, None if said else until, template.urgent, template.rank, template.group)


def _moves(charts: Charts) -> dict[UUID, list[MoveLine]]:
    """Give what custody plans within hours, by the chart that stands for the person."""
    now = clock.now()
    rows = ScheduledEvent.objects.filter(
        person_id__in=charts, state="planned", starts_at__gte=now - timedelta(hours=2), starts_at__lt=now + AHEAD
    ).order_by("starts_at")
    found: dict[UUID, list[MoveLine]] = {}
    for root, kind, at, facility_, place in rows.values_list(
        ROOT, "kind", "starts_at", "to_facility__short_name", "place"
    ):
        where = facility_ or place
        words = PLAN_SENTENCES[kind]
        found.setdefault(root, []).append(MoveLine(at, f"{words}: {where}" if where else words))
    return found


class Spot(NamedTuple):
    """Who is housed where, as a line of the board needs it."""

    root: UUID
    person_id: UUID
    family: str
    given: str
    used_name: str
    unit: str | None
    cell: str | None
    confirmed: bool


def _line(p: Spot, alerts: Sequence[AlertLine], moves: Sequence[MoveLine], out: Away | None) -> BoardLine:
    given = p.used_name or p.given
    return BoardLine(
        person_id=p.person_id,
        place=p.cell if p.cell and p.confirmed else p.unit or "No unit yet",
        name=f"{p.family}, {given}" if given else p.family,
        short_name=f"{given} {p.family[:1]}." if given else p.family,
        alerts=tuple(alerts),
        moves=tuple(moves),
        out=AWAY_WORDS[out.kind].capitalize() if out else "",
        expected_back=out.expected_back if out else None,
    )


def _order(line: BoardLine) -> tuple[bool, int, str]:
    return (not line.urgent, min((a.rank for a in line.alerts), default=999), line.place)
