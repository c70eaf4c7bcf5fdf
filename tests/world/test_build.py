"""The synthetic agency: a small one is built whole and everything adds up."""

import pytest
from django.db.models import Count

from throughcare.care.intake.models import Arrival
from throughcare.care.sick_call.models import CareRequest
from throughcare.custody.models import Placement, Stay
from throughcare.duties import audit
from throughcare.duties.models import Duty
from throughcare.kernel.errors import Refused
from throughcare.ledger import verify
from throughcare.people.models import Identifier, Person
from throughcare.world import build
from throughcare.world.shares import shares

pytestmark = [pytest.mark.database_copy, pytest.mark.slow]


def quiet(part: float, what: str = "") -> None:
    """Say nothing of progress."""


def test_a_small_world_lives_and_adds_up(database_copy) -> None:
    build.run(people=40, days=5, seed=1, progress=quiet)
    marks = tuple(f"{mark}-" for mark in shares().body["names"]["marks"])
    assert all(p.synthetic and p.family.startswith(marks) for p in Person.objects.all())
    assert all(i.value[0] == "T" and len(i.value) == 8 for i in Identifier.objects.all())
    open_now = Placement.objects.filter(until=None, cancelled=False)
    assert 40 <= open_now.count() <= 110
    assert not open_now.values("person").annotate(n=Count("id")).filter(n__gt=1).exists(), "nobody is in two places"
    assert Stay.objects.filter(state="open").count() >= open_now.count()
    states = set(Arrival.objects.values_list("state", flat=True))
    assert {"arrived", "looked", "sent_out", "signed"} <= states
    assert CareRequest.objects.exists()
    assert Duty.objects.filter(closed_at=None).exists()
    assert verify.run().broken == []
    with pytest.raises(Refused):
        build.run(people=40, days=5, seed=1, progress=quiet)
    assert audit.run().sound
