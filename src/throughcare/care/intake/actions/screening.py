"""The receiving screening: every saved answer acts; the signature only closes (rulings 1, 2; clinical.md 1.3)."""

from dataclasses import dataclass
from uuid import UUID

from throughcare.care.intake import answering, desk_rules, effects, recording, rules, states
from throughcare.care.intake.actions.arrivals import keep, mine, tell_of_pregnancy
from throughcare.care.intake.actions.desk import explain_care
from throughcare.care.intake.answering import Asked
from throughcare.care.intake.events import ScreeningSigned
from throughcare.care.intake.judging import judge, open_positives, responses
from throughcare.care.intake.models import Arrival, Effect
from throughcare.chart import actions as chart
from throughcare.chart import forms
from throughcare.chart.models import FormResponse, SealedResponse
from throughcare.duties.models import OPEN, Duty
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.fhir import decode
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import body as bodies
from throughcare.people.family import family


@dataclass(frozen=True, slots=True)
class Panel:
    """What one save did: how much stands, and how many positives still need an answer."""

    acted: int
    offered: int
    open_positives: int


@action("intake.save_screening")
def save_screening(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, arrival_id: UUID, posted: dict[str, list[str]]
) -> Panel:
    """Keep the answers so far and put into effect what they call for."""
    arrival = mine(arrival_id, person_id)
    response = arrival.screening_id
    if response is None:
        posted = answering.known(arrival, answering.sex_of(person_id)) | posted
        response = _begin(actor, arrival)
    if answering.OFFICER in posted:
        posted = answering.with_officer_flags(arrival, posted)
    chart.save_draft(actor=actor, person_id=person_id, response_id=response, posted=posted)
    return _apply(actor, arrival)


@action("intake.take_over")
def take_over(*, actor: Actor, intent: UUID | None = None, person_id: UUID, arrival_id: UUID) -> None:
    """Go on with a screening that another nurse began, and with its instruments; both names stay with each form."""
    arrival = mine(arrival_id, person_id)
    begun = FormResponse.objects.filter(ref=arrival.id, status="draft").values_list("id", flat=True)
    for response in begun:
        chart.take_over_form(actor=actor, person_id=person_id, response_id=response)


@action("intake.sign_instrument")
def sign_instrument(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    arrival_id: UUID,
    form: str,
    posted: dict[str, list[str]],
    sign: bool = True,
) -> Panel:
    """Save or sign an instrument that the screening fired; its score acts at once."""
    arrival = mine(arrival_id, person_id)
    response = FormResponse.objects.filter(purpose="intake", ref=arrival.id, form=form).first()
    if response is None:
        raise NotFound("This instrument is not asked here.")
    if sign:
        sex = answering.sex_of(person_id)
        chart.sign_form(actor=actor, person_id=person_id, response_id=response.id, posted=posted, sex=sex)
        if form == "tb-symptoms":
            _tell(arrival, "tb_symptom_screen_done")
    else:
        chart.save_draft(actor=actor, person_id=person_id, response_id=response.id, posted=posted)
    return _apply(actor, arrival)


@action("intake.accept_offer")
def accept_offer(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, arrival_id: UUID, effect_id: UUID
) -> None:
    """Act on something that an answer proposed."""
    arrival = mine(arrival_id, person_id)
    effect = Effect.objects.select_for_update().filter(id=effect_id, arrival=arrival).first()
    if effect is None or effect.state != "offered":
        raise Stale("This is not on offer any more. Look at the panel again.")
    effects.accept(actor, effect)


@action("intake.answer_positive")
def answer_positive(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, arrival_id: UUID, positive: str, reason: str
) -> None:
    """Say why a positive answer needs no action (clinical.md 1.3)."""
    if len(reason.strip()) < 5:
        raise Invalid("Say why nothing is needed, in a few words.", fields={"reason": "Say why nothing is needed."})
    arrival = mine(arrival_id, person_id)
    arrival.bump(reasons={**arrival.reasons, positive[:120]: reason.strip()[:400]})
    keep(arrival)


@action("intake.sign_screening")
def sign_screening(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, arrival_id: UUID, explained: bool = False
) -> UUID:
    """Sign the screening. Refused while a question, a positive, an instrument or the place is open.

    `explained`: how to get care was explained and the sheet handed over, in the language of the screening (INT-07).
    """
    arrival = mine(arrival_id, person_id)
    if arrival.screening_id is None:
        raise Invalid("Nothing has been asked yet. Start the screening first.")
    sex = answering.sex_of(person_id)
    asked = answering.of_screening(arrival, sex=sex)
    decision = judge(asked, responses(asked))
    if not decision.ok:
        raise Invalid(
            "The screening can't be signed yet. Everything you typed is kept.",
            fields={reason.where: reason.text.en for reason in decision.reasons},
        )
    chart.sign_form(actor=actor, person_id=person_id, response_id=arrival.screening_id, sex=sex)
    recording.record_facts(actor, arrival, asked.form, asked.answers)
    arrival.bump(
        state=states.ARRIVAL.after(arrival.state, "sign"),
        signed_at=clock.now(),
        signed_by=actor.label(),
        disposition=next(iter(asked.answers.codes("disposition")), ""),
    )
    keep(arrival)
    tell_of_pregnancy(arrival, asked.answers, answering.took_for_possible(arrival, sex))
    _close(actor, arrival, asked)
    if explained:
        posted = {"explained": [desk_rules.explained_in(arrival.person.language, asked.answers)]}
        explain_care(actor=actor, person_id=person_id, posted=posted)
    return arrival.id


