"""Intake's pages: the queue, the quick look, the screening whose answers act, the sexual safety screen. HTTP only."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.intake import actions, answering, desk_rules, policy, reads, safety_reads, views
from throughcare.chart import banner, earlier, forms, questions
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import intent_of, posted_of
from throughcare.ui.shapes import PrintNote

HOME = "/intake/"
PERSON = "/people/<uuid:person_id>/"
ONE = "/people/<uuid:person_id>/intake/<uuid:arrival_id>/"


@screen("GET", HOME, policy=policy.QUEUE, name="intake_queue")
def queue(request: Request) -> HttpResponse:
    """Show who waits, worst harm first."""
    waiting = reads.queue(request.lens, request.posting.facility_id)
    saw(request, *(w.person_id for w in waiting))
    return pages.page_or_fragment(request, "intake/queue.html", "rows", {"lanes": views.lanes(waiting)})


@screen("GET", "/intake/downtime/", policy=policy.QUEUE, name="intake_downtime", log="print")
def downtime(request: Request) -> HttpResponse:
    """Print who waits, and the forms on paper, for the hours in which nothing else works."""
    waiting = reads.queue(request.lens, request.posting.facility_id)
    saw(request, *(w.person_id for w in waiting))
    paper = PrintNote(
        "Downtime pack: intake",
        as_of=clock.now(),
        facility=request.viewer.facility_name,
        printed_by=request.lens.user_name,
        keep="Use until the record is back; enter what was written, then shred.",
    )
    return pages.page(request, "intake/downtime.html", {"paper": paper, "waiting": waiting, "sheets": views.sheets()})


@screen("GET", "/people/<uuid:person_id>/intake/", policy=policy.READ, name="intake_of")
def intake_of(request: Request, person_id: UUID) -> HttpResponse:
    """Lead to where this person's intake stands: the quick look, or the screening."""
    arrival = reads.latest(request.lens, people.family(request.lens, person_id))
    if arrival is None:
        raise NotFound("This person has no arrival on record.")
    name = "intake_look" if arrival.state == "arrived" else "intake_screening"
    return _to(name, arrival.person_id, arrival.id)


@screen("GET", ONE + "look/", policy=policy.WRITE, name="intake_look")
def look(request: Request, person_id: UUID, arrival_id: UUID) -> HttpResponse:
    """Show the quick look: ninety seconds, one page."""
    arrival = reads.arrival_of(request.lens, person_id, arrival_id)
    known = answering.known(arrival, answering.sex_of(arrival.person_id))
    answers = answering.typed(forms.load(answering.QUICK_LOOK), {"can-be-pregnant": known["can-be-pregnant"]})
    return _look(request, arrival.person_id, arrival_id, answers)


@screen("POST", ONE + "look/", policy=policy.WRITE, name="intake_look")
def look_done(request: Request, person_id: UUID, arrival_id: UUID) -> HttpResponse:
    """Sign the quick look and go on to the screening, or to the clearance."""
    posted = posted_of(request)
    try:
        actions.finish_quick_look(
            actor=request.actor, intent=intent_of(request), person_id=person_id, arrival_id=arrival_id, posted=posted
        )
    except Invalid:
        answers = answering.typed(forms.load(answering.QUICK_LOOK), posted)
        return _look(request, person_id, arrival_id, answers, unfinished=True)
    return _to("intake_screening", person_id, arrival_id)


def _look(
    request: Request, person_id: UUID, arrival_id: UUID, answers: forms.Answers, *, unfinished: bool = False
) -> HttpResponse:
    view = forms.render(forms.load(answering.QUICK_LOOK), answers, lang="en", unfinished=unfinished, ahead=True)
    arrival = reads.arrival_of(request.lens, person_id, arrival_id)
    context = {
        "banner": banner.of(request.lens, person_id),
        **questions.whole(view),
        "arrival": arrival,
        "earlier": earlier.of(request, person_id),
        "officer_said": views.told_by_officers(arrival.officer_flags),
    }
    return pages.page(request, "intake/look.html", context, status=422 if unfinished else 200)


@screen("GET", ONE, policy=policy.READ, name="intake_screening")
def screening(request: Request, person_id: UUID, arrival_id: UUID) -> HttpResponse:
    """Show one section of the screening, and beside it what the answers did."""
    return _screening(request, person_id, arrival_id, request.GET.get("section", ""))


