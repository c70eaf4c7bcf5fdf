"""Why is this late: one duty with everything that happened between its opening and its end, and who was there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from throughcare.custody.models import Away, Lockdown, Move
from throughcare.duties import boards, cover, policy, reads, rulebook
from throughcare.duties.cover import OnDuty
from throughcare.duties.models import Duty, Escalation, Refusal, RosterShift
from throughcare.duties.reads import WorkItem
from throughcare.duties.rule import Rule
from throughcare.duties.titles import role_title
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.ledger import reads as ledger

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that bears on a duty: when, what, and a few words more."""

    at: datetime
    what: str
    detail: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DutyPage:
    """One duty, its rule, its history, and the reasons that its time shows."""

    item: WorkItem
    name: str
    place: str
    facility: str
    rule: Rule | None
    why_due: str
    facility_id: UUID | None
    there: list[OnDuty]
    happenings: list[Happening]
    reasons: list[str]
    versions: list[ledger.VersionRow]
    refusal: Refusal | None
    predecessors: list[WorkItem]
    successor: WorkItem | None


def duty_page(lens: Lens, duty_id: UUID) -> DutyPage:
    """Give one duty whole, with its history; refuses as not found what the lens does not show."""
    now = clock.now()
    with db.reading(lens):
        duty = Duty.objects.filter(policy.rows_of(lens), id=duty_id).first()
        elsewhere = duty is not None and duty.person_id is None and not boards.here(lens, duty.facility_id)
        if duty is None or elsewhere:
            raise NotFound("There is no such duty here.")
        item = reads.items(Duty.objects.filter(id=duty_id), now)[0]
        name, place = _who(duty)
        end = duty.closed_at or now
        happenings, reasons = _story(duty, end, now)
        return DutyPage(
            item=item,
            name=name,
            place=place,
            facility=reads.facility_name(duty.facility_id),
            rule=rulebook.at(duty.opened_at).rules.get(duty.rule),
            why_due=duty.why,
            facility_id=duty.facility_id,
            there=cover.there(duty.facility_id, _roles(duty, now)),
            happenings=happenings,
            reasons=reasons if end > duty.due_at else [],
            versions=ledger.history(lens, "Task", duty.id) if _may_history(lens, duty) else [],
            refusal=Refusal.objects.filter(duty_id=duty.id).first(),
            predecessors=reads.items(Duty.objects.filter(policy.rows_of(lens), successor_id=duty.id), now),
            successor=next(
                iter(reads.items(Duty.objects.filter(policy.rows_of(lens), id=duty.successor_id), now)), None
            )
            if duty.successor_id
            else None,
        )


def _who(duty: Duty) -> tuple[str, str]:
    if duty.person_id is None:
        place = reads.facility_name(duty.facility_id)
        return reads.staff_names([duty.subject_id]).get(duty.subject_id, place), ""
    return reads.names([duty.person_id]).get(duty.person_id, ("", ""))


def _may_history(lens: Lens, duty: Duty) -> bool:
    return lens.may(Verb.READ, DataClass(duty.data_class), person_id=duty.person_id)


def _roles(duty: Duty, now: datetime) -> list[str]:
    rule = rulebook.at(now).rules.get(duty.rule)
    return [duty.owner_role, *(cover.covering(rule) if rule else ())]


def _story(duty: Duty, end: datetime, now: datetime) -> tuple[list[Happening], list[str]]:
    found = [Happening(duty.opened_at, "Opened", duty.trigger.replace("_", " "))]
    reasons: list[str] = []
    for gap in _uncovered(duty, end, now):
        found.append(Happening(gap[0], f"Nobody on shift or on call: {role_title(duty.owner_role)}", "", gap[1]))
        reasons.append("nobody held the role for part of its time")
    if not cover.kept(duty.facility_id):
        reasons.append("no roster is kept here, so nobody can be held to it")
    for start, until in _lockdowns(duty, end, now):
        found.append(Happening(start, "Lockdown", "", until))
        reasons.append("a lockdown stood in its time")
    if duty.person_id:
        for kind, since, back in Away.objects.filter(
            _overlaps(duty.opened_at, end, "since", "until"), person_id=duty.person_id, cancelled=False
        ).values_list("kind", "since", "until"):
            found.append(Happening(since, f"Away: {kind}", "", back))
            reasons.append(f"the person was away ({kind}) for part of its time")
        moves = Move.objects.filter(
            person_id=duty.person_id, kind="transfer", cancelled_at=None, happened_at__range=(duty.opened_at, end)
        )
        for at, to in moves.values_list("happened_at", "to_facility__short_name"):
            found.append(Happening(at, f"Transferred to {to}", "the due time stayed"))
            reasons.append("the person was transferred; the due time stayed")
    for row in Escalation.objects.filter(duty_id=duty.id):
        found.append(Happening(row.raised_at, f"Told to: {role_title(row.to_role)}", row.kind, row.seen_at))
    if duty.owner_id is None and end > duty.due_at:
        reasons.append("nobody was named for it; it belonged to the whole shift")
    if duty.closed_at:
        found.append(Happening(duty.closed_at, f"Closed: {duty.outcome}", duty.closed_by))
    return sorted(found, key=lambda h: h.at), list(dict.fromkeys(reasons))


def _overlaps(start: datetime, end: datetime, since: str, until: str) -> Q:
    return Q(**{f"{since}__lt": end}) & (Q(**{until: None}) | Q(**{f"{until}__gt": start}))


def _lockdowns(duty: Duty, end: datetime, now: datetime) -> list[Span]:
    if duty.facility_id is None:
        return []
    rows = Lockdown.objects.filter(
        _overlaps(duty.opened_at, end, "started_at", "ended_at"), facility_id=duty.facility_id
    ).values_list("started_at", "ended_at")
    return [(start, until or now) for start, until in rows]


def _uncovered(duty: Duty, end: datetime, now: datetime) -> list[Span]:
    """Give the stretches of the duty's time in which nobody held its role there (nothing where no roster was kept)."""
    kept = RosterShift.objects.filter(Q(facility_id=duty.facility_id) | Q(facility_id=None))
    spans = kept.filter(_overlaps(duty.opened_at, end, "starts", "ends"), role__in=_roles(duty, now)).values_list(
        "starts", "ends"
    )
    return gaps((duty.opened_at, end), spans)


def gaps(whole: Span, covered: Iterable[Span]) -> list[Span]:
    """Give the parts of a span that none of the others cover."""
    found, at = [], whole[0]
    for start, until in sorted(covered):
        if start > at:
            found.append((at, min(start, whole[1])))
        at = max(at, until)
    if at < whole[1]:
        found.append((at, whole[1]))
    return found
