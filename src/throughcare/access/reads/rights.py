"""A person's rights and limits: who decides for them, to whom the record is closed, what is held back, what they ask amended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughcare.access import labels
from throughcare.access.actions.record import in_force
from throughcare.access.models import Amendment, Authority, Denial, Representative, Suspension, User
from throughcare.access.ports import FAMILY, NAMES
from throughcare.kernel.errors import NotAllowed, NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Role, Verb
from throughcare.ledger import labels as ledger_labels
from throughcare.ledger import reads as ledger_reads
from throughcare.ledger.opening import opens


@dataclass(frozen=True, slots=True)
class RepresentativeRow:
    """Who decides in the person's place."""

    id: UUID
    version: int
    person_id: UUID
    kind: str
    name: str
    relation: str
    reached_by: str
    proof: str
    limits: str
    since: datetime
    until: datetime | None
    ended_why: str
    recorded_by: str
    holds: bool


@dataclass(frozen=True, slots=True)
class DenialRow:
    """One reader to whom the record is closed."""

    id: UUID
    person_id: UUID
    user: str
    why: str
    by: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class SuspensionRow:
    """One lawful holding back of the accounting."""

    id: UUID
    person_id: UUID
    requested_by: str
    roles: tuple[str, ...]
    why: str
    until: datetime


@dataclass(frozen=True, slots=True)
class AmendmentRow:
    """One request to amend the record."""

    id: UUID
    version: int
    person_id: UUID
    kind: str
    asked_at: datetime
    what: str
    why: str
    received_by: str
    state: str
    decided_at: datetime | None
    decided_by: str
    ground: str
    answer: str
    disagreement: str
    disagreed_at: datetime | None


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """One authority to read named charts beyond care."""

    id: UUID
    user: str
    kind: str
    purpose: str
    people: tuple[str, ...]
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One time that a label was said of an entry."""

    label: str
    by: str
    by_rule: bool
    since: datetime
    until: datetime | None
    holds: bool


def representatives(lens: Lens, person_id: UUID) -> list[RepresentativeRow]:
    """List who decides in a person's place, those in force first; for who treats, plans and keeps the records."""
    lens.require(Verb.SUMMARY, DataClass.CLINICAL, person_id=person_id)
    people = FAMILY().of(person_id)
    holding = set(Representative.objects.filter(in_force(), person_id__in=people).values_list("id", flat=True))
    rows = sorted(Representative.objects.filter(person_id__in=people), key=lambda r: (r.id not in holding, r.name))
    return [
        RepresentativeRow(
            r.id, r.version, r.person_id, r.kind, r.name, r.relation, r.reached_by, r.proof, r.limits, r.since, r.until,
            r.ended_why, r.recorded_by, r.id in holding,
        )
        for r in rows
    ]  # fmt: skip


def closed_to(lens: Lens, person_id: UUID) -> list[DenialRow]:
    """List the readers to whom this record is closed now."""
    _keeps_records(lens)
    rows = Denial.objects.filter(in_force(), person_id__in=FAMILY().of(person_id)).select_related("user")
    return [
        DenialRow(r.id, r.person_id, f"{r.user.name} ({r.user.username})", r.why, r.by, r.since, r.until)
        for r in rows.order_by("-since")
    ]


def held_back(lens: Lens, person_id: UUID) -> list[SuspensionRow]:
    """List what is lawfully held back of the accounting now."""
    _keeps_records(lens)
    rows = Suspension.objects.filter(in_force(), person_id__in=FAMILY().of(person_id)).order_by("until")
    return [SuspensionRow(r.id, r.person_id, r.requested_by, tuple(r.roles), r.why, r.until) for r in rows]


def amendments(lens: Lens, person_id: UUID) -> list[AmendmentRow]:
    """List what the person asked to be amended, open ones first."""
    _keeps_records(lens)
    rows = Amendment.objects.filter(person_id__in=FAMILY().of(person_id)).order_by("-asked_at")
    return [
        AmendmentRow(
            r.id, r.version, r.person_id, r.kind, r.asked_at, r.what, r.why, r.received_by, r.state, r.decided_at, r.decided_by,
            r.ground, r.answer, r.disagreement, r.disagreed_at,
        )
        for r in sorted(rows, key=lambda r: r.state != "open")
    ]  # fmt: skip


def authorities(lens: Lens) -> list[AuthorityRow]:
    """List the authorities in force, those that end first first."""
    _keeps_records(lens)
    rows = list(Authority.objects.filter(in_force()).select_related("user").order_by("until")[:200])
    names = NAMES().of([person for row in rows for person in row.people])
    return [_authority(row, names) for row in rows]


def labels_of(lens: Lens, person_id: UUID, kind: str, id: UUID) -> list[LabelRow]:
    """List what was said of the labels of one entry of this person, newest first; for who may read the entry."""
    header = ledger_reads.header(kind, id)
    if header is None or header.person_id not in FAMILY().of(person_id) or not opens(lens, kind, id):
        raise NotFound("There is no such entry here.")
    asked = {header.data_class, *labels.classes_of(header.labels, lens.role)}
    if not all(lens.may(Verb.READ, cls, person_id=person_id) for cls in asked):
        raise NotFound("There is no such entry here.")
    holding = set(labels.names_of(header.labels))
    seen: set[str] = set()
    rows = []
    for one in ledger_labels.said(kind, id):
        rule = one.by.startswith("rule ")
        holds = one.label in holding and (rule or one.label not in seen) and one.until != one.since
        seen |= set() if rule else {one.label}
        rows.append(LabelRow(one.label, one.by, rule, one.since, one.until, holds))
    return rows


def staff_by_name(username: str) -> UUID | None:
    """Give the active account of this name, staff alone; for forms that name a reader."""
    found = User.objects.filter(username__iexact=username.strip(), person_id=None, is_active=True)
    return found.values_list("id", flat=True).first()


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Who works here: an account by name."""

    id: UUID
    name: str


def staff_member(user_id: UUID) -> StaffMember | None:
    """Give an active account of staff."""
    row = User.objects.filter(id=user_id, person_id=None, is_active=True).first()
    return StaffMember(row.id, row.name) if row is not None else None


def _keeps_records(lens: Lens) -> None:
    if lens.role is not Role.HIM:
        raise NotAllowed("This is for who keeps the records.")


def _authority(row: Authority, names: Mapping[UUID, str]) -> AuthorityRow:
    people = tuple(names.get(person, "") for person in row.people)
    user = f"{row.user.name} ({row.user.username})"
    return AuthorityRow(row.id, user, row.kind, row.purpose, people, row.since, row.until)