@screen("POST", ONE + "save/", policy=policy.WRITE, name="intake_save")
def save(request: Request, person_id: UUID, arrival_id: UUID) -> HttpResponse:
    """Keep what was answered so far, act on it, and give the panel of what it did."""
    actions.save_screening(
        actor=request.actor,
        intent=intent_of(request),
        person_id=person_id,
        arrival_id=arrival_id,
        posted=posted_of(request),
    )
    work = reads.work(request.lens, person_id, arrival_id)
    if request.headers.get("X-Autosave"):
        return pages.fragment(
            request,
            "intake/screening.html",
            "effects",
            {**views.panel(work), "current": request.POST.get("section", "")},
        )
    here = request.POST.get("section", "")
    stays = "add_row" in request.POST or views.called_up(work, here, request.POST.get("shown", ""))
    section = here if stays else request.POST.get("next") or here
    address = reverse("intake_screening", kwargs={"person_id": person_id, "arrival_id": arrival_id})
    return HttpResponseRedirect(f"{address}?section={section}")


@screen("POST", ONE + "sign/", policy=policy.WRITE, name="intake_sign")
def sign(request: Request, person_id: UUID, arrival_id: UUID) -> HttpResponse:
    """Sign the screening; where something is open, say what."""
    try:
        actions.sign_screening(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            arrival_id=arrival_id,
            explained=bool(request.POST.get("explained")),
        )
    except Invalid:
        return _screening(request, person_id, arrival_id, "review", unfinished=True)
    return _to("intake_screening", person_id, arrival_id)


@screen("POST", ONE + "take-over/", policy=policy.WRITE, name="intake_take_over")
def take_over(request: Request, person_id: UUID, arrival_id: UUID) -> HttpResponse:
    """Go on with what another nurse began."""
    actions.take_over(actor=request.actor, intent=intent_of(request), person_id=person_id, arrival_id=arrival_id)
    return _to("intake_screening", person_id, arrival_id, request.POST.get("section", ""))


@screen("POST", ONE + "accept/", policy=policy.WRITE, name="intake_accept")
def accept(request: Request, person_id: UUID, arrival_id: UUID) -> HttpResponse:
    """Act on something offered."""
    actions.accept_offer(
        actor=request.actor,
        intent=intent_of(request),
        person_id=person_id,
        arrival_id=arrival_id,
        effect_id=views.uuid_of(request.POST.get("effect", "")),
    )
    return _to("intake_screening", person_id, arrival_id, request.POST.get("section") or "review")


@screen("POST", ONE + "reason/", policy=policy.WRITE, name="intake_reason")
def reason(request: Request, person_id: UUID, arrival_id: UUID) -> HttpResponse:
    """Say why a positive answer needs nothing."""
    try:
        actions.answer_positive(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            arrival_id=arrival_id,
            positive=request.POST.get("positive", ""),
            reason=request.POST.get("reason", ""),
        )
    except Invalid as refused:
        return _screening(
            request, person_id, arrival_id, request.POST.get("section") or "review", sentence=refused.sentence
        )
    return _to("intake_screening", person_id, arrival_id, request.POST.get("section") or "review")


@screen("POST", ONE + "clearance/", policy=policy.WRITE, name="intake_clearance")
def clearance(request: Request, person_id: UUID, arrival_id: UUID) -> HttpResponse:
    """Record the written clearance of a person who came back from an emergency department."""
    try:
        actions.record_clearance(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            arrival_id=arrival_id,
            clearance=request.POST.get("clearance", ""),
        )
    except Invalid as refused:
        return _screening(request, person_id, arrival_id, "", sentence=refused.sentence)
    return _to("intake_screening", person_id, arrival_id)


@screen("POST", ONE + "instrument/<slug:form>/", policy=policy.WRITE, name="intake_instrument")
def instrument(request: Request, person_id: UUID, arrival_id: UUID, form: str) -> HttpResponse:
    """Save an instrument, or sign it; its score acts at once."""
    wants = bool(request.POST.get("sign")) and not request.headers.get("X-Autosave")
    try:
        actions.sign_instrument(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            arrival_id=arrival_id,
            form=form,
            posted=posted_of(request),
            sign=wants,
        )
    except Invalid as refused:
        actions.sign_instrument(
            actor=request.actor,
            person_id=person_id,
            arrival_id=arrival_id,
            form=form,
            posted=posted_of(request),
            sign=False,
        )
        return _screening(request, person_id, arrival_id, form, unfinished=True, sentence=refused.sentence)
    if request.headers.get("X-Autosave"):
        work = reads.work(request.lens, person_id, arrival_id)
        return pages.fragment(
            request,
            "intake/screening.html",
            "effects",
            {**views.panel(work), "current": request.POST.get("section", "")},
        )
    following = views.following(reads.work(request.lens, person_id, arrival_id)) if wants else form
    return _to("intake_screening", person_id, arrival_id, following)


