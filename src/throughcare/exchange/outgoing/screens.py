"""Receivers and what could not be delivered to them. HTTP only; no address names anybody."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.exchange import policy
from throughcare.exchange.outgoing import actions, reads
from throughcare.kernel.errors import Invalid
from throughcare.ui import pages
from throughcare.ui.forms import intent_of
from throughcare.ui.shapes import FieldError, FieldShape

ONE = "/outgoing/<uuid:delivery_id>/"


@screen("GET", "/outgoing/", policy=policy.COUNTS, name="outgoing")
def outgoing(request: Request) -> HttpResponse:
    """Show each receiver: its queue, its last answer, and what waits for somebody."""
    may_settle = policy.SETTLE.allows(request.lens)
    failed = reads.failed(request.lens) if may_settle else []
    saw(request, *(one.person_id for one in failed))
    context = {"places": reads.places(request.lens), "failed": failed, "may_settle": may_settle}
    return pages.page_or_fragment(request, "exchange/outgoing.html", "rows", context)


@screen("POST", "/outgoing/pause/", policy=policy.SETTLE, name="outgoing_pause")
def pause(request: Request) -> HttpResponse:
    """Stop sending to a receiver, or go on."""
    paused = request.POST.get("do", "") == "pause"
    actions.pause_destination(
        actor=request.actor, intent=intent_of(request), code=request.POST.get("code", ""), paused=paused
    )
    return pages.then(request, reverse("outgoing"), "Paused. What is queued waits." if paused else "Sending goes on.")


@screen("GET", ONE, policy=policy.SETTLE, name="delivery")
def delivery(request: Request, delivery_id: UUID) -> HttpResponse:
    """Show one message as it is sent, and what came of it."""
    return _one(request, delivery_id)


@screen("POST", ONE + "replay/", policy=policy.SETTLE, name="delivery_replay")
def replay(request: Request, delivery_id: UUID) -> HttpResponse:
    """Queue it again: the same bytes, under the same id."""
    actions.replay_delivery(actor=request.actor, intent=intent_of(request), delivery_id=delivery_id)
    return pages.then(request, reverse("outgoing"), "Queued again.")


@screen("POST", ONE + "aside/", policy=policy.SETTLE, name="delivery_aside")
def aside(request: Request, delivery_id: UUID) -> HttpResponse:
    """Give it up, with the reason."""
    why = request.POST.get("why", "")
    try:
        actions.set_delivery_aside(actor=request.actor, intent=intent_of(request), delivery_id=delivery_id, why=why)
    except Invalid as refused:
        return _one(request, delivery_id, refused, why)
    return pages.then(request, reverse("outgoing"), "Set aside. The message and your reason are kept.")


def _one(request: Request, delivery_id: UUID, refused: Invalid | None = None, why: str = "") -> HttpResponse:
    sent = reads.delivery(request.lens, delivery_id)
    saw(request, sent.row.person_id)
    wrong = refused.fields if refused else {}
    context = {
        "sent": sent,
        "errors": [FieldError(name, sentence) for name, sentence in wrong.items()],
        "why": FieldShape("why", "Reason", "textarea", value=why, rows=2, required=True, error=wrong.get("why", "")),
    }
    return pages.page(request, "exchange/delivery.html", context, status=422 if refused else 200)
