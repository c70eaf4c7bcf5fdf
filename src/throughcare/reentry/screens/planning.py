"""The planner's pages: who goes home, tomorrow's docket, who has left, and one person's plan. HTTP only."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, saw, screen
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import Again
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.reentry import actions, partners, policy, views
from throughcare.reentry.actions import Reach, Visit
from throughcare.reentry.reads import following as after
from throughcare.reentry.reads import planning as reads
from throughcare.ui import pages
from throughcare.ui.forms import id_of, moment_of, whole_or_none
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import t

ONE = "/people/<uuid:person_id>/release/"


def _facility(request: Request) -> UUID:
    if request.posting.facility_id is None:
        raise NotFound("Choose a facility first: releases are planned facility by facility.")
    return request.posting.facility_id


@screen("GET", "/releases/", policy=policy.READ, name="releases")
def releases(request: Request) -> HttpResponse:
    """Show who is expected to go home, soonest first."""
    rows = reads.registry(request.lens, _facility(request))
    saw(request, *(r.who.person_id for r in rows))
    return pages.page(request, "reentry/releases.html", {"rows": rows, "tabs": views.tabs("releases", request.lens)})


@screen("GET", "/releases/docket/", policy=policy.HAND_OVER, name="release_docket")
def docket(request: Request) -> HttpResponse:
    """Show whom a court may let go tomorrow, with what is packed for them."""
    rows = reads.docket(request.lens, _facility(request))
    saw(request, *(r.who.person_id for r in rows))
    return pages.page(
        request, "reentry/docket.html", {"rows": rows, "tabs": views.tabs("release_docket", request.lens)}
    )


@screen("GET", "/releases/docket/print/", policy=policy.HAND_OVER, name="release_docket_print", log="print")
def docket_print(request: Request) -> HttpResponse:
    """Print the go-bags of tomorrow's docket, one block for each person."""
    rows = reads.docket(request.lens, _facility(request))
    saw(request, *(r.who.person_id for r in rows))
    note = PrintNote(
        t("reentry.docket"),
        as_of=clock.now(),
        facility="",
        printed_by=request.lens.user_name,
        keep=t("reentry.docket_keep"),
    )
    return pages.page(request, "reentry/docket_print.html", {"paper": note, "rows": rows})


@screen("GET", "/releases/after/", policy=policy.FOLLOW, name="release_after")
def after_release(request: Request) -> HttpResponse:
    """Show who has left with something still open, what harms soonest first."""
    rows = after.following(request.lens, request.posting.facility_id)
    saw(request, *(r.who.person_id for r in rows))
    return pages.page(
        request,
        "reentry/after.html",
        {"rows": rows, "tabs": views.tabs("release_after", request.lens), "clock_of": views.clock_of},
    )


