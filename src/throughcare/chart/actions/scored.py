"""What a score calls for is done the moment a form is signed in the chart: orders, precautions, the next questionnaire."""

from collections.abc import Callable, Iterable
from uuid import UUID

from throughcare.chart import forms
from throughcare.chart import models as m
from throughcare.chart.actions.orders import place_order
from throughcare.chart.events import ScoreCalled
from throughcare.chart.forms import scale
from throughcare.custody import actions as custody
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.events import emit

PRIORITY = {"emergent": "stat", "urgent": "urgent", "routine": "routine"}


def called_for(form: forms.Form, score: forms.Score | None) -> tuple[forms.Action, ...]:
    """Give what a signed score calls for here: nothing where another room acts on it wherever it is signed."""
    if score is None or form.scale is None or form.scale.acted_on_by:
        return ()
    precautions = form.scale.unable_actions if score.unable else ()
    # A duty that a score names is opened by the clock itself, which hears of the signature.
    wanted = [one for one in (*score.actions, *precautions) if one.kind != "duty"]
    return tuple({(one.kind, one.key): one for one in wanted}.values())


def act_on(actor: Actor, row: m.FormResponse, called: Iterable[forms.Action], begin: Callable[[str], UUID]) -> None:
    """Do it and tell the clock; `begin` begins a form by its name."""
    for one in called:
        _act(actor, row, one, begin)


def said(called: Iterable[forms.Action]) -> list[dict[str, str]]:
    """Give what was called for in words, to stand with the signed form."""
    return [{"kind": one.kind, "key": one.key, "en": one.text.en, "es": one.text.es} for one in called]


def _act(actor: Actor, row: m.FormResponse, one: forms.Action, begin: Callable[[str], UUID]) -> None:
    if one.kind in ("alert", "watch"):
        custody.raise_alert(actor=actor, person_id=row.person_id, template=one.key, reason_ref=row.id)
        return
    urgency = scale.urgency(one.due)
    ref = begin(one.key) if one.kind == "instrument" else _ordered(actor, row, one, urgency)
    emit(
        ScoreCalled(
            happened_at=clock.now(),
            person_id=row.person_id,
            facility_id=row.facility_id,
            ref=ref,
            form=row.form,
            kind=one.kind,
            key=one.key,
            owner=one.owner,
            within=one.due,
            urgency=urgency,
            facts=dict(one.facts),
        )
    )


def _ordered(actor: Actor, row: m.FormResponse, one: forms.Action, urgency: str) -> UUID:
    return place_order(
        actor=actor,
        person_id=row.person_id,
        kind="referral" if one.kind == "referral" else "score",
        system="urn:throughcare:code",
        code=one.key,
        text=one.text.en,
        priority=PRIORITY[urgency],
        due_at=clock.now() + scale.within(one.due),
        response_id=row.id,
    )
