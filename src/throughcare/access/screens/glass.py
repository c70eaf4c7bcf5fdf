"""Opening a record with a reason, breaking the glass, closing it again, and reviewing each time that it was broken."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect

from throughcare.access import actions, limits, policy, reads
from throughcare.access.actions.glass import Emergency
from throughcare.access.doors import screen
from throughcare.access.ports import NAMES
from throughcare.access.screens.signing_in import place
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.ui import pages
from throughcare.ui.forms import whole_or_none
from throughcare.ui.shapes import FieldError, FieldShape, Option

FINDINGS = (
    Option("justified", "Justified"),
    Option("not_justified", "Not justified: told to the supervisor"),
    Option("unclear", "Unclear: asked the person who opened it"),
)


@screen("POST", "/why/<uuid:whose>/", policy=policy.SAY_WHY, name="why")
def say_why(request: Any, whose: UUID) -> HttpResponse:
    """Open an ordinary record with one click."""
    actions.say_why(actor=request.actor, person_id=whose, code=request.POST.get("code", ""))
    return HttpResponseRedirect(place(request.POST.get("next", "")))


@screen("GET", "/break-glass/<uuid:whose>/", policy=policy.BREAK_GLASS, name="break-glass")
def glass_form(request: Any, whose: UUID) -> HttpResponse:
    """Ask for what the law and the house want written before a chart opens against the matrix."""
    return _glass_page(request, whose, {"next": request.GET.get("next", "")})


@screen("POST", "/break-glass/<uuid:whose>/", policy=policy.BREAK_GLASS, name="break-glass")
def break_glass(request: Any, whose: UUID) -> HttpResponse:
    """Open one chart for an hour."""
    typed = {
        name: request.POST.get(name, "")[:2000]
        for name in ("code", "text", "recipient", "affiliation", "nature", "next")
    }
    asks_part2 = request.POST.get("part2") == "on"
    emergency = Emergency(typed["recipient"], typed["affiliation"], typed["nature"]) if asks_part2 else None
    try:
        actions.break_glass(
            actor=request.actor, person_id=whose, code=typed["code"], text=typed["text"], emergency=emergency
        )
    except Invalid as invalid:
        errors = [FieldError(name, words) for name, words in invalid.fields.items()]
        return _glass_page(request, whose, typed | {"part2": "on" if asks_part2 else ""}, errors)
    return HttpResponseRedirect(place(typed["next"]))


@screen("POST", "/glass/<uuid:glass_id>/close/", policy=policy.BREAK_GLASS, name="close-glass")
def close_glass(request: Any, glass_id: UUID) -> HttpResponse:
    """Close a chart before its hour ends."""
    actions.close_glass(actor=request.actor, glass_id=glass_id)
    return HttpResponseRedirect("/")


@screen("GET", "/break-glass/", policy=policy.REVIEW_GLASS, name="glass-reviews")
def reviews(request: Any) -> HttpResponse:
    """List what is to be reviewed, oldest first, and what was found lately."""
    return _reviews_page(request)


@screen("POST", "/glass/<uuid:glass_id>/review/", policy=policy.REVIEW_GLASS, name="review-glass")
def review(request: Any, glass_id: UUID) -> HttpResponse:
    """Judge one."""
    version = whole_or_none(request.POST.get("version", ""))
    if version is None:
        raise Stale("This form is not complete. Open the list again.")
    try:
        actions.review_glass(
            actor=request.actor,
            glass_id=glass_id,
            version=version,
            finding=request.POST.get("finding", ""),
            review=request.POST.get("review", "")[:4000],
        )
    except Invalid as invalid:
        return _reviews_page(request, glass_id, request.POST.get("review", ""), list(invalid.fields.values()))
    return HttpResponseRedirect("/break-glass/")


def _glass_page(
    request: Any, whose: UUID, typed: dict[str, str], errors: list[FieldError] | None = None
) -> HttpResponse:
    name = NAMES().of([whose]).get(whose)
    if name is None:
        raise NotFound("There is no such record here.")
    glass, told = limits.glass(), {e.name: e.message for e in errors or []}
    reasons = [Option(reason.code, reason.title) for reason in glass.reasons]
    ask = FieldShape
    fields = [
        ask(
            "code", "Reason", "radio", typed.get("code", ""), options=reasons, required=True, error=told.get("code", "")
        ),
        ask(
            "text",
            "What happened",
            "textarea",
            typed.get("text", ""),
            required=True,
            error=told.get("text", ""),
            hint=f"At least {glass.shortest_words} letters. The privacy officer and the person's provider are told now.",
        ),
    ]
    part2 = [
        ask("part2", "I also need the substance-use programme's record", "check", typed.get("part2", "")),
        ask("recipient", "Who receives it", value=typed.get("recipient", ""), error=told.get("recipient", "")),
        ask("affiliation", "Where they work", value=typed.get("affiliation", "")),
        ask(
            "nature", "The medical emergency", "textarea", typed.get("nature", ""), rows=2, error=told.get("nature", "")
        ),
    ]
    shown = {
        "whose": whose,
        "name": name,
        "minutes": int(glass.lasts.total_seconds() // 60),
        "fields": fields,
        "part2": part2,
        "errors": errors or [],
        "next": typed.get("next", ""),
    }
    return pages.page(request, "access/break_glass.html", shown, status=422 if errors else 200)


def _reviews_page(
    request: Any, wrong: UUID | None = None, typed: str = "", errors: list[str] | None = None
) -> HttpResponse:
    rows = reads.glass_reviews(request.lens)
    shown = {
        "open": [row for row in rows if row.reviewed_at is None],
        "done": [row for row in rows if row.reviewed_at is not None],
        "findings": FINDINGS,
        "wrong": wrong,
        "typed": typed,
        "errors": [FieldError("", words) for words in errors or []],
        "days": limits.glass().review_business_days,
    }
    return pages.page(request, "access/glass_reviews.html", shown, status=422 if errors else 200)
