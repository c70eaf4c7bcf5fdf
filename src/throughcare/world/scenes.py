"""What happens in the agency, one thing after another, by the same actions as everybody calls: a van, a look, a screening,
a request and its answer, a move. Each scene happens at the time at which the clock is held.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from throughcare.care.intake import actions as intake
from throughcare.care.intake.models import Arrival
from throughcare.care.sick_call import actions as sick_call
from throughcare.care.sick_call import slots, standing
from throughcare.care.sick_call.models import CareRequest
from throughcare.care.sick_call.rule_table import load_table
from throughcare.chart.models import FormResponse
from throughcare.custody import actions as custody
from throughcare.custody.making import Spot
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Refused
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.people import actions as people
from throughcare.world import answers
from throughcare.world.cast import SYSTEM, Character
from throughcare.world.shares import Shares, pick
from throughcare.world.staff import Staff

FEED = Actor.feed("custody")
REASON = "Known and stable, nothing needed today."


@dataclass(slots=True)
class Stage:
    """Where scenes are played: who works there, by what shares, with which dice."""

    shares: Shares
    staff: Staff
    random: Random
    refused: list[str] = field(default_factory=list)

    def worker(self, facility_id: UUID | None, role: Role, at: datetime) -> Actor:
        """Give one of the role there, as who acts."""
        return self.staff.at(facility_id, role, at, self.random).actor


def demographics(who: Character) -> people.Demographics:
    """Give what the chart says of who this is."""
    return people.Demographics(
        who.family,
        who.given,
        who.birth_date,
        who.sex,
        race_ethnicity=who.race,
        language=who.language,
        needs_interpreter=who.language != "en",
        synthetic=True,
    )


def arrive(stage: Stage, who: Character, spot: Spot, *, accused: bool) -> UUID:
    """Bring somebody in: a chart, and a stay. Gives the person's id."""
    people.register(
        actor=FEED,
        person_id=who.id,
        demographics=demographics(who),
        numbers=[people.Number(SYSTEM, who.number)],
        source="custody",
    )
    custody.admit(
        actor=FEED,
        person_id=who.id,
        to=spot,
        legal_status="accused" if accused else "sentenced",
        booking_number=f"B{who.n:07}",
    )
    return who.id


def look(stage: Stage, who: Character, at: datetime, *, out: bool = False) -> str:
    """Take the quick look at somebody who waits."""
    arrival = waiting(who.id)
    what = answers.trouble(who, _own(who))
    return intake.finish_quick_look(
        actor=stage.worker(arrival.facility_id, Role.RN, at),
        person_id=who.id,
        arrival_id=arrival.id,
        posted=answers.look(who, what, out=out),
    )


