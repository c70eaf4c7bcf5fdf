"""One's own account: sign-ins, password, PIN, second factor, posting."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from throughcare.access import actions, limits, passkeys, policy, reads, second_factor, sessions
from throughcare.access.doors import screen
from throughcare.kernel.errors import Invalid
from throughcare.ui import pages
from throughcare.ui.shapes import FieldError, FieldShape

PENDING = "second_factor_pending"


@screen("GET", "/account/", policy=policy.SIGNED_IN, name="account")
def account(request: Any) -> HttpResponse:
    """Show one's own sign-ins and what protects them."""
    return pages.page(request, "access/account.html", _account(request))


@screen("POST", "/account/sign-out-elsewhere/", policy=policy.SIGNED_IN, name="account-sign-out-elsewhere")
def sign_out_elsewhere(request: Any) -> HttpResponse:
    """End all sign-ins but this one."""
    actions.end_sign_ins(actor=request.actor, user_id=request.user.id, except_=request.seat.id, why="elsewhere")
    return HttpResponseRedirect("/account/")


@screen("POST", "/account/sign-ins/<uuid:sign_in_id>/end/", policy=policy.SIGNED_IN, name="account-end-sign-in")
def end_sign_in(request: Any, sign_in_id: UUID) -> HttpResponse:
    """End one of one's own sign-ins."""
    actions.end_sign_ins(actor=request.actor, user_id=request.user.id, only=sign_in_id, why="elsewhere")
    return HttpResponseRedirect("/account/")


@screen("POST", "/account/posting/", policy=policy.SIGNED_IN, name="account-posting")
def choose_posting(request: Any) -> HttpResponse:
    """Work under another of one's own postings."""
    try:
        posting_id = UUID(request.POST.get("posting", ""))
    except ValueError:
        raise Invalid("Choose a posting. Nothing was changed.") from None
    sessions.choose(request, posting_id)
    return HttpResponseRedirect("/")


@screen("GET", "/account/password/", policy=policy.SIGNED_IN, name="account-password", owes="password")
def password_form(request: Any) -> HttpResponse:
    """Ask for a new password."""
    return _password_page(request)


@screen("POST", "/account/password/", policy=policy.SIGNED_IN, name="account-password", owes="password")
def password(request: Any) -> HttpResponse:
    """Change the password, proven by the present one; other sign-ins end."""
    wrong = not_me(request, request.POST.get("present", ""))
    if wrong:
        return _password_page(request, [FieldError("present", wrong)])
    try:
        actions.set_password(
            actor=request.actor,
            user_id=request.user.id,
            password=request.POST.get("password", ""),
            keep_sign_in=request.seat.id,
        )
    except Invalid as invalid:
        return _password_page(request, _lines(invalid))
    user = reads.user(request.user.id)
    sessions.start(request, user, request.posting, how=request.seat.how, roles=request.seat.roles)
    return HttpResponseRedirect("/account/")


@screen("POST", "/account/pin/", policy=policy.SIGNED_IN, name="account-pin")
def pin(request: Any) -> HttpResponse:
    """Set the PIN for switching and signing, proven by the password, or by coming from the agency's sign-in just now."""
    wrong = "" if sessions.just_came(request) else not_me(request, request.POST.get("present", ""))
    errors = [FieldError("present", wrong)] if wrong else []
    if not errors:
        try:
            actions.set_pin(actor=request.actor, user_id=request.user.id, pin=request.POST.get("pin", ""))
        except Invalid as invalid:
            errors = _lines(invalid)
    if errors:
        return pages.page(request, "access/account.html", _account(request, errors), status=422)
    return HttpResponseRedirect("/account/")


@screen("GET", "/account/second-factor/", policy=policy.SIGNED_IN, name="account-second-factor", owes="second_factor")
def second_factor_form(request: Any) -> HttpResponse:
    """Show the secret for an authenticator app until a code proves that it arrived."""
    return _second_factor_page(request)


