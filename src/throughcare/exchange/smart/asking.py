"""The page on which somebody says whether an app may read for them. An app's word is believed only where it was registered."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from oauthlib.common import Request as Asked
from oauthlib.oauth2 import AccessDeniedError, FatalClientError, OAuth2Error

from throughcare.access.doors import Request, screen
from throughcare.access.policy import PUBLIC
from throughcare.exchange.fhir import scopes
from throughcare.exchange.smart import actions, ours, policy, reads, server, told
from throughcare.exchange.smart.actions import Yes
from throughcare.exchange.smart.addresses import origin_of
from throughcare.exchange.smart.models import App
from throughcare.kernel import db
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import reads as ledger_reads
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import id_or_none

ASK = "/smart/ask"
LONGEST = 6000


@dataclass(frozen=True, slots=True)
class Wish:
    """What an app asks, checked: by which address, how far, about whom it must be."""

    uri: str
    query: str
    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    request: Asked

    @property
    def about_one(self) -> bool:
        """Tell whether it is about one person, whoever that is."""
        return (
            self.request.launched is not None
            or "launch/patient" in self.scopes
            or "patient" in scopes.contexts(self.scopes)
        )


@screen("GET", "/smart/authorize", policy=PUBLIC, name="smart_authorize")
def authorize(request: HttpRequest) -> HttpResponse:
    """Take in somebody whom an app sends: our cookie does not come along from another site; from a page of ours it does."""
    return _onward(request, request.META.get("QUERY_STRING", ""))


@screen("POST", "/smart/authorize", policy=PUBLIC, name="smart_authorize")
def authorize_posted(request: HttpRequest) -> HttpResponse:
    """Take in the same, sent as a form."""
    return _onward(request, request.body.decode("utf-8", "replace"))


authorize_posted.csrf_exempt = True  # type: ignore[attr-defined]


def _onward(request: Any, query: str) -> HttpResponse:
    lang = pages.language_of(request)
    if len(query) > LONGEST:
        return _wrong(request)
    again = f"{ASK}?{urlencode(parse_qsl(query, keep_blank_values=True))}"
    if request.lens is not None:
        return _go(again)
    with translation.override(lang):
        return pages.page(request, "smart/moment.html", {"again": again}, lang=lang)


@screen("GET", ASK, policy=policy.ALLOW, name="smart_ask")
def ask(request: Request) -> HttpResponse:
    """Say what the app asks, and ask."""
    wish = _wished(request, request.META.get("QUERY_STRING", ""))
    if isinstance(wish, HttpResponse):
        return wish
    return _asked(request, wish, _whom(request, wish))


@screen("POST", ASK, policy=policy.ALLOW, name="smart_ask")
def answer(request: Request) -> HttpResponse:
    """Find and choose the person, say yes, or say no."""
    wish = _wished(request, request.POST.get("query", ""))
    if isinstance(wish, HttpResponse):
        return wish
    do, person = request.POST.get("do", ""), _whom(request, wish) or id_or_none(request.POST.get("person", ""))
    if do == "deny":
        return _go(AccessDeniedError(state=wish.request.state).in_uri(wish.redirect_uri), 303)
    with db.reading(request.lens):
        closed = person is not None and not reads.stands_open(request.lens, person)
        if do != "allow" or closed or (wish.about_one and person is None):
            return _asked(request, wish, None if closed else person, words=request.POST.get("words", "")[:80])
    yes = Yes(request.lens.user_id, request.posting.id, person, wish.scopes)
    return _go(actions.allow(actor=request.actor, uri=wish.uri, yes=yes), 303)


def _wished(request: Request, query: str) -> Wish | HttpResponse:
    """Read what an app asks; what can't be is told to the app by its own address, or to whoever came where there is none."""
    kept = urlencode([(k, v) for k, v in parse_qsl(query[:LONGEST], keep_blank_values=True) if k != "lang"])
    uri = f"{ours.address('/smart/authorize')}?{kept}"
    try:
        found, info = server.authorizing().validate_authorization_request(uri)
    except FatalClientError:
        return _wrong(request)
    except OAuth2Error as wrong:
        return _go(wrong.in_uri(wrong.redirect_uri))
    asked = info["request"]
    return Wish(uri, kept, asked.client, info["redirect_uri"], tuple(found), asked)


def _whom(request: Request, wish: Wish) -> UUID | None:
    """Give the person whom it is about where that is not for the reader to choose: their own record, or the chart's."""
    if request.lens.person_id is not None:
        return request.lens.person_id
    launched = wish.request.launched
    if launched is None:
        return None
    if launched.user_id != request.lens.user_id:
        raise NotAllowed("This app was opened from a chart by somebody else. Open it from the chart again.")
    return UUID(str(launched.person_id))


def _asked(request: Request, wish: Wish, person: UUID | None, *, words: str = "") -> HttpResponse:
    lens, lang = request.lens, pages.language_of(request)
    if person is not None and not reads.stands_open(lens, person):
        raise NotAllowed("This person's record does not stand open to you now, so no app can read it for you.")
    picks = wish.about_one and person is None
    cards = reads.open_people(lens, words) if picks else []
    shown = [people.card(lens, person)] if person is not None and lens.person_id is None else []
    seen = {c.person_id for c in (*cards, *shown)}
    if seen:
        ledger_reads.log_read(lens, route="smart_ask", people=seen, classes=[DataClass.DEMOGRAPHICS])
    with translation.override(lang):
        context = {
            "app": wish.app,
            "query": wish.query,
            "words": words,
            "cards": cards,
            "person": shown[0] if shown else None,
            "person_id": person if not shown else shown[0].person_id,
            "own": lens.person_id is not None,
            "asks": told.asks(wish.scopes, own=lens.person_id is not None),
            "goes_to": urlsplit(wish.redirect_uri).hostname or wish.redirect_uri.partition(":")[0],
            "others": [(code, word) for code, word in (("en", "English"), ("es", "Español")) if code != lang],
            "ask": ASK,
        }
        response = pages.page(request, "smart/pick.html" if picks else "smart/ask.html", context, lang=lang)
    response.sends_to = origin_of(wish.redirect_uri)  # type: ignore[attr-defined]
    return response


def _wrong(request: HttpRequest) -> HttpResponse:
    """Say to whoever came that the app is not as it was registered; nobody is sent anywhere by a word we can't trust."""
    return pages.page(request, "smart/wrong.html", {}, status=400, lang=pages.language_of(request))


def _go(address: str, status: int = 302) -> HttpResponse:
    response = HttpResponse(status=status)
    response.headers["Location"] = address
    return response
