"""Passkeys: made, used to sign in, and forgotten; each try counts as any other secret's."""

from typing import Any
from uuid import UUID

from throughcare.access import passkeys
from throughcare.access.actions import record as keep
from throughcare.access.actions.signing_in import Outcome, active, count_try, digest_of, wait_for
from throughcare.access.models import SignIn
from throughcare.access.realtime import real_now
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound


@action("access.enrol_passkey")
def enrol_passkey(
    *, actor: Actor, user_id: UUID, name: str, said: dict[str, Any], state: dict[str, Any], house: str
) -> None:
    """Keep a passkey that the browser has just made; it is a second factor, and signs in without a password."""
    user = active(user_id)
    if not passkeys.enrol(user, name.strip()[:40] or "Passkey", said, state, house):
        raise Invalid("No passkey was made.", fields={"name": "The browser's answer does not fit. Start again."})
    SignIn.objects.filter(user=user, ended_at=None, must="second_factor").update(must="")
    keep.account(user, reason="passkey added")


@action("access.drop_passkey")
def drop_passkey(*, actor: Actor, user_id: UUID, passkey_id: int) -> None:
    """Forget one passkey."""
    user = active(user_id)
    if not passkeys.forget(user, passkey_id):
        raise NotFound("There is no such passkey. Nothing was changed.")
    keep.account(user, reason="passkey removed")


@action("access.check_passkey")
def check_passkey(
    *,
    actor: Actor,
    said: dict[str, Any],
    state: dict[str, Any],
    house: str,
    address: str,
    user_id: UUID | None = None,
) -> Outcome:
    """Say whose passkey answered; `user_id` where a password was given before, and nobody else's will do. Counts the try."""
    now, digest = real_now(), digest_of(f"passkey:{user_id or address}")
    wait = wait_for(digest, address, now)
    if wait is not None:
        return Outcome(wait_until=wait)
    found = passkeys.proves(said, state, house)
    passed = found is not None and found == (user_id or found)
    count_try(digest, address, now, passed=passed)
    return Outcome(found if passed else None)
