"""A prescriber decides what a check asks for, and ends monitoring by an order; nobody else does (WDR-01)."""

from uuid import UUID

from throughcare.care.substance_use import states
from throughcare.care.substance_use.actions.keeping import PRESCRIBERS, about, episode, keep, require
from throughcare.care.substance_use.events import WithdrawalCareDecided, WithdrawalMonitoringEnded
from throughcare.care.substance_use.models import Check, Episode
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit
from throughcare.kernel.fhir import LOCAL

DECISIONS = ("hospital", "here", "medicate")


@action("substance_use.decide_care")
def decide_care(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, episode_id: UUID, decision: str, words: str
) -> None:
    """Decide between hospital and here, and what is done: the duty that called is answered; monitoring goes on."""
    require(actor, PRESCRIBERS, "A prescriber decides this. Call the one on call now.")
    if decision not in DECISIONS:
        raise Invalid("Choose what you decided.", fields={"decision": "Choose one."})
    if not words.strip():
        raise Invalid("Say why, and what is done now.", fields={"words": "Say why, and what is done now."})
    row = episode(episode_id, person_id)
    row.bump(decided_at=clock.now(), decided_by=actor.label(), decision=decision, decision_words=words.strip()[:400])
    keep(row)
    if decision == "hospital":
        chart.place_order(
            actor=actor,
            person_id=person_id,
            kind="referral",
            code="emergency-department",
            system=LOCAL,
            text="Emergency department now.",
            priority="stat",
            due_at=clock.now(),
        )
    emit(WithdrawalCareDecided(**about(row), decision=decision))


@action("substance_use.end_monitoring")
def end_monitoring(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, episode_id: UUID, version: int | None = None, why: str
) -> None:
    """End monitoring by a prescriber's order with its reason; what the last check still asks for must be decided first."""
    require(actor, PRESCRIBERS, "Only a prescriber's order ends monitoring. Call the one on call.")
    if not why.strip():
        raise Invalid("Say why it ends.", fields={"why": "Say why it ends."})
    row = episode(episode_id, person_id, version)
    last = Check.objects.filter(episode=row, kind="scored").order_by("-at").first()
    if (
        last is not None
        and last.level in ("hospital", "provider_now")
        and (row.decided_at is None or row.decided_at < last.at)
    ):
        raise Invalid(
            "The last check calls for a decision. Decide first; then end it.", fields={"why": "Decide first."}
        )
    row.bump(
        state=states.EPISODE.after(row.state, "end"),
        ended_at=clock.now(),
        ended_by=actor.label(),
        ended_why=why.strip()[:240],
    )
    keep(row)
    if not Episode.objects.filter(person_id=row.person_id, state="active").exists():
        custody.end_alerts_for(actor=actor, reason_ref=row.id)
    emit(WithdrawalMonitoringEnded(**about(row), substance=row.substance))
