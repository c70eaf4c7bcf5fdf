"""Forms with a person's answers: a draft that saves itself and can be resumed elsewhere, then a signature.

A draft is durable but not yet the record: its versions enter the ledger with the signature. What answers set going
(alerts, orders, duties) does not wait for it; the room that asks does that as the answers come (ruling 2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.chart import forms, states, telling
from throughcare.chart import models as m
from throughcare.chart.actions import scored
from throughcare.chart.actions.keeping import mine, recorded
from throughcare.chart.actions.observations import observe
from throughcare.chart.events import FormSigned, FormTold
from throughcare.chart.extraction import measured
from throughcare.chart.forms.reading import OWN
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.fhir import encode
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import SEALED, DataClass
from throughcare.ledger import body as bodies

Posted = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class FormDone:
    """A signed form: its score if it has one, and whether anything was left unanswered by necessity."""

    response_id: UUID
    status: str
    band: str = ""
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SealedDone:
    """A signed form of a sealed class."""

    response_id: UUID


@action("chart.start_form")
def start_form(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    form: str,
    purpose: str = "",
    ref: UUID | None = None,
    encounter_id: UUID | None = None,
    language: str = "en",
    data_class: DataClass = DataClass.CLINICAL,
) -> UUID:
    """Begin a form, or give the draft of it that is already begun for the same purpose."""
    draft = m.FormResponse.objects.filter(
        person_id=person_id, form=form, purpose=purpose, ref=ref, status="draft"
    ).first()
    if draft is not None:
        return draft.id
    loaded = forms.load(form)
    row = m.FormResponse.objects.create(
        id=uuid7(),
        person_id=person_id,
        form=form,
        form_version=loaded.version,
        purpose=purpose,
        ref=ref,
        encounter_id=encounter_id,
        language=language,
        data_class=data_class.value,
        started_at=clock.now(),
        facility_id=actor.facility_id,
        **recorded(actor),
    )
    return row.id


@action("chart.save_draft")
def save_draft(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, response_id: UUID, posted: dict[str, list[str]]
) -> int:
    """Keep what was typed so far: the newer field wins, the rest stays. Gives the draft's version."""
    row = mine(m.FormResponse, response_id, person_id)
    if row.status != "draft":
        raise Stale("This form is signed already. What you typed was not added to it.")
    _owned(row, actor)
    row.bump(posted=forms.merge(row.posted, posted))
    return row.version


@action("chart.take_over_form")
def take_over_form(*, actor: Actor, intent: UUID | None = None, person_id: UUID, response_id: UUID) -> None:
    """Go on with what somebody else began: both names are kept, with the time, and stand in the signed form."""
    row = mine(m.FormResponse, response_id, person_id)
    if row.status != "draft":
        raise Stale("This form is signed already.")
    if not others(row, actor.id):
        return
    step = {
        "from": row.recorded_by,
        "from_id": str(row.recorder_id),
        "to": actor.label(),
        "to_id": str(actor.id),
        "at": clock.now().isoformat(),
    }
    row.bump(taken_over=[*row.taken_over, step], **recorded(actor))
    ledger.record(
        type="DraftTakenOver",
        id=uuid7(),
        person_id=person_id,
        data_class=DataClass(row.data_class),
        media="throughcare/DraftTakenOver",
        body={"resourceType": "DraftTakenOver", "response": str(row.id), "form": row.form, **step},
    )


def others(row: m.FormResponse, reader: UUID) -> bool:
    """Tell whether a draft holds answers that somebody else wrote; an empty one belongs to whoever begins to answer."""
    said = any(text.strip() for texts in row.posted.values() for text in texts)
    return row.status == "draft" and said and row.recorder_id != reader


def _owned(row: m.FormResponse, actor: Actor) -> None:
    if others(row, actor.id):
        raise Stale(
            f"{row.recorded_by} began this form. Take it over first, and both names stay with it. "
            "What you typed is still on your page."
        )
    if row.recorder_id != actor.id:
        row.bump(**recorded(actor))


@action("chart.sign_form")
def sign_form(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    response_id: UUID,
    posted: dict[str, list[str]] | None = None,
    sex: str = "unknown",
) -> FormDone:
    """Sign a form: complete, or each open question marked `unable`. Scores and measurements become observations."""
    row = mine(m.FormResponse, response_id, person_id)
    if row.status != "draft":
        raise Stale("This form is signed already.")
    _owned(row, actor)
    if actor.kind == "staff" and not telling.signs(row.form, actor.role):
        raise NotAllowed("This form is signed by another profession. What was answered is kept as a draft.")
    if posted is not None:
        row.posted = forms.merge(row.posted, posted)
    form = forms.load(row.form)
    answers = forms.parse(form, row.posted, zone=clock.zone(), now=clock.now())
    _refuse_unfinished(form, answers, row.language)
    score = forms.score(form, answers, sex=sex)
    stopped = answers.form_unable is not None
    # What a room asks for its own purpose, that room acts on, as the answers come (ruling 2).
    called = scored.called_for(form, score) if not row.purpose else ()
    row.bump(
        posted=row.posted,
        form_version=form.version,
        status=states.RESPONSE.after(row.status, "stop" if stopped else "sign"),
        signed_at=clock.now(),
        signed_by=actor.label(),
        score=None if score is None else {**_score(score), "called": scored.said(called)},
    )
    _keep(row, form, answers, score, actor)
    band = score.band.key if score and score.band else ""
    if called:
        begin = partial(start_form, actor=actor, person_id=person_id, language=row.language)
        scored.act_on(actor, row, called, lambda name: begin(form=name))
    emit(
        FormSigned(
            happened_at=clock.now(),
            person_id=person_id,
            facility_id=row.facility_id,
            ref=row.ref or row.id,
            form=row.form,
            band=band,
            purpose=row.purpose,
        )
    )
    for one in telling.told(row.form, answers, zone=clock.zone()):
        _tell(row, one)
    return FormDone(row.id, row.status, band, score.value if score else None)


