"""Sick call for the person who asks: the kiosk and the tablet. Large, plain, English and Spanish; and the officer's word."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.sick_call import actions, kiosk_views, policy, reads, views
from throughcare.chart import booked, forms, questions
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.ui import pages, wording
from throughcare.ui.forms import intent_of, posted_of

FORM = "sick-call-request"


def _language(request: Request) -> str:
    posted = request.POST.get("lang", "")
    return posted if posted in wording.LANGUAGES else pages.language_of(request)


@screen("GET", "/kiosk/", policy=policy.KIOSK, name="kiosk")
def kiosk(request: Request) -> HttpResponse:
    """Offer what a person can do here."""
    lang = _language(request)
    shown = {
        "asks": kiosk_views.ask_buttons(lang),
        "shows": kiosk_views.record_buttons(lang),
        "fee": kiosk_views.fee(lang),
    }
    return pages.page(request, "sick_call/kiosk.html", shown, lang=lang)


@screen("GET", "/kiosk/ask/", policy=policy.KIOSK, name="kiosk_ask")
def ask(request: Request) -> HttpResponse:
    """Ask to be seen."""
    begun = {name: [request.GET[name][:400]] for name in ("type", "words") if request.GET.get(name)}
    return _ask(request, begun)


@screen("POST", "/kiosk/ask/", policy=policy.KIOSK, name="kiosk_ask")
def ask_done(request: Request) -> HttpResponse:
    """Send the request; give its number and what happens now."""
    lang = _language(request)
    posted = {name: values for name, values in posted_of(request).items() if name != "lang"}
    form = forms.load(FORM)
    answers = forms.parse(form, posted, zone=clock.zone(), now=clock.now())
    if forms.missing(form, answers) or not answers.ok:
        return _ask(request, posted, unfinished=True)
    person_id = request.lens.own()
    done = actions.submit_request(
        actor=request.actor,
        intent=intent_of(request),
        person_id=person_id,
        kind=next(iter(answers.codes("type")), ""),
        words=str(answers.value("words") or ""),
        channel="kiosk",
        language=lang,
        worse="worse" in answers.codes("worse"),
        answers={name: values[0] for name, values in posted.items() if values and name not in ("words", "type")},
    )
    return pages.then(request, reverse("kiosk_receipt", kwargs={"request_id": done.request_id}))


@screen("GET", "/kiosk/requests/<uuid:request_id>/", policy=policy.KIOSK, name="kiosk_receipt")
def receipt(request: Request, request_id: UUID) -> HttpResponse:
    """Show one's own request: its number, what has become of it, the answer."""
    row = reads.my_request(request.lens, request_id)
    saw(request, row.person_id)
    lang = _language(request)
    shown = {
        "row": row,
        "steps": kiosk_views.steps(row, lang),
        "missed": kiosk_views.missed(lang) if reads.my_missed(request.lens, row) else [],
    }
    return pages.page(request, "sick_call/receipt.html", shown, lang=lang)


@screen("GET", "/kiosk/requests/", policy=policy.KIOSK, name="kiosk_requests")
def requests(request: Request) -> HttpResponse:
    """List one's own requests."""
    rows = reads.mine(request.lens)
    saw(request, *(r.person_id for r in rows))
    return pages.page(request, "sick_call/requests.html", {"rows": rows}, lang=_language(request))


@screen("GET", "/kiosk/appointments/", policy=policy.OWN_VISITS, name="kiosk_visits")
def visits_ahead(request: Request) -> HttpResponse:
    """Show a person the visits ahead of them: here with their time, outside without, and after they go home."""
    person_id = request.lens.own()
    here = reads.my_visits(request.lens)
    ahead = booked.coming(request.lens, person_id)
    saw(request, person_id)
    return pages.page(request, "sick_call/kiosk_visits.html", kiosk_views.visits(here, ahead), lang=_language(request))


@screen("POST", "/kiosk/requests/<uuid:request_id>/withdraw/", policy=policy.KIOSK, name="kiosk_withdraw")
def withdraw(request: Request, request_id: UUID) -> HttpResponse:
    """Take a request back."""
    row = reads.my_request(request.lens, request_id)
    actions.withdraw_request(
        actor=request.actor, intent=intent_of(request), person_id=row.person_id, request_id=request_id
    )
    return pages.then(request, reverse("kiosk_requests"))


@screen("POST", "/kiosk/requests/<uuid:request_id>/missed/", policy=policy.KIOSK, name="kiosk_missed")
def missed(request: Request, request_id: UUID) -> HttpResponse:
    """Give the person's own word on why a visit did not take place."""
    row = reads.my_request(request.lens, request_id)
    lang = _language(request)
    actions.record_no_show(
        actor=request.actor,
        intent=intent_of(request),
        person_id=row.person_id,
        request_id=request_id,
        reason=request.POST.get("reason", ""),
        said_by="patient",
        words=request.POST.get("words", ""),
    )
    said = wording.t("request.missed.thanks", lang=lang)
    return pages.then(request, reverse("kiosk_receipt", kwargs={"request_id": request_id}), said)


@screen("GET", "/custody/visits/", policy=policy.ATTEST, name="custody_visits")
def visits(request: Request) -> HttpResponse:
    """Show an officer which visits of today did not take place, and ask why."""
    facility = request.posting.facility_id
    if facility is None:
        raise NotFound("Choose a facility first.")
    rows = reads.to_attest(request.lens, facility)
    saw(request, *(card.person_id for _, card in rows))
    return pages.page(request, "sick_call/visits.html", {"rows": rows, "reasons": views.reasons("custody", "en")})


@screen("POST", "/custody/visits/<uuid:person_id>/<uuid:request_id>/", policy=policy.ATTEST, name="custody_visit")
def visit_said(request: Request, person_id: UUID, request_id: UUID) -> HttpResponse:
    """Record custody's word; it can't be a clinical refusal."""
    try:
        actions.record_no_show(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            request_id=request_id,
            reason=request.POST.get("reason", ""),
            said_by="custody",
            words=request.POST.get("words", ""),
        )
    except Invalid as refused:
        return pages.problem(request, 422, happened=refused.sentence)
    return pages.then(request, reverse("custody_visits"), "Recorded.")


def _ask(request: Request, posted: dict[str, list[str]], *, unfinished: bool = False) -> HttpResponse:
    lang = _language(request)
    form = forms.load(FORM)
    answers = forms.parse(form, posted, zone=clock.zone(), now=clock.now())
    view = forms.render(form, answers, lang=lang, unfinished=unfinished, ahead=True)
    return pages.page(
        request, "sick_call/ask.html", questions.whole(view), status=422 if unfinished else 200, lang=lang
    )
