"""Passkeys: one's own, and signing in with one. The browser's answers arrive in ordinary forms."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from throughcare.access import actions, limits, passkeys, policy, reads, sessions
from throughcare.access.doors import screen
from throughcare.access.realtime import real_now
from throughcare.access.screens import signing_in
from throughcare.access.screens.account import not_me
from throughcare.kernel.errors import Invalid
from throughcare.ui import pages
from throughcare.ui.shapes import FieldError, FieldShape

STATE = "passkey_challenge"
LONGEST = 20_000
NOT_HERE = "Passkeys need this site's name, and you asked for it by number."


@screen("POST", "/passkey/begin/", policy=policy.PUBLIC, name="passkey-begin")
def begin(request: Any) -> HttpResponse:
    """Give the challenge for a passkey: of whoever has one, or of who has just given their password."""
    house = passkeys.house_of(request.get_host())
    if not house:
        return JsonResponse({"error": NOT_HERE}, status=422)
    half = signing_in.half(request)
    options, state = passkeys.begin_sign_in(house, reads.user(half["user"]) if half else None)
    _remember(request, state)
    return JsonResponse(options)


@screen("POST", "/passkey/", policy=policy.PUBLIC, name="passkey")
def sign_in(request: Any) -> HttpResponse:
    """Sign in with a passkey, or finish a sign-in that began with a password."""
    half, state = signing_in.half(request), _challenge(request)
    said = _said(request)
    next_ = half["next"] if half else signing_in.place(request.POST.get("next", ""))
    if state is None or said is None:
        return signing_in.wrong(request, next_=next_, error="This took too long. Nothing was opened. Try again.")
    outcome = actions.check_passkey(
        actor=signing_in.AT_THE_DOOR,
        said=said,
        state=state,
        house=passkeys.house_of(request.get_host()),
        address=sessions.address_of(request),
        user_id=UUID(half["user"]) if half else None,
    )
    if outcome.user_id is None:
        error = signing_in.why_not(outcome, "This passkey is not known here. Nothing was opened.")
        return signing_in.wrong(request, next_=next_, error=error)
    return signing_in.enter(request, outcome, how="passkey", next_=next_, roles=half["roles"] if half else None)


@screen("GET", "/account/passkeys/", policy=policy.SIGNED_IN, name="account-passkeys", owes="second_factor")
def own(request: Any) -> HttpResponse:
    """Show one's own passkeys, and a way to make another."""
    return _page(request)


@screen(
    "POST", "/account/passkeys/begin/", policy=policy.SIGNED_IN, name="account-passkeys-begin", owes="second_factor"
)
def begin_enrolment(request: Any) -> HttpResponse:
    """Give the challenge for a new passkey, once the password is right."""
    house = passkeys.house_of(request.get_host())
    error = NOT_HERE if not house else not_me(request, request.POST.get("present", ""))
    if error:
        return JsonResponse({"error": error}, status=422)
    options, state = passkeys.begin_enrolment(request.user, house)
    _remember(request, state)
    return JsonResponse(options)


@screen("POST", "/account/passkeys/", policy=policy.SIGNED_IN, name="account-passkeys", owes="second_factor")
def enrol(request: Any) -> HttpResponse:
    """Keep the passkey that the browser made."""
    state, said = _challenge(request), _said(request)
    if state is None or said is None:
        return _page(request, "This took too long, or the browser has no passkeys. Start again.")
    try:
        actions.enrol_passkey(
            actor=request.actor,
            user_id=request.user.id,
            name=request.POST.get("name", ""),
            said=said,
            state=state,
            house=passkeys.house_of(request.get_host()),
        )
    except Invalid as invalid:
        return _page(request, invalid.fields["name"])
    return HttpResponseRedirect("/account/passkeys/")


@screen("POST", "/account/passkeys/<int:passkey_id>/remove/", policy=policy.SIGNED_IN, name="account-passkey-remove")
def remove(request: Any, passkey_id: int) -> HttpResponse:
    """Forget one of one's own passkeys, proven by the password."""
    if error := not_me(request, request.POST.get("present", "")):
        return _page(request, error)
    actions.drop_passkey(actor=request.actor, user_id=request.user.id, passkey_id=passkey_id)
    return HttpResponseRedirect("/account/passkeys/")


# --- inside ---------------------------------------------------------------------------------------------------------------


def _page(request: Any, error: str = "") -> HttpResponse:
    fields = [
        FieldShape("name", "What to call it", value="", hint="Such as: my phone", max_length=40, required=True),
        FieldShape("present", "Your password", "password", required=True, autocomplete="current-password"),
    ]
    shown = {
        "passkeys": passkeys.listed(request.user),
        "fields": fields,
        "here": bool(passkeys.house_of(request.get_host())),
        "not_here": NOT_HERE,
        "errors": [FieldError("name", error)] if error else [],
    }
    return pages.page(request, "access/passkeys.html", shown, status=422 if error else 200)


def _remember(request: HttpRequest, state: dict[str, Any]) -> None:
    request.session[STATE] = {"state": state, "at": real_now().isoformat()}


def _challenge(request: HttpRequest) -> dict[str, Any] | None:
    """Give the challenge that waits for an answer, once, and only for some minutes."""
    kept = request.session.pop(STATE, None)
    if not isinstance(kept, dict):
        return None
    age = real_now() - datetime.fromisoformat(kept["at"])
    fresh = age < timedelta(minutes=limits.number("second_factor", "minutes_to_answer"))
    state: dict[str, Any] = kept["state"]
    return state if fresh else None


def _said(request: HttpRequest) -> dict[str, Any] | None:
    try:
        said = json.loads(request.POST.get("credential", "")[:LONGEST])
    except ValueError:
        return None
    return said if isinstance(said, dict) else None
