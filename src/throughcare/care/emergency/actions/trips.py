"""The way to hospital and back, one trip a person at a time; the return is reviewed and every recommendation answered."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from throughcare.care.emergency import rules, states
from throughcare.care.emergency.actions import keeping
from throughcare.care.emergency.events import RecommendationsAnswered, ReturnReviewed
from throughcare.care.emergency.models import Code, Recommendation, Trip
from throughcare.care.emergency.rule_table import load_hospital
from throughcare.chart.actions import keeping as chart
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.people.family import family

STEPS = {"arrive": "at_ed_at", "admit": "admitted_at", "observe": "admitted_at", "discharge": "discharged_at"}


@action("emergency.begin_trip")
def begin_trip(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    facility_id: UUID,
    left_at: datetime,
    destination: str = "",
    code_id: UUID | None = None,
) -> UUID:
    """Say that a person left for a hospital; told twice, by the gate and by custody's feed, it is one trip."""
    running = _out(person_id)
    if running is not None:
        changed = {}
        if destination.strip() and not running.destination:
            changed["destination"] = destination.strip()[:80]
        if code_id is not None and running.code_id is None:
            changed["code_id"] = str(code_id)
        if changed:
            running.bump(**changed)
            keeping.keep_own(running, left_at)
        return running.id
    row = Trip.objects.create(
        id=uuid7(),
        person_id=person_id,
        facility_id=facility_id,
        code_id=code_id or _code_of(person_id, left_at),
        destination=destination.strip()[:80],
        left_at=left_at,
    )
    keeping.keep_own(row, left_at)
    return row.id


@action("emergency.step_trip")
def step_trip(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    trip_id: UUID,
    verb: str,
    at: datetime | None = None,
    destination: str = "",
) -> None:
    """Say what the hospital does: arrived, admitted, observed, discharged."""
    if verb not in STEPS:
        raise Invalid("Choose what happened at the hospital.", fields={"verb": "Choose what happened."})
    row = chart.mine(Trip, trip_id, person_id, what="trip")
    when = at or clock.now()
    if when < row.left_at or when > clock.now():
        raise Invalid("This lies before the person left, or ahead. Check the time.", fields={"at": "Check the time."})
    row.bump(
        state=states.TRIP.after(row.state, verb),
        destination=destination.strip()[:80] or row.destination,
        inpatient=row.inpatient or verb == "admit",
        **{STEPS[verb]: getattr(row, STEPS[verb]) or when},
    )
    keeping.keep_own(row, when)


@action("emergency.bring_back")
def bring_back(*, actor: Actor, intent: UUID | None = None, person_id: UUID, at: datetime) -> UUID | None:
    """Say that a person is back from a hospital; HOS-01 runs from here."""
    row = _out(person_id)
    if row is None:
        return None
    row.bump(state=states.TRIP.after(row.state, "return"), returned_at=max(at, row.left_at))
    keeping.keep_own(row, at)
    return row.id


@action("emergency.close_trip")
def close_trip(*, actor: Actor, intent: UUID | None = None, person_id: UUID) -> UUID | None:
    """End the trip of somebody who leaves custody while in hospital."""
    row = _out(person_id)
    if row is None:
        return None
    row.bump(state=states.TRIP.after(row.state, "leave_custody"))
    keeping.keep_own(row)
    return row.id


@action("emergency.review_return")
def review_return(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    trip_id: UUID,
    findings: str,
    papers: str,
    provider: str,
    before_housing: bool,
    recommendations: Sequence[str] = (),
) -> None:
    """See the person who is back, call the provider for orders, write down each thing that the hospital asks (HOS-01)."""
    row = chart.mine(Trip, trip_id, person_id, what="trip")
    table = load_hospital()
    decision = rules.may_review(papers if papers in table.papers else "", table.missing, provider, findings)
    if not decision.ok:
        raise Invalid(decision.sentence, fields={decision.field: decision.sentence})
    now = clock.now()
    row.bump(
        state=states.TRIP.after(row.state, "review"),
        reviewed_at=now,
        reviewed_by=actor.label(),
        before_housing=before_housing,
        papers=papers,
        provider_called=provider.strip()[:120],
        findings=findings.strip(),
    )
    keeping.keep_own(row, now)
    for text in (r.strip()[:400] for r in recommendations if r.strip()):
        one = Recommendation.objects.create(id=uuid7(), person_id=person_id, trip=row, text=text)
        keeping.keep_own(one, now)
    emit(ReturnReviewed(happened_at=now, person_id=person_id, facility_id=row.facility_id, ref=row.id))
    _done_if_answered(row)


@action("emergency.answer_recommendation")
def answer_recommendation(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    trip_id: UUID,
    recommendation_id: UUID | None = None,
    text: str = "",
    answer: str,
    words: str = "",
) -> None:
    """Answer one recommendation: ordered, or the reason why not. One that came later than the review is named here."""
    row = chart.mine(Trip, trip_id, person_id, what="trip")
    decision = rules.may_answer(answer, words)
    if not decision.ok:
        raise Invalid(decision.sentence, fields={decision.field: decision.sentence})
    if row.state != "reviewed":
        raise Stale("The return is reviewed first, then its recommendations are answered.")
    if recommendation_id is None:
        if len(text.strip()) < 3:
            raise Invalid("Write what the hospital asks.", fields={"text": "Write what the hospital asks."})
        one = Recommendation.objects.create(id=uuid7(), person_id=person_id, trip=row, text=text.strip()[:400])
    else:
        one = chart.mine(Recommendation, recommendation_id, person_id, what="recommendation")
    if one.trip_id != row.id or one.answer:
        raise Stale("This was answered already. What was answered stays as it is.")
    now = clock.now()
    one.bump(answer=answer, words=words.strip()[:400], answered_by=actor.label(), answered_at=now)
    keeping.keep_own(one, now)
    if row.papers in load_hospital().missing:
        row.bump(papers="came")  # what is answered has come
    _done_if_answered(row)


def _done_if_answered(row: Trip) -> None:
    """Close HOS-01's second part: the papers came, and nothing in them is left without an answer."""
    waits = row.papers in load_hospital().missing or Recommendation.objects.filter(trip=row, answer="").exists()
    if waits:
        return
    now = clock.now()
    row.bump(state=states.TRIP.after(row.state, "answer"), done_at=now)
    keeping.keep_own(row, now)
    emit(RecommendationsAnswered(happened_at=now, person_id=row.person_id, facility_id=row.facility_id, ref=row.id))


def _out(person_id: UUID) -> Trip | None:
    rows = Trip.objects.select_for_update().filter(person_id__in=family(person_id), state__in=states.OUT)
    return rows.order_by("-left_at").first()


def _code_of(person_id: UUID, left_at: datetime) -> UUID | None:
    """Find the code because of which the person leaves, if there was one."""
    since = left_at - load_hospital().link
    rows = Code.objects.filter(person_id__in=family(person_id), called_at__gte=since, called_at__lte=left_at, drill="")
    return rows.order_by("-called_at").values_list("id", flat=True).first()
