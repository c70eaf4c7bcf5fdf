"""What intake does when custody tells it something; wired in app/wiring.py."""

from throughcare.care.intake import desk_rules, effects
from throughcare.care.intake.actions import heed_pregnancy_test, leave_arrival, open_arrival, tell_of_safety
from throughcare.care.intake.events import InitialAssessmentMissing
from throughcare.chart import actions as chart
from throughcare.chart.events import FormTold, NoteSigned, OrderEnded, OrderPlaced, ResultReceived
from throughcare.chart.models import Flag, Order
from throughcare.custody.events import AdmissionCancelled, Admitted, Released
from throughcare.duties.models import OPEN, Duty
from throughcare.kernel import db
from throughcare.kernel.events import emit
from throughcare.people.family import family

COORDINATOR = "prea-coordinator"  # the referral of forms/intake-rules.toml


def expect(event: Admitted) -> None:
    """Put the person on the intake queue of the facility that received them."""
    if event.person_id is not None and event.facility_id is not None and event.stay_id is not None:
        open_arrival(
            actor=db.unit().actor,
            person_id=event.person_id,
            stay_id=event.stay_id,
            facility_id=event.facility_id,
            arrived_at=event.happened_at,
        )


def let_go(event: Released | AdmissionCancelled) -> None:
    """Take somebody who is gone off the queue."""
    if event.stay_id is not None:
        leave_arrival(actor=db.unit().actor, stay_id=event.stay_id)


def referral_ended(event: OrderEnded) -> None:
    """Tell that what an urgent answer called for was acted on, or fell away, so that its clock ends (INT-03)."""
    if event.ref is not None and event.outcome in ("completed", "revoked"):
        effects.say_acted_on(event.ref, event.outcome)


def result_came(event: ResultReceived) -> None:
    """Act on a pregnancy test that a laboratory or an order brought, as on one read at the desk (INT-06, PRG-01)."""
    for code, answer in event.said:
        if code == desk_rules.TEST and event.person_id is not None and event.ref is not None:
            heed_pregnancy_test(actor=db.unit().actor, person_id=event.person_id, report_id=event.ref, answer=answer)


def pregnancy_told(event: FormTold) -> None:
    """End what a screening began: the referral with the first visit, the mark on the chart with the pregnancy (PRG-01)."""
    if event.person_id is None:
        return
    actor, kin = db.unit().actor, family(event.person_id)
    if event.name == "prenatal_visit_done":
        for order in Order.objects.filter(person_id__in=kin, code="prenatal-visit", status="active"):
            why = "A prenatal visit was signed."
            chart.end_order(actor=actor, person_id=order.person_id, order_id=order.id, verb="complete", why=why)
    if event.name == "pregnancy_ended":
        for flag in Flag.objects.filter(person_id__in=kin, code="pregnant", until=None):
            chart.lower_flag(actor=actor, person_id=flag.person_id, flag_id=flag.id)


def coordinator_called(event: OrderPlaced) -> None:
    """Have sexual safety screened where somebody is referred to its coordinator (INT-09)."""
    if event.code == COORDINATOR and event.person_id is not None and event.ref is not None:
        tell_of_safety(actor=db.unit().actor, person_id=event.person_id, reason="referral", ref=event.ref)


def transfer_screened(event: NoteSigned) -> None:
    """Tell that the initial assessment of somebody who came from a sister facility is still to be done, since it was due (TRN-02)."""
    if event.kind != "transfer_screening" or event.person_id is None:
        return
    owed = Duty.objects.filter(OPEN, person_id__in=family(event.person_id), rule="IHA-01").order_by("due_at").first()
    if owed is not None:
        emit(
            InitialAssessmentMissing(
                # What is overdue was owed since then: late counts from its original due time, not from this note.
                happened_at=max(min(event.happened_at, owed.due_at), owed.opened_at),
                person_id=event.person_id,
                facility_id=event.facility_id,
                ref=owed.id,
                initial_assessment_due_at=owed.due_at,
            )
        )
