"""Accounts and postings: made, changed and closed by who administers them; each change is a version in the ledger."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from throughcare.access import limits
from throughcare.access.actions import record as keep
from throughcare.access.actions.record import in_force
from throughcare.access.events import AccountLeft
from throughcare.access.models import Authority, Denial, Posting, SignIn, User
from throughcare.access.realtime import real_now
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Refused
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role

# Letters that nobody mistakes for one another, for the first secret that is read off a sheet of paper.
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"
AUTHORITIES = ("sample", "audit", "court_order", "law")
_A_MOMENT = timedelta(microseconds=1)


@action("access.create_account")
def create_account(
    *,
    actor: Actor,
    intent: UUID | None = None,
    username: str,
    name: str,
    email: str = "",
    badge: str = "",
    person_id: UUID | None = None,
    user_id: UUID | None = None,
) -> UUID:
    """Open an account without a secret; `new_secret` gives its first one. Gives the account's id."""
    username, name, badge = username.strip(), name.strip(), badge.strip()
    wrong = {}
    if len(username) < 3 or not username.isprintable() or " " in username:
        wrong["username"] = "At least three letters or digits, without a space."
    if not name:
        wrong["name"] = "Say whose account it is."
    if User.objects.filter(username__iexact=username).exists():
        wrong["username"] = f"[{username}] is somebody's already. Choose another."
    if badge and User.objects.filter(badge=badge).exists():
        wrong["badge"] = "This badge is somebody's already."
    for field, text, most in (
        ("username", username, 80),
        ("name", name, 120),
        ("badge", badge, 40),
        ("email", email.strip(), 254),
    ):
        if len(text) > most:
            wrong[field] = f"Shorter, please: {most} characters at most."
    if wrong:
        raise Invalid("The account was not opened.", fields=wrong)
    user = User(id=user_id or uuid7(), username=username, name=name, email=email.strip(), person_id=person_id)
    user.badge = badge or None
    user.set_unusable_password()
    user.save(force_insert=True)
    keep.account(user)
    return user.id


@action("access.new_secret")
def new_secret(*, actor: Actor, user_id: UUID) -> str:
    """Give an account a first password, good for some days and changed when used; ends its sign-ins. Shown once, never kept."""
    user = _user(user_id)
    secret = "-".join("".join(secrets.choice(_CLEAR) for _ in range(5)) for _ in range(4))
    user.set_password(secret)
    until = real_now() + timedelta(hours=limits.number("password", "first_hours"))
    _changed(user, must_change=True, secret_until=until, pin="", epoch=user.epoch + 1, password=user.password)
    _end_sign_ins(user, "new_secret")
    keep.account(user, reason="first password given")
    return secret


@action("access.set_password")
def set_password(*, actor: Actor, user_id: UUID, password: str, keep_sign_in: UUID | None = None) -> None:
    """Change a password by current NIST guidance: long, not common, nothing else; ends all other sign-ins."""
    user = _user(user_id)
    if len(password) > limits.number("password", "longest"):
        raise Invalid("The password is too long.", fields={"password": "At most 128 characters, please."})
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("The password was not changed.", fields={"password": " ".join(error.messages)}) from None
    user.set_password(password)
    _changed(user, must_change=False, secret_until=None, password=user.password)
    _end_sign_ins(user, "new_secret", keep_sign_in)
    SignIn.objects.filter(user=user, ended_at=None, must="password").update(must="")
    keep.account(user, reason="password changed")


@action("access.set_pin")
def set_pin(*, actor: Actor, user_id: UUID, pin: str) -> None:
    """Set the PIN for switching users and signing; six digits or more, and not a row or a repeat."""
    user = _user(user_id)
    shortest = limits.number("pin", "shortest")
    if not (pin.isascii() and pin.isdigit() and shortest <= len(pin) <= 12):
        raise Invalid("The PIN was not changed.", fields={"pin": f"Use {shortest} to 12 digits."})
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if steps in ({0}, {1}, {9}):
        raise Invalid(
            "The PIN was not changed.", fields={"pin": "Not one digit repeated, and not a row such as 123456."}
        )
    _changed(user, pin=make_password(pin))
    keep.account(user, reason="PIN changed")


