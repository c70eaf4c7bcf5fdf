"""Any sequence of moves, well meant or not: nobody is ever in two places, and what the rows say agrees with the moves."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.custody.conftest import HARTFORD, OSBORN, UNIT_A, bed
from throughcare.custody import actions as act
from throughcare.custody.actions import Spot
from throughcare.custody.models import Away, LegalStatus, Move, Placement, Stay
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused
from throughcare.ledger import verify
from throughcare.people.actions import Demographics, register

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
T0 = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
FEED = Actor.feed("custody feed")
SPOTS = [
    Spot(HARTFORD),
    Spot(HARTFORD, UNIT_A),
    Spot(HARTFORD, UNIT_A, bed("A-101")),
    Spot(HARTFORD, UNIT_A, bed("A-102")),
    Spot(OSBORN),
    Spot(HARTFORD, bed_named="Q"),
]
KINDS = [
    "admit",
    "transfer",
    "within",
    "court",
    "hospital",
    "escape",
    "return",
    "release",
    "parole",
    "halfway",
    "sentenced",
    "confirm",
    "undo",
    "undo_release",
    "undo_admit",
]

steps = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),
        st.sampled_from(KINDS),
        st.sampled_from(SPOTS),
        st.integers(min_value=-2, max_value=12),
    ),
    min_size=3,
    max_size=14,
)


def take(person_id: UUID, kind: str, spot: Spot, at: datetime) -> None:
    said = {"actor": FEED, "person_id": person_id}
    timed = {**said, "happened_at": at}
    if kind == "admit":
        act.admit(to=spot, **timed)
    elif kind == "transfer":
        act.transfer(to=spot, **timed)
    elif kind == "within":
        act.move_within(unit_id=spot.unit_id, bed_id=spot.bed_id, **timed)
    elif kind in ("court", "hospital"):
        act.send_out(kind=kind, **timed)
    elif kind == "escape":
        act.record_escape(**timed)
    elif kind == "return":
        act.return_in(to=spot, **timed)
    elif kind == "release":
        act.release(**timed)
    elif kind == "parole":
        act.release(destination="parole", **timed)
    elif kind == "halfway":
        act.release(destination="halfway_house_community_release", **timed)
    elif kind == "sentenced":
        act.change_legal_status(kind="sentenced", **timed)
    elif kind == "confirm":
        act.confirm_bed(bed_id=spot.bed_id, **said)
    elif kind == "undo":
        act.cancel_transfer(**said)
    elif kind == "undo_release":
        act.cancel_release(**said)
    else:
        act.cancel_admission(**said)


def consistent(person_id: UUID) -> None:
    open_stays = list(Stay.objects.filter(person_id=person_id, state="open"))
    housed = list(Placement.objects.filter(person_id=person_id, until=None, cancelled=False))
    away = list(Away.objects.filter(person_id=person_id, until=None, cancelled=False))
    segments = list(LegalStatus.objects.filter(person_id=person_id, until=None, cancelled=False))
    assert len(open_stays) <= 1 and len(housed) <= 1 and len(away) <= 1 and len(segments) <= 1
    if not open_stays:
        assert not housed and not away
        assert all(not s.in_custody for s in segments)
        return
    assert len(segments) == 1 and segments[0].in_custody
    last = Move.objects.filter(stay=open_stays[0], cancelled_at=None).order_by("-n").first()
    assert last is not None
    if housed and last.to_facility_id is not None:
        assert housed[0].facility_id == last.to_facility_id
    numbers = list(Move.objects.filter(stay=open_stays[0]).order_by("n").values_list("n", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


@given(plan=steps)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_sequence_leaves_one_truth(plan: list[tuple[int, str, Spot, int]]) -> None:
    from django.db import transaction

    with transaction.atomic():
        people = [
            register(
                actor=FEED,
                demographics=Demographics(f"Sample-Any{n}", "Pat", date(1980 + n, 1, 1), "male", synthetic=True),
            )
            for n in (0, 1)
        ]
        now = T0
        for who, kind, spot, hours in plan:
            now += timedelta(hours=max(hours, 0))
            with clock.frozen(now):
                try:
                    with transaction.atomic():
                        take(people[who], kind, spot, now + timedelta(hours=min(hours, 0)))
                except Refused:
                    pass
            for person_id in people:
                consistent(person_id)
            confirmed = Placement.objects.filter(until=None, cancelled=False, confirmed=True)
            beds = list(confirmed.values_list("bed_id", flat=True))
            assert len(beds) == len(set(beds))
        assert verify.run().sound
        transaction.set_rollback(True)
