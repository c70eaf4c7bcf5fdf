"""Who looked: at one person's record, and each time that the glass was broken."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db.models import QuerySet

from throughcare.access import limits
from throughcare.access.actions.record import in_force
from throughcare.access.models import BreakGlass, Suspension, User
from throughcare.access.ports import COMPLAINTS, FAMILY, NAMES
from throughcare.kernel import clock
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Role, Verb
from throughcare.ledger.models import Read

# How many lines of the log one page may look through: runs of one reader fold into one line.
LINES = 500


@dataclass(frozen=True, slots=True)
class Look:
    """What one reader opened of a record without another between, on one day; `name` is empty for the person (ruling 10)."""

    at: datetime
    since: datetime
    role: str
    purpose: str
    kind: str
    classes: tuple[str, ...]
    name: str = ""
    routes: tuple[str, ...] = ()
    times: int = 1


@dataclass(frozen=True, slots=True)
class GlassRow:
    """One break-glass, for its reviewer."""

    id: UUID
    version: int
    user: str
    role: str
    person: str
    reason: str
    text: str
    opened_at: datetime
    until: datetime
    recipient: str
    affiliation: str
    emergency: str
    reads: int
    reviewed_at: datetime | None
    reviewed_by: str
    finding: str
    review: str


def who_looked(
    lens: Lens, person_id: UUID, *, before: int | None = None, limit: int = 25
) -> tuple[list[Look], int | None]:
    """List who opened this record, newest first, and the key of the next page.

    One line per reader and day while no other comes between. The person sees role, purpose and date; who keeps the records
    sees names and pages. What a lawful suspension holds back is not shown to the person, and nothing shows that something is held back. To whom a complaint of the person is about, no look at a complaint is shown.
    """
    whole = lens.may(Verb.READ, DataClass.AUDIT_LOG, person_id=person_id) and lens.role is not Role.PATIENT
    if not whole and not lens.may(Verb.SUMMARY, DataClass.AUDIT_LOG, person_id=person_id):
        raise NotAllowed("Your role may not read who opened this record.")
    people = FAMILY().of(person_id)
    rows = Read.objects.filter(people__overlap=list(people)).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    if whole and COMPLAINTS().about(lens.user_id, people):
        rows = rows.exclude(classes__contains=[DataClass.GRIEVANCE.value])
    if not whole:
        rows = _accounted(rows, lens, people)
    read = list(rows[:LINES])
    runs = [list(run) for _, run in groupby(read, key=_reader)]
    shown = runs[:limit]
    whole_log = len(runs) <= limit and len(read) < LINES
    return [_look(run, whole) for run in shown], None if whole_log else shown[-1][-1].id


def glass_reviews(lens: Lens, *, limit: int = 100) -> list[GlassRow]:
    """List break-glass to review, oldest first, then those reviewed, newest first."""
    if lens.role is not Role.HIM:
        raise NotAllowed("Reviews are for the privacy officer.")
    waiting = list(BreakGlass.objects.filter(reviewed_at=None).order_by("opened_at")[:limit])
    done = list(BreakGlass.objects.exclude(reviewed_at=None).order_by("-reviewed_at")[:limit])
    rows = waiting + done
    names = NAMES().of([row.person_id for row in rows])
    users = dict(User.objects.filter(id__in=[row.user_id for row in rows]).values_list("id", "name"))
    titles = {reason.code: reason.title for reason in limits.glass().reasons}
    return [_glass(row, users, names, titles) for row in rows]


def open_glass(user_id: UUID) -> list[tuple[UUID, UUID, str, datetime]]:
    """List the charts that this user holds open: (id, person, name, until)."""
    now = clock.now()
    rows = list(BreakGlass.objects.filter(user_id=user_id, until__gt=now, closed_at=None).order_by("until"))
    names = NAMES().of([row.person_id for row in rows]) if rows else {}
    return [(row.id, row.person_id, names.get(row.person_id, ""), row.until) for row in rows]


def _accounted(rows: QuerySet[Read], lens: Lens, people: frozenset[UUID]) -> QuerySet[Read]:
    held_back = Suspension.objects.filter(in_force(), person_id__in=people).values_list("roles", flat=True)
    hidden = {role for roles in held_back for role in roles}
    return rows.exclude(role__in=hidden).exclude(user_id=lens.user_id)


def _reader(row: Read) -> tuple[object, ...]:
    return row.user_id, row.role, row.purpose, row.kind, clock.local(row.at).date()


def _look(run: list[Read], whole: bool) -> Look:
    last = run[0]
    return Look(
        last.at,
        run[-1].at,
        last.role,
        last.purpose,
        last.kind,
        tuple(dict.fromkeys(cls for row in run for cls in row.classes)),
        last.user_name if whole else "",
        tuple(dict.fromkeys(row.route for row in run)) if whole else (),
        len(run),
    )


def _glass(row: BreakGlass, users: dict[UUID, str], names: dict[UUID, str], titles: dict[str, str]) -> GlassRow:
    end = row.closed_at or row.until
    looks = Read.objects.filter(user_id=row.user_id, people__contains=[row.person_id])
    return GlassRow(
        row.id,
        row.version,
        users.get(row.user_id, ""),
        row.role,
        names.get(row.person_id, ""),
        titles.get(row.code, row.code),
        row.text,
        row.opened_at,
        row.until,
        row.recipient,
        row.affiliation,
        row.emergency,
        looks.filter(at__gte=row.opened_at, at__lte=end).count(),
        row.reviewed_at,
        row.reviewed_by,
        row.finding,
        row.review,
    )
