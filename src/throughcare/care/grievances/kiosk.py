"""Complaints for the person: make one, follow it, ask again, take it back. Large, plain, English and Spanish. HTTP only."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.grievances import actions, policy, reads, states, views
from throughcare.kernel.errors import Invalid
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of
from throughcare.ui.wording import t

ONE = "/kiosk/complaints/<uuid:grievance_id>/"


@screen("GET", "/kiosk/complaints/", policy=policy.OWN, name="kiosk_complaints")
def complaints(request: Request) -> HttpResponse:
    """List one's own complaints, and lead to a new one."""
    rows = reads.mine(request.lens)
    saw(request, *(r.person_id for r in rows))
    return pages.page(request, "grievances/kiosk_list.html", {"rows": rows}, lang=pages.language_of(request))


@screen("GET", "/kiosk/complaints/new/", policy=policy.OWN, name="kiosk_complain")
def complain(request: Request) -> HttpResponse:
    """Ask what happened."""
    return _ask(request)


@screen("POST", "/kiosk/complaints/new/", policy=policy.OWN, name="kiosk_complain")
def complain_done(request: Request) -> HttpResponse:
    """Send it; give its number and what happens now."""
    person_id = request.lens.own()
    try:
        done = actions.file_grievance(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            about=request.POST.get("about", ""),
            words=request.POST.get("words", ""),
            health=request.POST.get("health", ""),
            language=pages.language_of(request),
        )
    except Invalid as refused:
        return _ask(request, refused)
    return pages.then(request, reverse("kiosk_complaint", kwargs={"grievance_id": done.grievance_id}))


@screen("GET", ONE, policy=policy.OWN, name="kiosk_complaint")
def one(request: Request, grievance_id: UUID) -> HttpResponse:
    """Show one's own complaint: its number, what became of it, the answer."""
    return _one(request, grievance_id)


@screen("POST", ONE + "again/", policy=policy.OWN, name="kiosk_complaint_again")
def again(request: Request, grievance_id: UUID) -> HttpResponse:
    """Ask that somebody else hears it again."""
    row, _ = reads.my_one(request.lens, grievance_id)
    try:
        actions.appeal_grievance(
            actor=request.actor,
            intent=intent_of(request),
            person_id=row.person_id,
            grievance_id=grievance_id,
            words=request.POST.get("words", ""),
        )
    except Invalid:
        return _one(request, grievance_id, over=True)
    return pages.then(request, reverse("kiosk_complaint", kwargs={"grievance_id": grievance_id}))


@screen("POST", ONE + "withdraw/", policy=policy.OWN, name="kiosk_complaint_withdraw")
def withdraw(request: Request, grievance_id: UUID) -> HttpResponse:
    """Take it back."""
    row, _ = reads.my_one(request.lens, grievance_id)
    actions.withdraw_grievance(
        actor=request.actor, intent=intent_of(request), person_id=row.person_id, grievance_id=grievance_id
    )
    return pages.then(request, reverse("kiosk_complaints"))


def _ask(request: Request, refused: Invalid | None = None) -> HttpResponse:
    lang = pages.language_of(request)
    wrong = {name: t(f"complaint.missing.{name}", lang=lang) for name in (refused.fields if refused else {})}
    fields = views.own_fields(request.POST.dict() if refused else {}, wrong, lang)
    told = error_lines(Invalid(t("complaint.missing", lang=lang), fields=wrong)) if refused else []
    shown = {"fields": fields, "errors": told}
    return pages.page(request, "grievances/kiosk_new.html", shown, lang=lang, status=422 if refused else 200)


def _one(request: Request, grievance_id: UUID, *, over: bool = False) -> HttpResponse:
    row, due = reads.my_one(request.lens, grievance_id)
    saw(request, row.person_id)
    lang = pages.language_of(request)
    shown = {
        "row": row,
        "due": due,
        "over": over,
        "steps": views.own_steps(row, lang),
        "answers": views.answers(row, lang),
        "may_appeal": views.may_appeal(row),
        "may_withdraw": "withdraw" in states.GRIEVANCE.verbs(row.state),
    }
    return pages.page(request, "grievances/kiosk_one.html", shown, lang=lang, status=422 if over else 200)
