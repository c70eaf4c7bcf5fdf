"""Tokens of programs: given out once in words, kept as a digest, taken back at any moment."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from throughcare.access.models import Posting, Token
from throughcare.access.realtime import real_now
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotFound

# A token begins with this, so that one that got into a file or a log is found by its look.
MARK = "tc_"


@dataclass(frozen=True, slots=True)
class Issued:
    """A token just made: its id, and its words, which nobody can read again."""

    id: UUID
    secret: str


@action("access.issue_token")
def issue_token(
    *,
    actor: Actor,
    posting_id: UUID,
    lasts: timedelta,
    person_id: UUID | None = None,
    scopes: Sequence[str] | None = None,
    client: str = "",
) -> Issued:
    """Make a token that sees what this posting sees (of one person alone where one is named) until its time is over."""
    posting = Posting.objects.select_related("user").filter(id=posting_id).first()
    if posting is None:
        raise NotFound("There is no such posting.")
    secret, now = MARK + secrets.token_urlsafe(32), real_now()
    made = Token.objects.create(
        digest=digest_of(secret),
        user=posting.user,
        posting=posting,
        person_id=person_id,
        scopes=list(scopes) if scopes is not None else None,
        client=client,
        made_at=now,
        expires_at=now + lasts,
    )
    return Issued(made.id, secret)


@action("access.revoke_token")
def revoke_token(*, actor: Actor, token_id: UUID, why: str = "revoked") -> bool:
    """Take a token back: it opens nothing from this moment; gives whether it still opened something."""
    found = Token.objects.filter(id=token_id, revoked_at=None)
    return found.update(revoked_at=real_now(), revoked_why=why[:40] or "revoked") > 0


def digest_of(secret: str) -> bytes:
    """Give what is kept of a token; its 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()
