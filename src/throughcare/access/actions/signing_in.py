"""Signing in and out: secrets are checked here, slowed down where they are wrong, and each sign-in is a row."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Q

from throughcare.access import limits, passkeys, rules, second_factor
from throughcare.access.actions import record as keep
from throughcare.access.backends import Proof, proof_of, prove
from throughcare.access.models import Attempt, Posting, SignIn, User
from throughcare.access.realtime import real_now
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound
from throughcare.kernel.vocabulary import Role

FULL = ("password", "code", "passkey", "oidc")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a secret: whose it is, or until when the next try waits."""

    user_id: UUID | None = None
    wait_until: datetime | None = None
    proof: Proof = ""
    needs_code: bool = False


@action("access.check_secret")
def check_secret(*, actor: Actor, name: str, secret: str, address: str, quick: bool = False) -> Outcome:
    """Say whose secret this is; counts the try. `quick` lets a PIN do, for who signed in fully not long ago."""
    now, digest = real_now(), digest_of(_whose(name))
    wait = wait_for(digest, address, now)
    if wait is not None:
        make_password(secret)
        return Outcome(wait_until=wait)
    user, proof = prove(name, secret, pin=quick and _signed_in_fully(name, now))
    count_try(digest, address, now, passed=user is not None)
    if user is None:
        return Outcome(wait_until=wait_for(digest, address, now))
    return Outcome(user.id, proof=proof, needs_code=proof == "password" and second_factor.required(user))


@action("access.check_code")
def check_code(*, actor: Actor, user_id: UUID, code: str, address: str) -> Outcome:
    """Say whether this is a second-factor code of the account, unused; counts the try."""
    now, digest = real_now(), digest_of(f"code:{user_id}")
    wait = wait_for(digest, address, now)
    if wait is not None:
        return Outcome(wait_until=wait)
    user = User.objects.filter(id=user_id, is_active=True).first()
    passed = user is not None and second_factor.passes(user, code)
    count_try(digest, address, now, passed=passed)
    return Outcome(user_id if passed else None)


@action("access.confirm_signature")
def confirm_signature(*, actor: Actor, user_id: UUID, secret: str, address: str = "") -> Outcome:
    """Say whether who signs is who is signed in: by PIN or password, counted as any try."""
    now, digest = real_now(), digest_of(f"sign:{user_id}")
    wait = wait_for(digest, address, now)
    if wait is not None:
        return Outcome(wait_until=wait)
    user = User.objects.filter(id=user_id, is_active=True).first()
    proof = proof_of(user, secret, pin=True) if user is not None else ""
    count_try(digest, address, now, passed=bool(proof))
    return Outcome(user_id if proof else None, proof=proof)


@action("access.begin_sign_in")
def begin_sign_in(
    *,
    actor: Actor,
    user_id: UUID,
    posting_id: UUID | None,
    how: str,
    must: str = "",
    address: str = "",
    device: str = "",
    roles: Sequence[str] | None = None,
) -> UUID:
    """Open a sign-in; gives its id, which the session carries."""
    now = real_now()
    seat = SignIn.objects.create(
        user_id=user_id,
        posting_id=posting_id,
        how=how,
        must=must,
        address=address[:45],
        device=device[:120],
        roles=None if roles is None else list(roles),
        started_at=now,
        seen_at=now,
    )
    return seat.id


@action("access.end_sign_ins")
def end_sign_ins(
    *, actor: Actor, user_id: UUID, only: UUID | None = None, except_: UUID | None = None, why: str = "signed_out"
) -> int:
    """End sign-ins of a user: one, all, or all but one. Gives how many; what they open is dead with the next request."""
    seats = SignIn.objects.filter(user_id=user_id, ended_at=None)
    if only is not None:
        seats = seats.filter(id=only)
    if except_ is not None:
        seats = seats.exclude(id=except_)
    return seats.update(ended_at=real_now(), ended_why=why)


@action("access.choose_posting")
def choose_posting(*, actor: Actor, sign_in_id: UUID, posting_id: UUID) -> None:
    """Go on under another of one's own postings."""
    posting = Posting.objects.filter(id=posting_id, user_id=actor.id).filter(keep.in_force()).first()
    seat = SignIn.objects.select_for_update().filter(id=sign_in_id, user_id=actor.id, ended_at=None).first()
    if posting is not None and seat is not None and seat.roles is not None and posting.role not in seat.roles:
        raise NotAllowed("The agency's sign-in did not give you this role today. You go on as you were.")
    changed = SignIn.objects.filter(id=seat.id).update(posting=posting) if posting and seat else 0
    if not changed:
        raise NotAllowed("This posting is not yours, or it has ended. Choose another.")


