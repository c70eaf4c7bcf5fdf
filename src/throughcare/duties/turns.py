"""Whose duties change take turns: two transactions that concern one person, or one place, do so one after the other.

Without it both would find nothing open, both would open the same duty, and the later would fail on the unique index.
Rows are locked, never counted locks: a year told in bulk concerns thousands of people at once.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models.functions import Coalesce

from throughcare.custody.models import Facility
from throughcare.people.models import Person


def take(people: Iterable[UUID], places: Iterable[UUID] = ()) -> None:
    """Wait until nobody else changes duties of these people and places; held until the transaction ends."""
    asked = set(people)
    if asked:
        rows = Person.objects.filter(id__among=asked) | Person.objects.filter(survivor_id__among=asked)
        # A family takes turns at its survivor's row, as custody does; in one order, so that nobody waits in a ring.
        _locked(Person, rows.values_list(Coalesce("survivor_id", "id"), flat=True))
    if at := set(places):
        _locked(Facility, at)


def _locked(model: type[Person] | type[Facility], ids: Iterable[UUID]) -> None:
    rows = model.objects.select_for_update(no_key=True, of=("self",)).filter(id__in=ids)
    list(rows.order_by("id").values_list("id", flat=True))
