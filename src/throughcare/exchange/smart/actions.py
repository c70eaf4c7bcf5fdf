"""The only writers of apps, permissions and launches. Each change of an app stands in the ledger with who and why."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.access import actions as access
from throughcare.access.models import Posting, User
from throughcare.access.realtime import real_now
from throughcare.exchange.fhir import granular, scopes
from throughcare.exchange.fhir.types import HELD
from throughcare.exchange.smart import fhir, handing, keys, lasting, server
from throughcare.exchange.smart.addresses import wrong_address
from throughcare.exchange.smart.models import App, Assertion, Launch, Permission
from throughcare.kernel import db
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Refused
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import SubjectKind

# Whose lens a service may be given: nobody's who reads by an office of their own, and no person's in custody.
SERVICE_ROLES = (
    Role.COMMUNITY, Role.PROVIDER, Role.RN, Role.PSYCH, Role.SUD, Role.DENTAL, Role.PHARMACY, Role.PLANNER, Role.HIM,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Registered:
    """An app just registered: its id, and its secret where it has one, which nobody can read again."""

    id: UUID
    secret: str = ""


@action("smart.register_app")
def register_app(
    *,
    actor: Actor,
    name: str,
    kind: str,
    wanted: Sequence[str],
    about: str = "",
    redirect_uris: Sequence[str] = (),
    launch_uri: str = "",
    jwks: Mapping[str, Any] | None = None,
    jwks_uri: str = "",
    role: Role | None = None,
    facility_id: UUID | None = None,
) -> Registered:
    """Register an app with the most it may ever be given; a service gets an account of its own and a role's lens."""
    uris = list(dict.fromkeys(u.strip() for u in redirect_uris if u.strip()))
    launch, jwks_uri = launch_uri.strip(), jwks_uri.strip()
    wrong = _wrong(name, kind, wanted, uris, launch) | _wrong_keys(kind, jwks, jwks_uri)
    if kind == "service" and role not in SERVICE_ROLES:
        wrong["role"] = "Choose whose lens it works with."
    if wrong:
        raise Invalid("The app was not registered.", fields=wrong)
    now, id_ = real_now(), uuid7()
    secret = secrets.token_urlsafe(32) if kind == "secret" else ""
    user, posting = _own_account(actor, id_, name, role, facility_id) if kind == "service" and role else (None, None)
    row = App.objects.create(
        id=id_,
        client_id=f"app-{secrets.token_hex(12)}",
        name=name.strip(),
        about=about.strip(),
        kind=kind,
        redirect_uris=uris,
        launch_uri=launch,
        scopes=list(dict.fromkeys(wanted)),
        secret_digest=keys.digest(secret) if secret else None,
        jwks=dict(jwks) if jwks else None,
        jwks_uri=jwks_uri,
        user_id=user,
        posting_id=posting,
        registered_at=now,
        registered_by=actor.label(),
        changed_at=now,
    )
    _keep(row)
    return Registered(id_, secret)


@action("smart.change_state")
def change_state(*, actor: Actor, intent: UUID | None = None, app_id: UUID, state: str, why: str) -> None:
    """Suspend an app, let it go on, or revoke it for good: suspended or revoked, its tokens open nothing from this moment."""
    row, why = _app(app_id), why.strip()
    if len(why) < 3:
        raise Invalid("Nothing was changed.", fields={"why": "Say why, in a few words."})
    if row.state == "revoked" or state not in ("active", "suspended", "revoked"):
        raise Refused("This app was revoked for good. Register it anew if it is to come back.")
    if state == row.state:
        return
    if state != "active":
        handing.end_tokens(row, f"app {state}")
    if state == "revoked":
        for permission in Permission.objects.select_for_update().filter(app=row, ended_at=None):
            handing.end(permission, "app revoked")
        if row.user_id is not None:
            access.leave(actor=actor, user_id=row.user_id, why="app revoked")
    row.bump(state=state, changed_at=real_now(), changed_why=why[:200])
    _keep(row, why)


@action("smart.new_secret")
def new_secret(*, actor: Actor, app_id: UUID) -> str:
    """Give an app another secret, shown once; the old one proves nothing from this moment, and its tokens end."""
    row = _app(app_id)
    if row.kind != "secret" or row.state == "revoked":
        raise Refused("This app has no secret.")
    secret = secrets.token_urlsafe(32)
    handing.end_tokens(row, "new secret")
    row.bump(secret_digest=keys.digest(secret), changed_at=real_now(), changed_why="new secret")
    _keep(row, "new secret")
    return secret


