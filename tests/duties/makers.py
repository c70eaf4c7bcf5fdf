"""Makers for the duties' tests: a nurse, a place, a person, and events by name as rooms above would emit them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from throughcare.access.models import Posting, User
from throughcare.duties.actions import hear
from throughcare.kernel import clock, db, events
from throughcare.kernel.actor import Actor
from throughcare.kernel.events import Event
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import Demographics, register
from throughcare.people.models import Person

HARTFORD, YORK = derived("test", "hartford"), derived("test", "york")
FEED = Actor.feed("test feed")
MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # 10:00 in New York
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Told(Event):
    """An event under any name."""

    name: str = ""  # type: ignore[misc]
    facts: dict[str, Any] = field(default_factory=dict)
    loser_id: UUID | None = None

    def payload(self) -> dict[str, Any]:
        return self.facts


def told(
    name: str,
    person_id: UUID | None,
    at: datetime,
    *,
    facility: UUID | None = HARTFORD,
    ref: UUID | None = None,
    loser_id: UUID | None = None,
    **facts: Any,
) -> Told:
    return Told(
        name=name,
        person_id=person_id,
        facility_id=facility,
        ref=ref or uuid7(),
        happened_at=at,
        facts=facts,
        loser_id=loser_id,
    )


def tell(*what: Event) -> None:
    """Let the clock hear events, one action each, at their own times."""
    for event in what:
        with clock.frozen(event.happened_at), db.writing(FEED) as unit:
            unit.action = "test.tell"
            link(event)
            hear([event])
            events.drain()


def link(event: Event) -> None:
    """Link the charts that a merge names, as the people room does before it tells."""
    if event.name == "people_merged":
        Person.objects.filter(id=event.loser_id).update(survivor_id=event.person_id)


def person(name: str = "Luis") -> UUID:
    return register(
        actor=FEED, demographics=Demographics("Sample-Ortiz", name, date(1990, 2, 3), "male", synthetic=True)
    )


def staff(role: Role = Role.RN, name: str = "Demo-Nurse, Bo", facility: UUID | None = HARTFORD) -> Actor:
    user = User.objects.create(username=f"{name}-{uuid7()}", name=name)
    Posting.objects.create(user=user, role=role, facility_id=facility, since=MONDAY - 365 * DAY)
    return Actor("staff", user.id, name, role, facility)
