"""Staff's own words on a complaint: asking for them, writing down what was said aloud, and the page of who is asked. HTTP only."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, enter, saw, screen
from throughcare.access.reads import staff_by_name
from throughcare.care.grievances import actions, policy, reads
from throughcare.care.grievances.one import page
from throughcare.kernel.errors import Invalid
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of, whole_or_none
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
    person_id, post = _person(request, grievance_id), request.POST
    named = post.get("staff", "").strip()
    try:
        actions.ask_reply(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            grievance_id=grievance_id,
            version=whole_or_none(post.get("version", "")),
            staff_id=staff_by_name(named) if named else None,
            question=post.get("question", ""),
            names_person=post.get("names_person") == "yes",
        )
    except Invalid as refused:
        return page(request, grievance_id, refused, asking=True)
    return pages.then(request, reverse("grievance", kwargs={"grievance_id": grievance_id}), t("grievances.said.asked"))


@screen("POST", ONE + "replies/<uuid:reply_id>/", policy=policy.ANSWER, name="grievance_reply_down")
def take_down(request: Request, grievance_id: UUID, reply_id: UUID) -> HttpResponse:
    """Write down what a member of staff said aloud or on paper."""
    try:
        actions.take_reply_down(
            actor=request.actor,
            intent=intent_of(request),
            person_id=_person(request, grievance_id),
            grievance_id=grievance_id,
            reply_id=reply_id,
            words=request.POST.get("words", ""),
        )
    except Invalid as refused:
        return page(request, grievance_id, refused, asking=True)
    return pages.then(request, reverse("grievance", kwargs={"grievance_id": grievance_id}), t("grievances.said.down"))


def _person(request: Request, grievance_id: UUID) -> UUID:
    person_id = reads.one(request.lens, grievance_id).row.person_id
    enter(request, person_id)
    return person_id


def _mine(request: Request, refused: Invalid | None = None, about: UUID | None = None) -> HttpResponse:
    rows = reads.asked_of_me(request.lens)
    saw(request, *(row.person_id for row, who, _ in rows if who))
    shown: dict[str, Any] = {
        "rows": rows,
        "may_write": policy.REPLY.allows(request.lens),
        "errors": error_lines(refused),
        "about": about,
        "typed": request.POST.get("words", "") if refused else "",
    }
    return pages.page(request, "grievances/asked.html", shown, status=422 if refused else 200)
