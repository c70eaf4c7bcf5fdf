"""Restraint: applied by clinical order or told by custody, looked at, cared for, renewed, taken off (RST-01, RST-02)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from throughcare.care.restriction import rules
from throughcare.care.restriction.actions.keeping import HELD_ALERTS, chosen, held, keep, only, stamp, tell
from throughcare.care.restriction.events import (
    RestraintApplied,
    RestraintCareDone,
    RestraintChecked,
    RestraintEnded,
    RestraintFaceToFaceDone,
    RestraintOrderRenewed,
    RestraintRecordReviewed,
)
from throughcare.care.restriction.models import Restraint, RestraintStep
from throughcare.care.restriction.policy import MEDICAL, NURSES, PRESCRIBERS, QMHP
from throughcare.care.restriction.rule_table import load_table
from throughcare.chart.actions import keeping as chart
from throughcare.custody.homes import home_now
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.people.family import family

CLINICAL = NURSES | QMHP
# Who does what for somebody in restraints, which list it ticks, and what the clocks hear of it.
DOERS: dict[str, frozenset[Role]] = {
    "check": MEDICAL | QMHP,
    "face": PRESCRIBERS,
    "care": MEDICAL,
    "renew": PRESCRIBERS,
    "review": NURSES,
}
LIST_OF = {"check": "look", "care": "care", "review": "restraint_risk", "face": "look"}
HEARD: dict[str, type[Any]] = {
    "check": RestraintChecked,
    "face": RestraintFaceToFaceDone,
    "care": RestraintCareDone,
    "renew": RestraintOrderRenewed,
    "review": RestraintRecordReviewed,
}


@action("restriction.apply_restraint")
def apply_restraint(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    device: str,
    why: str = "",
    tried: str = "",
) -> UUID:
    """Write down that somebody is in restraints: an officer tells, a clinician orders with the danger and what was tried before.

    Everything starts at once: officers are told how to keep the person safe, and the clocks of looks and care run.
    """
    only(
        actor, CLINICAL | {Role.CUSTODY}, "Custody tells of a restraint, clinical staff order one. Nothing was written."
    )
    by = "custody" if actor.role == Role.CUSTODY else "clinical"
    known = load_table().words("device")
    if device not in known or (by == "custody" and known[device].clinical_only):
        raise Invalid("Choose what is used.", fields={"device": "Choose what is used."})
    missing = {n: t for n, v, t in (("why", why, "Write the danger."), ("tried", tried, "Write what was tried before."))
               if by == "clinical" and not v.strip()}  # fmt: skip
    if missing:
        raise Invalid(next(iter(missing.values())), fields=missing)
    if held(person_id) is not None:
        raise Invalid("This person is in restraints already: see the page. Nothing was written.")
    home = home_now(family(person_id))
    now, table = clock.now(), load_table()
    until = rules.order_until(now, now, each=table.order, whole=table.whole_order) if by == "clinical" else None
    row = Restraint.objects.create(
        id=uuid7(),
        person_id=person_id,
        facility_id=home.facility_id,
        place=home.place,
        decided_by=by,
        device=device,
        since=now,
        applied_by=actor.label(),
        ordered_by=actor.label() if by == "clinical" and actor.role in PRESCRIBERS else "",
        order_until=until,
    )
    keep(row)
    if by == "clinical":
        _write(actor, row, "order", [], f"{why.strip()}\n{tried.strip()}")
    tell(actor, person_id, "restrained", HELD_ALERTS, row.id)
    emit(RestraintApplied(**_about(row), by=by))
    return row.id


@action("restriction.record_step")
def record_step(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    restraint_id: UUID,
    kind: str,
    items: Sequence[str] = (),
    words: str = "",
) -> UUID:
    """Record a look, a face-to-face visit, care, a renewal or the review; danger tells custody to take the device off at once."""
    if kind not in DOERS:
        raise Invalid("Choose what you did.", fields={"kind": "Choose what you did."})
    only(actor, DOERS[kind], "This is another profession's to do. Nothing was written.")
    row = _running(restraint_id, person_id)
    found = chosen(LIST_OF[kind], items, field="items") if kind in LIST_OF else []
    _complete(kind, found, words)
    if kind in ("renew", "face") and row.decided_by == "clinical":
        _order(actor, row, kind)
    elif kind == "renew":
        raise Invalid("This is custody's restraint: there is no order to renew. Nothing was written.")
    step = _write(actor, row, kind, found, words)
    if kind == "review":
        row.bump(reviewed_at=clock.now())
        keep(row)
    looks = load_table().words("look")
    dangerous = found if kind == "review" else [key for key in found if key in looks and looks[key].acts]
    if dangerous:
        tell(actor, row.person_id, "restraint_off", HELD_ALERTS, row.id)
    emit(HEARD[kind](**_about(row)))
    return step.id


@action("restriction.end_restraint")
def end_restraint(*, actor: Actor, intent: UUID | None = None, person_id: UUID, restraint_id: UUID) -> UUID:
    """Write down that the restraint came off; whoever is there may always take it off."""
    only(actor, MEDICAL | QMHP | {Role.CUSTODY}, "Who is there takes it off and says so. Nothing was written.")
    row = _running(restraint_id, person_id)
    end(actor, row)
    return row.id


def end(actor: Actor, row: Restraint) -> None:
    """End a restraint, and what custody was told because of it."""
    row.bump(until=clock.now(), ended_by=actor.label())
    keep(row)
    tell(actor, row.person_id, "", HELD_ALERTS, row.id)
    emit(RestraintEnded(**_about(row)))


def _order(actor: Actor, row: Restraint, kind: str) -> None:
    """Let a prescriber make the order their own, or renew it within the whole (RST-01)."""
    table, now = load_table(), clock.now()
    if kind == "renew":
        if not rules.may_renew(now, row.since, table.whole_order):
            hours = int(table.whole_order.total_seconds() // 3600)
            raise Invalid(f"{hours} hours are over: end it now, or decide anew after you have seen the person.")
        row.bump(
            ordered_by=actor.label(),
            order_until=rules.order_until(now, row.since, each=table.order, whole=table.whole_order),
        )
        keep(row)
    elif not row.ordered_by:
        row.bump(ordered_by=actor.label())
        keep(row)


def _complete(kind: str, found: list[str], words: str) -> None:
    if kind in ("check", "face") and not found:
        raise Invalid("Say what you saw.", fields={"items": "Say what you saw."})
    if kind == "care" and len(found) < len(load_table().words("care")) and not words.strip():
        sentence = "Tick everything that was given, or write why something was not."
        raise Invalid(sentence, fields={"words": sentence})
    if kind in ("face", "renew") and not words.strip():
        raise Invalid("Write why nothing milder will do.", fields={"words": "Write why nothing milder will do."})
    if kind == "review" and not found and not words.strip():
        sentence = "Say what you read: a finding from the list, or in words that there is none."
        raise Invalid(sentence, fields={"words": sentence})


def _write(actor: Actor, row: Restraint, kind: str, items: list[str], words: str) -> RestraintStep:
    step = RestraintStep.objects.create(
        id=uuid7(),
        person_id=row.person_id,
        restraint=row,
        kind=kind,
        items=items,
        words=words.strip()[:4000],
        **stamp(actor),
    )
    keep(step)
    return step


def _running(restraint_id: UUID, person_id: UUID) -> Restraint:
    row = chart.mine(Restraint, restraint_id, person_id, None, what="restraint")
    if row.until is not None:
        raise Invalid("It came off already. Nothing was written.")
    return row


def _about(row: Restraint) -> dict[str, Any]:
    return {"happened_at": clock.now(), "person_id": row.person_id, "facility_id": row.facility_id, "ref": row.id}
