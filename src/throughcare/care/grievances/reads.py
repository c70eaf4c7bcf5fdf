"""Every read of complaints, through a lens and row by row: nobody reads one that is about them, custody reads none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from throughcare.care.grievances import rules, states
from throughcare.care.grievances.models import Grievance, GrievanceReply
from throughcare.care.grievances.policy import READERS
from throughcare.custody.models import Facility, Placement
from throughcare.custody.reads.places import HOUSED
from throughcare.duties.models import Duty
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Role, Verb
from throughcare.people import reads as people

MOST = 300
RULES = ("GRV-01-LOG", "GRV-01-ANSWER", "GRV-01-APPEAL")


@dataclass(frozen=True, slots=True)
class Line:
    """One complaint on the board: whose, by when its next step is due, how many days it waits."""

    row: Grievance
    who: people.Card
    due_at: datetime | None
    days: int

    @property
    def late(self) -> bool:
        """Tell whether its next step is late."""
        return self.due_at is not None and self.due_at < clock.now()


@dataclass(frozen=True, slots=True)
class Site:
    """Complaints that wait at one facility: how many, how many late, the age of the oldest in days."""

    name: str
    waiting: int
    late: int
    oldest: int


def board(lens: Lens, facility_id: UUID | None = None, *, ended: int = 20) -> tuple[list[Line], list[Line]]:
    """Give the complaints that wait, what is late first, and the last that were answered or taken back."""
    with db.reading(lens):
        rows = _seen(lens, facility_id)
        waiting = list(rows.filter(state__in=states.OPEN).order_by("filed_at")[:MOST])
        over = list(rows.exclude(state__in=states.OPEN).order_by("-filed_at")[:ended])
        lines = _lines(lens, [*waiting, *over])
    open_ids = {r.id for r in waiting}
    now = clock.now()
    first = sorted((x for x in lines if x.row.id in open_ids), key=lambda x: (x.due_at or now, x.row.filed_at))
    return first, [x for x in lines if x.row.id not in open_ids]


def by_site(lines: Sequence[Line]) -> list[Site]:
    """Count complaints that wait by facility, the most late first."""
    names = dict(Facility.objects.values_list("id", "name"))
    at: dict[UUID | None, list[Line]] = {}
    for line in lines:
        at.setdefault(line.row.facility_id, []).append(line)
    sites = [
        Site(
            names.get(place, "Elsewhere") if place else "Elsewhere",
            len(x),
            sum(i.late for i in x),
            max(i.days for i in x),
        )
        for place, x in at.items()
    ]
    return sorted(sites, key=lambda s: (-s.late, -s.oldest, s.name))


def one(lens: Lens, grievance_id: UUID) -> Line:
    """Give one complaint to who may read it; refuses as not found where not, and where it is about the reader."""
    with db.reading(lens):
        row = _seen(lens, None).filter(id=grievance_id).first()
        found = _lines(lens, [row]) if row is not None else []
    if not found:
        raise NotFound("There is no such complaint here.")
    return found[0]


def opens(lens: Lens, grievance_id: UUID) -> bool:
    """Tell whether the ledger's versions of a complaint open to a reader: to whom its page opens, and to nobody else."""
    if lens.role not in READERS:
        return False
    return _seen(lens, None).filter(id=grievance_id).exists()


def is_about(user_id: UUID, people_: Iterable[UUID]) -> bool:
    """Tell whether one of these people has complained about this member of staff."""
    return Grievance.objects.filter(person_id__in=list(people_), about_id=user_id).exists()


def reply_opens(lens: Lens, reply_id: UUID) -> bool:
    """Tell whether the ledger's versions of a reply open to a reader: where the complaint does."""
    about = GrievanceReply.objects.filter(id=reply_id).values_list("grievance_id", flat=True).first()
    return about is not None and opens(lens, about)


def replies(lens: Lens, grievance_id: UUID) -> list[GrievanceReply]:
    """Give what staff were asked of a complaint and said, oldest first, to who may read the complaint."""
    if not opens(lens, grievance_id):
        raise NotFound("There is no such complaint here.")
    return list(GrievanceReply.objects.filter(grievance_id=grievance_id).order_by("asked_at", "id"))


def asked_of_me(lens: Lens) -> list[tuple[GrievanceReply, str, bool]]:
    """Give what the reader was asked and said, newest first: whom it is about where the question says so, and whether it is open."""
    lens.require(Verb.READ, DataClass.GRIEVANCE, author_id=lens.user_id)
    with db.reading(lens):
        rows = list(GrievanceReply.objects.filter(asked_of=lens.user_id).order_by("-asked_at")[:60])
        ended = Grievance.objects.filter(id__in=[r.grievance_id for r in rows]).exclude(state__in=states.OPEN)
        over = set(ended.values_list("id", flat=True))
        named = people.cards(lens, [r.person_id for r in rows if r.names_person])
    return [
        (
            r,
            f"{named[r.person_id].name} · {named[r.person_id].number}"
            if r.names_person and r.person_id in named
            else "",
            r.replied_at is None and r.grievance_id not in over,
        )
        for r in rows
    ]


def mine(lens: Lens) -> list[Grievance]:
    """Give a person's own complaints, newest first."""
    person_id = lens.own()
    with db.reading(lens):
        return list(Grievance.objects.filter(person_id=person_id).order_by("-filed_at")[:60])


def my_one(lens: Lens, grievance_id: UUID) -> tuple[Grievance, datetime | None]:
    """Give one of a person's own complaints, and by when its answer is due."""
    person_id = lens.own()
    with db.reading(lens):
        row = Grievance.objects.filter(person_id=person_id, id=grievance_id).first()
        if row is None:
            raise NotFound("There is no such complaint here.")
        due = Duty.objects.filter(about=row.id, closed_at=None, rule__in=RULES[1:]).values_list("due_at", flat=True)
        return row, due.first()


def _seen(lens: Lens, facility_id: UUID | None) -> QuerySet[Grievance]:
    """Filter to what this reader may see: by role, by place, never what is about them (7.3, GRV-01)."""
    rows = Grievance.objects.exclude(about_id=lens.user_id)
    if lens.role is Role.PREA:
        rows = rows.filter(sexual_safety=True) if lens.could(Verb.READ, DataClass.GRIEVANCE) else rows.none()
    else:
        lens.require(Verb.READ, DataClass.GRIEVANCE)
    places = {facility_id} if facility_id else lens.facilities
    if places is None:
        return rows
    now_here = Placement.objects.filter(HOUSED, facility_id__in=places).values("person_id")
    return rows.filter(Q(facility_id__in=places) | Q(person_id__in=now_here))


def _lines(lens: Lens, rows: Sequence[Grievance]) -> list[Line]:
    due: dict[UUID | None, datetime] = {}
    duties = Duty.objects.filter(about__in=[r.id for r in rows], closed_at=None, rule__in=RULES)
    for about, at in duties.order_by("-due_at").values_list("about", "due_at"):
        due[about] = at
    cards, now = people.cards(lens, [r.person_id for r in rows]), clock.now()
    return [
        Line(r, cards[r.person_id], due.get(r.id), rules.age_days(r.filed_at, now))
        for r in rows
        if r.person_id in cards
    ]