def screen(stage: Stage, who: Character, at: datetime, *, half: bool = False) -> bool:
    """Ask the receiving screening; with `half`, stop in the middle. Tells whether it was signed."""
    arrival = waiting(who.id)
    nurse = stage.worker(arrival.facility_id, Role.RN, at)
    what = answers.trouble(who, _own(who))
    posted = answers.screening(who, what, at, _own(who))
    if half:
        posted = {name: posted[name] for name in list(posted)[: len(posted) // 2]}
    intake.take_over(actor=nurse, person_id=who.id, arrival_id=arrival.id)
    intake.save_screening(actor=nurse, person_id=who.id, arrival_id=arrival.id, posted=posted)
    if half:
        return False
    _instruments(nurse, arrival, what)
    signed = _sign(nurse, arrival)
    if signed and who.sex == "female":
        intake.record_pregnancy_test(actor=nurse, person_id=who.id, posted=_tested(stage, who))
    return signed


def _tested(stage: Stage, who: Character) -> dict[str, list[str]]:
    dice = Random(f"test:{who.id}")
    if dice.random() < stage.shares.rate("refused"):
        return {"pregnancy-test": ["declined"], "declined-words": ["Why it is offered; the person prefers to wait."]}
    return {"pregnancy-test": ["positive" if dice.random() < stage.shares.rate("pregnant") else "negative"]}


def ask(stage: Stage, person_id: UUID, facility_id: UUID, at: datetime, *, spanish: bool = False) -> sick_call.Receipt:
    """Let somebody ask for care, by kiosk or on paper."""
    shares, random = stage.shares, stage.random
    row = pick(random, shares.askings, [a["share"] for a in shares.askings])
    words = row["es" if spanish else "en"]
    paper = random.random() < shares.rate("paper")
    by = stage.worker(facility_id, Role.RN, at) if paper else patient(person_id, facility_id)
    return sick_call.submit_request(
        actor=by,
        person_id=person_id,
        kind=row["kind"],
        words=words,
        channel="paper" if paper else "kiosk",
        language="es" if spanish else "en",
        words_in_english=row["en"] if spanish and paper else "",
        facility_id=facility_id,
    )


def triage(stage: Stage, request: UUID, person_id: UUID, facility_id: UUID, at: datetime, priority: str) -> None:
    """Let a nurse read a request."""
    sick_call.triage_request(
        actor=stage.worker(facility_id, Role.RN, at), person_id=person_id, request_id=request, priority=priority
    )


def book(stage: Stage, request: UUID, person_id: UUID, facility_id: UUID, at: datetime, *, after: datetime) -> None:
    """Let the clinic's day be planned: the first time after a moment that is free for the person."""
    clinic = load_table().clinic
    taken = standing.by_slot(facility_id, after - timedelta(hours=1), after + timedelta(days=4), clinic)
    own, plans = standing.own(person_id, without=request), standing.plans(person_id)
    free = slots.free(after, clinic, taken=taken, own=own, plans=plans, days=3, most=1)
    if free:
        by = stage.worker(facility_id, Role.RN, at)
        sick_call.schedule_visit(actor=by, person_id=person_id, request_id=request, at=free[0])


def see(stage: Stage, request: UUID, person_id: UUID, facility_id: UUID, at: datetime) -> Actor:
    """Let a nurse see the person, and answer; gives the nurse."""
    shares, random = stage.shares, stage.random
    words = CareRequest.objects.values_list("words", flat=True).get(id=request)
    row = next((a for a in shares.askings if words in (a["en"], a["es"])), shares.askings[0])
    nurse = stage.worker(facility_id, Role.RN, at)
    sick_call.record_visit(
        actor=nurse,
        person_id=person_id,
        request_id=request,
        findings=row["findings"],
        protocol=row.get("protocol", ""),
        refer="routine" if random.random() < shares.rate("referred") else "",
        resolved=random.random() < 0.7,
    )
    sick_call.answer_request(
        actor=nurse, person_id=person_id, request_id=request, answer_en=row["answer"], answer_es=row["answer_es"]
    )
    return nurse


def missed(stage: Stage, request: UUID, person_id: UUID, facility_id: UUID, at: datetime) -> None:
    """Let health say why a visit did not take place."""
    sick_call.record_no_show(
        actor=stage.worker(facility_id, Role.RN, at),
        person_id=person_id,
        request_id=request,
        reason=stage.random.choice(("not-brought", "lockdown", "other-appointment", "court")),
        said_by="health",
        visit_at=at,
    )


def patient(person_id: UUID, facility_id: UUID) -> Actor:
    """Give the person as who acts."""
    return Actor(
        "patient", derived("demo", "patient", str(person_id)), "the person", Role.PATIENT, facility_id, "kiosk"
    )


def waiting(person_id: UUID) -> Arrival:
    """Give the person's arrival that is not signed yet."""
    return Arrival.objects.filter(person_id=person_id).exclude(state__in=("signed", "left")).latest("arrived_at")


def _own(who: Character) -> Random:
    """Give dice of their own, so that the same person answers the same however the rest went."""
    return Random(f"answers:{who.id}")


def _instruments(nurse: Actor, arrival: Arrival, what: str) -> None:
    done: set[str] = set()
    for _ in range(4):
        fired = FormResponse.objects.filter(purpose="intake", ref=arrival.id, status="draft").order_by("form")
        names = [name for name in fired.values_list("form", flat=True) if name not in done]
        if not names:
            return
        for name in names:
            done.add(name)
            intake.sign_instrument(
                actor=nurse,
                person_id=arrival.person_id,
                arrival_id=arrival.id,
                form=name,
                posted=answers.instrument(name, what),
            )


def _sign(nurse: Actor, arrival: Arrival) -> bool:
    """Sign; where a positive answer asks for a decision, give a reason; where the place is too light, a safer one."""
    one = {"actor": nurse, "person_id": arrival.person_id, "arrival_id": arrival.id}
    for _ in range(3):
        try:
            intake.sign_screening(**one, explained=True)  # type: ignore[arg-type]
            return True
        except Invalid as refusal:
            for where in refusal.fields:
                if where == "disposition":
                    posted = {"disposition": ["general-urgent"], "disposition-reason": ["Seen by the nurse, stable."]}
                    intake.save_screening(**one, posted=posted)  # type: ignore[arg-type]
                else:
                    intake.answer_positive(**one, positive=where, reason=REASON)  # type: ignore[arg-type]
    return False


__all__ = ["FEED", "Refused", "Stage", "arrive", "ask", "look", "patient", "screen", "see", "triage", "waiting"]
