"""Staff's own words on a complaint: asking for them, writing down what was said aloud, and the page of who is asked. HTTP only."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.access.reads import staff_by_name
from throughcare.care.grievances import actions, policy, reads
from throughcare.care.grievances.one import step, who
from throughcare.kernel.errors import Invalid
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of
from throughcare.ui.wording import t

ONE = "/grievances/<uuid:grievance_id>/"
MINE = "/grievances/replies/"


@screen("GET", MINE, policy=policy.REPLIES, name="grievance_replies")
def mine(request: Request) -> HttpResponse:
    """Show what the reader was asked about complaints, and what they said."""
    return _mine(request)


@screen("POST", MINE + "<uuid:reply_id>/", policy=policy.REPLY, name="grievance_reply")
def give(request: Request, reply_id: UUID) -> HttpResponse:
    """Keep what the reader says, as they said it."""
    try:
        actions.give_reply(
            actor=request.actor, intent=intent_of(request), reply_id=reply_id, words=request.POST.get("words", "")
        )
    except Invalid as refused:
        return _mine(request, refused, reply_id)
    return pages.then(request, reverse("grievance_replies"), t("grievances.said.replied"))


@screen("POST", ONE + "ask/", policy=policy.ANSWER, name="grievance_ask")
def ask(request: Request, grievance_id: UUID) -> HttpResponse:
    """Ask a member of staff for their own words."""
    post = request.POST

    def act(person_id: UUID) -> None:
        named = post.get("staff", "").strip()
        actions.ask_reply(
            **who(request, person_id, grievance_id),
            staff_id=staff_by_name(named) if named else None,
            question=post.get("question", ""),
            names_person=post.get("names_person") == "yes",
        )

    return step(request, grievance_id, act, t("grievances.said.asked"), asking=True)


@screen("POST", ONE + "replies/<uuid:reply_id>/", policy=policy.ANSWER, name="grievance_reply_down")
def take_down(request: Request, grievance_id: UUID, reply_id: UUID) -> HttpResponse:
    """Write down what a member of staff said aloud or on paper."""

    def act(person_id: UUID) -> None:
        actions.take_reply_down(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            grievance_id=grievance_id,
            reply_id=reply_id,
            words=request.POST.get("words", ""),
        )

    return step(request, grievance_id, act, t("grievances.said.down"), asking=True)


def _mine(request: Request, refused: Invalid | None = None, about: UUID | None = None) -> HttpResponse:
    rows = reads.asked_of_me(request.lens)
    saw(request, *(row.person_id for row, named, _ in rows if named))
    shown: dict[str, Any] = {
        "rows": rows,
        "may_write": policy.REPLY.allows(request.lens),
        "errors": error_lines(refused),
        "about": about,
        "typed": request.POST.get("words", "") if refused else "",
    }
    return pages.page(request, "grievances/asked.html", shown, status=422 if refused else 200)
