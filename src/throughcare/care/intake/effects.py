"""How a consequence is put into effect, and taken back when the answer that called for it is corrected (ruling 2).

An alert goes to custody's board, an order or referral to the chart, an instrument opens as a form, a duty's clock starts.
A watch that has begun is never taken back by an answer: only a mental health professional steps it down (SUI-03).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughcare.care.intake import states
from throughcare.care.intake.events import AnswerSignal
from throughcare.care.intake.models import Arrival, Effect
from throughcare.care.intake.next_dose import NextDose
from throughcare.care.intake.rule_table import load_table
from throughcare.care.intake.rules import Consequence
from throughcare.chart import actions as chart
from throughcare.chart.forms import scale
from throughcare.chart.models import Order
from throughcare.custody import actions as custody
from throughcare.custody.models import OperationalAlert
from throughcare.duties.models import OPEN, Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of one medicine: whether it can't wait, and when its next dose is due, where that is known."""

    critical: bool
    next: NextDose | None = None


PRIORITY = {"now": "stat", "same_visit": "stat", "same_shift": "urgent", "same_day": "urgent"}
EMERGENT = frozenset({"emergency-department", "hospital-decision", "provider-now", "mental-health-now"})


def reconcile(actor: Actor, arrival: Arrival, called: Iterable[Consequence]) -> None:
    """Bring what stands in line with what the answers now call for: new things act, dropped ones are taken back."""
    standing = {(e.kind, e.key): e for e in Effect.objects.select_for_update().filter(arrival=arrival)}
    wanted: dict[tuple[str, str], Consequence] = {}
    for consequence in called:
        wanted.setdefault((consequence.kind, consequence.key), consequence)
    for at, consequence in wanted.items():
        _call(actor, arrival, consequence, standing.get(at))
    for at, effect in standing.items():
        if at not in wanted and effect.state != "withdrawn" and not _of_quick_look(arrival, effect):
            _take_back(actor, effect)


def call(actor: Actor, arrival: Arrival, called: Iterable[Consequence]) -> None:
    """Put these into effect beside what stands already (the quick look's answers)."""
    standing = {(e.kind, e.key): e for e in Effect.objects.select_for_update().filter(arrival=arrival)}
    for consequence in called:
        _call(actor, arrival, consequence, standing.get((consequence.kind, consequence.key)))


def accept(actor: Actor, effect: Effect) -> None:
    """Act on what was offered."""
    effect.bump(state=states.EFFECT.after(effect.state, "accept"), acted_at=clock.now())
    doing = load_table().doings.get(effect.key)
    _act(actor, effect, doing.facts if doing else {}, doing.event if doing else "")


def say_acted_on(order_id: UUID, outcome: str) -> None:
    """Tell that what an answer ordered or referred is done or taken back, under the name by which it was told of."""
    for effect in Effect.objects.filter(kind__in=("referral", "order"), act_type="ServiceRequest", act_id=order_id):
        _signal(effect, "referral_acted_on", {"outcome": outcome})


def medicines_listed(arrival: Arrival, told: Mapping[UUID, Told]) -> None:
    """Give each medicine that was named its own clock, which runs since the answers first told of medicines (INT-04).

    `told` says of each home medicine whether it is on the critical list, and when its next dose is due. The clock that the
    answers began ends with that, for a prescriber decides on each medicine; one of a dose that is due goes on where no
    critical one was named.
    """
    if not told:
        return
    keys = ("INT-04-DECIDE", "INT-04-DOSE")
    begun = list(Effect.objects.filter(arrival=arrival, kind="duty", key__in=keys, state="acted"))
    since = min((e.acted_at for e in begun if e.acted_at is not None), default=clock.now())
    for medicine_id, one in told.items():
        facts: dict[str, bool | str] = {
            "opioid_treatment": False,
            "critical": one.critical,
            **(one.next.facts() if one.next else {}),
        }
        tell(arrival.person_id, arrival.facility_id, medicine_id, "medicine_reported", facts, since)
    for effect in begun:
        _signal(effect, "medicines_listed", {"critical": any(one.critical for one in told.values())})


def programme_dose_told(arrival: Arrival, following: NextDose | None) -> None:
    """Set the clock of an observed dose that is still owed to when the dose is due, now that its last one is told (MOU-01-DOSE)."""
    begun = Effect.objects.filter(arrival=arrival, kind="duty", key="MOU-01-DECIDE", state="acted").first()
    if begun is None or following is None:
        return
    if Duty.objects.filter(OPEN, rule="MOU-01-DOSE", about=begun.id).exists():
        told = "programme_dose_told"
        tell(arrival.person_id, arrival.facility_id, begun.id, told, following.facts(), begun.acted_at)


