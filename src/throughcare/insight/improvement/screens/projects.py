"""One project and its turns: planned, done, studied, and what follows. HTTP only."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.insight.improvement import actions, policy, questions, reads, states
from throughcare.insight.improvement.screens.asked import HOME, day, typed_in, wrong_in
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound, Refused
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of

PROJECT = HOME + "projects/<uuid:project_id>/"
CYCLE = PROJECT + "turns/<uuid:cycle_id>/"


@screen("GET", PROJECT, policy=policy.READERS, name="improvement_project")
def project(request: Request, project_id: UUID) -> HttpResponse:
    """Show a project with its turns and what comes next."""
    return _project(request, project_id)


@screen("POST", PROJECT + "turns/", policy=policy.TEAM, name="improvement_plan")
def plan(request: Request, project_id: UUID) -> HttpResponse:
    """Plan a turn."""
    post = request.POST

    def act() -> None:
        actions.plan_cycle(
            actor=request.actor,
            intent=intent_of(request),
            project=reads.project(request.lens, project_id).project.id,
            change=post.get("change", ""),
            prediction=post.get("prediction", ""),
            due_on=day(post.get("due_on", ""), "due_on"),
        )

    return _attempt(request, project_id, act, "Planned. Do it, then say since when.")


@screen("POST", CYCLE + "done/", policy=policy.TEAM, name="improvement_done")
def done(request: Request, project_id: UUID, cycle_id: UUID) -> HttpResponse:
    """Record what was done."""
    post = request.POST

    def act() -> None:
        actions.record_done(
            actor=request.actor,
            intent=intent_of(request),
            cycle=_turn(request, project_id, cycle_id),
            did=post.get("did", ""),
            did_on=day(post.get("did_on", ""), "did_on"),
            new_limits=bool(post.get("new_limits")),
        )

    return _attempt(request, project_id, act, "Kept. It stands on the measure's chart.")


@screen("POST", CYCLE + "studied/", policy=policy.TEAM, name="improvement_studied")
def studied(request: Request, project_id: UUID, cycle_id: UUID) -> HttpResponse:
    """Record what was seen."""
    post = request.POST

    def act() -> None:
        if post.get("as_predicted") not in ("yes", "no"):
            raise Invalid("Say whether it is what you predicted.", fields={"as_predicted": "Choose one."})
        actions.record_study(
            actor=request.actor,
            intent=intent_of(request),
            cycle=_turn(request, project_id, cycle_id),
            saw=post.get("saw", ""),
            as_predicted=post["as_predicted"] == "yes",
        )

    return _attempt(request, project_id, act, "Kept. Say what follows from it.")


@screen("POST", CYCLE + "acted/", policy=policy.TEAM, name="improvement_acted")
def acted(request: Request, project_id: UUID, cycle_id: UUID) -> HttpResponse:
    """Say what follows."""

    def act() -> None:
        actions.decide_act(
            actor=request.actor,
            intent=intent_of(request),
            cycle=_turn(request, project_id, cycle_id),
            act=request.POST.get("act", ""),  # type: ignore[arg-type]
            words=request.POST.get("act_words", ""),
        )

    return _attempt(request, project_id, act, "Kept. Plan the next turn, or conclude.")


@screen("POST", PROJECT + "conclude/", policy=policy.TEAM, name="improvement_conclude")
def conclude(request: Request, project_id: UUID) -> HttpResponse:
    """Conclude a project."""
    post = request.POST

    def act() -> None:
        if post.get("how") not in ("adopt", "abandon"):
            raise Invalid("Say whether the change is adopted or abandoned.", fields={"how": "Choose one."})
        actions.conclude_project(
            actor=request.actor,
            intent=intent_of(request),
            project=reads.project(request.lens, project_id).project.id,
            how=post["how"],  # type: ignore[arg-type]
            learned=post.get("learned", ""),
        )

    return _attempt(request, project_id, act, "Concluded.")


def _attempt(request: Request, project_id: UUID, act: Any, said: str) -> HttpResponse:
    try:
        act()
    except Invalid as refused:
        return _project(request, project_id, refused)
    return pages.then(request, reverse("improvement_project", args=[project_id]), said)


def _project(request: Request, project_id: UUID, refused: Refused | None = None) -> HttpResponse:
    found = reads.project(request.lens, project_id)
    last = found.cycles[-1] if found.cycles else None
    is_open = found.project.state == "open" and policy.TEAM.allows(request.lens)
    step = (
        ""
        if not is_open
        else {"planned": "do", "done": "study", "studied": "act"}.get(last.state if last else "", "plan")
    )
    wrong, typed = wrong_in(refused), typed_in(request, refused)
    context = {
        "page": found,
        "row": found.project,
        "step": step,
        "last": last,
        "fields": questions.step(step, typed, wrong) if step else [],
        "end_fields": questions.conclusion(typed, wrong),
        "today": clock.today(),
        "owed": states.OWED,
        "errors": error_lines(refused),
        "concluding": "learned" in typed,
    }
    return pages.page(request, "improvement/project.html", context, status=refused.status if refused else 200)


def _turn(request: Request, project_id: UUID, cycle_id: UUID) -> UUID:
    """Give the turn's id where it belongs to a project that this reader sees."""
    if cycle_id not in {c.id for c in reads.project(request.lens, project_id).cycles}:
        raise NotFound("There is no such turn.")
    return cycle_id
