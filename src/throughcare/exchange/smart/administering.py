"""The administrator's pages: register an app, see what it holds and who changed it, give new keys, suspend, revoke."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from throughcare.access import limits
from throughcare.access.doors import Request, screen
from throughcare.access.ports import PLACES
from throughcare.exchange.smart import actions, ours, policy, reads
from throughcare.kernel.errors import Invalid
from throughcare.kernel.vocabulary import Role
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of
from throughcare.ui.shapes import FieldKind, FieldShape, Option

LIST, ONE = "/apps/", "/apps/<uuid:app_id>/"
NAMES = (
    "name", "about", "kind", "redirect_uris", "launch_uri", "scopes", "jwks", "jwks_uri", "role", "facility",
)  # fmt: skip
KIND_HINTS = {
    "public": "In a browser or on a phone: it has nowhere to keep a secret.",
    "secret": "On a server of its own: we give it a secret, shown once.",
    "key": "On a server of its own, with a key pair: we keep the public half.",
    "service": "Nobody signs in: a registry, an analysis, a nightly copy. It works with the lens of one role.",
}


@screen("GET", LIST, policy=policy.APPS, name="apps")
def apps(request: Request) -> HttpResponse:
    """List the apps, and offer to register one."""
    return _list(request, {})


@screen("POST", LIST, policy=policy.APPS, name="apps")
def register(request: Request) -> HttpResponse:
    """Register an app; a secret is shown on the next page, once."""
    sent = {name: request.POST.get(name, "")[:4000] for name in NAMES}
    try:
        role = Role(sent["role"]) if sent["role"] in actions.SERVICE_ROLES else None
        made = actions.register_app(
            actor=request.actor,
            name=sent["name"][:120],
            about=sent["about"][:400],
            kind=sent["kind"],
            wanted=sent["scopes"].split(),
            redirect_uris=sent["redirect_uris"].split(),
            launch_uri=sent["launch_uri"][:400],
            jwks=_jwks(sent["jwks"]),
            jwks_uri=sent["jwks_uri"][:400],
            role=role,
            facility_id=_facility(sent["facility"]),
        )
    except Invalid as refused:
        return _list(request, sent, refused)
    return _one(request, made.id, secret=made.secret)


@screen("GET", ONE, policy=policy.APPS, name="app_of")
def one(request: Request, app_id: UUID) -> HttpResponse:
    """Show one app: what it may do, what it holds, what was changed."""
    return _one(request, app_id)


@screen("POST", ONE + "state/", policy=policy.APPS, name="app_state")
def change_state(request: Request, app_id: UUID) -> HttpResponse:
    """Suspend, let go on, or revoke, with a reason."""
    state, why = request.POST.get("state", ""), request.POST.get("why", "")[:200]
    try:
        actions.change_state(actor=request.actor, intent=intent_of(request), app_id=app_id, state=state, why=why)
    except Invalid as refused:
        return _one(request, app_id, refused=refused, why=why)
    return pages.then(request, f"/apps/{app_id}/", DONE.get(state, "Changed."))


DONE = {
    "active": "It may ask for tokens again.",
    "suspended": "Suspended: its tokens open nothing from this moment.",
    "revoked": "Revoked for good: its tokens and permissions have ended.",
}


@screen("POST", ONE + "secret/", policy=policy.APPS, name="app_secret")
def new_secret(request: Request, app_id: UUID) -> HttpResponse:
    """Give another secret, shown once."""
    return _one(request, app_id, secret=actions.new_secret(actor=request.actor, app_id=app_id))


@screen("POST", ONE + "keys/", policy=policy.APPS, name="app_keys")
def change_keys(request: Request, app_id: UUID) -> HttpResponse:
    """Put other public keys in the place of an app's."""
    typed, address = request.POST.get("jwks", "")[:20_000], request.POST.get("jwks_uri", "")[:400]
    try:
        actions.change_keys(actor=request.actor, app_id=app_id, jwks=_jwks(typed), jwks_uri=address)
    except Invalid as refused:
        return _one(request, app_id, refused=refused, jwks=typed, jwks_uri=address)
    return pages.then(request, f"/apps/{app_id}/", "The keys were changed; what the old ones signed proves nothing.")