@action("smart.change_keys")
def change_keys(*, actor: Actor, app_id: UUID, jwks: Mapping[str, Any] | None = None, jwks_uri: str = "") -> None:
    """Put other public keys in the place of an app's; what the old ones signed proves nothing from this moment."""
    row, jwks_uri = _app(app_id), jwks_uri.strip()
    if row.kind not in ("key", "service") or row.state == "revoked":
        raise Refused("This app has no keys.")
    if wrong := _wrong_keys(row.kind, jwks, jwks_uri):
        raise Invalid("The keys were not changed.", fields=wrong)
    handing.end_tokens(row, "new keys")
    row.bump(jwks=dict(jwks) if jwks else None, jwks_uri=jwks_uri, changed_at=real_now(), changed_why="new keys")
    _keep(row, "new keys")


# --- people and their permissions -------------------------------------------------------------------------------------------------


@action("smart.launch")
def launch(*, actor: Actor, app_id: UUID, user_id: UUID, person_id: UUID) -> str:
    """Open an app from somebody's chart: gives the word with which it may come back, once, for this person and this user."""
    row = App.objects.filter(id=app_id, state="active").exclude(launch_uri="").first()
    if row is None:
        raise NotFound("There is no such app to open, or it is suspended.")
    word, now = secrets.token_urlsafe(32), real_now()
    until = now + timedelta(seconds=lasting.number("launch_seconds"))
    Launch.objects.create(
        digest=keys.digest(word), app=row, user_id=user_id, person_id=person_id, made_at=now, expires_at=until
    )
    return word


@dataclass(frozen=True, slots=True)
class Yes:
    """What somebody agreed to: as whom, about whom, and how far."""

    user_id: UUID
    posting_id: UUID
    person_id: UUID | None
    scopes: tuple[str, ...]


@action("smart.allow")
def allow(*, actor: Actor, uri: str, yes: Yes) -> str:
    """Let an app do what somebody agreed to; gives the address that brings the app its code."""
    request_scopes, info = server.authorizing().validate_authorization_request(uri)
    asked = info["request"]
    given = [s for s in yes.scopes if s in request_scopes]
    if asked.launched is not None:
        held = Launch.objects.select_for_update().filter(digest=asked.launched.digest, used_at=None).first()
        if held is None or held.user_id != yes.user_id or held.person_id != yes.person_id:
            raise Refused("This launch was another's, or is used. Open the app from the chart again.")
    permission = Permission.objects.create(
        app=asked.client,
        user=User.objects.get(id=yes.user_id),
        posting=Posting.objects.get(id=yes.posting_id),
        person_id=yes.person_id,
        scopes=given,
        given_at=real_now(),
    )
    handing.kept(permission)
    headers, _, _ = server.authorizing().create_authorization_response(
        uri, scopes=given, credentials=server.allowed(permission)
    )
    if asked.launched is not None:
        Launch.objects.filter(digest=asked.launched.digest).update(used_at=real_now())
    return str(headers["Location"])


@action("smart.end_permission")
def end_permission(*, actor: Actor, permission_id: UUID, why: str) -> None:
    """Take back what somebody let an app do: its tokens open nothing from this moment."""
    row = Permission.objects.select_for_update().filter(id=permission_id, ended_at=None).first()
    if row is None:
        raise NotFound("This permission has ended already.")
    handing.end(row, why)


# --- the endpoints that programs call -----------------------------------------------------------------------------------------------


def prefetch(body: Mapping[str, str]) -> None:
    """Fetch an app's keys from their address, before the transaction that needs them."""
    client = keys.client_of(body.get("client_assertion", ""))
    row = App.objects.filter(client_id=client, state="active").exclude(jwks_uri="").first() if client else None
    if row is not None:
        try:
            known = keys.fetched(row.jwks_uri)
            if keys.kid_of(body.get("client_assertion", "")) not in {k.get("kid") for k in known["keys"]}:
                keys.fetched(row.jwks_uri, fresh=True)
        except keys.Untrue:
            return


@action("smart.give_token")
def give_token(*, actor: Actor, uri: str, body: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], str]:
    """Answer a request for a token as OAuth says; whatever was used up by it stays used up."""
    found, text, status = server.giving().create_token_response(uri, "POST", body, dict(headers))
    return status, found, text


