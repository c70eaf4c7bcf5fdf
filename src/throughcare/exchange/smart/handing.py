"""What is handed out and taken back: access tokens, each a lens; refresh tokens; and what an app is told with them. Inside an action only."""

import hmac
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from oauthlib.common import Request
from oauthlib.oauth2 import BearerToken, RequestValidator

from throughcare import ledger
from throughcare.access import actions as access
from throughcare.access import personal
from throughcare.access.models import Token
from throughcare.access.realtime import real_now
from throughcare.exchange.fhir import scopes
from throughcare.exchange.smart import fhir, keys, lasting, ours
from throughcare.exchange.smart.models import App, Given, Permission, Refresh
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused
from throughcare.kernel.vocabulary import DataClass

DOOR = Actor.system("apps")


def bearer(rules: RequestValidator) -> BearerToken:
    """Give what makes tokens for the protocol."""
    return BearerToken(rules, token_generator=_issue, expires_in=_seconds, refresh_token_generator=_fresh)


def same(kept: bytes | memoryview | None, secret: str) -> bool:
    """Compare a secret with its digest, in the same time whatever it is."""
    return kept is not None and hmac.compare_digest(bytes(kept), keys.digest(secret))


def stands(permission: Permission) -> bool:
    """Tell whether a permission still holds: not ended, its owner and their posting still there, its app in use."""
    user, posting = permission.user, permission.posting
    holds = user.is_active and personal.holds_now(posting.since, posting.until)
    return permission.ended_at is None and holds and permission.app.state == "active"


def end(permission: Permission, why: str) -> None:
    """End a permission and all that was handed out from it, at once."""
    if permission.ended_at is None:
        permission.bump(ended_at=real_now(), ended_why=why[:40])
        kept(permission)
    Refresh.objects.filter(permission=permission, used_at=None).update(used_at=real_now())
    for given in Given.objects.filter(permission=permission):
        access.revoke_token(actor=DOOR, token_id=given.token_id, why=why)


def kept(row: Permission) -> None:
    """Keep in the ledger what somebody let an app do, as it now stands."""
    ledger.record(
        type="AppPermission",
        id=row.id,
        subject=None if row.person_id else (ledger.SubjectKind.STAFF, row.user_id),
        person_id=row.person_id,
        data_class=DataClass.AUDIT_LOG,
        media="throughcare/AppPermission",
        body=fhir.permission(row),
        live=row.ended_at is None,
    )


def end_tokens(app: App, why: str) -> int:
    """End every token that an app holds; gives how many still opened something."""
    open_ = Given.objects.filter(app=app, token__revoked_at=None).values_list("token_id", flat=True)
    return sum(access.revoke_token(actor=DOOR, token_id=one, why=why) for one in list(open_))


def dressed(token: dict[str, Any], handler: BearerToken, request: Request) -> dict[str, Any]:
    """Add what SMART tells with a token, and leave out the refresh token that nobody asked for."""
    permission: Permission = request.permission
    if not {"online_access", "offline_access"} & set(permission.scopes):
        token.pop("refresh_token", None)
        request.fresh = ""
    if permission.person_id is not None:
        token["patient"] = str(permission.person_id)
        token["need_patient_banner"] = True
    if "openid" in request.scopes and request.grant_type == "authorization_code":
        token["id_token"] = _who(permission, request)
    return token


def keep(request: Request) -> None:
    """Keep which app holds the token just made, spend the refresh token that it was made for, and keep the next."""
    permission: Permission | None = getattr(request, "permission", None)
    app: App = request.client
    Given.objects.create(token_id=request.issued.id, app=app, permission=permission)
    App.objects.filter(id=app.id).update(used_at=real_now())
    if permission is None:
        return
    spent = getattr(request, "refreshed", None)
    now = real_now()
    # A chain of refresh tokens ends when its first would have: nobody stays for ever by coming often.
    lasts = lasting.refresh(offline="offline_access" in permission.scopes)
    until = permission.given_at + lasts
    if spent is not None:
        Refresh.objects.filter(digest=spent.digest).update(used_at=now)
    if getattr(request, "fresh", "") and until > now:
        Refresh.objects.create(digest=keys.digest(request.fresh), permission=permission, made_at=now, expires_at=until)


def take_back(app: App, secret: str) -> None:
    """Take back a token of this app: an access token by itself, a refresh token with all that came of it."""
    refresh = Refresh.objects.filter(digest=keys.digest(secret), permission__app=app).first()
    if refresh is not None:
        end(refresh.permission, "given up by the app")
        return
    given = Given.objects.filter(token__digest=keys.digest(secret), app=app).first()
    if given is not None:
        access.revoke_token(actor=DOOR, token_id=given.token_id, why="given up by the app")


def told(app: App, secret: str) -> dict[str, Any] | None:
    """Say what a token of this app opens; None for one that opens nothing, or is another's."""
    given = (
        Given.objects.select_related("token__user", "token__posting")
        .filter(token__digest=keys.digest(secret), app=app)
        .first()
    )
    if given is None or not opens(given.token):
        return None
    token = given.token
    said = {
        "client_id": app.client_id,
        "scope": " ".join(token.scopes or ()),
        "token_type": "Bearer",
        "exp": int(token.expires_at.timestamp()),
        "iat": int(token.made_at.timestamp()),
        "sub": str(token.user_id),
    }
    if token.person_id is not None:
        said["patient"] = str(token.person_id)
    if "fhirUser" in (token.scopes or ()):
        said["fhirUser"] = fhir_user(token.user_id, token.user.person_id)
    return said


def opens(token: Token) -> bool:
    """Tell whether a token opens something now."""
    here = token.revoked_at is None and token.expires_at > real_now() and token.user.is_active
    return here and personal.holds_now(token.posting.since, token.posting.until)


def fhir_user(user_id: UUID, person_id: UUID | None) -> str:
    """Give the resource of who is signed in."""
    return f"{ours.fhir_base()}/" + (f"Patient/{person_id}" if person_id else f"Practitioner/{user_id}")


def _seconds(request: Request) -> int:
    return int(_lasts(request).total_seconds())


def _lasts(request: Request) -> timedelta:
    return lasting.token(service=request.client.kind == "service")


def _issue(request: Request) -> str:
    """Make an access token: the lens of a posting, cut to the scopes, and to one person where they ask in a patient's name."""
    app: App = request.client
    permission: Permission | None = getattr(request, "permission", None)
    posting = app.posting_id if permission is None else permission.posting_id
    if posting is None:
        raise Refused("This app has no posting of its own.")
    in_name_of = scopes.contexts(request.scopes)
    issued = access.issue_token(
        actor=DOOR,
        posting_id=posting,
        lasts=_lasts(request),
        person_id=permission.person_id if permission is not None and "patient" in in_name_of else None,
        scopes=request.scopes,
        client=app.client_id,
    )
    request.issued = issued
    return str(issued.secret)


def _fresh(request: Request) -> str:
    import secrets

    request.fresh = "tcr_" + secrets.token_urlsafe(32)
    return str(request.fresh)


def _who(permission: Permission, request: Request) -> str:
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": ours.fhir_base(),
        "sub": str(permission.user_id),
        "aud": permission.app.client_id,
        "iat": now,
        "exp": now + 300,
    }
    if {"fhirUser", "profile"} & set(permission.scopes):
        claims["fhirUser"] = claims["profile"] = fhir_user(permission.user_id, permission.user.person_id)
    if nonce := getattr(getattr(request, "held", None), "nonce", ""):
        claims["nonce"] = nonce
    return keys.id_token(claims)
