"""From outside: what other services ask, write, book and send, each before whoever answers it. HTTP only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access import forms
from throughcare.access.doors import Request, enter, saw, screen
from throughcare.access.screens import consents
from throughcare.chart import banner
from throughcare.exchange import policy
from throughcare.exchange.incoming import actions, deciding, kinds, reads
from throughcare.exchange.resource_parts import moment_of
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of
from throughcare.ui.shapes import Action, ClockShape, FieldShape, KeyHint, Option, PageKeys, Section
from throughcare.ui.wording import t

LIST = "/exchange/incoming/"
ONE = "/exchange/incoming/<uuid:incoming_id>/"


@screen("GET", LIST, policy=policy.INCOMING, name="incoming")
def incoming(request: Request) -> HttpResponse:
    """Show what waits here, the soonest due first; what was answered one tab away."""
    settled = request.GET.get("show") == "settled"
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds.KINDS else ""
    found = reads.listing(
        request.lens,
        request.posting.facility_id,
        settled=settled,
        kind=kind,
        before=_moment(request.GET.get("from", "")),
    )
    saw(request, *(one.row.person_id for one in found.lines))
    older = ""
    if found.older:
        older = f"{LIST}?show={'settled' if settled else 'waiting'}&kind={kind}&from={found.older.isoformat().replace('+', '%2B')}"
    context = {
        "rows": [(one, ClockShape(one.opened_at, one.due_at) if one.due_at else None) for one in found.lines],
        "settled": settled,
        "tabs": _tabs(settled),
        "pages": PageKeys(len(found.lines), older=older, noun=t("incoming.noun", n=len(found.lines))),
        "keys": [
            KeyHint("j", t("incoming.next")),
            KeyHint("k", t("incoming.back")),
            KeyHint("Enter", t("incoming.open")),
        ],
    }
    return pages.page_or_fragment(request, "exchange/incoming.html", "rows", context)


@screen("GET", ONE, policy=policy.INCOMING, name="incoming_one")
def one(request: Request, incoming_id: UUID) -> HttpResponse:
    """Show one thing that came, in its sender's words, and what can be said of it."""
    return show(request, incoming_id)


@screen("POST", ONE + "answer/", policy=policy.INCOMING, name="incoming_answer")
def answer(request: Request, incoming_id: UUID) -> HttpResponse:
    """Say that it was seen, what was done, or that it is not for us."""
    _may_answer(request, incoming_id)
    said = {"answer": request.POST.get("answer", ""), "words": request.POST.get("words", "")}
    try:
        actions.settle_incoming(actor=request.actor, intent=intent_of(request), incoming_id=incoming_id, **said)
    except Invalid as refused:
        return show(request, incoming_id, refused=refused, typed=said)
    undo = Action(t("incoming.undo"), reverse("incoming_reopen", kwargs={"incoming_id": incoming_id}), "post")
    return pages.then(request, LIST, t(f"incoming.done.{said['answer']}"), undo=undo)


@screen("POST", ONE + "reopen/", policy=policy.INCOMING, name="incoming_reopen")
def reopen(request: Request, incoming_id: UUID) -> HttpResponse:
    """Take the answer back: it waits again."""
    _may_answer(request, incoming_id)
    actions.reopen_incoming(actor=request.actor, intent=intent_of(request), incoming_id=incoming_id)
    return pages.then(request, reverse("incoming_one", kwargs={"incoming_id": incoming_id}), t("incoming.reopened"))


@screen("POST", ONE + "accept/", policy=policy.SETTLE, name="incoming_accept")
def accept(request: Request, incoming_id: UUID) -> HttpResponse:
    """Accept a consent that was sent, as the form says it."""
    _may_answer(request, incoming_id)
    try:
        deciding.accept_consent(
            actor=request.actor,
            intent=intent_of(request),
            incoming_id=incoming_id,
            agreement=forms.agreement(request.POST),
        )
    except Invalid as refused:
        return show(request, incoming_id, refused=refused)
    return pages.then(request, LIST, t("incoming.accepted"))