def _tell(row: m.FormResponse, one: telling.Told) -> None:
    about = {"person_id": row.person_id, "facility_id": row.facility_id, "ref": row.id}
    emit(FormTold(happened_at=one.at or clock.now(), signal=one.event, facts=one.facts, **about))


@action("chart.sign_sealed")
def sign_sealed(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    form: str,
    posted: dict[str, list[str]],
    data_class: DataClass,
) -> SealedDone:
    """Sign a form of a sealed class: its answers are encrypted and stand in a table of their own."""
    if data_class not in SEALED:
        raise ValueError(f"[{data_class}] is not sealed")
    loaded = forms.load(form)
    answers = forms.parse(loaded, posted, zone=clock.zone(), now=clock.now())
    _refuse_unfinished(loaded, answers, "en")
    score = forms.score(loaded, answers)
    id_, now = uuid7(), clock.now()
    meta = _meta(id_, person_id, actor, "en")
    response = forms.questionnaire_response(loaded, answers, score, meta=meta)
    m.SealedResponse.objects.create(
        id=id_,
        person_id=person_id,
        data_class=data_class.value,
        facility_id=actor.facility_id,
        form=form,
        form_version=loaded.version,
        status="stopped" if answers.form_unable else "completed",
        author_id=actor.id,
        recorded_by=actor.label(),
        started_at=now,
        signed_at=now,
        body=bodies.seal(bodies.pack(encode({"posted": posted, "score": score and _score(score)})), bound_to=id_.bytes),
    )
    ledger.record(
        type="QuestionnaireResponse", id=id_, person_id=person_id, data_class=data_class, body=response, happened_at=now
    )
    emit(FormSigned(happened_at=now, person_id=person_id, facility_id=actor.facility_id, ref=id_, form=form))
    return SealedDone(id_)


def _refuse_unfinished(form: forms.Form, answers: forms.Answers, language: str) -> None:
    faults = {**forms.missing(form, answers), **answers.errors}
    if faults:
        raise Invalid(
            "Some questions are still open. Answer them, or mark why you can't. Everything you typed is kept.",
            fields={name: text.said(language) for name, text in faults.items()},
        )


def _meta(response_id: UUID, person_id: UUID, actor: Actor, language: str, encounter: UUID | None = None) -> forms.Meta:
    return forms.Meta(
        id=str(response_id),
        subject=f"Patient/{person_id}",
        authored=clock.now(),
        author=f"{'Patient' if actor.kind == 'patient' else 'Practitioner'}/{actor.id}",
        encounter=f"Encounter/{encounter}" if encounter else "",
        lang=language,
    )


def _keep(
    row: m.FormResponse, form: forms.Form, answers: forms.Answers, score: forms.Score | None, actor: Actor
) -> None:
    meta = _meta(row.id, row.person_id, actor, row.language, row.encounter_id)
    response = forms.questionnaire_response(form, answers, score, meta=meta)
    response["extension"] += [_taken_over(step) for step in row.taken_over]
    data_class = DataClass(row.data_class)
    ledger.record(
        type="QuestionnaireResponse",
        id=row.id,
        person_id=row.person_id,
        data_class=data_class,
        body=response,
        happened_at=row.signed_at,
    )
    found = forms.observations(form, answers, score, meta=meta, new_id=lambda: str(uuid7()))
    if found:
        observe(
            actor=actor,
            person_id=row.person_id,
            measured=[measured(one, data_class) for one in found],
            encounter_id=row.encounter_id,
            response_id=row.id,
        )


def _taken_over(step: Mapping[str, str]) -> dict[str, Any]:
    parts = [{"url": "from", "valueString": step["from"]}, {"url": "to", "valueString": step["to"]}]
    return {"url": OWN + "taken-over", "extension": [*parts, {"url": "at", "valueDateTime": step["at"]}]}


def _score(score: forms.Score) -> dict[str, Any]:
    return {
        "status": score.status.value,
        "value": None if score.value is None else str(score.value),
        "band": score.band.key if score.band else None,
        "floor": score.floor.key if score.floor else None,
        "version": score.scale_version,
        "missing": list(score.missing),
        "counts": dict(score.counts),
    }
