"""D3-2, explicit deny ignored: a record closed to one user is closed at every door, whatever else would open it."""

import pytest

from tests.security.objects import World, address, objects_of, routes
from tests.security.test_01_doors import knock, signed_in_as
from throughcare.access import actions
from throughcare.access.models import SignIn
from throughcare.kernel.actor import Actor
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [Role.RN, Role.PROVIDER, Role.HIM], ids=str)
def test_denial_closes_every_door_to_that_person_and_to_charts_linked_to_theirs(role: Role, world: World) -> None:
    client = signed_in_as(role, world)
    user_id = SignIn.objects.latest("started_at").user_id
    actions.close_record(actor=Actor.system("test"), user_id=user_id, person_id=world.merged, why="Their own brother.")
    for route in routes():
        if "<uuid:person_id>" not in route.path:
            continue
        for person in (world.here, world.merged):
            answer = knock(client, route, address(route, objects_of(route, world, person)))
            assert answer.status_code in (403, 404), (route.path, answer.status_code)