@screen("POST", ONE + "refuse/", policy=policy.SETTLE, name="incoming_refuse")
def refuse(request: Request, incoming_id: UUID) -> HttpResponse:
    """Refuse a consent that was sent, with the reason."""
    _may_answer(request, incoming_id)
    why = request.POST.get("why", "")
    try:
        deciding.refuse_consent(actor=request.actor, intent=intent_of(request), incoming_id=incoming_id, why=why)
    except Invalid as refused:
        return show(request, incoming_id, refused=refused)
    return pages.then(request, LIST, t("incoming.refused"))


def _may_answer(request: Request, incoming_id: UUID) -> None:
    found = reads.one(request.lens, incoming_id)
    enter(request, found.line.row.person_id)
    if not reads.may_answer(request.lens, found.line):
        raise Invalid(t("incoming.not_yours"))


def show(
    request: Request, incoming_id: UUID, *, refused: Invalid | None = None, typed: dict[str, str] | None = None
) -> HttpResponse:
    """Draw one thing; a refused answer comes back with what was typed."""
    found = reads.one(request.lens, incoming_id)
    row = found.line.row
    enter(request, row.person_id)
    wrong, typed = (refused.fields if refused else {}), typed or {}
    waiting = row.state == "waiting"
    context = {
        "line": found.line,
        "row": row,
        "clock": ClockShape(row.received_at, found.line.due_at) if waiting and found.line.due_at else None,
        "parts": [[(t(f"incoming.part.{name}"), _text(text)) for name, text in part] for part in found.parts],
        "banner": banner.of(request.lens, row.person_id),
        "may_answer": waiting and reads.may_answer(request.lens, found.line) and row.kind != "consent",
        "may_reopen": not waiting and row.kind != "consent" and reads.may_answer(request.lens, found.line),
        **_deciding(request, found, wrong),
        "errors": error_lines(refused),
        "fields": [
            FieldShape(
                "answer",
                t("incoming.what"),
                "radio",
                value=typed.get("answer", ""),
                options=[Option(one, t(f"incoming.answer.{one}")) for one in actions.ANSWERS],
                required=True,
                error=wrong.get("answer", ""),
            ),
            FieldShape(
                "words",
                t("incoming.words"),
                "textarea",
                value=typed.get("words", ""),
                rows=2,
                hint=t("incoming.words_hint"),
                error=wrong.get("words", ""),
                width="full",
            ),
        ],
    }
    return pages.page(request, "exchange/incoming_one.html", context, status=422 if refused else 200)


def _deciding(request: Request, found: reads.View, wrong: Mapping[str, str]) -> dict[str, Any]:
    """Draw the form by which a consent is accepted, filled with what it says, and the one by which it is refused."""
    row = found.line.row
    may = row.kind == "consent" and row.state == "waiting" and reads.may_answer(request.lens, found.line)
    if not may or not policy.SETTLE.allows(request.lens):
        return {"consent_fields": [], "why": None}
    sent: Any = request.POST if request.method == "POST" and "kind" in request.POST else None
    shown = sent or {
        **deciding.proposed(found.bodies[0]),
        "form_version": t("incoming.form_of", sender=row.sender)[:40],
    }
    why = request.POST.get("why", "")
    return {
        "consent_fields": consents.fields(shown, wrong),
        "why": FieldShape(
            "why", t("incoming.why"), "textarea", value=why, rows=2, required=True, error=wrong.get("why", "")
        ),
    }


def _tabs(settled: bool) -> list[Section]:
    return [
        Section(t("incoming.waiting"), LIST, "open" if settled else "current"),
        Section(t("incoming.settled"), f"{LIST}?show=settled", "current" if settled else "open"),
    ]


def _text(text: str) -> str:
    """Write a moment as the house does; anything else as its sender wrote it."""
    at = moment_of(text) if len(text) >= 19 and text[4:5] == "-" and text[10:11] == "T" else None
    return f"{clock.local(at):%-d %b %Y %H:%M}" if at else text


def _moment(text: str) -> datetime | None:
    return moment_of(text) if text else None
