"""Editions in the making: draft, look at what is hidden and why, sign, publish, withdraw. HTTP only."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, Refused
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of

from . import actions, policy, reads
from .periods import previous, quarter_of


@screen("GET", "/editions/", policy=policy.EDITIONS, name="editions")
def editions(request: Request) -> HttpResponse:
    """List every edition, in the making, published and withdrawn."""
    return _list(request)


@screen("GET", "/editions/<uuid:edition_id>/", policy=policy.EDITIONS, name="edition")
def edition(request: Request, edition_id: UUID) -> HttpResponse:
    """Show an edition: each table as the public would see it, what is hidden and why, what changed."""
    return _one(request, edition_id)


@screen("POST", "/editions/", policy=policy.AUTHOR, name="edition_draft")
def draft(request: Request) -> HttpResponse:
    """Draft an edition."""
    post = request.POST
    try:
        corrects = UUID(post["corrects"]) if post.get("corrects") else None
        made = actions.draft_edition(
            actor=request.actor,
            intent=intent_of(request),
            quarter=post.get("quarter", "").strip(),
            corrects=corrects,
            note_en=post.get("note_en", ""),
            note_es=post.get("note_es", ""),
        )
    except (Refused, ValueError) as refused:
        return _list(request, refused if isinstance(refused, Refused) else Invalid("Choose the edition to correct."))
    return pages.then(request, reverse("edition", args=[made]), "Drafted. Two others sign it.")


@screen("POST", "/editions/<uuid:edition_id>/sign/", policy=policy.SIGN, name="edition_sign")
def sign(request: Request, edition_id: UUID) -> HttpResponse:
    """Sign an edition as it was shown."""
    try:
        actions.sign_edition(
            actor=request.actor,
            intent=intent_of(request),
            edition=edition_id,
            part=_part(request),
            digest=request.POST.get("digest", ""),
        )
    except Refused as refused:
        return _one(request, edition_id, refused)
    return pages.then(request, reverse("edition", args=[edition_id]), "Signed.")


@screen("POST", "/editions/<uuid:edition_id>/publish/", policy=policy.AUTHOR, name="edition_publish")
def publish(request: Request, edition_id: UUID) -> HttpResponse:
    """Publish an edition and write it where the public site reads."""
    try:
        actions.publish_edition(actor=request.actor, intent=intent_of(request), edition=edition_id)
    except Refused as refused:
        return _one(request, edition_id, refused)
    reads.write_out(settings.EDITIONS)
    return pages.then(request, reverse("edition", args=[edition_id]), "Published. It is on the public site.")


@screen("POST", "/editions/<uuid:edition_id>/withdraw/", policy=policy.AUTHOR, name="edition_withdraw")
def withdraw(request: Request, edition_id: UUID) -> HttpResponse:
    """Withdraw an edition."""
    post = request.POST
    try:
        actions.withdraw_edition(
            actor=request.actor,
            intent=intent_of(request),
            edition=edition_id,
            because_en=post.get("because_en", ""),
            because_es=post.get("because_es", ""),
        )
    except Refused as refused:
        return _one(request, edition_id, refused)
    reads.write_out(settings.EDITIONS)
    return pages.then(
        request, reverse("edition", args=[edition_id]), "Withdrawn. It stays in the list, with the reason."
    )


def _list(request: Request, refused: Refused | None = None) -> HttpResponse:
    context = {
        "editions": reads.editions(request.lens),
        "may_draft": policy.AUTHOR.allows(request.lens),
        "last_quarter": previous(quarter_of(clock.now())),
        "typed": request.POST.dict() if refused else {},
        "errors": error_lines(refused),
    }
    return pages.page(request, "gate/editions.html", context, status=refused.status if refused else 200)


def _one(request: Request, edition_id: UUID, refused: Refused | None = None) -> HttpResponse:
    look = reads.edition(request.lens, edition_id)
    part = _part(request)
    context = {
        "look": look,
        "row": look.row,
        "part": part if part and getattr(look.row, f"{part}_at") is None else "",
        "mine": request.actor.id in (look.row.drafted_by, look.row.clinical_by, look.row.privacy_by),
        "may_publish": policy.AUTHOR.allows(request.lens),
        "typed": request.POST.dict() if refused else {},
        "errors": error_lines(refused),
    }
    return pages.page(request, "gate/edition.html", context, status=refused.status if refused else 200)


def _part(request: Request) -> str:
    return next((part for part, roles in policy.SIGNERS.items() if request.lens.role in roles), "")
