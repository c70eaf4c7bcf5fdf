"""The agency's own sign-in (OpenID Connect): who comes from there, as its signed token says, and nothing more.

allauth's client and token check do the protocol; this is the only module that touches them. The caller stands in no
transaction: these functions ask another machine. No token is kept, and none is logged.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings

from throughcare.access import rules
from throughcare.kernel import content
from throughcare.kernel.vocabulary import Role

CONTENT = "access/outside_sign_in.toml"
_SIGNED_BY = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})


class Unreachable(Exception):
    """The agency's sign-in does not answer, or not as its standard says."""


class Untrue(Exception):
    """What came back does not fit what was asked; nobody is let in by it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the agency's sign-in, kept in the session until its answer comes."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Came:
    """Who the agency's sign-in says came: its name for them for ever, their name here, their roles, how sure it is."""

    issuer: str
    subject: str
    account: str
    roles: tuple[str, ...]
    strong: bool


def on() -> bool:
    """Tell whether this installation knows an agency's sign-in."""
    return bool(settings.OIDC_ISSUER)


def title() -> str:
    """Give the words on the way to the agency's sign-in."""
    words: str = content.load(CONTENT)["title"]
    return words


def begin() -> tuple[str, dict[str, str]]:
    """Give the address to go to, and what to keep until the answer comes."""
    asked = Asked(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
    known = _discover()
    client = _client(known)
    client.state = asked.state
    more = {
        "nonce": asked.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        # A shared workstation: whoever signed in there before must not sign the next person in.
        "prompt": "login",
        "max_age": "0",
    }
    address: str = client.get_redirect_url(known["authorization_endpoint"], _scopes(), more)
    return address, asdict(asked)


def finish(*, code: str, state: str, asked: Mapping[str, str]) -> Came:
    """Exchange the code for the token, check it, and say who came; raise Untrue where anything does not fit."""
    if not state or not secrets.compare_digest(state.encode(), asked["state"].encode()):
        raise Untrue("state")
    known = _discover()
    from allauth.socialaccount.providers.oauth2.client import OAuth2Error
    from requests import RequestException

    try:
        answer = _client(known).get_access_token(code, pkce_code_verifier=asked["verifier"])
    except OAuth2Error:
        raise Untrue("code") from None
    except (RequestException, KeyError, ValueError):
        raise Unreachable from None
    said = _checked(answer.get("id_token"), known)
    _fits(said, asked["nonce"])
    return _who(said)


# --- inside ---------------------------------------------------------------------------------------------------------------


def _discover() -> dict[str, str]:
    """Ask the agency's sign-in where its parts are; it must call itself what we call it."""
    from allauth.socialaccount.adapter import get_adapter
    from requests import RequestException

    try:
        with get_adapter().get_requests_session() as session:
            answer = session.get(f"{settings.OIDC_ISSUER}/.well-known/openid-configuration")
            answer.raise_for_status()
            known = answer.json()
        wanted = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        found = {name: str(known[name]) for name in wanted}
    except (RequestException, ValueError, KeyError, TypeError):
        raise Unreachable from None
    if found["issuer"].rstrip("/") != settings.OIDC_ISSUER:
        raise Unreachable
    if settings.OIDC_ISSUER.startswith("https:") and not all(at.startswith("https:") for at in found.values()):
        raise Unreachable
    return found


def _client(known: Mapping[str, str]) -> Any:
    from allauth.socialaccount.providers.oauth2.client import OAuth2Client

    back = f"{settings.BASE_URL}/sign-in/agency/back/"
    secret = settings.OIDC_SECRET_FILE.read_text().strip()
    # The secret goes by HTTP's own header: every provider must take it there (OpenID Connect Core, 9).
    return OAuth2Client(None, settings.OIDC_CLIENT, secret, "POST", known["token_endpoint"], back, basic_auth=True)


def _checked(token: object, known: Mapping[str, str]) -> dict[str, Any]:
    """Check signature, issuer, audience and end of a token, against the keys that the provider publishes."""
    import jwt
    from allauth.socialaccount.internal import jwtkit
    from allauth.socialaccount.providers.oauth2.client import OAuth2Error
    from requests import RequestException

    try:
        if not isinstance(token, str) or jwt.get_unverified_header(token).get("alg") not in _SIGNED_BY:
            raise Untrue("token")
        said: dict[str, Any] = jwtkit.verify_and_decode(
            credential=token,
            keys_url=known["jwks_uri"],
            issuer=known["issuer"],
            audience=settings.OIDC_CLIENT,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
    except RequestException:
        raise Unreachable from None
    except (OAuth2Error, jwt.PyJWTError, KeyError, ValueError, TypeError):
        raise Untrue("token") from None
    return said


def _fits(said: Mapping[str, Any], nonce: str) -> None:
    """Refuse a token that answers another question, is another client's, or speaks of an old sign-in."""
    if not secrets.compare_digest(str(said.get("nonce", "")).encode(), nonce.encode()):
        raise Untrue("nonce")
    if said.get("azp", settings.OIDC_CLIENT) != settings.OIDC_CLIENT:
        raise Untrue("azp")
    at, oldest = said.get("auth_time"), content.load(CONTENT)["minutes_since_sign_in"] * 60
    if not isinstance(at, int) or time.time() - at > oldest:
        raise Untrue("auth_time")


def _who(said: Mapping[str, Any]) -> Came:
    body = content.load(CONTENT)
    table = {row["group"]: Role(row["role"]) for row in content.rows(CONTENT, "role")}
    methods = said.get("amr", [])
    subject, account = said.get("sub"), said.get(body["account_claim"])
    if not isinstance(subject, str) or not subject:
        raise Untrue("sub")
    return Came(
        settings.OIDC_ISSUER,
        subject[:255],
        account.strip()[:80] if isinstance(account, str) else "",
        rules.roles_of(said.get(body["groups_claim"]), table),
        strong=isinstance(methods, list) and any(one in body["second_factor_methods"] for one in methods),
    )


def _scopes() -> list[str]:
    return ["openid", *content.load(CONTENT)["scopes"]]
