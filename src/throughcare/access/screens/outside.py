"""Signing in by the agency's own sign-in: the way there, and the way back."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from throughcare.access import actions, limits, outside, policy, sessions
from throughcare.access.doors import screen
from throughcare.access.realtime import real_now
from throughcare.access.screens import signing_in
from throughcare.kernel.errors import NotFound
from throughcare.ui import pages

ASKED = "outside_asked"
SILENT = "The agency's sign-in does not answer as it should. Nothing was opened. Try again, or sign in with name and password."
UNTRUE = "What came back from the agency's sign-in does not fit what was asked. Nothing was opened. Start again."
TURNED_BACK = "The agency's sign-in let nobody in. Nothing was opened. Try again, or sign in with name and password."


# A link and no form: our pages may send forms to ourselves alone, and this only begins something.
@screen("GET", "/sign-in/agency/", policy=policy.PUBLIC, name="outside")
def go(request: Any) -> HttpResponse:
    """Go to the agency's sign-in, keeping what its answer must fit."""
    _must_be_on()
    next_ = signing_in.place(request.GET.get("next", ""))
    try:
        address, asked = outside.begin()
    except outside.Unreachable:
        return signing_in.wrong(request, next_=next_, error=SILENT)
    request.session[ASKED] = {**asked, "at": real_now().isoformat(), "next": next_}
    return HttpResponseRedirect(address)


@screen("GET", "/sign-in/agency/back/", policy=policy.PUBLIC, name="outside-back")
def back(request: Any) -> HttpResponse:
    """Come back from the agency's sign-in: check what it says, and open the account that it is tied to."""
    _must_be_on()
    if "here" not in request.GET:
        # The session's cookie does not come along from another site; from a page of ours it does.
        again = f"/sign-in/agency/back/?{urlencode({**_said(request), 'here': 1})}"
        return pages.page(request, "access/one_moment.html", {"again": again})
    asked = _asked(request)
    next_ = asked["next"] if asked else "/"
    if asked is None:
        return signing_in.wrong(request, next_=next_, error=UNTRUE)
    if "code" not in request.GET:
        return signing_in.wrong(request, next_=next_, error=TURNED_BACK)
    try:
        came = outside.finish(code=request.GET["code"][:2000], state=request.GET.get("state", "")[:200], asked=asked)
    except outside.Unreachable:
        return signing_in.wrong(request, next_=next_, error=SILENT)
    except outside.Untrue:
        return signing_in.wrong(request, next_=next_, error=UNTRUE)
    return _open(request, came, next_)


# --- inside ---------------------------------------------------------------------------------------------------------------


def _open(request: Any, came: outside.Came, next_: str) -> HttpResponse:
    welcome = actions.check_outside(actor=signing_in.AT_THE_DOOR, came=came, address=sessions.address_of(request))
    outcome = welcome.outcome
    if outcome.user_id is None:
        return signing_in.wrong(request, next_=next_, error=signing_in.why_not(outcome, welcome.sentence))
    if outcome.needs_code:
        return signing_in.ask_for_code(request, outcome, next_, came.roles)
    return signing_in.enter(request, outcome, how="oidc", next_=next_, roles=came.roles, strong=came.strong)


def _must_be_on() -> None:
    if not outside.on():
        raise NotFound("There is no such page here.")


def _said(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("code", "state", "error") if name in request.GET}


def _asked(request: HttpRequest) -> dict[str, str] | None:
    """Give what was asked, once, and only for some minutes."""
    kept = request.session.pop(ASKED, None)
    if not isinstance(kept, dict):
        return None
    age = real_now() - datetime.fromisoformat(kept["at"])
    return kept if age < timedelta(minutes=limits.number("second_factor", "minutes_to_answer")) else None
