"""The hospital's packet: from the stamp that called the ambulance to the PDF in the printer (issue 4: ten seconds).

One person with a full record's worth of rows, twenty packets, the slowest counted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bench.doors import DAILY, MEDICINES, AnyReason, _empty_house
from bench.measure import Figure

TIMES, BUDGET = 20, 10.0


def figures() -> Iterator[Figure]:
    """Call a code, call the ambulance, typeset; give the slowest of twenty."""
    with _empty_house():
        took = sorted(_once(n) for n in range(TIMES))
    how = f"{TIMES} codes; from the stamp to the PDF; median {took[TIMES // 2]:.2f} s"
    yield Figure("packet for the hospital, slowest", took[-1], "s", BUDGET, how)


def _once(n: int) -> float:
    from throughcare.care.emergency import actions, paper
    from throughcare.care.emergency.models import Packet
    from throughcare.care.medications import actions as medications
    from throughcare.chart import actions as chart
    from throughcare.custody import actions as custody
    from throughcare.custody.models import Facility
    from throughcare.kernel import clock
    from throughcare.kernel.actor import Actor
    from throughcare.kernel.ids import derived
    from throughcare.kernel.vocabulary import Role
    from throughcare.people.actions import Demographics, register

    feed, place = Actor.feed("custody"), Facility.objects.get(short_name__istartswith="Hartford").id
    nurse = Actor("staff", derived("bench", "nurse"), "Demo-Nurse, Ada", Role.RN, place)
    doctor = Actor("staff", derived("bench", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, place)
    at = datetime.now(UTC)
    with clock.frozen(at - timedelta(days=2)):
        names = Demographics(f"Specimen-Packet{n:02}", "Alex", sex="male", synthetic=True)
        person = register(actor=feed, demographics=names)
        custody.admit(actor=feed, person_id=person, to=custody.Spot(place))
        chart.add_allergy(actor=nurse, person_id=person, text="Penicillin", reaction="Hives")
        for code, _, why in MEDICINES[:3]:
            asked = medications.Prescription(
                product=code, timing=DAILY, indication=why, amount=Decimal(1), days=90, reasons=AnyReason()
            )
            medications.place_order(actor=doctor, person_id=person, asked=asked)
    code_id = actions.call_code(actor=nurse, facility_id=place, place="B-203", person_id=person, complaint="chest_pain")
    began = time.perf_counter()
    actions.stamp(actor=nurse, code_id=code_id, kind="ems_called")
    packet = Packet.objects.get(person_id=person)
    paper.pdf(packet)
    return time.perf_counter() - began