def _jwks(typed: str) -> dict[str, Any] | None:
    if not typed.strip():
        return None
    try:
        found = json.loads(typed)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Invalid("Nothing was changed.", fields={"jwks": 'This is no JSON. Paste the whole set: {"keys": [ … ]}.'})
    return found


def _facility(word: str) -> UUID | None:
    places = PLACES().open_now()
    return next((one for one in places if str(one) == word), None)


def _list(request: Any, sent: dict[str, str], refused: Invalid | None = None) -> HttpResponse:
    wrong = refused.fields if refused else {}
    context = {
        "rows": reads.apps(request.lens),
        "fields": _fields(sent, wrong),
        "errors": error_lines(refused),
    }
    return pages.page(request, "smart/apps.html", context, status=422 if refused else 200)


def _fields(sent: dict[str, str], wrong: Any) -> list[FieldShape]:
    def ask(name: str, label: str, kind: FieldKind = "text", **more: Any) -> FieldShape:
        value = sent.get(name, more.pop("value", ""))
        quiet = not more.get("required", False)
        return FieldShape(name, label, kind, value=value, error=wrong.get(name, ""), quiet=quiet, **more)

    kinds = [Option(k, reads.KINDS[k], KIND_HINTS[k]) for k in KIND_HINTS]
    roles = [Option("", "No service"), *(Option(r.value, limits.of_role(r).title) for r in actions.SERVICE_ROLES)]
    places = [Option("", "The whole agency"), *(Option(str(i), n) for i, n in PLACES().open_now().items())]
    return [
        ask("name", "Name", required=True, hint="People read it when they are asked.", max_length=120),
        ask("about", "What it is for", hint="One sentence for whoever is asked.", width="full", max_length=400),
        ask("kind", "How it proves that it is itself", "radio", options=kinds, required=True),
        ask(
            "scopes", "The most it may be given", "textarea", rows=4, width="full", required=True,
            hint="SMART scopes, such as: launch/patient openid fhirUser patient/Observation.rs?category=laboratory",
        ),
        ask(
            "redirect_uris", "Addresses to call back", "textarea", rows=2, width="full",
            hint="One a line, letter by letter as the app sends them. None for a service.",
        ),
        ask("launch_uri", "Address to open from a chart", width="full", hint="Empty: it does not open from charts."),
        ask("jwks", "Public keys", "textarea", rows=4, width="full", hint='A JWK set: {"keys": [ … ]}. RS384 or ES384.'),
        ask("jwks_uri", "Or the address where they stand", width="full", hint="https; fetched when they are needed."),
        ask("role", "A service works with the lens of", "select", options=roles),
        ask("facility", "Where", "select", options=places),
    ]  # fmt: skip


def _one(
    request: Any,
    app_id: UUID,
    *,
    secret: str = "",
    refused: Invalid | None = None,
    why: str = "",
    jwks: str = "",
    jwks_uri: str = "",
) -> HttpResponse:
    app, wrong = reads.app(request.lens, app_id), refused.fields if refused else {}
    shown_keys = jwks or (json.dumps(app.jwks, indent=1) if app.jwks else "")
    context = {
        "app": app,
        "kind": reads.KINDS[app.kind],
        "secret": secret,
        "fhir_base": ours.fhir_base(),
        "tokens": reads.tokens(request.lens, app_id),
        "changes": reads.changes(request.lens, app_id),
        "errors": error_lines(refused),
        "why": FieldShape("why", "Why", value=why, required=True, width="full", error=wrong.get("why", "")),
        "keys_fields": [
            FieldShape(
                "jwks", "Public keys", "textarea", value=shown_keys, rows=8, width="full", error=wrong.get("jwks", "")
            ),
            FieldShape(
                "jwks_uri",
                "Or the address where they stand",
                value=jwks_uri or app.jwks_uri,
                width="full",
                error=wrong.get("jwks_uri", ""),
            ),
        ],
    }
    return pages.page(request, "smart/app.html", context, status=422 if refused else 200)
