"""People, staff and moments for the tests of the watch."""

from datetime import UTC, date, datetime, timedelta

import pytest

from throughcare.care.mental_health import actions
from throughcare.care.mental_health.models import Watch
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility, Unit
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import Demographics, register

NIGHT = datetime(2026, 11, 20, 3, 2, 11, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLAN = {"warnings": "I stop eating", "coping": "Push-ups", "people": "My sister"}
CALM = {"1": False, "2": False, "6": False}


@pytest.fixture
def place():
    return Facility.objects.get(short_name__istartswith="Hartford")


def staff(name: str, role: Role, place) -> Actor:
    return Actor("staff", derived("test", name), f"Demo-{name}", role, place.id)


@pytest.fixture
def nurse(place):
    return staff("Nurse", Role.RN, place)


@pytest.fixture
def psych(place):
    return staff("Psych", Role.PSYCH, place)


@pytest.fixture
def officer(place):
    return staff("Officer", Role.CUSTODY, place)


@pytest.fixture
def second(place):
    return staff("Second", Role.CUSTODY, place)


@pytest.fixture
def admin(place):
    return staff("Admin", Role.HSA, place)


@pytest.fixture
def person(place):
    return somebody(place)


def somebody(place, family="Sample-Ortiz", unit=None):
    feed = Actor.feed("custody")
    unit = unit or Unit.objects.filter(facility=place, kind="housing").order_by("code").first().id
    found = register(actor=feed, demographics=Demographics(family, "Luis", date(1990, 2, 3), "male"))
    with clock.frozen(NIGHT - timedelta(days=9)):
        custody.admit(actor=feed, person_id=found, to=custody.Spot(place.id, unit_id=unit))
    return found


def start(nurse, person, level="staggered", **more) -> Watch:
    actions.start_watch(actor=nurse, person_id=person, level=level, why="Says he can't go on.", **more)
    return Watch.objects.get(person_id=person, ended_at=None)


def check(by, watch, behaviour="calm", **more):
    more.setdefault("id", uuid7())
    return actions.record_round(actor=by, watch_id=watch.id, behaviour=behaviour, **more)


def assess(psych, watch, decision="keep", answers=None, **more):
    found = actions.Found(answers or CALM, "No plan, future court date is the stressor.")
    return actions.assess_watch(
        actor=psych, person_id=watch.person_id, watch_id=watch.id, found=found, decision=decision, **more
    )


def open_rules(person) -> set[str]:
    rows = Duty.objects.filter(person_id=person, closed_at=None)
    return set(rows.filter(rule__startswith="SUI").values_list("rule", flat=True))


def door_of(watch) -> str:
    from throughcare.care.mental_health.actions import keeping
    from throughcare.care.mental_health.models import DoorTag

    return DoorTag.objects.get(place_id=keeping.spot_of(watch.person_id).place_id, ended_at=None).code
