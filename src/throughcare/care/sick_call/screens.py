"""Sick call for health staff: the queue, one request with its keys, the visit, paper slips and voice. HTTP only."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, enter, saw, screen
from throughcare.care.sick_call import actions, policy, reads, views
from throughcare.chart import actions as chart
from throughcare.chart import banner
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.people import reads as people
from throughcare.ui import pages, wording
from throughcare.ui.forms import error_lines, intent_of, moment_of, whole_or_none
from throughcare.ui.shapes import KeyHint, PrintNote

ONE = "/people/<uuid:person_id>/sick-call/<uuid:request_id>/"
KEYS = [
    KeyHint(k, w)
    for k, w in (
        ("e", "emergent"),
        ("u", "urgent"),
        ("r", "routine"),
        ("n", "not clinical"),
        ("m", "mental"),
        ("d", "dental"),
        ("f", "first free time"),
    )
]


@screen("GET", "/sick-call/", policy=policy.QUEUE, name="sick_call_queue")
def queue(request: Request) -> HttpResponse:
    """Show the open requests, red flags first."""
    return _queue(request)


@screen("POST", "/sick-call/collected/", policy=policy.LOG, name="sick_call_collected")
def collected(request: Request) -> HttpResponse:
    """Record that the boxes of this facility were emptied, in every unit (SCR-01)."""
    slips = whole_or_none(request.POST.get("slips", ""), digits=4)
    try:
        if request.posting.facility_id is None:
            raise Invalid("Choose a facility first: boxes are emptied facility by facility. Nothing was recorded.")
        actions.collect_requests(
            actor=request.actor,
            intent=intent_of(request),
            facility_id=request.posting.facility_id,
            slips=-1 if slips is None else slips,
            all_housing=request.POST.get("all_housing") == "yes",
        )
    except Invalid as refused:
        return _queue(request, refused)
    return pages.then(request, reverse("sick_call_queue"), "Recorded. Take each slip down now.")


@screen("GET", "/sick-call/day/", policy=policy.QUEUE, name="sick_call_day")
def day(request: Request) -> HttpResponse:
    """Show the clinic's day at this facility, slot by slot."""
    facility = request.posting.facility_id
    if facility is None:
        raise NotFound("Choose a facility first.")
    today = clock.today()
    try:
        on = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        on = today
    on = min(max(on, today - timedelta(days=366)), today + timedelta(days=366))
    slots = reads.day(request.lens, facility, on)
    saw(request, *(who.person_id for s in slots for _, who in s.visits))
    noon = datetime.combine(on, time(12), clock.zone())
    around = {"on": noon, "before": on - timedelta(days=1), "after": on + timedelta(days=1)}
    return pages.page(request, "sick_call/day.html", {**around, **views.day(slots)})


@screen("GET", ONE, policy=policy.QUEUE, name="sick_call_request")
def one(request: Request, person_id: UUID, request_id: UUID) -> HttpResponse:
    """Show one request with everything that triage needs beside it."""
    return _desk(request, person_id, request_id)


@screen("POST", ONE + "translation/", policy=policy.LOG, name="sick_call_translation")
def translation(request: Request, person_id: UUID, request_id: UUID) -> HttpResponse:
    """Keep the person's words in English; a red flag in them pages now."""
    try:
        paged = actions.translate_request(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            request_id=request_id,
            english=request.POST.get("english", ""),
            version=whole_or_none(request.POST.get("version", "")),
        )
    except (Invalid, Stale) as refused:
        again = Invalid(refused.sentence, fields=refused.fields or {"english": refused.sentence})
        return _desk(request, person_id, request_id, again)
    said = wording.t("sick_call.translated_paged" if paged else "sick_call.translated")
    return pages.then(request, _address("sick_call_request", person_id, request_id), said)


