"""Accounts, and a client that signs in, as many tests of doors need them."""

from uuid import UUID, uuid4

from django.test import Client

from throughcare.access import actions
from throughcare.access.models import User
from throughcare.access.ports import CARE
from throughcare.kernel.actor import Actor
from throughcare.kernel.vocabulary import Role

PASSWORD = "quiet-otter-walks-home"
HARTFORD, YORK = UUID(int=0xA1), UUID(int=0xA2)
CLERK = Actor.system("test")


class Cares:
    """Stands for the rooms above: holds for the people it is given."""

    def __init__(self, *people: UUID, ended: frozenset[UUID] = frozenset()) -> None:
        self.people, self.ended = set(people), ended

    def holds(self, lens, person_id: UUID) -> bool:
        """Say whether a care relationship holds."""
        return person_id in self.people

    def segment_ended(self, person_id: UUID):
        """Say whether custody's part has ended."""
        from throughcare.kernel import clock

        return clock.now() if person_id in self.ended else None


def staff(
    role: Role = Role.RN,
    *,
    facility: UUID | None = HARTFORD,
    password: str = PASSWORD,
    pin: str = "",
    name: str = "",
    **more,
) -> User:
    """Make an account that holds a role."""
    username = f"{role.value}-{uuid4().hex[:8]}"
    user_id = actions.create_account(actor=CLERK, username=username, name=name or f"Demo-{role.value}", **more)
    if password:
        actions.set_password(actor=CLERK, user_id=user_id, password=password)
    if pin:
        actions.set_pin(actor=CLERK, user_id=user_id, pin=pin)
    actions.post(actor=CLERK, user_id=user_id, role=role, facility_id=facility)
    return User.objects.get(id=user_id)


def signed_in(user: User, password: str = PASSWORD, **extra) -> Client:
    """Give a client that signed in by its front door."""
    client = Client(**extra)
    answer = client.post("/sign-in/", {"name": user.username, "password": password})
    assert answer.status_code == 302, answer.content
    return client


def care_for(*people: UUID, ended: frozenset[UUID] = frozenset()) -> Cares:
    """Let a care relationship hold for these people alone."""
    cares = Cares(*people, ended=ended)
    CARE.fill(cares)
    return cares
