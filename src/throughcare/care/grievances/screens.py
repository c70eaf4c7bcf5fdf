"""Complaints for who answers and who oversees: the board, one complaint with its answer, a paper slip taken down. HTTP only."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, enter, saw, screen
from throughcare.access.reads import staff_by_name
from throughcare.care.grievances import actions, policy, reads, views
from throughcare.care.grievances.one import page, step, who
from throughcare.kernel.errors import Invalid
from throughcare.kernel.vocabulary import Role
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of
from throughcare.ui.wording import t

ONE = "/grievances/<uuid:grievance_id>/"


@screen("GET", "/grievances/", policy=policy.BOARD, name="grievances")
def board(request: Request) -> HttpResponse:
    """Show the complaints that wait, what is late first, and the last that ended."""
    waiting, over = reads.board(request.lens, request.posting.facility_id)
    saw(request, *(line.who.person_id for line in [*waiting, *over]))
    shown = {
        "waiting": views.lines(waiting, t("grievances.waiting")),
        "over": views.lines(over, t("grievances.over")),
        "sites": views.sites(reads.by_site(waiting), t("grievances.sites")),
        "may_log": policy.SLIP.allows(request.lens),
        "only_safety": request.lens.role is Role.PREA,
    }
    return pages.page(request, "grievances/board.html", shown)


@screen("GET", ONE, policy=policy.BOARD, name="grievance")
def one(request: Request, grievance_id: UUID) -> HttpResponse:
    """Show one complaint, and the next step to who answers."""
    return page(request, grievance_id)


@screen("POST", ONE + "log/", policy=policy.ANSWER, name="grievance_log")
def log(request: Request, grievance_id: UUID) -> HttpResponse:
    """Put it in the log under the reader's name, with whom it is about."""

    def act(person_id: UUID) -> None:
        named = request.POST.get("staff", "").strip()
        staff = staff_by_name(named) if named else None
        if named and staff is None:
            raise Invalid("Nothing was logged.", fields={"staff": "There is no active account of this name."})
        actions.log_grievance(**who(request, person_id, grievance_id), about_id=staff)

    return step(request, grievance_id, act, t("grievances.said.logged"))


@screen("POST", ONE + "step-back/", policy=policy.ANSWER, name="grievance_step_back")
def step_back(request: Request, grievance_id: UUID) -> HttpResponse:
    """Say that it is about oneself: it closes to the reader, and waits for somebody else."""
    person_id = reads.one(request.lens, grievance_id).row.person_id
    actions.step_back(**who(request, person_id, grievance_id))
    return pages.then(request, reverse("grievances"), t("grievances.said.stepped_back"))


@screen("POST", ONE + "answer/", policy=policy.ANSWER, name="grievance_answer")
def answer(request: Request, grievance_id: UUID) -> HttpResponse:
    """Answer the person."""

    def act(person_id: UUID) -> None:
        actions.answer_grievance(**who(request, person_id, grievance_id), **views.answer_of(request.POST))

    return step(request, grievance_id, act, t("grievances.said.answered"))


@screen("POST", ONE + "decide/", policy=policy.ANSWER, name="grievance_decide")
def decide(request: Request, grievance_id: UUID) -> HttpResponse:
    """Answer a complaint that was heard again."""

    def act(person_id: UUID) -> None:
        actions.decide_grievance(**who(request, person_id, grievance_id), **views.answer_of(request.POST))

    return step(request, grievance_id, act, t("grievances.said.decided"))


@screen("GET", "/grievances/slip/", policy=policy.SLIP, name="grievance_slip")
def slip(request: Request) -> HttpResponse:
    """Find whose paper this is, and take it down."""
    return _slip(request, {})


@screen("POST", "/grievances/slip/", policy=policy.SLIP, name="grievance_slip")
def slip_done(request: Request) -> HttpResponse:
    """Take down a complaint on paper or said aloud; its number goes to the person."""
    post = request.POST
    try:
        person_id = views.chosen(post.get("person", ""))
        enter(request, person_id)
        done = actions.file_grievance(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            about=post.get("about", ""),
            words=post.get("words", ""),
            health=post.get("health", ""),
            words_in_english=post.get("words_in_english", ""),
            channel=post.get("channel", "paper"),
            language=post.get("language", "en"),
            filed_at=views.filed_at(post.get("day", "")),
        )
    except Invalid as refused:
        return _slip(request, post.dict(), refused)
    said = t("grievances.said.taken", number=done.receipt)
    return pages.then(
        request, reverse("grievance_slip"), f"{said} {t('grievances.said.care')}" if done.care_asked else said
    )


def _slip(request: Request, typed: dict[str, str], refused: Invalid | None = None) -> HttpResponse:
    asked = request.GET.get("who", "") or typed.get("who", "")
    found = people.search(request.lens, asked, limit=12).cards if asked else []
    saw(request, *(c.person_id for c in found))
    shown = {
        "asked": asked,
        "found": found,
        "fields": views.slip_fields(typed, found, refused.fields if refused else {}),
        "errors": error_lines(refused),
    }
    return pages.page(request, "grievances/slip.html", shown, status=422 if refused else 200)
