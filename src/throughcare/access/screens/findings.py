"""Questions about who looked, for the privacy officer; and what a provider or a programme is told of broken glass."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect

from throughcare.access import actions, limits, policy, reads
from throughcare.access.doors import Request, screen
from throughcare.kernel import content, db
from throughcare.kernel.errors import Invalid, Stale
from throughcare.ui import pages
from throughcare.ui.forms import whole_or_none
from throughcare.ui.shapes import FieldError, Option

OUTCOMES = (
    Option("explained", "Explained: there was a task"),
    Option("not_explained", "Not explained: told to the supervisor"),
    Option("unclear", "Unclear: asked the person who looked"),
)


@screen("GET", "/findings/", policy=policy.FINDINGS, name="findings")
def findings(request: Request) -> HttpResponse:
    """List what the detectors ask, oldest first, what was answered lately, and the watched records."""
    return _page(request)


@screen("POST", "/findings/<uuid:finding_id>/", policy=policy.FINDINGS, name="review-finding")
def review(request: Request, finding_id: UUID) -> HttpResponse:
    """Answer one question."""
    version = whole_or_none(request.POST.get("version", ""))
    if version is None:
        raise Stale("This form is not complete. Open the list again.")
    try:
        actions.review_finding(
            actor=request.actor,
            finding_id=finding_id,
            version=version,
            outcome=request.POST.get("outcome", ""),
            review=request.POST.get("review", "")[:4000],
        )
    except Invalid as invalid:
        return _page(request, finding_id, request.POST.get("review", ""), list(invalid.fields.values()))
    return pages.then(request, "/findings/", "Answer kept")


@screen("POST", "/people/<uuid:person_id>/watch/", policy=policy.FINDINGS, name="watch-record")
def watch(request: Request, person_id: UUID) -> HttpResponse:
    """Have each look at this record asked about, or no longer."""
    if request.POST.get("end"):
        actions.end_watch(actor=request.actor, person_id=person_id)
        return pages.then(request, f"/people/{person_id}/who-looked/", "This record is watched no longer")
    actions.watch_record(actor=request.actor, person_id=person_id, why=request.POST.get("why", "")[:400])
    return pages.then(
        request, f"/people/{person_id}/who-looked/", "Each look at this record is asked about from now on"
    )


@screen("GET", "/glass/told/", policy=policy.TOLD_OF_GLASS, name="glass-told")
def told(request: Request) -> HttpResponse:
    """Show who opened records of one's own patients, or of one's programme, in an emergency."""
    rows = reads.told(request.lens)
    return pages.page(request, "access/glass_told.html", {"rows": rows})


@screen("POST", "/glass/<uuid:glass_id>/told/", policy=policy.TOLD_OF_GLASS, name="glass-read")
def read_of_glass(request: Request, glass_id: UUID) -> HttpResponse:
    """Note that it was read."""
    with db.reading(request.lens):
        mine = {row.id for row in reads.told(request.lens)}
    if glass_id not in mine:
        raise Stale("Somebody of your role has read this already, or it is not told to you. Nothing was changed.")
    actions.read_of_glass(actor=request.actor, glass_id=glass_id)
    return HttpResponseRedirect("/glass/told/")


def _page(request: Any, wrong: UUID | None = None, typed: str = "", errors: list[str] | None = None) -> HttpResponse:
    open_, done, waiting = reads.findings(request.lens)
    shown = {
        "open": open_,
        "done": done,
        "waiting": waiting,
        "watched": reads.watched(request.lens),
        "outcomes": OUTCOMES,
        "wrong": wrong,
        "typed": typed,
        "errors": [FieldError("", words) for words in errors or []],
        "days": content.load(limits.DETECTORS)["review_business_days"],
    }
    return pages.page(request, "access/findings.html", shown, status=422 if errors else 200)
