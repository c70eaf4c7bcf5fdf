"""Signing in, the second factor, switching users at a shared workstation, signing out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from throughcare.access import actions, doors, limits, outside, passkeys, policy, reads, sessions
from throughcare.access.actions import Outcome
from throughcare.access.doors import screen
from throughcare.access.realtime import real_now
from throughcare.kernel.actor import Actor
from throughcare.kernel.vocabulary import Role
from throughcare.ui import pages
from throughcare.ui.shapes import Action, FieldShape, SignIn

HALF = "half_signed_in"
AT_THE_DOOR = Actor.system("sign-in")
WRONG = (
    "Name and secret do not fit together. Nothing was opened. Try again, or ask who administers accounts for a new one."
)


@screen("GET", "/sign-in/", policy=policy.PUBLIC, name="sign-in")
def sign_in_form(request: Any) -> HttpResponse:
    """Ask for name and password."""
    return _sign_in_page(request, next_=place(request.GET.get("next", "")))


@screen("POST", "/sign-in/", policy=policy.PUBLIC, name="sign-in")
def sign_in(request: Any) -> HttpResponse:
    """Sign in, or ask for the second factor."""
    next_, name = place(request.POST.get("next", "")), request.POST.get("name", "")[:80]
    outcome = check(request, name, request.POST.get("password", ""))
    if outcome.user_id is None:
        return _sign_in_page(request, next_=next_, name=name, error=why_not(outcome), status=422)
    if outcome.needs_code:
        return ask_for_code(request, outcome, next_)
    return enter(request, outcome, how=outcome.proof, next_=next_)


@screen("GET", "/second-factor/", policy=policy.PUBLIC, name="second-factor")
def code_form(request: Any) -> HttpResponse:
    """Ask for the code of the authenticator app, or a recovery code."""
    return _code_page(request) if half(request) else HttpResponseRedirect("/sign-in/")


@screen("POST", "/second-factor/", policy=policy.PUBLIC, name="second-factor")
def code(request: Any) -> HttpResponse:
    """Finish signing in."""
    found = half(request)
    if found is None:
        return HttpResponseRedirect("/sign-in/")
    outcome = actions.check_code(
        actor=AT_THE_DOOR,
        user_id=found["user"],
        code=request.POST.get("code", "")[:40],
        address=sessions.address_of(request),
    )
    if outcome.user_id is None:
        return _code_page(
            request, error=why_not(outcome, "This code does not fit, or was used. Wait for the next one.")
        )
    return enter(request, outcome, how="code", next_=found["next"], roles=found["roles"])


@screen("GET", "/switch/", policy=policy.PUBLIC, name="switch")
def switch_form(request: Any) -> HttpResponse:
    """Ask who takes over at this workstation: badge or name, PIN or password."""
    return _switch_page(request, next_=place(request.GET.get("next", "")))


@screen("POST", "/switch/", policy=policy.PUBLIC, name="switch")
def switch(request: Any) -> HttpResponse:
    """Hand the workstation over: the same page, read through the next user's lens; nothing of the previous user stays."""
    next_, name = place(request.POST.get("next", "")), request.POST.get("name", "")[:80]
    outcome = check(request, name, request.POST.get("secret", ""), quick=True)
    if outcome.user_id is None:
        return _switch_page(request, next_=next_, name=name, error=why_not(outcome), status=422)
    if outcome.needs_code:
        return ask_for_code(request, outcome, next_)
    roles = reads.vouched(outcome.user_id) if outcome.proof == "pin" else None
    return enter(request, outcome, how=outcome.proof, next_=next_, roles=roles)


@screen("GET", "/sign-out/", policy=policy.SIGNED_IN, name="sign-out", owes="any")
def sign_out_form(request: Any) -> HttpResponse:
    """Ask once: a link must not sign anybody out."""
    return pages.page(request, "access/sign_out.html")


@screen("POST", "/sign-out/", policy=policy.SIGNED_IN, name="sign-out", owes="any")
def sign_out(request: Any) -> HttpResponse:
    """Sign out here."""
    of_a_person = request.lens is not None and request.lens.role is Role.PATIENT
    sessions.end(request)
    return HttpResponseRedirect(doors.KIOSK if of_a_person else "/sign-in/")


def place(address: str) -> str:
    """Give a place of ours to go on to: a path, never another host."""
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return address if ours and not address.startswith(("//", "/sign-", "/switch/", "/second-factor/")) else "/"


# --- inside ---------------------------------------------------------------------------------------------------------------


def check(request: HttpRequest, name: str, secret: str, *, quick: bool = False) -> Outcome:
    """Say whose secret this is, or until when the next try waits."""
    longest = limits.number("password", "longest")
    return actions.check_secret(
        actor=AT_THE_DOOR, name=name, secret=secret[:longest], address=sessions.address_of(request), quick=quick
    )