@screen("POST", ONE + "triage/", policy=policy.TRIAGE, name="sick_call_triage")
def triage(request: Request, person_id: UUID, request_id: UUID) -> HttpResponse:
    """Give a priority; then the next request that waits."""
    try:
        actions.triage_request(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            request_id=request_id,
            priority=request.POST.get("priority", ""),
            version=whole_or_none(request.POST.get("version", "")),
            why_lower=request.POST.get("why_lower", ""),
            symptom_found=bool(request.POST.get("symptom_found")),
        )
    except Invalid as refused:
        return _desk(request, person_id, request_id, refused)
    said = wording.t("sick_call.triaged_as", priority=wording.t(f"sick_call.priority.{request.POST['priority']}"))
    following = reads.next_to_triage(request.lens, request.posting.facility_id)
    if following is None:
        return pages.then(request, reverse("sick_call_queue"), said)
    return pages.then(request, _address("sick_call_request", following.person_id, following.id), said)


@screen("POST", ONE + "red-flag/", policy=policy.TRIAGE, name="sick_call_red_flag")
def red_flag(request: Request, person_id: UUID, request_id: UUID) -> HttpResponse:
    """Record that health staff are with the person."""
    actions.answer_red_flag(actor=request.actor, intent=intent_of(request), person_id=person_id, request_id=request_id)
    return pages.then(request, _address("sick_call_request", person_id, request_id), "Recorded: with the person now.")


@screen("POST", ONE + "schedule/", policy=policy.TRIAGE, name="sick_call_schedule")
def schedule(request: Request, person_id: UUID, request_id: UUID) -> HttpResponse:
    """Say when the person is seen."""
    try:
        at = _chosen(request.POST.get("slot", "")) or _moment(request.POST.get("day", ""), request.POST.get("time", ""))
        actions.schedule_visit(
            actor=request.actor, intent=intent_of(request), person_id=person_id, request_id=request_id, at=at
        )
    except Invalid as refused:
        return _desk(request, person_id, request_id, refused)
    return pages.then(request, _address("sick_call_request", person_id, request_id), "Officers see when to bring them.")


@screen("POST", ONE + "visit/", policy=policy.TRIAGE, name="sick_call_visit")
def visit(request: Request, person_id: UUID, request_id: UUID) -> HttpResponse:
    """Record a face-to-face visit."""
    post = request.POST
    try:
        actions.record_visit(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            request_id=request_id,
            findings=post.get("findings", ""),
            protocol=post.get("protocol", ""),
            protocol_red_flags=post.getlist("protocol_red_flag"),
            remedies=post.getlist("remedy"),
            measured=views.measured(post),
            refer=post.get("refer", ""),
            resolved=bool(post.get("resolved")),
            modality=post.get("modality", "clinic"),
            modality_reason=post.get("modality_reason", ""),
            copay_free=post.get("copay_free", ""),
            version=whole_or_none(post.get("version", "")),
        )
    except Invalid as refused:
        return _desk(request, person_id, request_id, refused)
    return pages.then(request, _address("sick_call_request", person_id, request_id), "Visit signed.")


@screen("POST", ONE + "no-show/", policy=policy.TRIAGE, name="sick_call_no_show")
def no_show(request: Request, person_id: UUID, request_id: UUID) -> HttpResponse:
    """Say, for health, why a visit did not take place."""
    post = request.POST
    try:
        actions.record_no_show(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            request_id=request_id,
            reason=post.get("reason", ""),
            said_by="health",
            words=post.get("words", ""),
            witnesses=[w for w in (post.get("witness_1", ""), post.get("witness_2", "")) if w.strip()],
            signed=bool(post.get("signed")),
        )
    except Invalid as refused:
        return _desk(request, person_id, request_id, refused)
    return pages.then(request, _address("sick_call_request", person_id, request_id), "Recorded. The clock still runs.")


@screen("POST", ONE + "answer/", policy=policy.TRIAGE, name="sick_call_answer")
def answer(request: Request, person_id: UUID, request_id: UUID) -> HttpResponse:
    """Answer the person and close the request."""
    post = request.POST
    try:
        actions.answer_request(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            request_id=request_id,
            answer_en=post.get("answer_en", ""),
            answer_es=post.get("answer_es", ""),
            resolved=bool(post.get("resolved")),
            version=whole_or_none(post.get("version", "")),
        )
    except Invalid as refused:
        return _desk(request, person_id, request_id, refused)
    return pages.then(request, reverse("sick_call_queue"), "Answered.")


