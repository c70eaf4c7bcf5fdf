"""The protocol: OAuth 2 as oauthlib speaks it, over our own rows. What SMART adds is asked here: audience, S256, launch, person in view.

oauthlib decides what a request must hold and in which order it is checked; this answers its questions. Nothing is written but by
`actions`, and whoever calls an endpoint stands inside one.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import unquote

from oauthlib.common import Request
from oauthlib.oauth2 import (
    AuthorizationCodeGrant,
    AuthorizationEndpoint,
    BearerToken,
    ClientCredentialsGrant,
    IntrospectEndpoint,
    InvalidRequestError,
    RefreshTokenGrant,
    RequestValidator,
    RevocationEndpoint,
    TokenEndpoint,
)

from throughcare.access.models import Token
from throughcare.access.realtime import real_now
from throughcare.exchange.fhir import scopes
from throughcare.exchange.smart import handing, keys, lasting, ours
from throughcare.exchange.smart.models import App, Assertion, Code, Launch, Permission, Refresh

LAST_HOPE = timedelta(minutes=6)


class Validator(RequestValidator):  # type: ignore[misc]
    """Answers what the protocol asks about apps, codes and tokens."""

    # --- who asks -------------------------------------------------------------------------------------------------------------

    def validate_client_id(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> bool:
        """Tell whether this is an app that people may be asked for."""
        request.client = App.objects.filter(client_id=client_id, state="active").exclude(kind="service").first()
        return request.client is not None

    def client_authentication_required(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        """Tell whether the app must prove that it is itself; an unknown one must as well."""
        app = App.objects.filter(client_id=_claimed(request)).first()
        return app is None or app.confidential

    def authenticate_client_id(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> bool:
        """Take a public app by its name; one with a secret or a key never."""
        request.client = App.objects.filter(client_id=client_id, state="active", kind="public").first()
        return request.client is not None

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        """Take an app by its secret, or by an assertion that its key signed."""
        app = App.objects.filter(client_id=_claimed(request), state="active").first()
        said = getattr(request, "client_assertion", None)
        if app is None or (request.client_id and request.client_id != app.client_id):
            return False
        if app.kind == "secret":
            proved = said is None and handing.same(app.secret_digest, _secret(request))
        elif app.kind in ("key", "service"):
            named = getattr(request, "client_assertion_type", "") == keys.JWT_BEARER
            proved = named and isinstance(said, str) and self._by_key(app, said)
        else:
            proved = False
        if proved:
            request.client, request.client_id = app, app.client_id
        return proved

    def _by_key(self, app: App, assertion: str) -> bool:
        try:
            # Keys at an address were fetched before the transaction began (actions.prefetch).
            known = app.jwks or keys.fetched(app.jwks_uri)
            claims = keys.claims_of(assertion, known, app.client_id, ours.address(ours.GIVES))
        except keys.Untrue:
            return False
        number, until = keys.digest(claims["jti"]), real_now() + LAST_HOPE
        _, first = Assertion.objects.get_or_create(app=app, number=number, defaults={"until": until})
        return bool(first)

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: App, request: Request, *a: Any, **k: Any
    ) -> bool:
        """Let a service have its own token, and other apps those that somebody allowed."""
        return (grant_type == "client_credentials") is (client.kind == "service")

    def validate_response_type(
        self, client_id: str, response_type: str, client: App, request: Request, *a: Any, **k: Any
    ) -> bool:
        """Codes alone: no token ever stands in an address."""
        return response_type == "code"

    # --- for what -------------------------------------------------------------------------------------------------------------

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Compare letter by letter with what was registered."""
        return redirect_uri in request.client.redirect_uris

    def get_default_redirect_uri(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> None:
        """Give none: an app says where it wants to be called back."""
        return

    def get_default_scopes(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:
        """Give none: an app says what it wants."""
        return []

    def validate_scopes(
        self, client_id: str, wanted: list[str], client: App, request: Request, *a: Any, **k: Any
    ) -> bool:
        """Cut what is asked to what was registered; refuse where nothing of it is left."""
        context = {"system"} if client.kind == "service" else {"patient", "user"}
        found = scopes.meet(wanted[:100], client.scopes)
        request.scopes = [s for s in found if (p := scopes.parse(s)) is None or p.context in context]
        return any(scopes.parse(s) is not None for s in request.scopes)

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        """Ask it of every app."""
        return True

    # --- codes ----------------------------------------------------------------------------------------------------------------

    def save_authorization_code(
        self, client_id: str, code: Mapping[str, str], request: Request, *a: Any, **k: Any
    ) -> None:
        """Keep a code for what somebody allowed just now."""
        now = real_now()
        Code.objects.create(
            digest=keys.digest(code["code"]),
            permission=request.permission,
            redirect_uri=request.redirect_uri,
            challenge=request.code_challenge,
            nonce=(getattr(request, "nonce", None) or "")[:200],
            made_at=now,
            expires_at=now + timedelta(seconds=lasting.number("code_seconds")),
        )

    def validate_code(
        self, client_id: str, code: str, client: App, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Take a code once, from the app that it was made for; one that comes again ends all that came of it."""
        held = Code.objects.select_for_update().filter(digest=keys.digest(code), permission__app=client).first()
        if held is None:
            return False
        if held.used_at is not None:
            handing.end(held.permission, "code used twice")
            return False
        # Whatever comes of this request, the code is spent: a wrong verifier gets no second try.
        Code.objects.filter(digest=held.digest).update(used_at=real_now())
        if held.expires_at <= real_now() or not handing.stands(held.permission):
            return False
        request.held, request.permission = held, held.permission
        request.user, request.scopes = held.permission.user, list(held.permission.scopes)
        return True

    def get_code_challenge(self, code: str, request: Request) -> str:
        """Give the challenge that the code was asked for with."""
        return str(request.held.challenge)

    def get_code_challenge_method(self, code: str, request: Request) -> str:
        """S256, always."""
        return "S256"

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: App, request: Request, *a: Any, **k: Any
    ) -> bool:
        """Compare with the address that the code went to."""
        return bool(redirect_uri == request.held.redirect_uri)

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Do nothing more: a code is spent when it is shown."""

    # --- tokens ---------------------------------------------------------------------------------------------------------------

    def validate_refresh_token(
        self, refresh_token: str, client: App, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Take a refresh token once; one that comes again was stolen from somebody, and ends the permission."""
        held = (
            Refresh.objects.select_for_update()
            .filter(digest=keys.digest(refresh_token), permission__app=client)
            .first()
        )
        if held is None:
            return False
        if held.used_at is not None:
            handing.end(held.permission, "refresh used twice")
            return False
        if held.expires_at <= real_now() or not handing.stands(held.permission):
            return False
        request.refreshed, request.permission, request.user = held, held.permission, held.permission.user
        return True

    def get_original_scopes(self, refresh_token: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:
        """Give what somebody allowed."""
        return list(request.permission.scopes)

    def is_within_original_scope(
        self, wanted: list[str], refresh_token: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Let an app ask for less than it was allowed."""
        return sorted(scopes.meet(wanted, request.permission.scopes)) == sorted(wanted)

    def rotate_refresh_token(self, request: Request) -> bool:
        """Give a new one each time."""
        return True

    def save_bearer_token(self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any) -> None:
        """Keep whose the token is."""
        handing.keep(request)

    def revoke_token(self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any) -> None:
        """Take back what the app holds; another's is left alone."""
        handing.take_back(request.client, token)

    def introspect_token(
        self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Say what one of the app's own tokens opens."""
        return handing.told(request.client, token)


def _claimed(request: Request) -> str:
    """Give the client that a request says it comes from: header, assertion, or plainly."""
    basic = _basic(request)
    if basic is not None:
        return basic[0]
    said = getattr(request, "client_assertion", None)
    if isinstance(said, str):
        return keys.client_of(said)
    return str(request.client_id or "")


def _secret(request: Request) -> str:
    basic = _basic(request)
    return basic[1] if basic is not None else str(getattr(request, "client_secret", None) or "")


def _basic(request: Request) -> tuple[str, str] | None:
    import base64
    import binascii

    scheme, _, rest = str(request.headers.get("Authorization", "")).partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote(name), unquote(secret)


def _smart(request: Request) -> dict[str, Any]:
    """Ask what SMART asks beside OAuth: whose API is meant, S256, a state, and a launch that is really there."""
    if (getattr(request, "aud", None) or "").rstrip("/") != ours.fhir_base():
        raise InvalidRequestError("aud must be the address of this API.", request=request)
    if request.code_challenge_method != "S256" or not 43 <= len(request.code_challenge or "") <= 128:
        raise InvalidRequestError("code_challenge_method must be S256.", request=request)
    if not request.state or len(request.state) > 1000:
        raise InvalidRequestError("state is missing, or too long.", request=request)
    word = getattr(request, "launch", None)
    request.launched = None
    if word:
        request.launched = Launch.objects.filter(
            digest=keys.digest(word), app=request.client, used_at=None, expires_at__gt=real_now()
        ).first()
        if request.launched is None:
            raise InvalidRequestError("This launch is unknown, used or over.", request=request)
    return {}


@cache
def authorizing() -> AuthorizationEndpoint:
    """Give the endpoint at which somebody is asked."""
    rules = Validator()
    grant = AuthorizationCodeGrant(rules, post_auth=[_smart])
    return AuthorizationEndpoint("code", handing.bearer(rules), {"code": grant})


@cache
def giving() -> TokenEndpoint:
    """Give the endpoint at which apps get their tokens."""
    rules = Validator()
    by_code, again = AuthorizationCodeGrant(rules), RefreshTokenGrant(rules)
    by_code.register_token_modifier(handing.dressed)
    again.register_token_modifier(handing.dressed)
    grants = {
        "authorization_code": by_code,
        "refresh_token": again,
        "client_credentials": ClientCredentialsGrant(rules),
    }
    bearer: BearerToken = handing.bearer(rules)
    return TokenEndpoint("authorization_code", bearer, grants)


@cache
def revoking() -> RevocationEndpoint:
    """Give the endpoint at which an app gives a token up."""
    return RevocationEndpoint(Validator())


@cache
def introspecting() -> IntrospectEndpoint:
    """Give the endpoint at which an app asks what its token opens."""
    return IntrospectEndpoint(Validator())


def allowed(permission: Permission) -> dict[str, Any]:
    """Give what is handed to oauthlib with somebody's yes."""
    return {"permission": permission, "user": permission.user}


def token_of(secret: str) -> Token | None:
    """Find an access token by its words."""
    return Token.objects.filter(digest=keys.digest(secret)).first()
