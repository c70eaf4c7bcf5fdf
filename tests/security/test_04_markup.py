"""D3-4, stored and reflected XSS: a payload in every text that people write, in every page that shows it."""

import re

import pytest

from tests.access.makers import CLERK, staff
from tests.security.objects import HARTFORD, World, address, objects_of, routes
from tests.security.test_01_doors import knock, signed_in_as
from throughcare.access import actions
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.django_db
PAYLOAD = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7919*7919}}"
BITES = re.compile(r"<script>alert|<img src=x|onerror=alert\(2\)>(?!&)|62710561")


def written_everywhere(world: World) -> None:
    """Put the payload wherever somebody writes; rooms add theirs as they come."""
    from throughcare.people import actions as people

    people.correct(
        actor=CLERK,
        person_id=world.here,
        demographics=people.Demographics(
            family=f"Sample-{PAYLOAD}"[:80], given=PAYLOAD[:80], used_name=PAYLOAD[:80], synthetic=True
        ),
    )
    user = staff(Role.RN, facility=HARTFORD, name=PAYLOAD)
    actions.post(actor=CLERK, user_id=user.id, role=Role.PROVIDER, facility_id=HARTFORD, title=PAYLOAD[:80])


@pytest.mark.parametrize(
    "role",
    [Role.RN, Role.PROVIDER, Role.HSA, Role.HIM, Role.CUSTODY, Role.TRANSPORT, Role.PLANNER, Role.PATIENT],
    ids=str,
)
def test_what_people_write_never_runs(role: Role, world: World) -> None:
    written_everywhere(world)
    client = signed_in_as(role, world)
    shown = 0
    for route in routes():
        if route.method != "GET":
            continue
        answer = knock(client, route, address(route, objects_of(route, world, world.here)))
        if "text/html" in answer.headers.get("Content-Type", ""):
            assert not BITES.search(answer.text), route.path
            shown += 1
    assert shown > 5


@pytest.mark.parametrize("field", ["q", "after", "before", "next", "lang", "layout", "status"])
def test_what_a_link_carries_is_never_run_nor_breaks_a_page(field: str, world: World) -> None:
    client = signed_in_as(Role.HSA, world)
    for route in routes():
        if route.method != "GET" or (route.name == "gallery" and field in ("status", "layout")):
            continue
        url = address(route, objects_of(route, world, world.here))
        from urllib.parse import urlencode

        answer = knock(client, route, f"{url}?{urlencode({field: PAYLOAD})}")
        assert answer.status_code < 500, (route.path, field)
        assert not BITES.search(answer.text if hasattr(answer, "text") else ""), route.path


ANYBODYS = {"public", "public-file", "robots"}  # the public site holds nothing of anybody: a browser may keep it


def test_every_page_carries_the_strict_policy(world: World) -> None:
    client = signed_in_as(Role.RN, world)
    for route in routes():
        if route.method == "GET":
            answer = knock(client, route, address(route, objects_of(route, world, world.here)))
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy
            kept = answer.headers["Cache-Control"]
            assert "no-store" in kept or (route.name in ANYBODYS and kept.startswith("public, ")), (route.name, kept)
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