@screen("GET", PERSON + "pregnancy-test/", policy=policy.PREGNANCY_TEST, name="pregnancy_test")
def pregnancy_test(request: Request, person_id: UUID) -> HttpResponse:
    """Ask what a urine test shows, as who reads it signs; refused where nothing says that it is for this person."""
    reads.require_test_is_for(request.lens, person_id)
    return _desk(request, person_id, desk_rules.TEST_FORM, {})


@screen("POST", PERSON + "pregnancy-test/", policy=policy.PREGNANCY_TEST, name="pregnancy_test")
def pregnancy_test_done(request: Request, person_id: UUID) -> HttpResponse:
    """Record it; a positive one acts at once."""
    reads.require_test_is_for(request.lens, person_id)
    return _desk_done(request, person_id, desk_rules.TEST_FORM, actions.record_pregnancy_test)


@screen("GET", PERSON + "care-information/", policy=policy.WRITE, name="care_information")
def care_information(request: Request, person_id: UUID) -> HttpResponse:
    """Ask how the person was told how to get care."""
    return _desk(request, person_id, desk_rules.CARE_FORM, {})


@screen("POST", PERSON + "care-information/", policy=policy.WRITE, name="care_information")
def care_information_done(request: Request, person_id: UUID) -> HttpResponse:
    """Record it."""
    return _desk_done(request, person_id, desk_rules.CARE_FORM, actions.explain_care)


def _desk_done(request: Request, person_id: UUID, form: str, record: Callable[..., UUID]) -> HttpResponse:
    posted = posted_of(request)
    try:
        record(actor=request.actor, intent=intent_of(request), person_id=person_id, posted=posted)
    except Invalid:
        return _desk(request, person_id, form, posted, unfinished=True)
    return HttpResponseRedirect("/")


def _desk(
    request: Request, person_id: UUID, name: str, posted: Mapping[str, list[str]], *, unfinished: bool = False
) -> HttpResponse:
    form = forms.load(name)
    view = forms.render(form, answering.typed(form, posted), lang="en", unfinished=unfinished, ahead=True)
    context = {
        "banner": banner.of(request.lens, person_id),
        "form": name,
        "title": form.title.en,
        "address": request.path,
        **questions.whole(view),
    }
    page = "intake/sexual_safety.html" if name == safety_reads.FORM else "intake/desk.html"
    return pages.page(request, page, context, status=422 if unfinished else 200)


@screen("GET", "/people/<uuid:person_id>/sexual-safety/", policy=policy.SEXUAL_SAFETY, name="sexual_safety")
def sexual_safety(request: Request, person_id: UUID) -> HttpResponse:
    """Ask the sexual safety screen; what is answered is sealed when it is signed."""
    return _desk(request, person_id, safety_reads.FORM, {})


@screen("POST", "/people/<uuid:person_id>/sexual-safety/", policy=policy.SEXUAL_SAFETY, name="sexual_safety")
def sexual_safety_done(request: Request, person_id: UUID) -> HttpResponse:
    """Sign and seal it."""
    return _desk_done(request, person_id, safety_reads.FORM, actions.sign_sexual_safety)


def _screening(
    request: Request,
    person_id: UUID,
    arrival_id: UUID,
    section: str,
    *,
    unfinished: bool = False,
    sentence: str = "",
) -> HttpResponse:
    work = reads.work(request.lens, person_id, arrival_id)
    address = reverse("intake_screening", kwargs={"person_id": person_id, "arrival_id": arrival_id})
    context = {
        "banner": banner.of(request.lens, person_id),
        "earlier": earlier.of(request, person_id),
        "told": sentence,
        **views.screening(work, section, f"{address}?section=", unfinished=unfinished),
        "begun_by": views.begun_by(work, request.actor.id),
    }
    return pages.page(request, "intake/screening.html", context, status=422 if unfinished or sentence else 200)


def _to(name: str, person_id: UUID, arrival_id: UUID, section: str = "") -> HttpResponse:
    address = reverse(name, kwargs={"person_id": person_id, "arrival_id": arrival_id})
    return HttpResponseRedirect(f"{address}?section={section}" if section else address)