def ask_for_code(request: Any, outcome: Outcome, next_: str, roles: Sequence[str] | None = None) -> HttpResponse:
    """Keep the half of a sign-in, and ask for its second factor."""
    # Whoever was signed in here is signed out first: half of one sign-in never stands beside the whole of another.
    if request.seat is not None:
        sessions.end(request)
    request.session.flush()
    request.session[HALF] = {
        "user": str(outcome.user_id),
        "at": real_now().isoformat(),
        "next": next_,
        "roles": None if roles is None else list(roles),
    }
    return HttpResponseRedirect("/second-factor/")


def enter(
    request: Any, outcome: Outcome, *, how: str, next_: str, roles: Sequence[str] | None = None, strong: bool = False
) -> HttpResponse:
    """Open the sign-in, and go on to where it was asked for, as far as the role may.

    `roles`: what the agency's sign-in vouched for; `strong`: it asked for a second factor itself.
    """
    user = reads.user(outcome.user_id)
    strict = not settings.THROUGHCARE_DEMO and not strong
    must = reads.owes(user, strict=strict, by_password=how != "oidc") if how != "pin" else ""
    sessions.start(request, user, how=how, must=must, roles=roles)
    sessions.equip(request)
    if must:
        return HttpResponseRedirect(doors.OWED[must])
    route = doors.route_of(next_)
    return HttpResponseRedirect(next_ if route is not None and route.policy.allows(request.lens) else "/")


def half(request: HttpRequest) -> dict[str, Any] | None:
    """Give the half of a sign-in that waits for its second factor: whose, and where to go on."""
    kept = request.session.get(HALF)
    if not isinstance(kept, dict):
        return None
    age = real_now() - datetime.fromisoformat(kept["at"])
    return kept if age < timedelta(minutes=limits.number("second_factor", "minutes_to_answer")) else None


def wrong(request: Any, *, next_: str, error: str) -> HttpResponse:
    """Say what was wrong on the page from which it came: the second step, or the first."""
    if half(request):
        return _code_page(request, error=error)
    return _sign_in_page(request, next_=next_, error=error, status=422)


def why_not(outcome: Outcome, otherwise: str = WRONG) -> str:
    """Say why nothing was opened."""
    if outcome.wait_until is None:
        return otherwise
    seconds = max(1, round((outcome.wait_until - real_now()).total_seconds()))
    wait = f"{seconds} seconds" if seconds < 60 else f"{-(-seconds // 60)} minutes"
    return f"Too many tries with this name. Wait {wait}, then try again; nobody can try sooner."


def _sign_in_page(
    request: HttpRequest, *, next_: str, name: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    card = SignIn(
        "/sign-in/",
        "Sign in",
        [
            FieldShape(
                "name", "Name", value=name, required=True, autocomplete="username", autofocus=not name, max_length=80
            ),
            FieldShape(
                "password", "Password", "password", required=True, autocomplete="current-password", autofocus=bool(name)
            ),
            FieldShape("next", "", "hidden", value=next_),
        ],
        verb="Sign in",
        error=error,
        others=[
            *([Action(outside.title(), f"/sign-in/agency/?{urlencode({'next': next_})}")] if outside.on() else []),
            Action("Switch user with badge and PIN", "/switch/", tone="quiet"),
            Action("See what anyone may see", "/public/", tone="quiet"),
        ],
    )
    here = bool(passkeys.house_of(request.get_host()))
    return pages.page(request, "access/card.html", {"card": card, "passkey": here, "next": next_}, status=status)


def _switch_page(request: Any, *, next_: str, name: str = "", error: str = "", status: int = 200) -> HttpResponse:
    card = SignIn(
        "/switch/",
        "Who takes over?",
        [
            FieldShape(
                "name",
                "Badge number or name",
                value=name,
                required=True,
                autocomplete="off",
                autofocus=not name,
                max_length=80,
                hint="Scan your badge, or type.",
            ),
            FieldShape(
                "secret",
                "PIN or password",
                "password",
                required=True,
                autofocus=bool(name),
                hint="Your PIN works for 16 hours after you signed in with your password.",
            ),
            FieldShape("next", "", "hidden", value=next_),
        ],
        verb="Take over",
        error=error,
        others=[Action("Sign in with name and password", "/sign-in/", tone="quiet")],
    )
    return pages.page(request, "access/card.html", {"card": card, "passkey": False, "next": next_}, status=status)


def _code_page(request: HttpRequest, *, error: str = "") -> HttpResponse:
    card = SignIn(
        "/second-factor/",
        "One more step",
        [
            FieldShape(
                "code",
                "Code from your authenticator app",
                required=True,
                autocomplete="one-time-code",
                inputmode="numeric",
                autofocus=True,
                max_length=20,
                hint="Six digits. Without your phone: one of your recovery codes.",
            )
        ],
        verb="Go on",
        error=error,
        others=[Action("Start again", "/sign-in/", tone="quiet")],
    )
    here = bool(passkeys.house_of(request.get_host()))
    shown = {"card": card, "passkey": here, "next": ""}
    return pages.page(request, "access/card.html", shown, status=422 if error else 200)
