"""A complaint from its filing to its end: file, log, answer, hear again, take back, step back (GRV-01)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.care.grievances import fhir, rules, states
from throughcare.care.grievances.events import (
    GrievanceAnswered,
    GrievanceAppealed,
    GrievanceDecided,
    GrievanceFiled,
    GrievanceLogged,
    GrievanceWithdrawn,
)
from throughcare.care.grievances.models import CHANNELS, Grievance
from throughcare.care.grievances.ports import CARE, Asked
from throughcare.care.grievances.rule_table import load_table
from throughcare.chart.actions import keeping
from throughcare.custody.homes import facilities_now
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.events import Event, emit
from throughcare.kernel.ids import receipt
from throughcare.kernel.vocabulary import DataClass, Role

LONGEST = 8000
KEPT = "Nothing was changed; what you typed is kept."


@dataclass(frozen=True, slots=True)
class Filed:
    """What the person is given: the number, and whether a nurse was asked for care with it."""

    grievance_id: UUID
    receipt: str
    care_asked: bool


@action("grievances.file_grievance")
def file_grievance(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    about: str,
    words: str,
    health: str = "",
    words_in_english: str = "",
    channel: str = "kiosk",
    language: str = "en",
    filed_at: datetime | None = None,
    grievance_id: UUID | None = None,
) -> Filed:
    """Take a complaint; it is never refused for what it says. Care that it asks for is asked for at once, and apart from it."""
    table, now = load_table(), clock.now()
    wrong = {}
    if about not in table.about:
        wrong["about"] = "Choose what it is about."
    if len(words.strip()) < 3:
        wrong["words"] = "Say what happened."
    if channel not in CHANNELS:
        wrong["channel"] = "Choose how it came."
    if filed_at is not None and filed_at > now:
        wrong["day"] = "This day is still to come."
    if wrong:
        raise Invalid("The complaint is not sent yet. What you wrote is kept.", fields=wrong)
    place = facilities_now([person_id]).get(person_id) or actor.facility_id
    said = f"{words}\n{words_in_english}"
    asked = CARE().ask(actor, Asked(person_id, place, health.strip()[:LONGEST], said, channel, language))
    row = Grievance.objects.create(
        **({"id": grievance_id} if grievance_id else {}),
        person_id=person_id,
        facility_id=place,
        receipt=receipt(),
        channel=channel,
        about=about,
        sexual_safety=table.about[about].sexual_safety,
        words=words.strip()[:LONGEST],
        words_in_english=words_in_english.strip()[:LONGEST],
        language=language,
        filed_at=filed_at or now,
        received_at=now,
        received_by=actor.label(),
        received_by_id=actor.id,
        care_request_id=asked,
    )
    _keep(row)
    emit(GrievanceFiled(clinical_risk=asked is not None, sexual_safety=row.sexual_safety, **_about(row)))
    return Filed(row.id, row.receipt, asked is not None)


@action("grievances.log_grievance")
def log_grievance(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    grievance_id: UUID,
    version: int | None,
    about_id: UUID | None = None,
) -> None:
    """Put it in the log under the actor's name, who owns the answer; `about_id` is the member of staff it is about."""
    row = to_answer(actor, person_id, grievance_id, version)
    if about_id == actor.id:
        raise Invalid(KEPT, fields={"staff": "It is about you: use the button below, and somebody else takes it."})
    first = row.logged_at is None
    row.bump(
        state=states.GRIEVANCE.after(row.state, "log"),
        logged_at=row.logged_at or clock.now(),
        logged_by=row.logged_by or actor.label(),
        owner=actor.label(),
        owner_id=actor.id,
        about_id=about_id or row.about_id,
    )
    _keep(row)
    if first:
        emit(GrievanceLogged(**_about(row)))


@action("grievances.step_back")
def step_back(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, grievance_id: UUID, version: int | None
) -> None:
    """Say that it is about oneself: it closes to who says so, and somebody else answers. The clock goes on."""
    row = to_answer(actor, person_id, grievance_id, version)
    nobody: dict[str, Any] = {"owner": "", "owner_id": None} if row.owner_id == actor.id else {}
    row.bump(about_id=actor.id, **nobody)
    _keep(row)