@action("access.post")
def post(
    *,
    actor: Actor,
    intent: UUID | None = None,
    user_id: UUID,
    role: Role,
    facility_id: UUID | None = None,
    title: str = "",
    trainings: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> UUID:
    """Give somebody a role at a place (none: across the agency). Gives the posting's id."""
    user = _user(user_id)
    if user.id == actor.id:
        raise Refused("Nobody gives themselves a role. Ask somebody else who administers accounts.")
    if (role is Role.PATIENT) is not (user.person_id is not None):
        raise Invalid(
            "A person in custody is a patient here, and nobody else is.", fields={"role": "Choose another role."}
        )
    row = Posting.objects.create(
        user=user,
        role=role.value,
        facility_id=facility_id,
        title=title.strip(),
        trainings=sorted(trainings),
        since=since or clock.now(),
        until=until,
    )
    keep.posting(row)
    return row.id


@action("access.end_posting")
def end_posting(*, actor: Actor, posting_id: UUID, why: str = "") -> None:
    """End a posting now; sign-ins under it go on under another, or end."""
    row = Posting.objects.select_for_update().filter(id=posting_id, until=None).first()
    if row is None:
        raise NotFound("There is no such posting, or it has ended.")
    row.bump(until=max(clock.now(), row.since + _A_MOMENT))
    keep.posting(row, reason=why)


@action("access.leave")
def leave(*, actor: Actor, user_id: UUID, why: str = "") -> None:
    """Close an account for good: postings end, every sign-in is dead with its next request, secrets are gone."""
    user = _user(user_id)
    if user.id == actor.id:
        raise Refused("You can't close your own account. Ask somebody else who administers accounts.")
    now = clock.now()
    for row in Posting.objects.select_for_update().filter(user=user, until=None):
        row.bump(until=max(now, row.since + _A_MOMENT))
        keep.posting(row)
    user.set_unusable_password()
    _changed(user, is_active=False, left_at=now, epoch=user.epoch + 1, pin="", badge=None, password=user.password)
    _end_sign_ins(user, "closed")
    keep.account(user, reason=why or "left")
    emit(AccountLeft(happened_at=now, user_id=user.id, ref=user.id))


@action("access.close_record")
def close_record(*, actor: Actor, user_id: UUID, person_id: UUID, why: str, until: datetime | None = None) -> UUID:
    """Close one person's record to one user; nothing opens it, not even break-glass."""
    if len(why.strip()) < 3:
        raise Invalid("Say why, in a few words.", fields={"why": "Say why, in a few words."})
    row = Denial.objects.create(
        user=_user(user_id), person_id=person_id, why=why.strip(), by=actor.label(), since=clock.now(), until=until
    )
    return row.id


@action("access.give_authority")
def give_authority(
    *, actor: Actor, user_id: UUID, kind: str, purpose: str, people: Sequence[UUID], until: datetime
) -> UUID:
    """Open named charts to one reader for a sample, an audit, a court's order or a law: with a purpose and an end."""
    if len(purpose.strip()) < 10:
        raise Invalid("Nothing was opened.", fields={"purpose": "Say what it is for, in ten letters or more."})
    if kind not in AUTHORITIES:
        raise Invalid("Nothing was opened.", fields={"kind": "Choose from the list."})
    if not people:
        raise Invalid("Nothing was opened.", fields={"people": "Name at least one person by number."})
    if until <= clock.now():
        raise Invalid("Nothing was opened.", fields={"until": "Choose an end that is still to come."})
    row = Authority.objects.create(
        user=_user(user_id), kind=kind, purpose=purpose.strip(), people=sorted(people), since=clock.now(), until=until
    )
    return row.id


@action("access.open_record_again")
def open_record_again(*, actor: Actor, denial_id: UUID, person_id: UUID) -> None:
    """End a closing: from now on what the matrix says of this reader holds again."""
    row = Denial.objects.select_for_update().filter(in_force(), id=denial_id, person_id=person_id).first()
    if row is None:
        raise NotFound("This record is not closed to them any more. Nothing was changed.")
    row.bump(until=max(clock.now(), row.since + _A_MOMENT))


@action("access.end_authority")
def end_authority(*, actor: Actor, authority_id: UUID) -> None:
    """End an authority before its day."""
    row = Authority.objects.select_for_update().filter(in_force(), id=authority_id).first()
    if row is None:
        raise NotFound("This authority has ended. Nothing was changed.")
    row.bump(until=max(clock.now(), row.since + _A_MOMENT))


def _user(user_id: UUID) -> User:
    user = User.objects.select_for_update().filter(id=user_id, is_active=True).first()
    if user is None:
        raise NotFound("There is no such account, or it is closed.")
    return user


def _changed(user: User, **changes: object) -> None:
    for name, value in changes.items():
        setattr(user, name, value)
    user.version += 1
    user.save(update_fields=[*changes, "version"])


def _end_sign_ins(user: User, why: str, except_: UUID | None = None) -> None:
    seats = SignIn.objects.filter(user=user, ended_at=None)
    (seats.exclude(id=except_) if except_ else seats).update(ended_at=real_now(), ended_why=why)
