"""Opening a chart with a reason: one click where only the task is missing, break-glass where the matrix says no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from throughcare.access import lenses, limits, rules
from throughcare.access.actions.record import in_force
from throughcare.access.events import GlassBroken, GlassReviewed, GlassTold
from throughcare.access.models import BreakGlass, Denial, Told, Why
from throughcare.access.ports import FAMILY, NAMES, PLACES
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.vocabulary import DataClass, Purpose, Role
from throughcare.ledger import reads as ledger_reads

FINDINGS = ("justified", "not_justified", "unclear")
TOLD = (Role.PROVIDER, Role.SUD)


@dataclass(frozen=True, slots=True)
class Emergency:
    """What 42 CFR 2.51 asks to be written where a Part 2 record is opened without consent."""

    recipient: str
    affiliation: str
    nature: str


@action("access.say_why")
def say_why(*, actor: Actor, person_id: UUID, code: str) -> UUID:
    """Open the ordinary record of somebody with whom one has no task, for some hours, with one click; logged."""
    if actor.role is None or actor.role in lenses.NO_REASON_HELPS:
        raise NotAllowed("Your role sees this person's record only through your own tasks.")
    _known(limits.reasons(), code)
    _not_closed(actor, person_id)
    now = clock.now()
    _not_too_many(
        list(Why.objects.filter(user_id=actor.id, at__gt=now - timedelta(hours=24)).values_list("at", flat=True)),
        limits.number("why", "limit_per_day"),
        now,
    )
    row = Why.objects.create(
        user_id=actor.id,
        person_id=person_id,
        code=code,
        at=now,
        until=now + timedelta(hours=limits.number("why", "hours")),
    )
    _log(actor, person_id, "access.why", code, kind="break_glass")
    return row.id


@action("access.break_glass")
def break_glass(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    code: str,
    text: str,
    emergency: Emergency | None = None,
) -> UUID:
    """Open one person's chart for 60 minutes against the matrix. Told at once to those who must know; reviewed by one.

    Sealed records stay closed, except a Part 2 record in a medical emergency, with the facts that 42 CFR 2.51 asks for.
    """
    if actor.role is None or not limits.of_role(actor.role).break_glass:
        raise NotAllowed("Break-glass is for those who treat. Call the nurse in charge.")
    glass = limits.glass()
    _known(glass.reasons, code)
    if len(text.strip()) < glass.shortest_words:
        raise Invalid(
            "The chart is still closed.",
            fields={"text": f"Say what happened, in {glass.shortest_words} letters or more."},
        )
    if emergency is not None and not all(
        part.strip() for part in (emergency.recipient, emergency.affiliation, emergency.nature)
    ):
        raise Invalid(
            "The substance-use programme's record is still closed.",
            fields={"nature": "Name who receives it, where they work, and the emergency: the law asks for all three."},
        )
    _not_closed(actor, person_id)
    now = clock.now()
    opened = BreakGlass.objects.filter(user_id=actor.id, opened_at__gt=now - timedelta(hours=24))
    _not_too_many(list(opened.values_list("opened_at", flat=True)), limits.number("break_glass", "limit_per_day"), now)
    _close_others(actor.id, glass.at_once, now)
    row = BreakGlass.objects.create(
        user_id=actor.id,
        role=actor.role.value,
        facility_id=actor.facility_id,
        person_id=person_id,
        code=code,
        text=text.strip(),
        opened_at=now,
        until=now + glass.lasts,
        recipient=emergency.recipient.strip() if emergency else "",
        affiliation=emergency.affiliation.strip() if emergency else "",
        emergency=emergency.nature.strip() if emergency else "",
    )
    _log(actor, person_id, "access.break_glass", code, kind="break_glass")
    # Where the person is, not where the reader sits: it is their provider who is told.
    where = PLACES().of_person(person_id) or actor.facility_id
    emit(GlassBroken(happened_at=now, person_id=person_id, facility_id=where, ref=row.id, part2=emergency is not None))
    return row.id


@action("access.close_glass")
def close_glass(*, actor: Actor, glass_id: UUID) -> None:
    """Close a chart again before its hour ends."""
    now = clock.now()
    row = BreakGlass.objects.select_for_update().filter(id=glass_id, user_id=actor.id, closed_at=None).first()
    if row is None:
        raise NotFound("This chart is closed already.")
    row.bump(closed_at=now)


@action("access.review_glass")
def review_glass(*, actor: Actor, glass_id: UUID, version: int, finding: str, review: str) -> None:
    """Judge one break-glass; nobody judges their own."""
    row = BreakGlass.objects.select_for_update().filter(id=glass_id).first()
    if row is None:
        raise NotFound("There is no such break-glass.")
    if row.user_id == actor.id:
        raise NotAllowed("Nobody reviews their own. Leave it to another reviewer.")
    if row.version != version or row.reviewed_at is not None:
        raise Stale("Somebody has reviewed this meanwhile. Open it again to see what they found.")
    if finding not in FINDINGS or len(review.strip()) < 3:
        raise Invalid("The review was not kept.", fields={"review": "Choose a finding and say why, in a few words."})
    now = clock.now()
    row.bump(reviewed_at=now, reviewed_by=actor.label(), finding=finding, review=review.strip())
    emit(
        GlassReviewed(
            happened_at=now, person_id=row.person_id, facility_id=row.facility_id, ref=row.id, finding=finding
        )
    )


@action("access.read_of_glass")
def read_of_glass(*, actor: Actor, glass_id: UUID) -> None:
    """Note that the person's provider, or the Part 2 programme, has read that and why the record was opened."""
    if actor.role not in TOLD:
        raise NotAllowed("This is told to the person's provider and to the programme whose record was opened.")
    row = BreakGlass.objects.select_for_update().filter(id=glass_id).first()
    if row is None or (actor.role is Role.SUD and not row.recipient):
        raise NotFound("There is no such break-glass.")
    if row.user_id == actor.id:
        raise NotAllowed("You opened this record yourself. Another of your role is told.")
    now = clock.now()
    _, new = Told.objects.get_or_create(glass=row, role=actor.role.value, defaults={"by": actor.label(), "at": now})
    if new:
        emit(GlassTold(happened_at=now, person_id=row.person_id, ref=row.id, role=actor.role.value))


