"""A site in another zone: its pages and its days go by the clocks on its own walls."""

from datetime import UTC, datetime

import pytest
from django.http import HttpResponse

from throughcare.app.config import Misconfigured, load
from throughcare.app.middleware import ZoneMiddleware
from throughcare.custody import reads as custody
from throughcare.custody.models import Facility
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role

LATE = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)  # 23:30 of the day before in New York, 22:30 in Chicago


class Asked:
    """As much of a request as the middleware reads."""

    def __init__(self, actor: Actor | None) -> None:
        self.actor = actor


def answer(actor: Actor | None) -> str:
    def page(_: object) -> HttpResponse:
        return HttpResponse(f"{clock.local(LATE):%H:%M} {clock.today()}")

    with clock.frozen(LATE):
        return ZoneMiddleware(page)(Asked(actor)).content.decode()


def nurse(facility: Facility | None) -> Actor:
    return Actor("staff", uuid7(), "Demo-Nurse, Kim", Role.RN, facility.id if facility else None)


@pytest.mark.django_db
def test_a_request_goes_by_the_walls_of_its_facility() -> None:
    here, there = Facility.objects.order_by("code")[:2]
    Facility.objects.filter(id=there.id).update(zone="America/Chicago")
    custody.zone_of.cache_clear()
    assert answer(nurse(here)) == "23:30 2026-11-21"
    assert answer(nurse(there)) == "22:30 2026-11-21"
    assert answer(nurse(None)) == answer(None) == "23:30 2026-11-21"
    assert clock.local(LATE).hour == 23, "the zone ended with the request"
    custody.zone_of.cache_clear()


@pytest.mark.django_db
def test_a_place_that_nobody_knows_has_the_agencys(django_assert_num_queries) -> None:
    unknown = uuid7()
    assert custody.zone_of(unknown) == ""
    with django_assert_num_queries(0):
        assert custody.zone_of(unknown) == ""


def test_only_a_zone_that_exists_is_taken(tmp_path) -> None:
    home = {"THROUGHCARE_MODE": "test", "THROUGHCARE_HOME": str(tmp_path)}
    assert load({**home, "THROUGHCARE_ZONE": "America/Chicago"}).zone == "America/Chicago"
    with pytest.raises(Misconfigured, match=r"THROUGHCARE_ZONE is \[Connecticut\]"):
        load({**home, "THROUGHCARE_ZONE": "Connecticut"})
