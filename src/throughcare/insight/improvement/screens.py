"""The workspace's pages: what runs, one measure's chart, its groups, one project, meetings. HTTP only."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.insight import policy as insight
from throughcare.insight.improvement import actions, binding, policy, questions, reads, standards, states, views
from throughcare.insight.views import base, interval, month_span, month_words, told
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound, Refused
from throughcare.ui import pages
from throughcare.ui.forms import day_of, error_lines, intent_of
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import t

HOME = "/insight/improvement/"
CHART = HOME + "charts/<str:measure>/"
PROJECT = HOME + "projects/<uuid:project_id>/"
CYCLE = PROJECT + "turns/<uuid:cycle_id>/"
STANDARDS = "/insight/standards/"


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
            facility_id=_place(request, post.get("facility", "")),
            due_on=_day(post.get("due_on", ""), "due_on"),
        )
    except Refused as refused:
        return _workspace(request, refused)
    return pages.then(request, reverse("improvement_project", args=[made]), "Begun. Plan the first turn.")


@screen("POST", HOME + "meetings/", policy=policy.LEAD, name="improvement_meeting")
def meeting(request: Request) -> HttpResponse:
    """Record a meeting."""
    post = request.POST
    try:
        facility = _place(request, post.get("meeting_facility", ""))
        if facility is None:
            raise Invalid("Choose the facility whose meeting it was.", fields={"meeting_facility": "Choose one."})
        actions.record_meeting(
            actor=request.actor,
            intent=intent_of(request),
            facility_id=facility,
            kind=post.get("meeting_kind", ""),  # type: ignore[arg-type]
            held_on=_day(post.get("held_on", ""), "held_on"),
            disciplines=post.get("disciplines", ""),
            decided=post.get("decided", ""),
        )
    except Refused as refused:
        return _workspace(request, refused)
    return pages.then(request, reverse("improvement"), "Recorded. The clock of the next one runs.")


@screen("GET", CHART, policy=policy.READERS, name="improvement_chart")
def chart(request: Request, measure: str) -> HttpResponse:
    """Show a measure's chart, with what was changed and the facilities side by side."""
    return _chart(request, measure)


@screen("POST", CHART + "annotations/", policy=policy.TEAM, name="improvement_annotate")
def annotate(request: Request, measure: str) -> HttpResponse:
    """Write on the chart what was changed."""
    post = request.POST
    try:
        actions.annotate(
            actor=request.actor,
            intent=intent_of(request),
            measure=measure,
            facility_id=_place(request, post.get("facility", "")),
            since=_day(post.get("since", ""), "since"),
            words=post.get("words", ""),
            new_limits=bool(post.get("new_limits")),
        )
    except Refused as refused:
        return _chart(request, measure, refused)
    return pages.then(request, _address(measure, post.get("facility", "")), "It stands on the chart.")


@screen("POST", CHART + "annotations/<uuid:annotation_id>/back/", policy=policy.TEAM, name="improvement_take_back")
def take_back(request: Request, measure: str, annotation_id: UUID) -> HttpResponse:
    """Take a wrong annotation back."""
    try:
        actions.take_annotation_back(
            actor=request.actor,
            intent=intent_of(request),
            annotation=_mine(request, annotation_id),
            why=request.POST.get("why", ""),
        )
    except Invalid as refused:
        return _chart(request, measure, refused)
    return pages.then(
        request, _address(measure, request.POST.get("facility", "")), "Taken off the chart; it stays in the list."
    )


@screen("POST", CHART + "targets/", policy=policy.LEAD, name="improvement_target")
def target(request: Request, measure: str) -> HttpResponse:
    """Set a target."""
    post = request.POST
    try:
        actions.set_target(
            actor=request.actor,
            intent=intent_of(request),
            measure=measure,
            facility_id=_place(request, post.get("facility", "")),
            value=post.get("value", ""),
            since=_day(post.get("target_since", ""), "target_since"),
            why=post.get("target_why", ""),
        )
    except Refused as refused:
        return _chart(request, measure, refused)
    return pages.then(request, _address(measure, post.get("facility", "")), "The target stands on the chart.")


@screen("GET", HOME + "equity/<str:measure>/", policy=policy.READERS, name="improvement_equity")
def equity(request: Request, measure: str) -> HttpResponse:
    """Show how groups compare with everybody."""
    found = reads.equity_page(request.lens, measure)
    divisions = [
        (d, *views.ratios(d), views.groups(d, found.measure), views.disparity(found, d)) for d in found.divisions
    ]
    context = {
        "found": found,
        "measure": found.measure,
        "value": views.told(found.value, found.measure),
        "months": month_span(found.months),
        "divisions": divisions,
    }
    return pages.page(request, "improvement/equity.html", context)


@screen("GET", STANDARDS, policy=policy.BINDER, name="standards")
def all_standards(request: Request) -> HttpResponse:
    """Show the binder of standards on one sheet after the other, as it is printed."""
    return _binder(request, "")