@screen("POST", "/account/second-factor/", policy=policy.SIGNED_IN, name="account-second-factor", owes="second_factor")
def enrol(request: Any) -> HttpResponse:
    """Switch the second factor on; show the recovery codes once."""
    secret = request.session.get(PENDING, "")
    wrong = not_me(request, request.POST.get("present", ""))
    if not secret or wrong:
        return _second_factor_page(request, [FieldError("present", wrong)] if wrong else [])
    try:
        codes = actions.enrol_second_factor(
            actor=request.actor, user_id=request.user.id, secret=secret, code=request.POST.get("code", "")
        )
    except Invalid as invalid:
        return _second_factor_page(request, _lines(invalid))
    del request.session[PENDING]
    return pages.page(request, "access/recovery_codes.html", {"codes": codes})


@screen("POST", "/account/second-factor/off/", policy=policy.SIGNED_IN, name="account-second-factor-off")
def drop(request: Any) -> HttpResponse:
    """Switch the second factor off, proven by the password."""
    wrong = not_me(request, request.POST.get("present", ""))
    if wrong:
        errors = [FieldError("present", wrong)]
        return pages.page(request, "access/account.html", _account(request, errors), status=422)
    actions.drop_second_factor(actor=request.actor, user_id=request.user.id)
    return HttpResponseRedirect("/account/")


# --- inside ---------------------------------------------------------------------------------------------------------------


def _account(request: Any, errors: list[FieldError] | None = None) -> dict[str, Any]:
    return {
        "errors": errors or [],
        "name": f"{request.user.name} ({request.user.username})",
        "sign_ins": reads.own_sign_ins(request.lens),
        "this": request.seat.id,
        "postings": reads.own_postings(request.lens, request.seat.roles),
        "posting": request.posting.id,
        "protected": second_factor.enrolled(request.user),
        "passkeys": len(passkeys.listed(request.user)),
        "codes_left": second_factor.recovery_codes_left(request.user),
        "has_pin": bool(request.user.pin),
        "just_came": sessions.just_came(request),
        "from_outside": request.seat.how == "oidc",
        "has_password": request.user.has_usable_password(),
        "pin_length": limits.number("pin", "shortest"),
    }


def not_me(request: Any, secret: str) -> str:
    """Say why this is not the present password of who is signed in; nothing where it is."""
    if not request.user.has_usable_password():
        return "This account has no password. Ask who administers accounts for a first one."
    outcome = actions.confirm_signature(
        actor=request.actor, user_id=request.user.id, secret=secret, address=sessions.address_of(request)
    )
    if outcome.wait_until is not None:
        return "Too many tries. Wait a few minutes."
    return "" if outcome.proof == "password" else "This is not your present password."


def _lines(invalid: Invalid) -> list[FieldError]:
    return [FieldError(name, words) for name, words in invalid.fields.items()]


def _password_page(request: HttpRequest, errors: list[FieldError] | None = None) -> HttpResponse:
    told = {e.name: e.message for e in errors or []}
    fields = [
        FieldShape(
            "present",
            "Present password",
            "password",
            required=True,
            autocomplete="current-password",
            error=told.get("present", ""),
        ),
        FieldShape(
            "password",
            "New password",
            "password",
            required=True,
            autocomplete="new-password",
            error=told.get("password", ""),
            hint="Twelve characters or more; a few words that nobody would put together. No other rule, and it does not expire.",
        ),
    ]
    shown = {"errors": errors or [], "fields": fields}
    return pages.page(request, "access/password.html", shown, status=422 if errors else 200)


def _second_factor_page(request: Any, errors: list[FieldError] | None = None) -> HttpResponse:
    secret = request.session.get(PENDING) or second_factor.new_secret()
    request.session[PENDING] = secret
    told = {e.name: e.message for e in errors or []}
    fields = [
        FieldShape(
            "present",
            "Your password",
            "password",
            required=True,
            autocomplete="current-password",
            error=told.get("present", ""),
        ),
        FieldShape(
            "code",
            "Code that the app shows",
            required=True,
            autocomplete="one-time-code",
            inputmode="numeric",
            max_length=10,
            width="s",
            error=told.get("code", ""),
        ),
    ]
    shown = {
        "errors": errors or [],
        "fields": fields,
        "address": second_factor.address(request.user, secret),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
    }
    return pages.page(request, "access/second_factor.html", shown, status=422 if errors else 200)
