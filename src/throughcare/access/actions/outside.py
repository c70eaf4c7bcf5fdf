"""Who comes from the agency's own sign-in: tied to an account that was opened here, and to no other for ever after."""

from dataclasses import dataclass
from uuid import UUID

from throughcare.access import second_factor
from throughcare.access.actions import record as keep
from throughcare.access.actions.record import in_force
from throughcare.access.actions.signing_in import Outcome, active, count_try, digest_of, wait_for
from throughcare.access.models import OutsideName, Posting, User
from throughcare.access.outside import Came
from throughcare.access.realtime import real_now
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Welcome:
    """What came of it: the account that opens, or the sentence that says why none does."""

    outcome: Outcome
    sentence: str = ""


@action("access.check_outside")
def check_outside(*, actor: Actor, came: Came, address: str) -> Welcome:
    """Say whose account the agency's sign-in opens; ties the two at the first coming, and counts the try."""
    now, digest = real_now(), digest_of(f"outside:{came.issuer}:{came.subject}")
    wait = wait_for(digest, address, now)
    if wait is not None:
        return Welcome(Outcome(wait_until=wait))
    user, sentence = _owner(came)
    if user is not None:
        sentence = _why_not(user, came)
    count_try(digest, address, now, passed=not sentence)
    if user is None or sentence:
        return Welcome(Outcome(), sentence)
    _tie(user, came)
    return Welcome(Outcome(user.id, needs_code=not came.strong and second_factor.required(user)))


@action("access.untie_outside")
def untie_outside(*, actor: Actor, user_id: UUID) -> None:
    """Untie an account from the agency's sign-in: the next to come under its name is tied to it."""
    user = active(user_id)
    if not OutsideName.objects.filter(user=user, until=None).update(until=real_now()):
        raise NotFound("This account is not tied to the agency's sign-in. Nothing was changed.")
    keep.account(user, reason="untied from the agency's sign-in")


# --- inside ---------------------------------------------------------------------------------------------------------------


def _owner(came: Came) -> tuple[User | None, str]:
    """Find the account: by the tie, and only where there is none by its name."""
    tied = _tie_of(came)
    if tied is not None:
        return tied.user, ""
    if not came.account:
        return (
            None,
            "The agency's sign-in does not say under which name. Nothing was opened. Tell who runs this system.",
        )
    user = User.objects.select_for_update().filter(username__iexact=came.account, person_id=None).first()
    if user is None:
        return None, (
            f"The agency's sign-in knows you, but there is no account here under [{came.account}]. Nothing was opened. "
            "Ask who administers accounts to open one under this name."
        )
    if OutsideName.objects.filter(user=user, issuer=came.issuer, until=None).exists():
        return None, (
            f"The account [{came.account}] is tied to somebody else of the agency's sign-in. Nothing was opened. "
            "If it is yours, ask who administers accounts to untie it."
        )
    return user, ""


def _why_not(user: User, came: Came) -> str:
    if not user.is_active:
        return "Your account here is closed. Nothing was opened. Ask who administers accounts."
    if not came.roles:
        return (
            "The agency's sign-in gives you no role here. Nothing was opened. Ask who administers the agency's accounts "
            "for the group of your work."
        )
    if not Posting.objects.filter(in_force(), user=user, role__in=came.roles).exists():
        return (
            "You have no posting here now in a role that the agency's sign-in gives you. Nothing was opened. "
            "Ask who administers accounts."
        )
    return ""


def _tie(user: User, came: Came) -> None:
    if _tie_of(came) is not None:
        return
    OutsideName.objects.create(user=user, issuer=came.issuer, subject=came.subject, since=real_now())
    keep.account(user, reason="tied to the agency's sign-in")


def _tie_of(came: Came) -> OutsideName | None:
    kept = OutsideName.objects.select_related("user")
    return kept.filter(issuer=came.issuer, subject=came.subject, until=None).first()