@action("smart.take_token_back")
def take_token_back(
    *, actor: Actor, uri: str, body: str, headers: Mapping[str, str]
) -> tuple[int, dict[str, str], str]:
    """Answer an app that gives a token up."""
    found, text, status = server.revoking().create_revocation_response(uri, "POST", body, dict(headers))
    return status, found, text


@action("smart.say_token")
def say_token(*, actor: Actor, uri: str, body: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], str]:
    """Answer an app that asks what its token opens (an assertion is used up by it)."""
    found, text, status = server.introspecting().create_introspect_response(uri, "POST", body, dict(headers))
    return status, found, text


# --- inside -----------------------------------------------------------------------------------------------------------------------


def _wrong(name: str, kind: str, wanted: Sequence[str], uris: Sequence[str], launch: str) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not name.strip():
        wrong["name"] = "Say what the app is called; people read this when they are asked."
    if kind not in ("public", "secret", "key", "service"):
        wrong["kind"] = "Choose how it proves that it is itself."
    if kind == "service" and (uris or launch):
        wrong["redirect_uris"] = "A service is called back by nobody. Leave the addresses empty."
    if kind != "service" and not uris:
        wrong["redirect_uris"] = "Give at least one address to call back, one a line."
    for uri in uris:
        if said := wrong_address(uri):
            wrong["redirect_uris"] = f"[{uri[:80]}] {said}"
    if launch and (said := wrong_address(launch, redirect=False)):
        wrong["launch_uri"] = said
    if said := wrong_scopes(wanted, service=kind == "service"):
        wrong["scopes"] = said
    return wrong


def wrong_scopes(wanted: Sequence[str], *, service: bool) -> str:
    """Say what is wrong with the scopes of an app; nothing where they can stand."""
    if not any(scopes.parse(w) for w in wanted):
        return "Say what it may read: at least one scope such as patient/Observation.rs."
    for word in wanted:
        one = scopes.parse(word)
        if one is None and (word not in scopes.OTHERS or service):
            return f"[{word[:80]}] is no scope that is known here."
        if one is None:
            continue
        if one.kind != "*" and one.kind not in HELD:
            return f"There are no resources of type [{one.kind[:40]}] here."
        if (one.context == "system") is not service:
            return "A service asks with system/ scopes, an app that people sign in to with patient/ and user/."
        if one.query and (said := granular.wrong(one.kind, one.query)):
            return said
    return ""


def _wrong_keys(kind: str, jwks: Mapping[str, Any] | None, jwks_uri: str) -> dict[str, str]:
    if kind not in ("key", "service"):
        return {"jwks": "Only an app with a key of its own has keys."} if jwks or jwks_uri else {}
    if bool(jwks) is bool(jwks_uri):
        return {"jwks": "Give its public keys, or the address where they stand: one of the two."}
    if jwks and (said := keys.wrong_keys(jwks)):
        return {"jwks": said}
    if jwks_uri and (not jwks_uri.startswith("https://") or wrong_address(jwks_uri, redirect=False)):
        return {"jwks_uri": "Keys are fetched by https."}
    return {}


def _own_account(actor: Actor, app_id: UUID, name: str, role: Role, facility_id: UUID | None) -> tuple[UUID, UUID]:
    user = access.create_account(actor=actor, username=f"app.{app_id.hex[-12:]}", name=f"{name.strip()} (app)"[:120])
    return user, access.post(actor=actor, user_id=user, role=role, facility_id=facility_id, title="Connected service")


def _app(app_id: UUID) -> App:
    row = App.objects.select_for_update(of=("self",)).filter(id=app_id).first()
    if row is None:
        raise NotFound("There is no such app.")
    return row


def _keep(row: App, reason: str = "") -> None:
    db.unit().reason = reason or db.unit().reason
    ledger.record(
        type="ConnectedApp",
        id=row.id,
        subject=(SubjectKind.AGENCY, derived("agency")),
        data_class=DataClass.AUDIT_LOG,
        media="throughcare/ConnectedApp",
        body=fhir.app(row),
        live=row.state != "revoked",
    )


@action("smart.forget_numbers")
def forget_numbers(*, actor: Actor) -> int:
    """Forget the numbers of assertions that no longer could be valid; gives how many."""
    gone, _ = Assertion.objects.filter(until__lt=real_now()).delete()
    return gone
