"""A person's own way in: the page at the kiosk that asks for number and code, and the page that gives the code."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from throughcare.access import actions, doors, policy, reads
from throughcare.access.actions.kiosk import grouped, typed
from throughcare.access.doors import Request, screen
from throughcare.access.ports import NAMES
from throughcare.access.realtime import real_now
from throughcare.access.screens import signing_in
from throughcare.kernel.errors import Invalid
from throughcare.ui import pages
from throughcare.ui.forms import intent_of
from throughcare.ui.shapes import FieldError, FieldShape
from throughcare.ui.wording import t

ONE = "/people/<uuid:person_id>/kiosk/"


@screen("GET", doors.KIOSK, policy=policy.PUBLIC, name="kiosk-sign-in")
def ask(request: Any) -> HttpResponse:
    """Ask for number and code, in two languages."""
    return _ask(request)


@screen("POST", doors.KIOSK, policy=policy.PUBLIC, name="kiosk-sign-in")
def come_in(request: Any) -> HttpResponse:
    """Let a person in; an account that is not a person's is told no more than a wrong code."""
    lang = pages.language_of(request)
    number = request.POST.get("number", "").strip()[:80]
    outcome = signing_in.check(request, number, typed(request.POST.get("code", "")))
    if outcome.wait_until is not None:
        minutes = max(1, -(-round((outcome.wait_until - real_now()).total_seconds()) // 60))
        return _ask(request, number, t("kiosk.enter.wait", lang=lang, n=minutes))
    if outcome.user_id is None or reads.user(outcome.user_id).person_id is None:
        return _ask(request, number, t("kiosk.enter.wrong", lang=lang))
    return signing_in.enter(request, outcome, how=outcome.proof, next_=f"/kiosk/?lang={lang}")


@screen("GET", ONE, policy=policy.KIOSK_ACCESS, name="kiosk-access")
def access(request: Request, person_id: UUID) -> HttpResponse:
    """Show whether a person may come in at the kiosk, and give a code."""
    return _access(request, person_id)


@screen("POST", ONE, policy=policy.KIOSK_ACCESS, name="kiosk-access")
def give(request: Request, person_id: UUID) -> HttpResponse:
    """Give a code, shown once; one given before ends."""
    number = request.POST.get("number", "").strip()[:80]
    try:
        code = actions.open_kiosk(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            number=number,
            name=NAMES().alone(person_id),
        )
    except Invalid as refused:
        return _access(request, person_id, number=number, refused=refused)
    return _access(request, person_id, code=code)


@screen("POST", f"{ONE}end/", policy=policy.KIOSK_ACCESS, name="kiosk-access-end")
def end(request: Request, person_id: UUID) -> HttpResponse:
    """End a person's way in."""
    actions.close_kiosk(actor=request.actor, intent=intent_of(request), person_id=person_id)
    return pages.then(request, f"/people/{person_id}/kiosk/", "Closed. What was signed in has ended.")


def _ask(request: Any, number: str = "", error: str = "") -> HttpResponse:
    lang = pages.language_of(request)
    fields = [
        FieldShape("number", t("kiosk.enter.number", lang=lang), value=number, required=True, autocomplete="off",
                   autofocus=not number, max_length=80),
        FieldShape("code", t("kiosk.enter.code", lang=lang), "password", required=True, autocomplete="off",
                   inputmode="numeric", autofocus=bool(number), hint=t("kiosk.enter.code_hint", lang=lang)),
    ]  # fmt: skip
    shown = {"fields": fields, "errors": [FieldError("code", error)] if error else []}
    return pages.page(request, "access/kiosk_sign_in.html", shown, lang=lang, status=422 if error else 200)


def _access(
    request: Any, person_id: UUID, *, code: str = "", number: str = "", refused: Invalid | None = None
) -> HttpResponse:
    row = reads.kiosk(request.lens, person_id)
    wrong = refused.fields if refused else {}
    error = wrong.get("number") or wrong.get("username", "")
    known = row.number if row else number or NAMES().number(person_id)
    field = FieldShape(
        "number", "Number they type", value=known, required=True, error=error, max_length=80, hint="As on their card."
    )
    shown = {
        "person_id": person_id,
        "row": row,
        "code": grouped(code) if code else "",
        "fields": [] if row else [field],
        "errors": [FieldError("number", error)] if error else [],
    }
    return pages.page(request, "access/kiosk_access.html", shown, status=422 if refused else 200)
