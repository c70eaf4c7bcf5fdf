"""Whose duties change take turns: two transactions that concern one person, or one place, do so one after the other.

Without it both would find nothing open, both would open the same duty, and the later would fail on the unique index.
Rows are locked, never counted locks: a year told in bulk concerns thousands of people at once.
"""

from collections.abc import Iterable
from uuid import UUID

from throughcare.kernel import statement
from throughcare.people import family

# A family takes turns at its survivor's row, as custody does; in one order, so that nobody waits in a ring.
PEOPLE = """
SELECT s.id FROM people_person s WHERE s.id IN (
  SELECT coalesce(p.survivor_id, p.id) FROM people_person p WHERE p.id = ANY (%s) OR p.survivor_id = ANY (%s))
ORDER BY s.id FOR NO KEY UPDATE OF s
"""
PLACES = "SELECT id FROM custody_facility WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE"


def take(people: Iterable[UUID], places: Iterable[UUID] = ()) -> None:
    """Wait until nobody else changes duties of these people and places; held until the transaction ends."""
    asked = set(people)
    if asked:
        statement.run(PEOPLE, [list(asked), list(asked)])
        family.ask_anew()  # whom it waited for may have merged them
    if at := set(places):
        statement.run(PLACES, [list(at)])