def _of_quick_look(arrival: Arrival, effect: Effect) -> bool:
    return arrival.looked_at is not None and effect.called_at <= arrival.looked_at


def _call(actor: Actor, arrival: Arrival, consequence: Consequence, effect: Effect | None) -> None:
    now = clock.now()
    if effect is None:
        effect = Effect.objects.create(
            id=uuid7(),
            person_id=arrival.person_id,
            arrival=arrival,
            kind=consequence.kind,
            key=consequence.key,
            state="acted" if consequence.auto else "offered",
            because=list(consequence.because),
            sentence_en=consequence.sentence.en,
            sentence_es=consequence.sentence.es,
            owner=consequence.owner_role,
            due=consequence.due,
            source=consequence.source,
            called_at=now,
            acted_at=now if consequence.auto else None,
        )
        if consequence.auto:
            _act(actor, effect, consequence.facts, consequence.event)
        return
    changes: dict[str, object] = {}
    if effect.because != list(consequence.because):
        changes["because"] = list(consequence.because)
    begins = consequence.auto and effect.state in ("offered", "withdrawn")
    if begins:
        changes |= {"state": "acted", "acted_at": now}
    elif effect.state == "withdrawn":
        changes["state"] = states.EFFECT.after(effect.state, "offer")
    if changes:
        effect.bump(**changes)
    if begins:
        _act(actor, effect, consequence.facts, consequence.event)


def _act(actor: Actor, effect: Effect, facts: Mapping[str, bool | str], event: str) -> None:
    kind, id_ = "", None
    if effect.kind in ("alert", "watch"):
        kind, id_ = (
            "Alert",
            custody.raise_alert(actor=actor, person_id=effect.person_id, template=effect.key, reason_ref=effect.id),
        )
    elif effect.kind in ("order", "referral"):
        kind, id_ = "ServiceRequest", _order(actor, effect, facts, event)
    elif effect.kind == "instrument":
        kind, id_ = (
            "QuestionnaireResponse",
            chart.start_form(
                actor=actor, person_id=effect.person_id, form=effect.key, purpose="intake", ref=effect.arrival_id
            ),
        )
    elif effect.kind == "duty" and event:
        _signal(effect, event, facts)
    if kind:
        effect.bump(act_type=kind, act_id=id_)


def _order(actor: Actor, effect: Effect, facts: Mapping[str, bool | str], event: str) -> UUID:
    told_as = "screening_positive" if effect.kind == "referral" else event
    if told_as:
        urgency = "emergent" if effect.key in EMERGENT else "urgent" if effect.due in PRIORITY else "routine"
        told = {"urgency": urgency, "key": effect.key, "within": effect.due, "owner": effect.owner}
        _signal(effect, told_as, {**told, **facts})
    return chart.place_order(
        actor=actor,
        person_id=effect.person_id,
        kind="referral" if effect.kind == "referral" else "intake",
        code=effect.key,
        system="urn:throughcare:code",
        text=effect.sentence_en,
        priority=PRIORITY.get(effect.due, "routine"),
        due_at=due_at(effect),
    )


def due_at(effect: Effect) -> datetime:
    """Give when it is due, by the span that the content states."""
    return effect.called_at + scale.within(effect.due)


def _signal(effect: Effect, name: str, facts: Mapping[str, bool | str]) -> None:
    tell(effect.person_id, effect.arrival.facility_id, effect.id, name, facts)


def tell(
    person_id: UUID,
    facility_id: UUID | None,
    ref: UUID,
    signal: str,
    facts: Mapping[str, bool | str] | None = None,
    since: datetime | None = None,
) -> None:
    """Tell the clocks under the name that content gives it; what was told before counts `since` then."""
    emit(
        AnswerSignal(
            happened_at=since or clock.now(),
            person_id=person_id,
            facility_id=facility_id,
            ref=ref,
            signal=signal,
            facts=dict(facts or {}),
        )
    )


def _take_back(actor: Actor, effect: Effect) -> None:
    if effect.kind == "watch" and effect.state == "acted":
        return
    if effect.state == "acted" and effect.act_id is not None:
        # What was done or ended meanwhile stays so; the answers are kept all the same.
        if effect.kind == "alert" and OperationalAlert.objects.filter(id=effect.act_id, ended_at=None).exists():
            custody.end_alert(actor=actor, alert_id=effect.act_id)
        elif effect.kind in ("order", "referral") and Order.objects.filter(id=effect.act_id, status="active").exists():
            chart.end_order(
                actor=actor,
                person_id=effect.person_id,
                order_id=effect.act_id,
                verb="revoke",
                why="The answer that called for it was corrected.",
            )
    if effect.kind == "duty" and effect.key == "INT-02-RETRY":
        _signal(effect, "screening_item_answered", {})
    effect.bump(state="withdrawn")
