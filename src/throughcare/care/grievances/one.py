"""One complaint as a page: the words, what staff say of it, the answers, and the next step to who answers."""

from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, saw
from throughcare.care.grievances import policy, reads, states, views
from throughcare.kernel.errors import Invalid
from throughcare.ui import pages
from throughcare.ui.forms import error_lines
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


def ask_fields(post: dict[str, str], refused: Invalid | None) -> list[FieldShape]:
    """Give the form by which a member of staff is asked."""
    wrong = refused.fields if refused else {}
    return [
        FieldShape("staff", t("grievances.ask_staff"), value=post.get("staff", ""), error=wrong.get("staff", ""), required=True, max_length=80),
        FieldShape("question", t("grievances.ask_question"), "textarea", post.get("question", ""), rows=3, required=True,
                   hint=t("grievances.ask_hint"), error=wrong.get("question", "")),
    ]  # fmt: skip