@action("intake.sign_sexual_safety")
def sign_sexual_safety(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, posted: dict[str, list[str]]
) -> UUID:
    """Sign the sexual safety screen: its answers are sealed (INT-09; clinical.md 7.1).

    Refused as a whole it closes as refused and is offered again; where it could not be asked, the duty stays open.
    """
    done = chart.sign_sealed(
        actor=actor, person_id=person_id, form="prea-risk", posted=posted, data_class=DataClass.PREA
    )
    arrival = Arrival.objects.filter(person_id=person_id).order_by("-arrived_at").first()
    form = forms.load("prea-risk")
    answers = answering.typed(form, posted)
    signal = rules.sexual_safety_signal(form, answers)
    if not signal:
        return done.response_id
    score = forms.score(form, answers)
    # Of somebody who was harmed, or has harmed: not of whoever has another trait that counts (INT-10; 28 CFR 115.81).
    flagged = {flag.key for flag in score.flags} if score else set()
    # Owed after an arrival or a transfer, it is that one; only what comes when none is owed is the reassessment (INT-09).
    owed = Duty.objects.filter(OPEN, person_id__in=family(person_id), rule="INT-09").order_by("opened_at").first()
    told = Duty.objects.filter(OPEN, person_id__in=family(person_id), rule="INT-09-EVENT").exists()
    again = owed is None and (told or _screened_before(person_id, arrival, done.response_id))
    arrived_at = owed.opened_at if owed is not None else arrival.arrived_at if arrival else clock.now()
    facts: dict[str, bool | str] = {
        "reason": "reassessment" if again else "arrival",
        "arrived_at": arrived_at.isoformat(),
        "prior_victim": "prior-victim" in flagged,
        "prior_abuser": "prior-abuser" in flagged,
    }
    effects.tell(person_id, actor.facility_id, done.response_id, signal, facts)
    return done.response_id


def _screened_before(person_id: UUID, arrival: Arrival | None, but: UUID) -> bool:
    """Tell whether this stay has a sexual safety screen, answered or refused: the next one then is the reassessment (INT-09)."""
    if arrival is None:
        return False
    rows = SealedResponse.objects.filter(
        person_id=person_id, form="prea-risk", signed_at__gte=arrival.arrived_at
    ).exclude(id=but)
    return any(row.status == "completed" or _refused(row) for row in rows)


def _refused(row: SealedResponse) -> bool:
    kept = decode(bodies.unpack(bodies.unseal(bytes(row.body), bound_to=row.id.bytes)))
    form = forms.load(row.form)
    return rules.sexual_safety_signal(form, answering.typed(form, kept["posted"])) == "prea_screen_refused"


def _begin(actor: Actor, arrival: Arrival) -> UUID:
    encounter = chart.start_encounter(actor=actor, person_id=arrival.person_id, kind="intake")
    begun = chart.start_form(
        actor=actor,
        person_id=arrival.person_id,
        form=answering.SCREENING,
        purpose="intake-screening",
        ref=arrival.id,
        encounter_id=encounter,
    )
    arrival.bump(screening_id=begun, encounter_id=encounter)
    keep(arrival)
    return begun


def _apply(actor: Actor, arrival: Arrival) -> Panel:
    arrival.refresh_from_db()
    asked = answering.of_screening(arrival, sex=answering.sex_of(arrival.person_id))
    effects.reconcile(actor, arrival, asked.consequences)
    standing = list(Effect.objects.filter(arrival=arrival).values_list("state", flat=True))
    return Panel(standing.count("acted"), standing.count("offered"), len(open_positives(asked, responses(asked))))


def _close(actor: Actor, arrival: Arrival, asked: Asked) -> None:
    if arrival.encounter_id is not None:
        chart.finish_encounter(actor=actor, person_id=arrival.person_id, encounter_id=arrival.encounter_id)
    emit(
        ScreeningSigned(
            happened_at=clock.now(),
            person_id=arrival.person_id,
            facility_id=arrival.facility_id,
            ref=arrival.id,
            signed_by_role=actor.role.value if actor.role else actor.kind,
            disposition=arrival.disposition,
            significant=any(c.kind in ("referral", "watch", "duty") for c in asked.consequences if c.auto),
        )
    )
    _tell(arrival, "risk_screens_done")
    if asked.answers.codes("symptoms") and "tb-symptoms" not in asked.instruments:
        _tell(arrival, "tb_symptom_screen_done")


def _tell(arrival: Arrival, signal: str) -> None:
    effects.tell(arrival.person_id, arrival.facility_id, arrival.id, signal)
