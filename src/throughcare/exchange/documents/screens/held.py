"""Documents that name nobody of ours: given to their person, or set aside with a reason. HTTP only."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.exchange.documents import actions, policy, reads
from throughcare.kernel.errors import Invalid
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of
from throughcare.ui.shapes import FieldShape
from throughcare.ui.wording import t

LIST = "/exceptions/documents/"
ONE = LIST + "<uuid:held_id>/"


@screen("GET", LIST, policy=policy.HELD, name="held_documents")
def held(request: Request) -> HttpResponse:
    """List the documents that wait for somebody to say whose they are."""
    context = {"rows": reads.held(request.lens), "kinds": lambda kind: t(f"documents.kind.{kind}")}
    return pages.page(request, "exchange/documents/held.html", context)


@screen("GET", ONE, policy=policy.HELD, name="held_document")
def held_document(request: Request, held_id: UUID) -> HttpResponse:
    """Show whom a document says it is about, and who here it may be."""
    return _one(request, held_id)


@screen("POST", ONE, policy=policy.HELD, name="held_document")
def assign(request: Request, held_id: UUID) -> HttpResponse:
    """Say whose a document is."""
    try:
        chosen = UUID(request.POST.get("person", ""))
    except ValueError:
        return _one(
            request,
            held_id,
            refused=Invalid(t("documents.choose_person"), fields={"person": t("documents.choose_person")}),
        )
    try:
        actions.assign(actor=request.actor, intent=intent_of(request), document_id=held_id, person_id=chosen)
    except Invalid as refused:
        return _one(request, held_id, refused=refused)
    return pages.then(request, reverse("held_documents"), t("documents.assigned"))


@screen("POST", ONE + "aside/", policy=policy.HELD, name="held_document_aside")
def set_aside(request: Request, held_id: UUID) -> HttpResponse:
    """Set a document aside that is nobody's here."""
    why = request.POST.get("why", "")
    try:
        actions.set_aside(actor=request.actor, intent=intent_of(request), document_id=held_id, why=why)
    except Invalid as refused:
        return _one(request, held_id, refused=refused, why=why)
    return pages.then(request, reverse("held_documents"), t("documents.set_aside"))


def _one(request: Request, held_id: UUID, *, refused: Invalid | None = None, why: str = "") -> HttpResponse:
    row = reads.held_one(request.lens, held_id)
    words = request.GET.get("who", "")
    if words.strip():
        cards = people.search(request.lens, words, limit=8).cards
    else:
        cards = list(people.cards(request.lens, reads.likely(request.lens, row.who)).values())
    saw(request, *(card.person_id for card in cards))
    wrong = refused.fields if refused else {}
    context = {
        "row": row,
        "kind": t(f"documents.kind.{row.kind}"),
        "words": words or row.who.family,
        "cards": cards,
        "wrong": wrong,
        "errors": error_lines(refused),
        "why": FieldShape(
            "why", t("documents.reason"), "textarea", value=why, rows=2, required=True, error=wrong.get("why", "")
        ),
    }
    return pages.page(request, "exchange/documents/held_one.html", context, status=422 if refused else 200)
