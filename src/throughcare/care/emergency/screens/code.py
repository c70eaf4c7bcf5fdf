"""One code on a phone: one tap is one stamp; the timeline beside it comes from all hands. HTTP only."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.emergency import actions, policy, reads, views
from throughcare.care.emergency.screens import posting
from throughcare.chart.screens import frame
from throughcare.custody import reads as custody
from throughcare.kernel.errors import Refused
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, whole_or_none

ONE = "/codes/<uuid:code_id>/"
NOT_SAID = frozenset({"csrfmiddlewaretoken", "intent", "kind", "at"})


@screen("GET", "/codes/", policy=policy.READ, name="codes")
def codes(request: Request) -> HttpResponse:
    """Show the codes of the last month, those that run first."""
    lines = reads.codes(request.lens)
    saw(request, *(line.who.person_id for line in lines if line.who))
    return pages.page_or_fragment(request, "emergency/codes.html", "rows", {"table": views.listed(lines)})


@screen("GET", ONE, policy=policy.READ, name="code")
def code(request: Request, code_id: UUID) -> HttpResponse:
    """Show one code: what is due next, the stamps, the timeline."""
    return _page(request, code_id)


@screen("POST", ONE + "stamp/", policy=policy.STAMP, name="code_stamp")
def stamp(request: Request, code_id: UUID) -> HttpResponse:
    """Keep one moment."""
    return _do(
        request,
        code_id,
        lambda intent: actions.stamp(
            actor=request.actor,
            intent=intent,
            code_id=code_id,
            kind=request.POST.get("kind", ""),
            at=posting.moment(request.POST.get("at", "")),
            detail={k: str(v) for k, v in request.POST.items() if k not in NOT_SAID},
        ),
        "Stamped.",
    )


@screen("POST", ONE + "correct/", policy=policy.STAMP, name="code_correct")
def correct(request: Request, code_id: UUID) -> HttpResponse:
    """Put a stamp right, or take it back."""
    post = request.POST
    return _do(
        request,
        code_id,
        lambda intent: actions.correct_stamp(
            actor=request.actor,
            intent=intent,
            code_id=code_id,
            stamp_id=posting.id_of(post.get("stamp", "")),
            at=posting.moment(post.get("at", "")),
            void=post.get("void") == "yes",
            why=post.get("why", ""),
        ),
        "Put right. What was first stamped is kept.",
    )


@screen("POST", ONE + "person/", policy=policy.STAMP, name="code_person")
def person(request: Request, code_id: UUID) -> HttpResponse:
    """Say who it is."""
    who = posting.id_of(request.POST.get("person", ""))
    return _do(
        request,
        code_id,
        lambda intent: actions.attach_person(actor=request.actor, intent=intent, code_id=code_id, person_id=who),
        "Now the code stands with this person.",
    )


@screen("POST", ONE + "summary/", policy=policy.STAMP, name="code_summary")
def summary(request: Request, code_id: UUID) -> HttpResponse:
    """Keep the hand-over."""
    post = request.POST
    said = {name: post.get(name, "") for name in views.SUMMARY}
    version = whole_or_none(post.get("version", "")) or 0
    return _do(
        request,
        code_id,
        lambda intent: actions.keep_summary(
            actor=request.actor, intent=intent, code_id=code_id, version=version, **said
        ),
        "Kept.",
    )


@screen("POST", ONE + "end/", policy=policy.STAMP, name="code_end")
def end(request: Request, code_id: UUID) -> HttpResponse:
    """End the code."""
    post = request.POST
    return _do(
        request,
        code_id,
        lambda intent: actions.end_code(
            actor=request.actor,
            intent=intent,
            code_id=code_id,
            ending=post.get("ending", ""),
            plan=post.get("plan", ""),
            ended_at=posting.moment(post.get("at", "")),
        ),
        "The code has ended; its times are in the chart.",
    )


@screen("POST", ONE + "debrief/", policy=policy.STAMP, name="code_debrief")
def debrief(request: Request, code_id: UUID) -> HttpResponse:
    """Talk the code over."""
    post = request.POST
    return _do(
        request,
        code_id,
        lambda intent: actions.debrief_code(
            actor=request.actor,
            intent=intent,
            code_id=code_id,
            changes=post.get("changes", ""),
            preventable=post.get("preventable", ""),
            preventable_why=post.get("preventable_why", ""),
            present=post.get("present", ""),
            equipment_checked=post.get("equipment_checked") == "yes",
            video=post.get("video", ""),
        ),
        "Talked over. The times of this code stay as they are.",
    )


def _do(request: Request, code_id: UUID, act: Callable[[UUID | None], Any], said: str) -> HttpResponse:
    """Do it for a code that this reader may open; where it is refused, give the page back with what was typed."""
    reads.scene(request.lens, code_id)
    return frame.attempt(
        request,
        act,
        lambda again: _page(request, code_id, again.refused),
        lambda _: pages.then(request, reverse("code", kwargs={"code_id": code_id}), said),
    )


def _page(request: Request, code_id: UUID, refused: Refused | None = None) -> HttpResponse:
    scene = reads.scene(request.lens, code_id)
    asked = request.GET.get("who", "")
    found = custody.find(request.lens, asked, limit=8)[0] if asked and scene.who is None else []
    saw(request, *(p for p in (scene.code.person_id, *(f.who.person_id for f in found)) if p))
    context = {
        **views.scene(request.lens, scene),
        "errors": error_lines(refused),
        "wrong": refused.fields if refused else {},
        "typed": request.POST.dict() if refused else {},
        "found": found,
        "asked": asked,
    }
    if refused is not None:
        return pages.page(request, "emergency/code.html", context, status=refused.status)
    return pages.page_or_fragment(request, "emergency/code.html", "live", context)
