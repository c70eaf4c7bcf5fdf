"""Questions about who looked, watched records, and what providers and programmes are told of broken glass."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from throughcare.access import limits
from throughcare.access.actions.record import in_force
from throughcare.access.models import BreakGlass, Finding, Told, User, Watched
from throughcare.access.ports import CARE, FAMILY, NAMES
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One question, for whoever answers it."""

    id: UUID
    version: int
    title: str
    detector: str
    user: str
    username: str
    role: str
    person_id: UUID | None
    person: str
    day: date
    first_at: datetime
    last_at: datetime
    number: int
    limit: int
    reviewed_at: datetime | None
    reviewed_by: str
    outcome: str
    review: str


@dataclass(frozen=True, slots=True)
class WatchedRow:
    """One watched record."""

    person_id: UUID
    person: str
    why: str
    by: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One break-glass, for the person's provider or the programme whose record was opened."""

    id: UUID
    user: str
    role: str
    person: str
    reason: str
    text: str
    opened_at: datetime
    recipient: str
    affiliation: str
    emergency: str


def findings(lens: Lens, *, limit: int = 50) -> tuple[list[FindingRow], list[FindingRow], int]:
    """List the questions that wait, oldest first; those answered lately; and how many wait in all."""
    _keeps_records(lens)
    waiting = Finding.objects.filter(reviewed_at=None).order_by("found_at", "id")
    done = Finding.objects.exclude(reviewed_at=None).order_by("-reviewed_at")
    rows = [list(waiting[:limit]), list(done[:limit])]
    every = rows[0] + rows[1]
    people = NAMES().of([r.person_id for r in every if r.person_id is not None])
    users = {u.id: u for u in User.objects.filter(id__in=[r.user_id for r in every])}
    open_, answered = ([_finding(r, users, people) for r in some] for some in rows)
    return open_, answered, waiting.count()


def watched(lens: Lens) -> list[WatchedRow]:
    """List the records of which each look is asked about."""
    _keeps_records(lens)
    rows = list(Watched.objects.filter(in_force()).order_by("-since"))
    people = NAMES().of([row.person_id for row in rows])
    return [WatchedRow(r.person_id, people.get(r.person_id, ""), r.why, r.by, r.since) for r in rows]


def is_watched(lens: Lens, person_id: UUID) -> bool:
    """Tell whether each look at this record is asked about; for who keeps the records alone."""
    return lens.role is Role.HIM and Watched.objects.filter(in_force(), person_id__in=FAMILY().of(person_id)).exists()


def told(lens: Lens, *, limit: int = 50) -> list[ToldRow]:
    """List break-glass that this reader is told of and nobody of the role has read yet, oldest first.

    A provider hears of the people of their place, a programme of its own record; nobody of what they opened themselves.
    """
    if lens.role not in (Role.PROVIDER, Role.SUD):
        raise NotAllowed("This is told to the person's provider and to the programme whose record was opened.")
    read = Told.objects.filter(role=lens.role.value).values("glass_id")
    rows = BreakGlass.objects.exclude(id__in=read).exclude(user_id=lens.user_id).order_by("opened_at")
    if lens.role is Role.SUD:
        rows = rows.exclude(recipient="")
    mine = [row for row in rows[: limit * 4] if not lens.shut(row.person_id) and CARE().holds(lens, row.person_id)][
        :limit
    ]
    people = NAMES().of([row.person_id for row in mine])
    users = dict(User.objects.filter(id__in=[row.user_id for row in mine]).values_list("id", "name"))
    titles = {reason.code: reason.title for reason in limits.glass().reasons}
    return [_told(row, lens, users, people, titles) for row in mine]


def _keeps_records(lens: Lens) -> None:
    if lens.role is not Role.HIM:
        raise NotAllowed("Questions about who looked are for the privacy officer.")


def _finding(row: Finding, users: dict[UUID, User], people: dict[UUID, str]) -> FindingRow:
    detector, user = limits.detectors().get(row.detector), users[row.user_id]
    return FindingRow(
        row.id,
        row.version,
        detector.title if detector else row.detector,
        row.detector,
        user.name,
        user.username,
        row.role,
        row.person_id,
        people.get(row.person_id, "") if row.person_id else "",
        row.day,
        row.first_at,
        row.last_at,
        row.number,
        detector.limit if detector else 0,
        row.reviewed_at,
        row.reviewed_by,
        row.outcome,
        row.review,
    )


def _told(
    row: BreakGlass, lens: Lens, users: dict[UUID, str], people: dict[UUID, str], titles: dict[str, str]
) -> ToldRow:
    # That a programme's record was opened says that there is one: only the programme reads of it.
    programme = lens.role is Role.SUD
    return ToldRow(
        row.id,
        users.get(row.user_id, ""),
        row.role,
        people.get(row.person_id, ""),
        titles.get(row.code, row.code),
        row.text,
        row.opened_at,
        row.recipient if programme else "",
        row.affiliation if programme else "",
        row.emergency if programme else "",
    )
