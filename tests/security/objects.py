"""What every door is tried with. A new route is listed in `listed.txt` (python -m tests.security.listing writes it); one
whose address names more than a person may say here which object to open, so that more than the door is tried.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from throughcare.access.doors import Route
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role

HARTFORD, YORK = derived("facility", "hartford"), derived("facility", "york")
_number = count(1)


@dataclass(frozen=True)
class World:
    """One person of each standing, as seen from Hartford."""

    here: UUID
    there: UUID
    merged: UUID
    released: UUID
    unknown: UUID


def make_world() -> World:
    """Make them by the same actions as everybody else."""
    from throughcare.custody.actions import Spot, admit, release
    from throughcare.kernel import clock
    from throughcare.kernel.actor import Actor
    from throughcare.people import actions as people

    feed, now = Actor.feed("custody feed"), clock.now()

    def person(sex: str = "male") -> UUID:
        n = next(_number)
        details = people.Demographics(family=f"Sample-Door{n}", given="Alex", sex=sex, synthetic=True)
        return people.register(actor=feed, demographics=details, numbers=[people.Number("urn:test", f"T{n:07d}")])

    here, there, merged, released, unknown = person(), person("female"), person(), person(), person()
    admit(actor=feed, person_id=here, to=Spot(HARTFORD), happened_at=now - timedelta(days=10))
    admit(actor=feed, person_id=there, to=Spot(YORK), happened_at=now - timedelta(days=10))
    admit(actor=feed, person_id=released, to=Spot(HARTFORD), happened_at=now - timedelta(days=30))
    release(actor=feed, person_id=released, destination="parole", happened_at=now - timedelta(days=9))
    proposal = people.propose_merge(actor=feed, a=here, b=merged, reasons=["same number"], source="test")
    assert proposal is not None
    people.merge(actor=feed, proposal_id=proposal, survivor_id=here, why="One person, seen.")
    return World(here, there, merged, released, unknown)


# --- objects of routes ------------------------------------------------------------------------------------------------------
# Name of a route → a function that makes what its address names, beside the person, in a world. Routes that stand nowhere
# here are tried with ids of nothing: the door decides before the room finds that there is nothing.

Factory = Callable[[World, UUID | None], dict[str, Any]]
FACTORIES: dict[str, Factory] = {}


def objects_of(route: Route, world: World, person_id: UUID | None) -> dict[str, Any]:
    """Give the parts of a route's address."""
    made = FACTORIES.get(route.name, lambda w, p: {})(world, person_id)
    found: dict[str, Any] = {}
    for kind, name in parameters(route.path):
        if name == "person_id" and person_id is not None:
            found[name] = person_id
        else:
            found[name] = (
                made.get(name) or {"uuid": uuid4(), "int": 1, "slug": "none", "str": "none", "path": "none"}[kind]
            )
    return found


def address(route: Route, parts: dict[str, Any]) -> str:
    """Give the address of a route with its parts filled in."""
    found = route.path
    for kind, name in parameters(route.path):
        found = found.replace(f"<{kind}:{name}>", str(parts[name]))
    return found


def parameters(path: str) -> list[tuple[str, str]]:
    """List the parts of an address with their kinds."""
    import re

    return re.findall(r"<(\w+):(\w+)>", path)


def routes() -> list[Route]:
    """Give all doors, in the order of their addresses."""
    from throughcare.access import doors
    from throughcare.app import urls

    assert urls.urlpatterns
    return sorted(doors.ROUTES, key=lambda r: (r.path, r.method))


ROLES = [role for role in Role if role is not Role.PUBLIC]
