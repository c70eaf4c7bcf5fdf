"""The synthetic agency: a small one is built whole, everything adds up, it goes on living, and one seed gives one agency."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Count

from throughcare.access import labels
from throughcare.app import rendering
from throughcare.care.intake.models import Arrival
from throughcare.care.mental_health.models import WatchCheck, WatchObserver
from throughcare.care.sick_call.models import CareRequest, NoShow
from throughcare.chart.models import Condition, Observation
from throughcare.custody.models import Lockdown, OperationalAlert, Placement, ScheduledEvent, Stay
from throughcare.duties import audit
from throughcare.duties.models import Duty, Handover, RosterShift
from throughcare.exchange.models import Message
from throughcare.kernel import clock
from throughcare.kernel.errors import Refused
from throughcare.ledger import formats, present, verify
from throughcare.ledger.models import Version
from throughcare.people.models import Identifier, MergeProposal, Person
from throughcare.world import build, live
from throughcare.world.shares import shares

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 18, 15, 20, tzinfo=UTC)


def quiet(part: float, what: str = "") -> None:
    """Say nothing of progress."""


def adds_up() -> None:
    """Hold what must hold of every world at every moment."""
    marks = tuple(f"{mark}-" for mark in shares().body["names"]["marks"])
    assert all(family.startswith(marks) for family in Person.objects.values_list("family", flat=True))
    assert all(v[0] == "T" and len(v) == 8 for v in Identifier.objects.values_list("value", flat=True))
    open_now = Placement.objects.filter(until=None, cancelled=False)
    assert not open_now.values("person").annotate(n=Count("id")).filter(n__gt=1).exists(), "nobody is in two places"
    twice = open_now.filter(confirmed=True).values("bed").annotate(n=Count("id")).filter(n__gt=1)
    assert not twice.exists(), "no two in one bed"
    assert verify.run().broken == []
    assert audit.run().sound
    compared = formats.check()
    assert compared.compared > 100
    assert [str(fault) for fault in compared.faults] == [], "each entry says what its row says"
    assert set(Version.objects.values_list("type", flat=True)) <= set(formats._renderers) | rendering.KEPT_AS_SIGNED
    assert present.rebuild(labels.bit_of()) == 0, "the present state is what the versions say"


@pytest.mark.database_copy
def test_a_small_world_lives_and_adds_up(database_copy) -> None:
    with clock.frozen(NOW):
        build.run(people=40, days=5, seed=1, progress=quiet)
    adds_up()
    assert Person.objects.filter(synthetic=True).count() > 60
    assert 40 <= Placement.objects.filter(until=None, cancelled=False).count() <= 110
    assert Stay.objects.filter(state="ended").exists()
    assert set(Arrival.objects.values_list("state", flat=True)) >= {"arrived", "looked", "sent_out", "signed"}
    assert CareRequest.objects.filter(paged=True, triaged_at=None).exists(), "a red flag is open"
    assert CareRequest.objects.filter(channel="paper", language="es", words_in_english="").exists(), "a Spanish slip"
    assert set(NoShow.objects.values_list("said_by", flat=True)) >= {"health", "patient"}, "a disputed refusal"
    assert MergeProposal.objects.filter(state="open").exists(), "an alias came back"
    assert Lockdown.objects.filter(ended_at=None).exists()
    assert OperationalAlert.objects.filter(template="watch_constant", ended_at=None).exists()
    assert WatchCheck.objects.count() > 5 and WatchObserver.objects.exists(), "somebody looks at those on watch"
    assert not WatchCheck.objects.filter(proof="none").exists(), "and stands at the door"
    assert ScheduledEvent.objects.filter(kind="transfer", state="planned", starts_at__gt=NOW).exists()
    assert Handover.objects.filter(accepted_at=None).exists()
    assert set(Message.objects.values_list("status", flat=True)) >= {"applied", "held"}
    assert Condition.objects.exists() and Observation.objects.exists()
    assert (
        RosterShift.objects.filter(starts__lte=NOW, ends__gt=NOW, role="rn").values("facility_id").distinct().count()
        > 10
    )
    with clock.frozen(NOW), pytest.raises(Refused):
        build.run(people=40, days=5, seed=1, progress=quiet)
    with clock.frozen(NOW):
        agency = live.begin()
    assert agency is not None
    before = Duty.objects.count()
    for minutes in (1, 3, 30, 240):
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            agency.tick()
    assert Duty.objects.count() > before
    adds_up()


@pytest.mark.parametrize("seed", [7])
def test_one_seed_gives_one_agency_by_two_processes_or_one(template, seed: int, digests, django_db_blocker) -> None:
    from django.db import connection

    from tests.conftest import copy_of

    found = []
    before = connection.settings_dict["NAME"]
    for n in (1, 2):
        with copy_of(template, f"copy_world_{n}"), django_db_blocker.unblock():
            connection.close()
            connection.settings_dict["NAME"] = f"copy_world_{n}"
            try:
                with clock.frozen(NOW):
                    build.run(people=12, days=5, doses=5, seed=seed, progress=quiet, processes=n)
                found.append(digests())
            finally:
                connection.close()
                connection.settings_dict["NAME"] = before
    assert found[0] == found[1]