@screen("GET", ONE, policy=policy.READ, name="release_plan")
def plan(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show one person's plan: what is done, what lacks, who still waits for what."""
    found = reads.one(request.lens, person_id)
    context = {
        "page": found,
        "may_plan": policy.PLAN.allows(request.lens, person_id),
        "may_follow": policy.FOLLOW.allows(request.lens, person_id),
        "may_send": policy.PRESCRIBE.allows(request.lens, person_id),
        "reach_fields": views.reach_fields(found.plan, again),
        "visit_fields": views.visit_fields(again),
        "contact_fields": views.contact_fields(found.plan, again),
        "bridge_fields": views.bridge_fields(found.bridge, again),
        "handing": views.HANDED_ON,
        "clock_of": views.clock_of,
        "wrong": again.wrong if again else {},
        "act": again.typed.get("act", "") if again else "",
    }
    return frame.page(request, person_id, "reentry/plan.html", "release_plan", context, again)


@screen("POST", ONE + "plan/", policy=policy.PLAN, name="release_plan_change")
def change(request: Request, person_id: UUID) -> HttpResponse:
    """Begin, answer a step, write how to reach the person, make or end an appointment, finish."""
    post = request.POST
    about: dict[str, Any] = {"actor": request.actor, "person_id": person_id}

    def act(intent: UUID | None) -> Any:
        what = post.get("act", "")
        if what == "begin":
            return actions.begin_plan(**about, intent=intent)
        if what == "visit":
            return actions.make_appointment(**about, intent=intent, visit=_visit(request))
        if what == "end":
            return actions.end_appointment(
                **about,
                intent=intent,
                appointment_id=_id(post.get("appointment", "")),
                version=frame.version_of(request),
                outcome=post.get("outcome", ""),
                why=post.get("why", ""),
            )
        planned = {**about, "intent": intent, "plan_id": _id(post.get("plan", ""))}
        if what == "finish":
            return actions.finish_plan(**planned, version=frame.version_of(request))
        if what == "reach":
            return actions.describe_plan(**planned, version=frame.version_of(request), reach=_reach(request))
        if what == "step":
            step = post.get("step", "")
            return actions.answer_step(
                **planned, step=step, outcome=post.get(f"outcome-{step}", ""), note=post.get(f"note-{step}", "")
            )
        raise Invalid("This page does not say what to do. Open it again.")

    return _acting(request, person_id, act)


@screen("POST", ONE + "follow/", policy=policy.FOLLOW, name="release_follow")
def follow(request: Request, person_id: UUID) -> HttpResponse:
    """Keep a call after release, or hand on what was left open."""
    post = request.POST
    about: dict[str, Any] = {"actor": request.actor, "person_id": person_id}

    def act(intent: UUID | None) -> Any:
        if post.get("act") == "hand_on":
            duty = post.get("duty", "")
            return actions.hand_on(
                **about,
                intent=intent,
                duty_id=_id(duty),
                to=post.get(f"to-{duty}", ""),
                words=post.get(f"words-{duty}", ""),
            )
        day = post.get("day", "")
        return actions.record_contact(
            **about,
            intent=intent,
            day=int(day) if day in ("1", "7", "30") else 0,
            channel=post.get("channel", ""),
            reached=post.get("reached", "") == "yes",
            kept=post.get("kept", ""),
            taking=post.get("taking", ""),
            words=post.get("words", ""),
            no_way=bool(post.get("no_way")),
            why=post.get("why", ""),
        )

    return _acting(request, person_id, act)


@screen("POST", ONE + "bridge/", policy=policy.PRESCRIBE, name="release_bridge")
def bridge(request: Request, person_id: UUID) -> HttpResponse:
    """Send the bridge to a pharmacy, or decline it with a reason; or propose one."""
    post = request.POST
    about: dict[str, Any] = {"actor": request.actor, "person_id": person_id}

    def act(intent: UUID | None) -> Any:
        if post.get("act") == "propose":
            return actions.propose_bridge(**about, intent=intent)
        mine = {
            **about,
            "intent": intent,
            "bridge_id": _id(post.get("bridge", "")),
            "version": frame.version_of(request),
        }
        if post.get("act") == "decline":
            return actions.decline_bridge(**mine, why=post.get("why", ""))
        return actions.send_bridge(**mine, pharmacy=post.get("pharmacy", ""), days=_days(post.get("days", "")))

    return _acting(request, person_id, act)


@screen("GET", "/partners/", policy=policy.PARTNERS, name="partners")
def directory(request: Request) -> HttpResponse:
    """Search the directory of partners: by town, kind, what they accept, open now."""
    get = request.GET
    now = clock.now()
    found = partners.search(
        now,
        town=get.get("town", ""),
        kind=get.get("kind", ""),
        accepts=get.get("accepts", ""),
        open_now=bool(get.get("open")),
    )
    return pages.page(
        request,
        "reentry/partners.html",
        {"rows": views.partner_rows(found, now), "fields": views.search_fields(get.dict())},
    )


def _acting(request: Request, person_id: UUID, act: Any) -> HttpResponse:
    return frame.attempt(
        request,
        act,
        lambda again: plan(request, person_id=person_id, again=again),
        lambda _: frame.go(request, "release_plan", person_id, t("reentry.said.kept")),
    )


def _reach(request: Request) -> Reach:
    post = request.POST
    return Reach(
        phone=post.get("phone", ""),
        reach_words=post.get("reach_words", ""),
        town=post.get("town", ""),
        pharmacy=post.get("pharmacy", ""),
        insurance=post.get("insurance", ""),
        naloxone_kit=post.get("naloxone_kit", ""),
        naloxone_trained_on=_date(post.get("naloxone_trained_on", "")),
    )


def _visit(request: Request) -> Visit:
    post = request.POST
    return Visit(
        kind=post.get("kind", ""),
        partner=post.get("partner", ""),
        place=post.get("place", ""),
        address=post.get("address", ""),
        phone=post.get("visit_phone", ""),
        at=_moment(post.get("day", ""), post.get("time", "")),
        walk_in=post.get("walk_in", ""),
        bring=post.get("bring", ""),
    )


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("Nothing was kept.", fields={"naloxone_trained_on": "Write the day as 2026-01-31."}) from None


def _moment(day: str, time: str) -> datetime | None:
    if not day:
        return None
    try:
        return moment_of(day, time, otherwise="09:00")
    except ValueError:
        raise Invalid("No appointment was kept.", fields={"day": "Write the day and the time, as 14:30."}) from None


def _days(text: str) -> int | None:
    return (whole_or_none(text, digits=3) or 0) if text else None


def _id(text: str) -> UUID:
    return id_of(text, Invalid("This page names a row that can't be. Open it again; what you typed is on it."))
