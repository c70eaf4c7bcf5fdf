"""Vaccines in the synthetic agency: what was given, refused, or told by the registry; and what nurses offer in the first days."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from throughcare.chart import actions as chart
from throughcare.chart import vaccines
from throughcare.chart.actions import Vaccine
from throughcare.duties import actions as duties
from throughcare.duties.models import Duty
from throughcare.kernel import content
from throughcare.kernel.vocabulary import Role
from throughcare.people.models import Person
from throughcare.world.cast import Character
from throughcare.world.past import DAY, ZONE
from throughcare.world.scenes import Stage

PATH = "world/vaccines.toml"
WEEK = timedelta(weeks=1)
RULE = "IHA-03-VACCINE"
WHY_NOT = "Refused after the talk"


def past(who: Character, admitted: datetime, boundary: datetime) -> list[Vaccine]:
    """Give what somebody was given, refused, or is said to have had, up to the boundary. Pure: the same every time."""
    random = Random(f"vaccines:{who.id}")
    found: list[Vaccine] = []
    for row in content.rows(PATH, "dose"):
        wanted, other, spread = random.random() < row["share"], random.random(), random.random()
        says_no = random.random() < float(content.load(PATH)["refused"])
        if not wanted:
            continue
        if other < row.get("elsewhere", 0):
            found.append(_told(row, admitted - (0.2 + spread * 5) * 365 * DAY, random))
            continue
        at = _first(row, admitted, boundary, spread)
        if at is None or _age(who.birth_date, at) < row.get("from_age", 0):
            continue
        if says_no:
            found.append(_given(row, at, random, refused=True))
            continue
        times = [at + n * row.get("weeks", 0) * WEEK for n in range(row.get("doses", 1))]
        found += [_given(row, one, random) for one in times if one < boundary]
    return found


def _first(row: Mapping[str, Any], admitted: datetime, boundary: datetime, spread: float) -> datetime | None:
    """Give when the first dose was offered: in the first two weeks, or on a day of the season; None where that is to come."""
    if not row.get("season"):
        at = admitted + (1 + spread * 13) * DAY
        return at if at < boundary else None
    begins = max(admitted, boundary - 365 * DAY)
    days = [begins + n * DAY for n in range(1, max(1, (boundary - begins) // DAY))]
    inside = [day for day in days if in_season(day)]
    return inside[int(spread * len(inside))] if inside else None


def in_season(at: datetime) -> bool:
    """Tell whether influenza vaccine is offered on that day."""
    return at.astimezone(ZONE).month in content.load(PATH)["months"]


def _given(row: Mapping[str, Any], at: datetime, random: Random, *, refused: bool = False) -> Vaccine:
    about: dict[str, Any] = {"status": "not-done", "why_not": WHY_NOT}
    if not refused:
        about = {
            "amount": Decimal("0.5"),
            "unit": "mL",
            "lot": f"SAMPLE{random.randrange(10_000):04}",
            "expires": (at + 300 * DAY).date(),
            "manufacturer": "Sample Vaccines",
            "route": "Intramuscular",
            "site": random.choice(("Left deltoid", "Right deltoid")),
        }
    code = str(row["id"])
    return Vaccine(vaccines.titles()[code], at, code, **about)


def _told(row: Mapping[str, Any], at: datetime, random: Random) -> Vaccine:
    code, source = str(row["id"]), str(content.load(PATH)["registry"])
    return Vaccine(vaccines.titles()[code], at, code, primary=False, source=source)


def _age(born: date, at: datetime) -> int:
    return int((at.date() - born).days // 365.25)


def work(stage: Stage, duty: Duty, at: datetime) -> bool:
    """Offer what a newcomer is due and record what they say, as staff would; tells whether the duty asked for that."""
    if duty.rule != RULE or duty.person_id is None:
        return False
    random = Random(f"offered:{duty.person_id}")
    nurse = stage.staff.at(duty.facility_id, Role.RN, at, random).actor
    for one in _offered(duty.person_id, at, random):
        chart.record_immunization(actor=nurse, person_id=duty.person_id, given=one)
    duties.close_duty(actor=nurse, duty_id=duty.id)
    return True


def _offered(person_id: Any, at: datetime, random: Random) -> Iterator[Vaccine]:
    born = Person.objects.values_list("birth_date", flat=True).get(id=person_id)
    for row in content.rows(PATH, "dose"):
        due = in_season(at) if row.get("season") else row["id"] == "189" or "from_age" in row
        if due and (born is None or _age(born, at) >= row.get("from_age", 0)):
            yield _given(row, at, random, refused=random.random() < float(content.load(PATH)["refused"]))
