"""Who is in hospital, one person's trips, the review of a return and the answers to what the hospital asks. HTTP only."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.emergency import actions, hospital_reads, hospital_views, policy
from throughcare.care.emergency.screens import posting
from throughcare.chart import banner
from throughcare.chart.screens import frame
from throughcare.kernel.errors import Refused
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import error_lines

ONE = "/people/<uuid:person_id>/hospital/"


@screen("GET", "/hospital/", policy=policy.HOSPITAL, name="hospitals")
def out(request: Request) -> HttpResponse:
    """Show who is in hospital, and who is back and not settled."""
    lines = hospital_reads.away(request.lens)
    saw(request, *(line.trip.person_id for line in lines))
    return pages.page(request, "emergency/hospitals.html", {"table": hospital_views.listed(lines)})


@screen("GET", ONE, policy=policy.HOSPITAL, name="hospital")
def person(request: Request, person_id: UUID) -> HttpResponse:
    """Show a person's trips to hospital, and what is to be done now."""
    return _page(request, person_id)


@screen("POST", ONE + "step/", policy=policy.FOLLOW, name="hospital_step")
def step(request: Request, person_id: UUID) -> HttpResponse:
    """Say what the hospital does."""
    post = request.POST
    return _do(
        request,
        person_id,
        lambda intent: actions.step_trip(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            trip_id=posting.id_of(post.get("trip", "")),
            verb=post.get("verb", ""),
            at=posting.moment(post.get("at", "")),
            destination=post.get("destination", ""),
        ),
        "Kept.",
    )


@screen("POST", ONE + "review/", policy=policy.REVIEW, name="hospital_review")
def review(request: Request, person_id: UUID) -> HttpResponse:
    """Review the return (HOS-01)."""
    post = request.POST
    return _do(
        request,
        person_id,
        lambda intent: actions.review_return(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            trip_id=posting.id_of(post.get("trip", "")),
            findings=post.get("findings", ""),
            papers=post.get("papers", ""),
            provider=post.get("provider", ""),
            before_housing=post.get("before_housing") == "yes",
            recommendations=post.get("recommendations", "").splitlines(),
        ),
        "Reviewed. What the hospital asks now waits for the provider.",
    )


@screen("POST", ONE + "answer/", policy=policy.ANSWER, name="hospital_answer")
def answer(request: Request, person_id: UUID) -> HttpResponse:
    """Answer one recommendation."""
    post = request.POST
    which = post.get("recommendation", "")
    return _do(
        request,
        person_id,
        lambda intent: actions.answer_recommendation(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            trip_id=posting.id_of(post.get("trip", "")),
            recommendation_id=posting.id_of(which) if which else None,
            text=post.get("text", ""),
            answer=post.get("answer", ""),
            words=post.get("words", ""),
        ),
        "Answered.",
    )


def _do(request: Request, person_id: UUID, act: Callable[[UUID | None], Any], said: str) -> HttpResponse:
    return frame.attempt(
        request,
        act,
        lambda again: _page(request, person_id, again.refused),
        lambda _: pages.then(request, reverse("hospital", kwargs={"person_id": person_id}), said),
    )


def _page(request: Request, person_id: UUID, refused: Refused | None = None) -> HttpResponse:
    family = people.family(request.lens, person_id)
    trips = hospital_reads.trips(request.lens, family)
    typed = request.POST.dict() if refused else {}
    context = {
        "banner": banner.of(request.lens, person_id),
        "person_id": person_id,
        "errors": error_lines(refused),
        **hospital_views.person(
            request.lens,
            trips,
            hospital_reads.packets(request.lens, family),
            {k: str(v) for k, v in typed.items()},
            refused.fields if refused else {},
        ),
    }
    return pages.page(request, "emergency/hospital.html", context, status=refused.status if refused else 200)