@screen("GET", STANDARDS + "one/<slug:standard>/", policy=policy.BINDER, name="standard", log="print")
def one_standard(request: Request, standard: str) -> HttpResponse:
    """Show one standard's sheet."""
    return _binder(request, standard)


@screen("GET", STANDARDS + "binder.zip", policy=policy.BINDER, name="standards_zip", log="export")
def standards_zip(request: Request) -> HttpResponse:
    """Give the binder as a ZIP: a PDF, its numbers as CSV, their digests."""
    found = standards.binder(request.lens)
    answer = HttpResponse(binding.as_zip(found, standards.agency()), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="standards-{found.until.isoformat()}.zip"'
    return answer


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
            due_on=_day(post.get("due_on", ""), "due_on"),
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
            did_on=_day(post.get("did_on", ""), "did_on"),
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


# --- inside -----------------------------------------------------------------------------------------------------------------


def _attempt(request: Request, project_id: UUID, act: Any, said: str) -> HttpResponse:
    try:
        act()
    except Invalid as refused:
        return _project(request, project_id, refused)
    return pages.then(request, reverse("improvement_project", args=[project_id]), said)


def _workspace(request: Request, refused: Refused | None = None) -> HttpResponse:
    found = reads.workspace(request.lens)
    wrong, typed = _wrong(refused), _typed(request, refused)
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


def _chart(request: Request, measure: str, refused: Refused | None = None) -> HttpResponse:
    asked = request.POST if refused else request.GET
    found = reads.chart_page(
        request.lens, measure, facility=asked.get("facility", ""), timed=asked.get("chart", "") == "time"
    )
    wrong, typed = _wrong(refused), _typed(request, refused)
    funnel_says, funnel = views.funnel(found)
    context = {
        "page": found,
        "measure": found.measure,
        "says": views.sentence(found),
        "drawings": views.over_time(found),
        "kind_help": views.kind_help(found.chart),
        "months": views.months(found),
        "funnel": funnel,
        "funnel_says": funnel_says,
        "places": views.places(found.funnel[1], found.measure),
        "recent": month_span(found.recent),
        "latest": found.recent[-1],
        "may_write": policy.TEAM.allows(request.lens),
        "may_lead": policy.LEAD.allows(request.lens),
        "people": insight.PEOPLE.allows(request.lens),
        "annotation_fields": questions.annotation(typed, wrong),
        "target_fields": questions.target(found.measure, typed, wrong),
        "typed": typed,
        "errors": error_lines(refused),
    }
    return pages.page(request, "improvement/chart_page.html", context, status=refused.status if refused else 200)


def _project(request: Request, project_id: UUID, refused: Refused | None = None) -> HttpResponse:
    found = reads.project(request.lens, project_id)
    last = found.cycles[-1] if found.cycles else None
    is_open = found.project.state == "open" and policy.TEAM.allows(request.lens)
    step = (
        ""
        if not is_open
        else {"planned": "do", "done": "study", "studied": "act"}.get(last.state if last else "", "plan")
    )
    wrong, typed = _wrong(refused), _typed(request, refused)
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


def _binder(request: Request, only: str) -> HttpResponse:
    found = standards.binder(request.lens, only)
    shown = {
        s.measure.id: (
            told(s.estimate.value if s.estimate else None, s.measure),
            interval(s.estimate),
            base(s.number, s.measure),
        )
        for one in found.standards
        for s in one.shown
    }
    paper = PrintNote(
        title=t("standards.title"), as_of=found.made_at, facility=standards.agency(), printed_by=request.lens.user_name
    )
    months = month_span(found.months) if found.months else "–"
    context = {"found": found, "shown": shown, "months": months, "only": only, "paper": paper}
    return pages.page(request, "improvement/standards.html", context)


def _turn(request: Request, project_id: UUID, cycle_id: UUID) -> UUID:
    """Give the turn's id where it belongs to a project that this reader sees."""
    if cycle_id not in {c.id for c in reads.project(request.lens, project_id).cycles}:
        raise NotFound("There is no such turn.")
    return cycle_id


def _mine(request: Request, annotation_id: UUID) -> UUID:
    reads.annotation(request.lens, annotation_id)
    return annotation_id


def _place(request: Request, said: str) -> UUID | None:
    found = reads.place(request.lens, said)
    if found is None and request.lens.facilities is not None:
        raise Invalid("Choose one of your facilities.", fields={"facility": "Choose one."})
    return found


def _day(said: str, name: str) -> date:
    return day_of(said, Invalid("Give a day.", fields={name: "Give a day."}))


def _address(measure: str, facility: str) -> str:
    found = reverse("improvement_chart", kwargs={"measure": measure})
    return f"{found}?facility={facility}" if facility else found


def _typed(request: Request, refused: Refused | None) -> dict[str, str]:
    return {k: str(v) for k, v in request.POST.items()} if refused else {}


def _wrong(refused: Refused | None) -> dict[str, str]:
    return refused.fields if refused else {}
