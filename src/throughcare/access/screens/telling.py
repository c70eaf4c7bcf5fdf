"""Telling the institution: one of six purposes, the person, the least that is needed, a reason (45 CFR 164.512(k)(5))."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from throughcare.access import actions, policy, reads
from throughcare.access.doors import Request, screen
from throughcare.kernel.errors import Invalid
from throughcare.ui import pages
from throughcare.ui.forms import intent_of
from throughcare.ui.shapes import FieldError, FieldShape, Option

ONE = "/people/<uuid:person_id>/told-custody/"


@screen("GET", ONE, policy=policy.TELL_CUSTODY, name="told-custody")
def told_custody(request: Request, person_id: UUID) -> HttpResponse:
    """Show what the institution was told of this person, and the form for more."""
    return _page(request, person_id)


@screen("POST", ONE, policy=policy.TELL_CUSTODY, name="told-custody")
def tell(request: Request, person_id: UUID) -> HttpResponse:
    """Keep what was told, to whom, for which purpose and why."""
    sent = request.POST
    try:
        actions.tell_institution(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            purpose=sent.get("purpose", "")[:2],
            told=sent.get("told", "")[:160],
            items=sent.get("items", "")[:4000],
            why=sent.get("why", "")[:2000],
        )
    except Invalid as invalid:
        return _page(request, person_id, invalid)
    return pages.then(request, f"/people/{person_id}/told-custody/", "Kept, and counted as a disclosure")


def _page(request: Any, person_id: UUID, invalid: Invalid | None = None) -> HttpResponse:
    sent, wrong = (request.POST if invalid else {}), (invalid.fields if invalid else {})

    def ask(name: str, label: str, kind: Any = "text", **more: Any) -> FieldShape:
        return FieldShape(name, label, kind, sent.get(name, ""), error=wrong.get(name, ""), required=True, **more)

    options = [Option(letter, f"{letter}. {title}") for letter, title in actions.purposes().items()]
    shown = {
        "person_id": person_id,
        "rows": reads.disclosures(request.lens, person_id),
        "may_tell": reads.may_be_told(person_id),
        "fields": [
            ask("purpose", "What for", "radio", options=options),
            ask("told", "Who is told, with their rank", max_length=160),
            ask(
                "items",
                "What is told, word for word",
                "textarea",
                rows=3,
                hint="The least that this purpose needs. Mostly a sentence on custody's board is enough, and says no reason.",
            ),
            ask("why", "Why they need it", "textarea", rows=2),
        ],
        "errors": [FieldError(name, words) for name, words in wrong.items()],
    }
    return pages.page(request, "access/told_custody.html", shown, status=422 if invalid else 200)
