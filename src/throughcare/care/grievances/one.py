"""One complaint as a page: the words, what staff say of it, the answers, the next step to who answers; and how a step is taken."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, enter, saw
from throughcare.care.grievances import policy, reads, states, views
from throughcare.kernel.errors import Invalid
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of, whole_or_none
from throughcare.ui.shapes import FieldShape
from throughcare.ui.wording import t


def page(request: Request, grievance_id: UUID, refused: Invalid | None = None, *, asking: bool = False) -> HttpResponse:
    """Show one complaint, and what was refused of its next step, or of asking a member of staff."""
    line = reads.one(request.lens, grievance_id)
    saw(request, line.who.person_id)
    shown = {
        "line": line,
        "row": line.row,
        "clock": views.clock_of(line),
        "steps": views.steps(line.row),
        "errors": error_lines(refused),
        "replies": reads.replies(request.lens, grievance_id),
        "may_ask": policy.ANSWER.allows(request.lens) and line.row.state in states.OPEN,
        "ask_fields": ask_fields(request.POST.dict() if asking else {}, refused if asking else None),
        **views.next_step(request.lens, line.row, {} if asking or not refused else request.POST.dict(), refused),
    }
    return pages.page(request, "grievances/one.html", shown, status=422 if refused else 200)


def step(
    request: Request, grievance_id: UUID, act: Callable[[UUID], object], said: str, *, asking: bool = False
) -> HttpResponse:
    """Enter the record of whose complaint it is, take a step, and show its page again: with what was done, or what was refused."""
    person_id = reads.one(request.lens, grievance_id).row.person_id
    enter(request, person_id)
    try:
        act(person_id)
    except Invalid as refused:
        return page(request, grievance_id, refused, asking=asking)
    return pages.then(request, reverse("grievance", kwargs={"grievance_id": grievance_id}), said)


def who(request: Request, person_id: UUID, grievance_id: UUID) -> dict[str, Any]:
    """Give what every step says: who takes it, on which complaint, and which version they saw."""
    return {
        "actor": request.actor,
        "intent": intent_of(request),
        "person_id": person_id,
        "grievance_id": grievance_id,
        "version": whole_or_none(request.POST.get("version", "")),
    }


def ask_fields(post: dict[str, str], refused: Invalid | None) -> list[FieldShape]:
    """Give the form by which a member of staff is asked."""
    wrong = refused.fields if refused else {}
    return [
        FieldShape("staff", t("grievances.ask_staff"), value=post.get("staff", ""), error=wrong.get("staff", ""), required=True, max_length=80),
        FieldShape("question", t("grievances.ask_question"), "textarea", post.get("question", ""), rows=3, required=True,
                   hint=t("grievances.ask_hint"), error=wrong.get("question", "")),
    ]  # fmt: skip
