"""Forms asked from the chart: any freely usable instrument, saved as it is answered, signed, and read as it was signed."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.chart import actions, asking, forms, policy, questions, reads, telling
from throughcare.chart.actions.forms import others
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import ONE, Again
from throughcare.chart.views import answered, summary
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid
from throughcare.ledger import reads as ledger
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import intent_of, posted_of
from throughcare.ui.shapes import KeyHint
from throughcare.ui.wording import t


@screen("GET", ONE + "forms/", policy=policy.READ, name="chart_forms")
def all_forms(request: Request, person_id: UUID) -> HttpResponse:
    """List what was asked and signed, what is begun, and what may be asked."""
    family = frame.family(request, person_id)
    signed = reads.responses(request.lens, family)
    context = {
        "signed": [(r, summary.form_title(r.form), summary.score_words(r)) for r in signed],
        "begun": [(r, summary.form_title(r.form)) for r in reads.drafts(request.lens, family)],
        "offered": asking.offered(request.lens.role),
    }
    return frame.page(request, person_id, "chart/forms.html", "chart_forms", context)


@screen("GET", ONE + "forms/<slug:form>/", policy=policy.WRITE, name="chart_form")
def form(request: Request, person_id: UUID, form: str) -> HttpResponse:
    """Ask a form, with what was answered so far."""
    return _form(request, person_id, asking.require(form))


@screen("POST", ONE + "forms/<slug:form>/", policy=policy.WRITE, name="chart_form")
def save(request: Request, person_id: UUID, form: str) -> HttpResponse:
    """Keep what was answered so far, and show where the score stands."""
    asked = asking.require(form)
    _keep(request, person_id, form)
    if request.headers.get("X-Autosave"):
        standing = {"standing": _standing(request, person_id, asked)}
        return pages.fragment(request, "chart/form.html", "standing", standing)
    return frame.go(request, "chart_form", person_id, "", form=form)


@screen("POST", ONE + "forms/<slug:form>/take-over/", policy=policy.WRITE, name="chart_form_take_over")
def take_over(request: Request, person_id: UUID, form: str) -> HttpResponse:
    """Go on with a form that somebody else began; both names stay with it."""
    draft = _begun(request, person_id, asking.require(form).name)
    actions.take_over_form(actor=request.actor, intent=intent_of(request), person_id=person_id, response_id=draft)
    return frame.go(request, "chart_form", person_id, "", form=form)


@screen("POST", ONE + "forms/<slug:form>/sign/", policy=policy.WRITE, name="chart_form_sign")
def sign(request: Request, person_id: UUID, form: str) -> HttpResponse:
    """Sign a form: complete, or each open question marked as one that can't be asked."""
    asked = asking.require(form)
    draft = _keep(request, person_id, form)
    sex = people.card(request.lens, person_id).sex
    try:
        done = actions.sign_form(
            actor=request.actor, intent=intent_of(request), person_id=person_id, response_id=draft, sex=sex
        )
    except Invalid as refused:
        return _form(request, person_id, asked, Again({}, refused))
    return frame.go(request, "chart_response", person_id, t("chart.form_signed"), response_id=done.response_id)


@screen("GET", ONE + "responses/<uuid:response_id>/", policy=policy.READ, name="chart_response")
def response(request: Request, person_id: UUID, response_id: UUID) -> HttpResponse:
    """Show a signed form with the wording as it was seen."""
    family = frame.family(request, person_id)
    row = reads.signed(request.lens, family, response_id)
    versions = ledger.history(request.lens, "QuestionnaireResponse", response_id)
    context = {
        "row": row,
        "title": summary.form_title(row.form),
        "score": summary.score_words(row),
        "called": (row.score or {}).get("called", []),
        "answers": answered.lines(versions[0].body),
        "may_mark": not row.purpose and policy.WRITE.allows(request.lens, person_id),
        "history": reverse(
            "chart_history", kwargs={"person_id": person_id, "kind": "QuestionnaireResponse", "id": response_id}
        ),
    }
    return frame.page(request, person_id, "chart/response.html", "chart_forms", context)


def _begun(request: Request, person_id: UUID, form: str) -> UUID:
    return actions.start_form(actor=request.actor, person_id=person_id, form=form, data_class=telling.data_class(form))


def _keep(request: Request, person_id: UUID, form: str) -> UUID:
    draft = _begun(request, person_id, form)
    actions.save_draft(actor=request.actor, person_id=person_id, response_id=draft, posted=posted_of(request))
    return draft


def _answers(request: Request, person_id: UUID, asked: forms.Form) -> forms.Answers:
    draft = reads.draft_for(request.lens, frame.family(request, person_id), asked.name)
    return forms.parse(asked, draft.posted if draft else {}, zone=clock.zone(), now=clock.now())


def _standing(request: Request, person_id: UUID, asked: forms.Form) -> str:
    answers = _answers(request, person_id, asked)
    return answered.standing(forms.score(asked, answers, sex=people.card(request.lens, person_id).sex))


def _form(request: Request, person_id: UUID, asked: forms.Form, again: Again | None = None) -> HttpResponse:
    answers = _answers(request, person_id, asked)
    view = forms.render(asked, answers, lang="en", unfinished=again is not None, ahead=True)
    draft = reads.draft_for(request.lens, frame.family(request, person_id), asked.name)
    context = {
        "begun_by": draft.recorded_by if draft and others(draft, request.actor.id) else "",
        "form": asked,
        "view": view,
        "lines": [line for s in view.sections for line in questions.questions(s, "en")],
        "hidden": [name for s in view.sections for name in questions.fields_hidden(s)],
        "standing": answered.standing(forms.score(asked, answers, sex=people.card(request.lens, person_id).sex)),
        "faults": questions.faults(view) if again else [],
        "keys": [KeyHint("s", "sign")],
    }
    return frame.page(request, person_id, "chart/form.html", "chart_forms", context, again)
