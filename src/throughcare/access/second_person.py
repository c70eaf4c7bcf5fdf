"""The second person who signs beside the one who is signed in: a witness, a second counter. Proved at the same screen."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from throughcare.access import actions, sessions
from throughcare.access.actions.record import in_force
from throughcare.access.models import Posting, User
from throughcare.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """Who signed second, in which role they work at this facility."""

    id: UUID
    name: str
    role: str


def prove_second(request: Any, name: str, secret: str, facility_id: UUID) -> SecondPerson:
    """Say who signs second by badge or name and PIN or password; refuse whoever is signed in, and who does not work here.

    Tries are counted as at signing in. The secret goes no further than this.
    """
    if not name.strip():
        raise _no("A second person signs here: scan or type their badge.")
    user = _demo_persona(name) or _proved(request, name, secret)
    if user is None:
        raise _no("This badge and PIN do not go together. Nothing was kept yet; try again.", "second_secret")
    if user.id == request.actor.id:
        raise _no("You can't be your own witness. Another person signs here.")
    here = Posting.objects.filter(in_force(), user=user).filter(Q(facility_id=facility_id) | Q(facility_id=None))
    posting = here.order_by("-facility_id").first()
    if posting is None:
        raise _no("This person does not work at this facility today.")
    return SecondPerson(user.id, user.name, posting.role)


def _proved(request: Any, name: str, secret: str) -> User | None:
    outcome = actions.check_secret(
        actor=request.actor, name=name, secret=secret, address=sessions.address_of(request), quick=True
    )
    if outcome.wait_until is not None:
        raise _no("Too many tries. What you typed is kept; wait a few minutes.", "second_secret")
    return User.objects.filter(id=outcome.user_id).first() if outcome.user_id else None


def _demo_persona(name: str) -> User | None:
    # A persona of the demonstration has no secret to prove itself with.
    if not settings.THROUGHCARE_DEMO:
        return None
    found = User.objects.filter(Q(username__iexact=name.strip()) | Q(badge=name.strip()), is_active=True).first()
    return found if found is not None and not found.has_usable_password() and not found.pin else None


def _no(sentence: str, field: str = "second") -> Invalid:
    return Invalid(sentence, fields={field: sentence})
