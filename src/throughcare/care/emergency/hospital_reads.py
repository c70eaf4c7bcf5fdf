"""Every read of the way to hospital, through a lens: who is out, one person's trips, a packet as it was made."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from throughcare.care.emergency import rules, states
from throughcare.care.emergency.models import Packet, Recommendation, Trip
from throughcare.care.emergency.ports import MEDICINES, PacketMedicine
from throughcare.care.emergency.rule_table import load_hospital
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody who is out, or back and not settled."""

    trip: Trip
    who: people.Card
    stay: rules.Stay


@dataclass(frozen=True, slots=True)
class OneTrip:
    """A trip with what the hospital asked for."""

    trip: Trip
    asked: list[Recommendation]
    stay: rules.Stay


def away(lens: Lens) -> list[Away]:
    """Give who of the reader's facilities is in hospital, or back and not settled; the longest out last."""
    lens.require(Verb.SUMMARY, DataClass.CLINICAL)
    with db.reading(lens):
        rows = Trip.objects.filter(state__in=[*states.OUT, *states.BACK])
        if lens.facilities is not None:
            rows = rows.filter(facility_id__in=lens.facilities)
        found = [r for r in rows.order_by("-left_at")[:200] if not lens.shut(r.person_id)]
        cards = people.cards(lens, [r.person_id for r in found])
    back = {state: n for n, state in enumerate((*states.BACK, *states.OUT))}
    lines = [Away(r, cards[r.person_id], stay(r)) for r in found if r.person_id in cards]
    return sorted(lines, key=lambda line: back[line.trip.state])


def trips(lens: Lens, family: Sequence[UUID]) -> list[OneTrip]:
    """Give a person's trips to hospital, newest first."""
    for person_id in family:
        lens.require(Verb.SUMMARY, DataClass.CLINICAL, person_id=person_id)
    with db.reading(lens):
        rows = list(Trip.objects.filter(person_id__in=family).order_by("-left_at")[:40])
        asked: dict[UUID, list[Recommendation]] = {r.id: [] for r in rows}
        for one in Recommendation.objects.filter(trip_id__in=list(asked)).order_by("id"):
            asked[one.trip_id].append(one)
    return [OneTrip(r, asked[r.id], stay(r)) for r in rows]


def packets(lens: Lens, family: Sequence[UUID]) -> list[Packet]:
    """Give a person's packets without their words, newest first."""
    for person_id in family:
        lens.require(Verb.SUMMARY, DataClass.CLINICAL, person_id=person_id)
    with db.reading(lens):
        return list(Packet.objects.filter(person_id__in=family).defer("body").order_by("-made_at")[:20])


def packet(lens: Lens, family: Sequence[UUID], packet_id: UUID) -> tuple[Packet, Sequence[PacketMedicine]]:
    """Give a packet as it was made; with a programme's dose only while an emergency has opened it to this reader."""
    for person_id in family:
        lens.require(Verb.READ, DataClass.MEDICATION, person_id=person_id)
    with db.reading(lens):
        row = Packet.objects.filter(id=packet_id, person_id__in=family).first()
        if row is None:
            raise NotFound("There is no such packet here.")
        opened = lens.emergencies.intersection(family)
        return row, MEDICINES().programme(lens, sorted(opened)) if opened else ()


def stay(row: Trip) -> rules.Stay:
    """Count a trip's nights in hospital so far."""
    return rules.hospital_stay(
        row.admitted_at,
        row.discharged_at or row.returned_at or clock.now(),
        clock.zone(),
        inpatient=row.inpatient,
        limit=load_hospital().inpatient,
    )
