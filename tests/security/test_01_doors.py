"""D3-1, missing or wrong authorisation: every role at every door, with people of its own place, of another, merged,
released and never held. What should happen is said by `oracle` from the signed table; an unlisted route fails."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from tests.access.makers import PASSWORD, staff
from tests.security import listing, oracle
from tests.security.objects import HARTFORD, ROLES, World, address, objects_of, routes
from throughcare.access import sessions
from throughcare.access.doors import Route
from throughcare.kernel.vocabulary import Role

KINDS = ("here", "there", "merged", "released", "unknown")
# What anybody may open: the list is short, and a policy that makes another page public fails here.
PUBLIC = {
    "public", "public-file", "robots",  # the public site: reads published editions and content alone
    "papers",  # a code on paper: opens by its unguessable token with the holder's birth date, in few tries
    "outside",
    "outside-back",
    # Connected apps: what they need to know to ask, the way in, which shows nothing before a sign-in, and what programs call with proof of their own.
    "smart_configuration", "smart_keys", "smart_authorize", "smart_token", "smart_revoke", "smart_introspect",
    "kiosk-sign-in",  # a person's own way in: shows nothing before number and code
    "home", "healthz", "readyz", "sign-in", "second-factor", "passkey", "passkey-begin", "switch", "demo", "demo_become", "gallery", "health", "ready",
}  # fmt: skip


def test_every_address_is_a_door() -> None:
    for pattern in get_resolver().url_patterns:
        assert isinstance(pattern, URLPattern), f"[{pattern}] is an address that no door guards"
        assert pattern.callback.__module__ == "throughcare.access.doors", f"[{pattern}] is reached beside the doors"


def test_every_door_is_listed_with_the_roles_that_pass() -> None:
    """Changed on purpose? Read the difference that `python -m tests.security.listing` makes, and commit it."""
    assert listing.lines() == listing.listed()


def test_every_door_has_a_policy_that_asks_for_something() -> None:
    for route in routes():
        assert route.policy.public or route.policy.needs or route.policy.only, route.path
        assert not route.policy.public or route.name in PUBLIC, f"[{route.path}] is open to anybody"


@pytest.mark.django_db
def test_nobody_passes_without_a_sign_in(world: World) -> None:
    client = Client()
    for route in routes():
        if route.policy.public:
            continue
        answer = knock(client, route, address(route, objects_of(route, world, world.here)))
        assert answer.status_code in (302, 403), (route.method, route.path, answer.status_code)
        if answer.status_code == 302:
            assert answer["Location"].startswith(("/sign-in/", "/kiosk/sign-in/")), route.path


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES, ids=str)
def test_each_role_at_each_door(role: Role, world: World) -> None:
    client = signed_in_as(role, world)
    wrong = [finding for route in routes() for finding in tried(client, route, role, world)]
    assert not wrong, "\n".join(wrong)


def tried(client: Client, route: Route, role: Role, world: World) -> list[str]:
    """Try one door with each kind of person and say what went otherwise than the table says."""
    if route.policy.public or route.name == "sign-out":
        return []
    kinds = _kinds(route, role)
    found = []
    for kind in kinds:
        person = getattr(world, kind) if kind else None
        url = address(route, objects_of(route, world, person))
        status = knock(client, route, url).status_code
        verdict = judged(route, role, kind, status)
        if verdict:
            found.append(f"{role} {route.method} {route.path} ({kind or 'nobody'}): {status}, {verdict}")
    return found


def _kinds(route: Route, role: Role) -> tuple[str, ...]:
    if "<uuid:person_id>" not in route.path:
        return ("",)
    # Where the role has no business, nobody is; one person shows it.
    if not oracle.role_passes(route.policy, role):
        return ("here",)
    return KINDS if route.method == "GET" else ("here", "there", "released")


def judged(route: Route, role: Role, kind: str, status: int) -> str:
    """Say what is wrong with an answer; nothing where it is as it should be."""
    if status >= 500:
        return "it fell over"
    if not oracle.role_passes(route.policy, role):
        return "" if status == 403 else "this role has no business here"
    if not kind:
        return ""
    stands = oracle.stands(role, kind)
    if stands == "closed":
        return "" if status == 404 else "this record should look as if it were not there"
    if stands == "ask":
        return "" if status == 403 else "it should have asked why"
    if not oracle.may_be_shown(route.policy, role, kind):
        return "" if status == 403 else "no consent or authority is on file"
    return "" if status != 403 else "it should have opened"


def knock(client: Client, route: Route, url: str):
    """Ask at a door, and leave everything as it was."""
    with transaction.atomic():
        answer = client.get(url) if route.method == "GET" else client.generic(route.method, url)
        transaction.set_rollback(True)
    return answer


def signed_in_as(role: Role, world: World) -> Client:
    """Sign a role in at Hartford; a patient is the person who is here."""
    if role is Role.PATIENT:
        from throughcare.access import actions
        from throughcare.access.models import User
        from throughcare.kernel.actor import Actor

        clerk = Actor.system("test")
        user_id = actions.create_account(actor=clerk, username="T0000001", name="Sample-Door", person_id=world.here)
        actions.set_password(actor=clerk, user_id=user_id, password=PASSWORD)
        actions.post(actor=clerk, user_id=user_id, role=role, facility_id=HARTFORD)
        user = User.objects.get(id=user_id)
    else:
        user = staff(role, facility=HARTFORD)
    client = Client()
    answer = client.post("/sign-in/", {"name": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    assert sessions.SEAT in client.session
    return client


@pytest.mark.django_db
def test_this_test_notices_a_door_left_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from throughcare.access import care

    client = signed_in_as(Role.RN, world)
    monkeypatch.setattr(care, "relation", lambda lens, person_id: care.Relation.OPEN)
    assert any("asked why" in finding for route in routes() for finding in tried(client, route, Role.RN, world))
