"""An app as somebody else would write it: it makes its own challenge, follows our redirects, and keeps what it gets."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from uuid import UUID, uuid4

from django.test import Client

BACK = "https://app.example.org/back"
FORM = "application/x-www-form-urlencoded"
SCOPES = "launch launch/patient openid fhirUser offline_access patient/Patient.rs patient/Observation.rs patient/Condition.rs"


def register(kind: str = "public", scopes: str = SCOPES, **more: Any) -> Any:
    """Register an app as the administrator would; gives the row and its secret."""
    from throughcare.exchange.smart import actions
    from throughcare.exchange.smart.models import App
    from throughcare.kernel.actor import Actor

    service = kind == "service"
    given = {
        "redirect_uris": [] if service else [BACK],
        "launch_uri": "" if service else "https://app.example.org/launch",
    }
    made = actions.register_app(
        actor=Actor.system("test"), name="Sample app", kind=kind, wanted=scopes.split(), **{**given, **more}
    )
    return App.objects.get(id=made.id), made.secret


def base() -> str:
    """Give the address of the API as apps know it."""
    from throughcare.exchange.smart import ours

    return ours.fhir_base()


@dataclass
class Program:
    """One app in the middle of asking."""

    client_id: str
    secret: str = ""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @property
    def challenge(self) -> str:
        """Give the challenge of its verifier."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")

    def asks(self, **changed: Any) -> str:
        """Give the query with which it sends somebody to us; None leaves a parameter out."""
        said = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": BACK,
            "scope": SCOPES,
            "state": self.state,
            "aud": base(),
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            **changed,
        }
        return urlencode({k: v for k, v in said.items() if v is not None})

    def token(self, **said: Any) -> Any:
        """Ask the token endpoint; gives status and what was said."""
        headers = {}
        if self.secret:
            word = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
            headers["HTTP_AUTHORIZATION"] = f"Basic {word}"
        elif "client_assertion" not in said:
            said = {"client_id": self.client_id, **said}
        answer = Client().post("/smart/token", urlencode(said), content_type=FORM, **headers)
        return answer.status_code, answer.json()

    def trade(self, code: str, **changed: Any) -> Any:
        """Trade a code for a token."""
        said = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": self.verifier}
        return self.token(**{k: v for k, v in {**said, **changed}.items() if v is not None})


def signed_in(role: str, person: str = "") -> Client:
    """Sign somebody in."""
    browser = Client()
    answer = browser.post("/demo/become", {"role": role, "facility": "Hartford", "person": person})
    assert answer.status_code in (200, 302, 303), answer.content
    return browser


def answer(browser: Client, query: str, person: UUID | str = "", do: str = "allow") -> Any:
    """Answer the page; gives what came back."""
    return browser.post("/smart/ask", {"query": query, "person": str(person), "do": do, "intent": str(uuid4())})


def code_of(location: str) -> str:
    """Take the code out of the address that the app is called back at."""
    return parse_qs(urlsplit(location).query)["code"][0]


def said(location: str) -> dict[str, str]:
    """Read what the app is told by its address."""
    return dict(parse_qsl(urlsplit(location).query))


def open_person(role: str) -> UUID:
    """Find somebody whose record stands open to a role at Hartford."""
    from throughcare.access import care, sessions
    from throughcare.app import become
    from throughcare.custody.models import Placement
    from throughcare.kernel.vocabulary import Role

    posting = become.persona(Role(role), facility="Hartford")
    lens = sessions.lens_of(posting.user, posting)
    for one in Placement.objects.filter(until=None, cancelled=False).order_by("id"):
        if care.relation(lens, one.person_id) is care.Relation.OPEN:
            return UUID(str(one.person_id))
    raise AssertionError("nobody is open to this role")


def closed_person(role: str) -> UUID:
    """Find somebody whose record does not."""
    from throughcare.access import care, sessions
    from throughcare.app import become
    from throughcare.kernel.vocabulary import Role
    from throughcare.people.models import Person

    posting = become.persona(Role(role), facility="Hartford")
    lens = sessions.lens_of(posting.user, posting)
    for one in Person.objects.order_by("id"):
        if care.relation(lens, one.id) is not care.Relation.OPEN:
            return UUID(str(one.id))
    raise AssertionError("everybody is open to this role")


def assertion(client_id: str, key: Any, *, alg: str = "ES384", **changed: Any) -> str:
    """Sign an assertion as a service does."""
    from joserfc import jwt

    now = int(time.time())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": base().removesuffix("/fhir") + "/smart/token",
        "iat": now,
        "exp": now + 240,
        "jti": secrets.token_urlsafe(12),
        **changed,
    }
    header = {"alg": alg, "kid": key.kid, "typ": "JWT"}
    return jwt.encode(header, {k: v for k, v in claims.items() if v is not None}, key, algorithms=[alg])