@action("access.enrol_second_factor")
def enrol_second_factor(*, actor: Actor, user_id: UUID, secret: str, code: str) -> list[str]:
    """Switch the second factor on once a code proves that the secret arrived; gives the recovery codes, shown once."""
    if not second_factor.proves(secret, code):
        raise Invalid(
            "The code does not fit.", fields={"code": "The code does not fit. Wait for the next one and type it."}
        )
    user = active(user_id)
    codes = second_factor.enrol(user, secret)
    SignIn.objects.filter(user=user, ended_at=None, must="second_factor").update(must="")
    keep.account(user, reason="second factor on")
    return codes


@action("access.drop_second_factor")
def drop_second_factor(*, actor: Actor, user_id: UUID) -> None:
    """Switch the second factor off."""
    user = active(user_id)
    second_factor.forget(user)
    keep.account(user, reason="second factor off")


@action("access.reset_second_factor")
def reset_second_factor(*, actor: Actor, user_id: UUID) -> None:
    """Switch off app, codes and passkeys of somebody who lost them; their sign-ins end. Nobody does it for themselves."""
    user = active(user_id)
    if user.id == actor.id:
        raise NotAllowed("Nobody resets their own second factor. Ask somebody else who administers accounts.")
    second_factor.forget(user)
    passkeys.forget(user)
    SignIn.objects.filter(user=user, ended_at=None).update(ended_at=real_now(), ended_why="new_secret")
    keep.account(user, reason="second factor reset")


@action("access.clear_sign_ins")
def clear_sign_ins(*, actor: Actor) -> int:
    """Forget sessions that are over and old tries of secrets, and end sign-ins that nobody came back to; gives how many."""
    now = real_now()
    longest = max(limits.of_role(role).absolute for role in Role)
    over, _ = Session.objects.filter(expire_date__lt=now).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT access_forget_attempts(%s)", [now - timedelta(days=limits.number("attempts", "keep_days"))]
        )
        forgotten = int(cursor.fetchone()[0])
    left = SignIn.objects.filter(ended_at=None, started_at__lt=now - longest)
    return over + forgotten + left.update(ended_at=now, ended_why="idle")


def active(user_id: UUID) -> User:
    """Give an account that may work today."""
    user = User.objects.filter(id=user_id, is_active=True).first()
    if user is None:
        raise NotFound("There is no such account, or it is closed.")
    return user


def _whose(name: str) -> str:
    # Tries by name and by badge count together; a name that is nobody's counts for itself.
    named = Q(username__iexact=name.strip()) | Q(badge=name.strip())
    found = User.objects.filter(named).values_list("id", flat=True).first()
    return f"user:{found}" if found else name


def digest_of(name: str) -> str:
    """Give what stands for a name in the count of tries."""
    return hashlib.sha256(name.strip().casefold().encode()).hexdigest()


def count_try(digest: str, address: str, now: datetime, *, passed: bool) -> None:
    """Count a try."""
    Attempt.objects.create(at=now, name_digest=digest, address=address[:45], passed=passed)


def wait_for(digest: str, address: str, now: datetime) -> datetime | None:
    """Say until when the next try with this name, or from this address, waits."""
    throttle = limits.throttle()
    tries = list(
        Attempt.objects.filter(name_digest=digest, at__gt=now - throttle.window)
        .order_by("at")
        .values_list("at", "passed")
    )
    last_right = max((at for at, passed in tries if passed), default=None)
    failures = [at for at, passed in tries if not passed and (last_right is None or at > last_right)]
    by_name = rules.wait_until(failures, now, throttle)
    if by_name is not None or not address:
        return by_name
    from_here = Attempt.objects.filter(address=address[:45], passed=False, at__gt=now - throttle.window).count()
    return now + throttle.first_wait if from_here >= limits.number("attempts", "address_limit") else None


def _signed_in_fully(name: str, now: datetime) -> bool:
    since = now - timedelta(hours=limits.number("pin", "hours_after_full_sign_in"))
    owner = Q(user__username__iexact=name.strip()) | Q(user__badge=name.strip())
    recent = SignIn.objects.filter(owner, how__in=FULL, must="", started_at__gt=since)
    return recent.exclude(ended_why="closed").exists()