@screen("GET", "/sick-call/log/", policy=policy.LOG, name="sick_call_log")
def log(request: Request) -> HttpResponse:
    """Find whose paper slip or spoken request this is, and take it down."""
    return _log(request, {})


@screen("POST", "/sick-call/log/", policy=policy.LOG, name="sick_call_log")
def log_done(request: Request) -> HttpResponse:
    """Take down a paper slip or a spoken request; a photograph of the slip is kept with it."""
    post = request.POST
    try:
        person_id = views.chosen(post.get("person", ""))
        enter(request, person_id)
        slip = request.FILES.get("slip")
        kept = (
            chart.attach(
                actor=request.actor, person_id=person_id, content=slip.read(), kind="request-slip", title="Request slip"
            )
            if slip
            else None
        )
        done = actions.submit_request(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            kind=post.get("type", ""),
            words=post.get("words", ""),
            channel=post.get("channel", "paper"),
            language=post.get("language", "en"),
            words_in_english=post.get("words_in_english", ""),
            submitted_at=_moment(post["day"], post.get("time", "") or "00:00") if post.get("day") else None,
            slip_id=kept,
        )
    except Invalid as refused:
        return _log(request, post.dict(), refused)
    return pages.then(
        request,
        _address("sick_call_request", person_id, done.request_id),
        f"Receipt {done.receipt}: give it to the person.",
    )


@screen("GET", "/sick-call/downtime/", policy=policy.QUEUE, name="sick_call_downtime", log="print")
def downtime(request: Request) -> HttpResponse:
    """Print the queue and empty slips, for the hours in which nothing else works."""
    lines = reads.queue(request.lens, request.posting.facility_id)
    saw(request, *(line.who.person_id for line in lines))
    paper = PrintNote(
        "Downtime pack: sick call",
        as_of=clock.now(),
        facility=views.place_name(request.lens, request.posting.facility_id),
        printed_by=request.lens.user_name,
        keep="Use until the record is back; enter what was written, then shred.",
    )
    return pages.page(request, "sick_call/downtime.html", {"paper": paper, "lines": lines})


def _queue(request: Request, refused: Invalid | None = None) -> HttpResponse:
    facility = request.posting.facility_id
    lines = reads.queue(request.lens, facility)
    saw(request, *(line.who.person_id for line in lines))
    context = {
        "lanes": views.lanes(lines),
        "errors": error_lines(refused),
        "round": reads.collection(request.lens, facility) if facility and policy.LOG.allows(request.lens) else None,
        "slips": request.POST.get("slips", ""),
    }
    if refused is not None:
        return pages.page(request, "sick_call/queue.html", context, status=422)
    return pages.page_or_fragment(request, "sick_call/queue.html", "rows", context)


def _log(request: Request, typed: dict[str, Any], refused: Invalid | None = None) -> HttpResponse:
    found: list[people.Card] = []
    asked = request.GET.get("who", "") or typed.get("who", "")
    if asked:
        found = people.search(request.lens, asked, limit=12).cards
        saw(request, *(c.person_id for c in found))
    context = {**views.log_form(typed, found, asked), "errors": error_lines(refused), "asked": asked}
    return pages.page(request, "sick_call/log.html", context, status=422 if refused else 200)


def _desk(request: Request, person_id: UUID, request_id: UUID, refused: Invalid | None = None) -> HttpResponse:
    desk = reads.desk(request.lens, person_id, request_id)
    context = {
        "banner": banner.of(request.lens, person_id),
        "errors": error_lines(refused),
        "keys": KEYS if policy.TRIAGE.allows(request.lens) else [],
        "may_act": policy.TRIAGE.allows(request.lens),
        "may_translate": policy.LOG.allows(request.lens),
        **views.desk(desk, request.POST.dict() if refused else {}, refused),
    }
    return pages.page(request, "sick_call/request.html", context, status=422 if refused else 200)


def _address(name: str, person_id: UUID, request_id: UUID) -> str:
    return reverse(name, kwargs={"person_id": person_id, "request_id": request_id})


def _chosen(slot: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(slot)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None


def _moment(day: str, time: str) -> datetime:
    try:
        return moment_of(day, time)
    except ValueError:
        raise Invalid("Write the day and the time.", fields={"time": "Write the day and the time, as 14:30."}) from None
