"""One person's watch: the order, the rounds drawn, assessments, the plan, the visits after it. HTTP only."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, screen
from throughcare.care.mental_health import actions, paper_views, policy, views
from throughcare.care.mental_health.reads import person as reads
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import ONE, Again
from throughcare.custody import reads as custody
from throughcare.kernel import clock
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import t

HERE = ONE + "on-watch/"


@screen("GET", HERE, policy=policy.WATCH, name="watch")
def watch(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show the watch of one person, or that there is none, and what this reader may do."""
    found = reads.watch_of(request.lens, frame.family(request, person_id))
    return frame.page(
        request, person_id, "mental_health/watch.html", "watch", _context(request, person_id, found, again), again
    )


@screen("GET", HERE + "print/", policy=policy.WATCH, name="watch_print")
def printed(request: Request, person_id: UUID) -> HttpResponse:
    """Print the order for the door, with a round's empty lines: it holds nothing but what an officer does."""
    found = reads.watch_of(request.lens, frame.family(request, person_id))
    card = people.card(request.lens, person_id)
    paper = PrintNote(title=t("watch.print"), as_of=clock.now(), facility="", printed_by=request.lens.user_name)
    context = {"found": found, "who": card, "paper": paper, **_for_the_door(request, person_id, found)}
    return pages.page(request, "mental_health/watch_print.html", context)


def _for_the_door(request: Request, person_id: UUID, found: reads.Page) -> dict[str, Any]:
    """Give what an officer does at this door: the place, first aid and whom to call, what may be had, where the person may go."""
    if found.watch is None:
        return {"items": [], "sentences": [], "place": "", "out_of_cell": ""}
    facility, where = found.watch.facility_id, custody.whereabouts(request.lens, [person_id]).get(person_id)
    phone = custody.facility(request.lens, facility).nurse_phone if facility else ""
    return {
        "items": views.property_words(found.watch),
        "sentences": custody.alerts_of(request.lens, [person_id], phone=phone).get(person_id, []),
        "place": where.words if where else "",
        "out_of_cell": views.words_of("out_of_cell", [found.watch.out_of_cell])[0],
    }


@screen("POST", HERE + "start/", policy=policy.START, name="watch_start")
def start(request: Request, person_id: UUID) -> HttpResponse:
    """Begin or raise a watch; it is in force the moment this is sent."""

    def act(intent: UUID | None) -> UUID:
        typed = frame.typed(request)
        return actions.start_watch(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            level=typed.get("level", ""),
            why=typed.get("why", ""),
            alone=typed.get("alone") == "yes",
        )

    return _then(request, person_id, act, t("watch.said.started"))


@screen("POST", HERE + "<uuid:watch_id>/raise/", policy=policy.START, name="watch_raise")
def raise_it(request: Request, person_id: UUID, watch_id: UUID) -> HttpResponse:
    """Make a staggered watch constant."""

    def act(intent: UUID | None) -> UUID:
        return actions.raise_watch(
            actor=request.actor, intent=intent, person_id=person_id, watch_id=watch_id, why=request.POST.get("why", "")
        )

    return _then(request, person_id, act, t("watch.said.raised"))


@screen("POST", HERE + "<uuid:watch_id>/order/", policy=policy.START, name="watch_order")
def order(request: Request, person_id: UUID, watch_id: UUID) -> HttpResponse:
    """Set the order item by item."""

    def act(intent: UUID | None) -> UUID:
        typed = frame.typed(request)
        return actions.order_watch(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            watch_id=watch_id,
            version=frame.version_of(request),
            property={k.removeprefix("item-"): v for k, v in typed.items() if k.startswith("item-")},
            out_of_cell=typed.get("out_of_cell", "none"),
            supplements=request.POST.getlist("supplements"),
            room_safe=request.POST.getlist("room_safe"),
            alone=typed.get("alone") == "yes",
        )

    return _then(request, person_id, act, t("watch.said.ordered"))


@screen("POST", HERE + "<uuid:watch_id>/paper/", policy=policy.START, name="watch_paper")
def paper(request: Request, person_id: UUID, watch_id: UUID) -> HttpResponse:
    """Enter what was written on paper at the door."""
    return frame.attempt(
        request,
        lambda intent: actions.enter_paper_rounds(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            watch_id=watch_id,
            seen_by=request.POST.get("seen_by", ""),
            lines=paper_views.written(frame.typed(request)),
        ),
        lambda again: watch(request, person_id=person_id, again=again),
        lambda n: frame.go(request, "watch", person_id, t("watch.said.paper", n=n)),
    )


