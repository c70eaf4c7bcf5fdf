"""Who has left and is followed up: the planner's converted duties by person, with the calls made so far."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from throughcare.duties import policy as duties_policy
from throughcare.duties import reads as duties
from throughcare.duties.models import OPEN, Duty
from throughcare.duties.reads import WorkItem
from throughcare.kernel import clock, db
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people
from throughcare.reentry import models as m
from throughcare.reentry.tables import load_table

# A plan is followed for so long after release; day 30 with two weeks to spare.
FOLLOWED = timedelta(days=45)
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Followed:
    """One person who has left: since when, what is still open, and what was heard last."""

    who: people.Card
    left_at: datetime | None
    planned: bool
    phone: str
    items: list[WorkItem]
    attempts: int
    most: int
    last: m.Contact | None


def following(lens: Lens, facility_id: UUID | None) -> list[Followed]:
    """Give who left a facility with something still open, what harms soonest first; a constant number of queries."""
    lens.require(Verb.READ, DataClass.DUTY)
    now = clock.now()
    with db.reading(lens):
        left = m.ReleasePlan.objects.filter(state="left", left_at__gte=now - FOLLOWED)
        places = {facility_id} if facility_id else lens.facilities
        if places is not None:
            left = left.filter(facility_id__in=places)
        plans = {p.person_id: p for p in left.order_by("left_at")[: SHOWN * 3]}
        rows = Duty.objects.filter(OPEN, duties_policy.rows_of(lens), person_id__in=list(plans), rule__startswith="REL")
        items: dict[UUID, list[WorkItem]] = {}
        for item in sorted(duties.items(rows, now), key=lambda i: i.due_at):
            if item.person_id is not None:
                items.setdefault(item.person_id, []).append(item)
        calls: dict[UUID, list[m.Contact]] = {}
        for call in m.Contact.objects.filter(person_id__in=list(items)).order_by("at"):
            calls.setdefault(call.person_id, []).append(call)
        cards = people.cards(lens, items)
    found = [_followed(cards[p], plans[p], mine, calls.get(p, [])) for p, mine in items.items() if p in cards]
    return sorted(found, key=lambda f: f.items[0].due_at)[:SHOWN]


def _followed(who: people.Card, plan: m.ReleasePlan, items: list[WorkItem], calls: list[m.Contact]) -> Followed:
    since = [c for c in calls if plan.left_at is None or c.at >= plan.left_at]
    failed = sum(1 for c in since if not c.reached and c.day in (1, 7))
    return Followed(
        who,
        plan.left_at,
        plan.planned,
        plan.phone,
        items,
        failed,
        load_table().early_attempts,
        since[-1] if since else None,
    )
