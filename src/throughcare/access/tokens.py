"""Bearer tokens: whose lens a token is. A lens is kept some seconds; a revocation is seen at the very next statement.

`access_epoch` counts every change that can narrow a lens (a token revoked or anew, an account closed, a posting ended, a
consent, a denial). Whoever reads with a cached lens reads the epoch in the same statement, and begins again where it moved.
"""

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from throughcare.access import personal, sessions
from throughcare.access.actions.tokens import digest_of
from throughcare.access.models import Token
from throughcare.kernel.actor import Actor
from throughcare.kernel.lens import Lens

KEPT_SECONDS = 10.0
_ROOM = 2000


@dataclass(slots=True)
class Bearer:
    """Who comes with a token: the lens, the actor, what the program may ask for, and as of which epoch."""

    token_id: UUID
    lens: Lens
    actor: Actor
    scopes: tuple[str, ...] | None
    client: str
    person_id: UUID | None
    expires_at: datetime
    epoch: int
    read_at: float
    # What was worked out with this lens, while it is kept (whether a record stands open, by which cuts a class is seen).
    known: dict[Any, Any] = field(default_factory=dict)


_bearers: dict[bytes, Bearer] = {}


def bearer(secret: str, *, fresh: bool = False) -> Bearer | None:
    """Give whose token this is; None where it never was one, is over or was taken back."""
    digest = digest_of(secret)
    held = _bearers.get(digest)
    now = time.monotonic()
    if (
        held is not None
        and not fresh
        and now - held.read_at < KEPT_SECONDS
        and held.expires_at.timestamp() > time.time()
    ):
        return held
    found = _load(digest, now)
    if found is None:
        _bearers.pop(digest, None)
        return None
    if len(_bearers) >= _ROOM:
        _bearers.clear()
    _bearers[digest] = found
    return found


def forget() -> None:
    """Forget every lens that is kept (tests change the past)."""
    _bearers.clear()


def epoch() -> int:
    """Give the present epoch."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM access_epoch")
        return int(cursor.fetchone()[0])


def _lens(row: Token) -> Lens:
    made = sessions.lens_of(row.user, row.posting, person_id=row.person_id)
    # A record opened against the rule was opened to somebody's eyes, not to an app of theirs.
    return made if row.scopes is None else replace(made, opened=frozenset(), emergencies=frozenset())


def _load(digest: bytes, now: float) -> Bearer | None:
    # Read before the token: a change between the two is seen as a change.
    as_of = epoch()
    row = Token.objects.select_related("user", "posting").filter(digest=digest, revoked_at=None).first()
    if row is None or row.expires_at <= datetime.now(UTC) or not row.user.is_active:
        return None
    if not personal.holds_now(row.posting.since, row.posting.until):
        return None
    return Bearer(
        token_id=row.id,
        lens=_lens(row),
        actor=sessions.actor_of(row.user, row.posting, source="fhir"),
        scopes=tuple(row.scopes) if row.scopes is not None else None,
        client=row.client,
        person_id=row.user.person_id or row.person_id,
        expires_at=row.expires_at,
        epoch=as_of,
        read_at=now,
    )