def _close_others(user_id: UUID, at_once: int, now: datetime) -> None:
    # One hand, one chart: opening another closes what was open longest.
    still = BreakGlass.objects.select_for_update().filter(user_id=user_id, until__gt=now, closed_at=None)
    for row in list(still.order_by("-opened_at"))[at_once - 1 :]:
        row.bump(closed_at=now)


def _known(reasons: Sequence[limits.Reason], code: str) -> None:
    if code not in {reason.code for reason in reasons}:
        raise Invalid("The chart is still closed.", fields={"code": "Choose a reason."})


def _not_closed(actor: Actor, person_id: UUID) -> None:
    if not NAMES().of([person_id]):
        raise NotFound("There is no such record here.")
    family = FAMILY().of(person_id)
    if Denial.objects.filter(in_force(), user_id=actor.id, person_id__in=family).exists():
        raise NotFound("There is no such record here.")


def _not_too_many(times: list[datetime], limit: int, now: datetime) -> None:
    if rules.too_many(times, now, limit):
        raise NotAllowed(f"You have done this {limit} times in a day. Call the nurse in charge or the privacy officer.")


def _log(actor: Actor, person_id: UUID, route: str, note: str, *, kind: str) -> None:
    if actor.role is None:
        raise NotAllowed("Only somebody with a role opens a chart.")
    lens = lenses.make(
        actor.id, actor.name, actor.role, facilities=None, opened=frozenset({person_id}), purpose=Purpose.BREAK_GLASS
    )
    ledger_reads.log_read(lens, route=route, people=[person_id], classes=[DataClass.CLINICAL], kind=kind, note=note)