@screen("POST", HERE + "<uuid:watch_id>/assess/", policy=policy.DECIDE, name="watch_assess")
def assess(request: Request, person_id: UUID, watch_id: UUID) -> HttpResponse:
    """Sign an assessment, and decide on the level."""

    def act(intent: UUID | None) -> UUID:
        typed = frame.typed(request)
        found = actions.Found(
            answers=views.answers_in(typed),
            **{k: typed.get(k, "") for k in ("formulation", "risk_factors", "protective", "changes")},
        )
        return actions.assess_watch(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            watch_id=watch_id,
            version=frame.version_of(request),
            found=found,
            decision=typed.get("decision", ""),
            why=typed.get("why", ""),
            plan=_plan(typed),
        )

    return _then(request, person_id, act, t("watch.said.assessed"))


@screen("POST", HERE + "plan/", policy=policy.DECIDE, name="watch_plan")
def plan(request: Request, person_id: UUID) -> HttpResponse:
    """Keep a safety plan without a watch, or beside one."""

    def act(intent: UUID | None) -> UUID:
        parts = _plan(frame.typed(request))
        return actions.write_safety_plan(actor=request.actor, intent=intent, person_id=person_id, parts=parts)

    return _then(request, person_id, act, t("watch.said.planned"))


@screen("POST", HERE + "visit/<uuid:follow_up_id>/", policy=policy.DECIDE, name="watch_follow_up")
def follow_up(request: Request, person_id: UUID, follow_up_id: UUID) -> HttpResponse:
    """Record a visit after a watch."""

    def act(intent: UUID | None) -> UUID:
        typed = frame.typed(request)
        return actions.record_follow_up(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            follow_up_id=follow_up_id,
            version=frame.version_of(request),
            answers=views.answers_in(typed, "visit-"),
            words=typed.get("words", ""),
        )

    return _then(request, person_id, act, t("watch.said.seen"))


@screen("POST", HERE + "harm/", policy=policy.START, name="watch_harm")
def harm(request: Request, person_id: UUID) -> HttpResponse:
    """Record an act: constant observation begins with it."""

    def act(intent: UUID | None) -> UUID:
        return actions.record_self_harm(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            words=request.POST.get("harm_words", ""),
            steps=request.POST.getlist("harm_steps"),
        )

    return _then(request, person_id, act, t("watch.said.harm"))


@screen("POST", HERE + "harm/<uuid:event_id>/", policy=policy.DECIDE, name="watch_class")
def classed(request: Request, person_id: UUID, event_id: UUID) -> HttpResponse:
    """Give an act its class."""
    mark = views.mark_of(event_id)

    def act(intent: UUID | None) -> UUID:
        return actions.class_self_harm(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            event_id=event_id,
            version=frame.version_of(request),
            kind=request.POST.get(f"{mark}-kind", ""),
            steps=request.POST.getlist(f"{mark}-steps"),
            review=request.POST.get(f"{mark}-review", ""),
        )

    return _then(request, person_id, act, t("watch.said.classed"))


def _then(request: Request, person_id: UUID, act: Any, said: str) -> HttpResponse:
    return frame.attempt(
        request,
        act,
        lambda again: watch(request, person_id=person_id, again=again),
        lambda _: frame.go(request, "watch", person_id, said),
    )


def _plan(typed: dict[str, str]) -> dict[str, str]:
    return {k.removeprefix("plan-"): v for k, v in typed.items() if k.startswith("plan-")}


def _context(request: Request, person_id: UUID, found: reads.Page, again: Again | None) -> dict[str, Any]:
    typed, wrong = (again.typed, again.wrong) if again else ({}, {})
    running = found.watch if found.running else None
    due = next((f for f in sorted(found.follow_ups, key=lambda f: f.earliest_at) if f.state == "open"), None)
    return {
        "found": found,
        "row": found.watch,
        "strip": views.strip(found),
        "checks": views.checks(found),
        "posts": views.posts(found.posts),
        "items": views.property_words(found.watch) if found.watch else [],
        "room": views.words_of("room", found.watch.room_safe) if found.watch else [],
        "supplements": views.words_of("supplements", found.watch.supplements) if found.watch else [],
        "out_of_cell": views.words_of("out_of_cell", [found.watch.out_of_cell])[0] if found.watch else "",
        "plan": views.plan_parts(found),
        "may_start": policy.START.allows(request.lens),
        "may_decide": policy.DECIDE.allows(request.lens, person_id),
        "start_fields": views.start_fields(typed, wrong),
        "order_fields": views.order_fields(running, typed, wrong) if running else [],
        "paper_head": paper_views.head(typed, wrong),
        "paper_lines": paper_views.lines(typed, wrong),
        "paper_open": any(name.startswith("paper_day") for name in typed),
        "cssrs": views.cssrs_fields(typed, wrong),
        "assess_fields": views.assess_fields(running, typed, wrong) if running else [],
        "plan_fields": views.plan_fields(found, typed, wrong),
        "visit": due if due and due.earliest_at <= clock.now() else None,
        "visit_cssrs": views.cssrs_fields(typed, wrong, "visit-"),
        "events": [(e, views.event_fields(e, typed, wrong)) for e in found.events],
        "harm_fields": views.harm_fields(typed, wrong),
        "class_words": views.class_words(),
    }
