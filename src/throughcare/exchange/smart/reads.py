"""What the pages of connected apps show. Through a lens, like every read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from throughcare.access import care
from throughcare.access.realtime import real_now
from throughcare.exchange.smart.models import App, Given, Permission
from throughcare.exchange.smart.policy import ALLOW, APPS
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.ledger.models import Version
from throughcare.people import reads as people

KINDS = {
    "public": "No secret (PKCE alone)",
    "secret": "A secret",
    "key": "Its own key",
    "service": "Service, its own key",
}


@dataclass(frozen=True, slots=True)
class InUse:
    """One app as the list shows it."""

    app: App
    kind: str
    open_tokens: int
    permissions: int


@dataclass(frozen=True, slots=True)
class Held:
    """One token in use: whose, how far, until when. Never its words."""

    name: str
    role: str
    narrowed: bool
    scopes: Sequence[str]
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an app, from the ledger."""

    at: datetime
    actor: str
    action: str
    reason: str


def apps(lens: Lens) -> list[InUse]:
    """List every app, those in use first."""
    APPS.require(lens)
    open_ = Q(given__token__revoked_at=None, given__token__expires_at__gt=real_now())
    rows = App.objects.annotate(
        open_tokens=Count("given", filter=open_, distinct=True),
        allowed=Count("permissions", filter=Q(permissions__ended_at=None), distinct=True),
    )
    found = [InUse(a, KINDS[a.kind], a.open_tokens, a.allowed) for a in rows.order_by("name", "id")]
    return sorted(found, key=lambda one: ("active", "suspended", "revoked").index(one.app.state))


def app(lens: Lens, app_id: UUID) -> App:
    """Give one app."""
    APPS.require(lens)
    row = App.objects.select_related("posting").filter(id=app_id).first()
    if row is None:
        raise NotFound("There is no such app.")
    return row


def tokens(lens: Lens, app_id: UUID, *, limit: int = 50) -> list[Held]:
    """List the tokens that an app holds now, the newest first."""
    APPS.require(lens)
    rows = Given.objects.select_related("token__user", "token__posting").filter(
        app=app_id, token__revoked_at=None, token__expires_at__gt=real_now()
    )
    return [
        Held(
            g.token.user.name,
            g.token.posting.role,
            g.token.person_id is not None,
            g.token.scopes or [],
            g.token.made_at,
            g.token.expires_at,
        )
        for g in rows.order_by("-token__made_at")[:limit]
    ]


def changes(lens: Lens, app_id: UUID) -> list[Change]:
    """List every change of an app, the newest first."""
    APPS.require(lens)
    rows = Version.objects.filter(type="ConnectedApp", resource_id=app_id).defer("body").order_by("-version")
    return [Change(v.written_at, v.actor, v.action, v.reason) for v in rows]


def mine(lens: Lens) -> list[Permission]:
    """List what the reader lets apps do now."""
    ALLOW.require(lens)
    rows = Permission.objects.select_related("app").filter(user=lens.user_id, ended_at=None).order_by("-given_at")
    return [r for r in rows if r.app.state != "revoked"]


def from_charts(lens: Lens) -> list[App]:
    """List the apps that open from a chart."""
    ALLOW.require(lens)
    return list(App.objects.filter(state="active").exclude(launch_uri="").order_by("name"))


def open_people(lens: Lens, words: str) -> list[people.Card]:
    """Find people whose record stands open to the reader now: for others an app would see nothing."""
    ALLOW.require(lens)
    if not words.strip():
        return []
    found = people.search(lens, words, limit=20).cards
    return [c for c in found if stands_open(lens, c.person_id)][:10]


def stands_open(lens: Lens, person_id: UUID) -> bool:
    """Tell whether this person's record stands open to the reader."""
    return care.relation(lens, person_id) is care.Relation.OPEN
