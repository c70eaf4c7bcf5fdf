"""The legal holds of the agency: what stands and why, and which end an administrator gives or refuses. HTTP only."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from throughcare.access import actions, policy, reads
from throughcare.access.doors import Request, saw, screen
from throughcare.kernel.errors import Invalid
from throughcare.ui import pages
from throughcare.ui.forms import intent_of, whole_or_none
from throughcare.ui.shapes import FieldError

ONE = "/holds/<uuid:hold_id>/"


@screen("GET", "/holds/", policy=policy.HOLDS, name="holds")
def holds(request: Request) -> HttpResponse:
    """Show the holds that stand, those first whose end is asked for."""
    return _holds(request)


@screen("POST", ONE + "end/", policy=policy.HOLDS_END, name="hold-ended")
def end(request: Request, hold_id: UUID) -> HttpResponse:
    """End a hold whose end was asked for."""
    version = whole_or_none(request.POST.get("version", ""))
    actions.end_hold(actor=request.actor, intent=intent_of(request), hold_id=hold_id, version=version)
    return pages.then(request, "/holds/", "The hold is ended")


@screen("POST", ONE + "keep/", policy=policy.HOLDS_END, name="hold-kept")
def keep(request: Request, hold_id: UUID) -> HttpResponse:
    """Let a hold stand whose end was asked for."""
    try:
        actions.keep_hold(
            actor=request.actor,
            intent=intent_of(request),
            hold_id=hold_id,
            version=whole_or_none(request.POST.get("version", "")),
            why=request.POST.get("why", "")[:200],
        )
    except Invalid as invalid:
        return _holds(request, invalid, f"-{hold_id}")
    return pages.then(request, "/holds/", "The hold stands")


def _holds(request: Any, invalid: Invalid | None = None, of: str = "") -> HttpResponse:
    rows = reads.standing(request.lens)
    saw(request, *(row.person_id for row in rows))
    shown = {
        "rows": rows,
        "may_end": policy.HOLDS_END.allows(request.lens),
        "me": request.lens.user_id,
        "errors": [FieldError(name + of, words) for name, words in (invalid.fields if invalid else {}).items()],
    }
    return pages.page(request, "access/holds.html", shown, status=422 if invalid else 200)
