"""The workspace: what runs, what the charts say, what was learned; projects begun and meetings recorded there. HTTP only."""

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.insight.improvement import actions, policy, questions, reads, views
from throughcare.insight.improvement.screens.asked import HOME, day, place_of, typed_in, wrong_in
from throughcare.insight.views import month_words
from throughcare.kernel.errors import Invalid, Refused
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of


@screen("GET", HOME, policy=policy.READERS, name="improvement")
def workspace(request: Request) -> HttpResponse:
    """Show what runs, what the charts say, what was learned."""
    return _workspace(request)


@screen("POST", HOME + "projects/", policy=policy.TEAM, name="improvement_project_start")
def start(request: Request) -> HttpResponse:
    """Begin a project."""
    post = request.POST
    try:
        made = actions.start_project(
            actor=request.actor,
            intent=intent_of(request),
            title=post.get("title", ""),
            aim=post.get("aim", ""),
            kind=post.get("kind", ""),  # type: ignore[arg-type]
            measure=post.get("measure", ""),
            facility_id=place_of(request, post.get("facility", "")),
            due_on=day(post.get("due_on", ""), "due_on"),
        )
    except Refused as refused:
        return _workspace(request, refused)
    return pages.then(request, reverse("improvement_project", args=[made]), "Begun. Plan the first turn.")


@screen("POST", HOME + "meetings/", policy=policy.LEAD, name="improvement_meeting")
def meeting(request: Request) -> HttpResponse:
    """Record a meeting."""
    post = request.POST
    try:
        facility = place_of(request, post.get("meeting_facility", ""))
        if facility is None:
            raise Invalid("Choose the facility whose meeting it was.", fields={"meeting_facility": "Choose one."})
        actions.record_meeting(
            actor=request.actor,
            intent=intent_of(request),
            facility_id=facility,
            kind=post.get("meeting_kind", ""),  # type: ignore[arg-type]
            held_on=day(post.get("held_on", ""), "held_on"),
            disciplines=post.get("disciplines", ""),
            decided=post.get("decided", ""),
        )
    except Refused as refused:
        return _workspace(request, refused)
    return pages.then(request, reverse("improvement"), "Recorded. The clock of the next one runs.")


def _workspace(request: Request, refused: Refused | None = None) -> HttpResponse:
    found = reads.workspace(request.lens)
    wrong, typed = wrong_in(refused), typed_in(request, refused)
    context = {
        "found": found,
        "signals": [(s, views.told(s.value, s.measure), month_words(s.label)) for s in found.signals],
        "may_write": policy.TEAM.allows(request.lens),
        "may_lead": policy.LEAD.allows(request.lens),
        "may_binder": policy.BINDER.allows(request.lens),
        "project_fields": questions.project(found.measures, found.places, typed, wrong),
        "meeting_fields": questions.meeting(found.places, typed, wrong),
        "typed": typed,
        "errors": error_lines(refused),
    }
    return pages.page(request, "improvement/workspace.html", context, status=refused.status if refused else 200)
