"""D3-1, objects of others: a page of one's own person or of nobody never opens a thing that is another person's, elsewhere."""

from urllib.parse import urlencode

import pytest

from tests.security.objects import ELSEWHERE, NOBODYS, World, address, objects_of, parameters, routes
from tests.security.test_01_doors import knock, signed_in_as
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.django_db
LOCAL = [Role.RN, Role.PROVIDER, Role.PSYCH, Role.LPN, Role.CUSTODY, Role.PATIENT]


def test_every_part_of_an_address_is_known_here() -> None:
    """A new kind of thing in an address says whose it is: in ELSEWHERE, or in NOBODYS with a look at why."""
    named = {name for route in routes() for _, name in parameters(route.path)}
    assert named <= set(ELSEWHERE) | NOBODYS, named - set(ELSEWHERE) - NOBODYS


@pytest.mark.slow
@pytest.mark.parametrize("role", LOCAL, ids=str)
def test_a_thing_of_somebody_elsewhere_is_not_reached(role: Role, world: World) -> None:
    theirs = {name: make(world) for name, make in ELSEWHERE.items()}
    client = signed_in_as(role, world)
    wrong = []
    for route in routes():
        parts = {name for _, name in parameters(route.path)} & set(ELSEWHERE)
        if not parts:
            continue
        assert all(theirs[name] for name in parts), f"no {parts} of the person elsewhere was made"
        given = {**objects_of(route, world, world.here), **{name: theirs[name] for name in parts}}
        status = knock(client, route, address(route, given)).status_code
        # A form that is not complete may be refused as such before its thing is looked for; it never does anything.
        refused = (403, 404) if route.method == "GET" else (403, 404, 409, 422)
        if status not in refused:
            wrong.append(f"{role} {route.method} {route.path}: {status}")
    assert not wrong, "\n".join(wrong)


def test_what_cannot_be_seen_changes_no_count_and_no_order(world: World) -> None:
    """D3-10: a list read at Hartford is the same whether or not York holds somebody by that name."""
    client = signed_in_as(Role.RN, world)
    lists = [r for r in routes() if r.method == "GET" and not parameters(r.path) and not r.policy.public]
    before = {r.path: shown(client.get(f"{r.path}?{urlencode({'q': 'Sample-Hidden'})}")) for r in lists}
    from tests.security.objects import YORK
    from throughcare.custody.actions import Spot, admit
    from throughcare.kernel.actor import Actor
    from throughcare.people import actions as people

    feed = Actor.feed("custody feed")
    hidden = people.register(
        actor=feed, demographics=people.Demographics(family="Sample-Hidden", given="Ann", sex="female")
    )
    admit(actor=feed, person_id=hidden, to=Spot(YORK))
    after = {r.path: shown(client.get(f"{r.path}?{urlencode({'q': 'Sample-Hidden'})}")) for r in lists}
    changed = [path for path in before if before[path] != after[path] and path != "/account/"]
    assert not changed, changed


def shown(answer) -> str:
    """Give the words of a page without what differs each time: tokens, ids and the clock."""
    import re

    text = re.sub(
        r'(?s)<meta name="csrf-token".*?>|name="csrfmiddlewaretoken" value="[^"]*"|"(csrf|as_of)": ?"[^"]*"|<time.*?</time>',
        "",
        answer.text,
    )
    text = re.sub(r'(datetime|data-\w+|width|d|points)="[^"]*"', "", text)
    return re.sub(r"\d?\d:\d\d|in \d+:\d+|[0-9a-f]{8}-[0-9a-f-]{27}", "", text)
