"""A visit is booked, moved or cancelled; officers read on its day where to bring the person and when, and nothing else."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from throughcare.care.sick_call import rules, slots, standing, states
from throughcare.care.sick_call.actions.requests import keep, mine
from throughcare.care.sick_call.actions.visits import record_no_show
from throughcare.care.sick_call.models import CareRequest, NoShow
from throughcare.care.sick_call.rule_table import load_table
from throughcare.custody import actions as custody
from throughcare.custody import wording
from throughcare.custody.models import OperationalAlert
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.people.family import family

BRING = "bring_to_clinic"
CLOCK = Actor.system("clock's hand")


@action("sick_call.schedule_visit")
def schedule_visit(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    request_id: UUID,
    at: datetime,
    place: str = "clinic",
    facility_id: UUID | None = None,
    version: int | None = None,
) -> None:
    """Say when the person is seen, or at what other time; at another facility where they were moved there."""
    row = mine(request_id, person_id, version)
    where = facility_id or row.facility_id
    standing.lock(where)
    clinic = load_table().clinic
    why = slots.in_the_way(
        at,
        clock.now(),
        clinic,
        taken=standing.taken(where, slots.slot_of(at, clinic), clinic, without=person_id),
        own=standing.own(person_id, without=row.id),
        plans=standing.plans(person_id),
    )
    if why is not None:
        raise Invalid(why.en, fields={"time": why.en})
    row.bump(state=states.REQUEST.after(row.state, "schedule"), scheduled_for=at, facility_id=where)
    keep(row)
    tell_officers(actor=actor, person_id=person_id, place=place)


@action("sick_call.cancel_visit")
def cancel_visit(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    request_id: UUID,
    reason: str,
    said_by: str,
    words: str = "",
    version: int | None = None,
) -> None:
    """Take a visit off the day with one side's word why. The request waits to be booked again; its clocks run on.

    A refusal is none of these words: it is said in person to a nurse, who records it with its signature or witnesses.
    """
    row = mine(request_id, person_id, version)
    if row.state != "scheduled" or row.scheduled_for is None:
        raise Stale("No visit is planned here any more. Nothing was changed.")
    table = load_table()
    known = table.no_shows.get(reason)
    if known is not None and known.second:
        said = "A refusal is said in person to a nurse, who records it. The visit stays as it is."
        raise Invalid(said, fields={"reason": said})
    decision = rules.may_record_no_show(reason, said_by, table)
    if not decision.ok:
        raise Invalid(decision.reason.en, fields={"reason": decision.reason.en})
    at = row.scheduled_for
    if not NoShow.objects.filter(request=row, visit_at=at, said_by=said_by).exists():
        record_no_show(
            actor=actor,
            person_id=person_id,
            request_id=request_id,
            reason=reason,
            said_by=said_by,
            visit_at=at,
            words=words,
        )
    row.bump(state=states.REQUEST.after(row.state, "unschedule"), scheduled_for=None)
    keep(row)
    tell_officers(actor=actor, person_id=person_id)


@action("sick_call.tell_officers")
def tell_officers(*, actor: Actor, person_id: UUID, place: str = "clinic") -> None:
    """Have one sentence on custody's board for the next visit of today, and none for a visit that was moved or cancelled."""
    now, people = clock.now(), sorted(family(person_id))
    theirs = CareRequest.objects.filter(person_id__in=people)
    following = theirs.filter(state="scheduled", scheduled_for__gt=now, scheduled_for__lte=now + _ahead())
    row = following.order_by("scheduled_for", "id").first()
    ours = OperationalAlert.objects.filter(
        Q(until=None) | Q(until__gt=now),
        person_id__in=people,
        template=BRING,
        ended_at=None,
        reason_ref__in=theirs.values("id"),
    )
    at = clock.local(row.scheduled_for).strftime("%H:%M") if row and row.scheduled_for else ""
    for alert in ours:
        if row is None or alert.reason_ref != row.id or alert.values.get("time") != at:
            custody.end_alert(actor=actor, alert_id=alert.id)
    if row is not None:
        custody.raise_alert(
            actor=actor,
            person_id=person_id,
            template=BRING,
            values={"time": at, "place": place},
            until=row.scheduled_for,
            reason_ref=row.id,
        )


def tell_of_today() -> int:
    """Tell officers of visits booked on an earlier day that have come within the hours of the sentence; gives of how many."""
    now = clock.now()
    told = OperationalAlert.objects.filter(
        Q(until=None) | Q(until__gt=now), template=BRING, ended_at=None, reason_ref=OuterRef("id")
    )
    rows = CareRequest.objects.filter(
        ~Exists(told), state="scheduled", scheduled_for__gt=now, scheduled_for__lte=now + _ahead()
    )
    people = list(rows.order_by("scheduled_for").values_list("person_id", flat=True)[:500])
    for person in dict.fromkeys(people):
        tell_officers(actor=CLOCK, person_id=person)
    return len(people)


def _ahead() -> timedelta:
    """Give how long before a visit officers read of it: as long as the content says that the sentence holds."""
    return timedelta(hours=wording.template(BRING).hours or 12)