@action("grievances.answer_grievance")
def answer_grievance(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    grievance_id: UUID,
    version: int | None,
    finding: str,
    answer_en: str,
    answer_es: str = "",
) -> None:
    """Answer the person, in their language, with what was found."""
    row = to_answer(actor, person_id, grievance_id, version)
    _require_words(row, finding, answer_en, answer_es)
    row.bump(
        state=states.GRIEVANCE.after(row.state, "answer"),
        answered_at=clock.now(),
        answered_by=actor.label(),
        answered_by_id=actor.id,
        finding=finding,
        answer_en=answer_en.strip()[:LONGEST],
        answer_es=answer_es.strip()[:LONGEST],
    )
    _keep(row)
    emit(GrievanceAnswered(**_about(row)))


@action("grievances.decide_grievance")
def decide_grievance(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    grievance_id: UUID,
    version: int | None,
    finding: str,
    answer_en: str,
    answer_es: str = "",
) -> None:
    """Answer a complaint that was heard again; whoever gave the first answer can't."""
    row = to_answer(actor, person_id, grievance_id, version, again=True)
    _require_words(row, finding, answer_en, answer_es)
    row.bump(
        state=states.GRIEVANCE.after(row.state, "decide"),
        decided_at=clock.now(),
        decided_by=actor.label(),
        decided_by_id=actor.id,
        decision=finding,
        decision_en=answer_en.strip()[:LONGEST],
        decision_es=answer_es.strip()[:LONGEST],
    )
    _keep(row)
    emit(GrievanceDecided(**_about(row)))


@action("grievances.appeal_grievance")
def appeal_grievance(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, grievance_id: UUID, words: str
) -> None:
    """Let the person ask, once and in time, that somebody else hears it again."""
    row = keeping.mine(Grievance, grievance_id, person_id, what="complaint")
    answered = clock.local(row.answered_at).date() if row.answered_at else None
    if not rules.may_appeal(row.state, answered, clock.today(), load_table().appeal_days):
        raise Invalid("The time to ask again has ended. You can make a new complaint, and write to the Ombuds.")
    row.bump(
        state=states.GRIEVANCE.after(row.state, "appeal"),
        appealed_at=clock.now(),
        appeal_words=words.strip()[:LONGEST],
    )
    _keep(row)
    emit(GrievanceAppealed(**_about(row)))


@action("grievances.withdraw_grievance")
def withdraw_grievance(*, actor: Actor, intent: UUID | None = None, person_id: UUID, grievance_id: UUID) -> None:
    """Let the person, and nobody else, take it back; what was asked of care goes on."""
    if actor.role is not Role.PATIENT or actor.kind != "patient":
        raise NotAllowed("Only the person takes a complaint back.")
    row = keeping.mine(Grievance, grievance_id, person_id, what="complaint")
    again = row.state == "appealed"
    row.bump(state=states.GRIEVANCE.after(row.state, "withdraw"), withdrawn_at=clock.now())
    _keep(row)
    event: type[Event] = GrievanceDecided if again else GrievanceWithdrawn
    emit(event(**_about(row)))


def to_answer(
    actor: Actor, person_id: UUID, grievance_id: UUID, version: int | None, *, again: bool = False
) -> Grievance:
    """Give a complaint to who may answer it, locked; refuses whom it is about, and who gave the first answer."""
    row = keeping.mine(Grievance, grievance_id, person_id, version, what="complaint")
    decided = rules.may_answer(actor.id, row.about_id, [row.answered_by_id] if again else ())
    if not decided.may:
        raise NotAllowed(decided.why_not)
    return row


def _require_words(row: Grievance, finding: str, english: str, spanish: str) -> None:
    wrong: dict[str, str] = {}
    if finding not in load_table().findings:
        wrong["finding"] = "Choose what you found."
    if len(english.strip()) < 3:
        wrong["answer_en"] = "Write the answer to the person."
    if row.language == "es" and len(spanish.strip()) < 3:
        wrong["answer_es"] = "The person wrote in Spanish: answer in Spanish too."
    if wrong:
        raise Invalid("The answer is not sent yet. What you wrote is kept.", fields=wrong)


def _about(row: Grievance) -> Mapping[str, Any]:
    return {
        "happened_at": clock.now(),
        "person_id": row.person_id,
        "facility_id": row.facility_id,
        "ref": row.id,
    }


def _keep(row: Grievance) -> None:
    ledger.record(
        type="Grievance",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.GRIEVANCE,
        body=fhir.grievance(row),
        media="throughcare/Grievance",
        happened_at=row.filed_at,
    )
