"""Laboratories in the synthetic agency: what older records tell, and results of the last days, ordered, reported, read, told.

What is drawn for somebody is theirs by dice of their own: the same seed gives the same values, and moves no other dice.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from throughcare.chart import actions as chart
from throughcare.chart import catalogue, resulting
from throughcare.chart.actions import Line, Measured, Told
from throughcare.chart.bulk import Resulted
from throughcare.chart.catalogue import Analyte
from throughcare.chart.models import Condition, Report
from throughcare.custody.actions.places import facility_id
from throughcare.duties.models import Duty
from throughcare.kernel import content
from throughcare.kernel.actor import Actor
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.world.cast import Character
from throughcare.world.past import DAY
from throughcare.world.population import Somebody
from throughcare.world.scenes import Stage
from throughcare.world.shares import about

PATH = "world/laboratory.toml"
LOINC = "http://loinc.org"
LABORATORY = Actor.feed("laboratory")
HOUR = timedelta(hours=1)
MOST = 3  # of one test, in the past
At = Callable[[datetime, Callable[[datetime], object]], None]


# --- what is drawn: pure ------------------------------------------------------------------------------------------------------


def past(who: Character, admitted: datetime, boundary: datetime) -> list[Resulted]:
    """Give what laboratories reported of somebody while they were here, up to the boundary."""
    random, has = Random(f"laboratory:{who.id}"), _has(who)
    here = boundary - admitted
    found = []
    for row in _tests(has):
        if random.random() >= row["share"] or here < 2 * DAY:
            continue
        months = row.get("months", 0)
        at = admitted + random.uniform(0.3, min(5.0, here / DAY - 1)) * DAY
        times = [at] if not months else [at + n * 30 * months * DAY for n in range(200)]
        for one in [t for t in times if t < boundary][-MOST:]:
            found.append(_resulted(str(row["id"]), has, one, random))
    return found


def measured(key: str, has: frozenset[str], random: Random) -> list[Measured]:
    """Draw what a test finds, line by line, with its ranges."""
    return [_line(analyte, has, random) for analyte in catalogue.item(key).analytes]


def _resulted(key: str, has: frozenset[str], at: datetime, random: Random) -> Resulted:
    item = catalogue.item(key)
    return Resulted(item.title, item.system, item.code, at, tuple(measured(key, has, random)))


def _line(analyte: Analyte, has: frozenset[str], random: Random) -> Measured:
    value = _value(analyte, has, random)
    number = value if isinstance(value, Decimal) else None
    return Measured(
        LOINC,
        analyte.code,
        analyte.title,
        number,
        analyte.unit if number is not None else "",
        value_text="" if number is not None else str(value),
        category="laboratory",
        interpretation=resulting.interpret(analyte, value),
        data_class=DataClass.RESULT,
        reference_range=f"{analyte.low}-{analyte.high}" if analyte.low is not None and analyte.high is not None else "",
    )


def _value(analyte: Analyte, has: frozenset[str], random: Random) -> Decimal | str:
    if analyte.choices:
        row = next(r for r in content.rows(PATH, "found") if r["analyte"] == analyte.id)
        return str(row["word"] if row["when"] in has else row["otherwise"])
    rows = [r for r in content.rows(PATH, "value") if r["analyte"] == analyte.id and r.get("when", "") in {"", *has}]
    row = rows[-1]  # who has a problem is measured by the row of the problem
    drawn = Decimal(str(random.gauss(float(row["mean"]), float(row["spread"]))))
    exact = drawn.quantize(analyte.low if analyte.low is not None else Decimal("0.1"))
    # Nothing that would have to be called within the hour comes by chance.
    calm = exact > 0 and resulting.interpret(analyte, exact) not in resulting.CRITICAL
    return exact if calm else analyte.high or exact


def _tests(has: frozenset[str]) -> list[Mapping[str, Any]]:
    return [row for row in content.rows(PATH, "test") if has & set(row["when"])]


def _has(who: Character) -> frozenset[str]:
    return frozenset(
        {"anyone", *(str(p["id"]) for p in who.problems), *(f"level-{n}" for n in range(3, who.level + 1))}
    )


# --- the last days ------------------------------------------------------------------------------------------------------------


def plan_day(stage: Stage, at: At, draw: Callable[[Random], Somebody | None], people: int, day: datetime) -> None:
    """Lay out a day's orders; each is reported some hours later, and most are read and told."""
    for n in range(about(Random(f"laboratory:{day.isoformat()}"), a_day(stage, people))):
        dice = Random(f"laboratory:{day.isoformat()}:{n}")
        at(day + timedelta(minutes=dice.randint(7 * 60, 15 * 60)), _ordering(stage, at, draw, dice))


def go_on(stage: Stage, at: At, draw: Callable[[Random], Somebody | None], orders: float, since: datetime) -> None:
    """Let so many more be ordered, on average, as the agency lives on."""
    for n in range(about(stage.random, orders)):
        at(since, _ordering(stage, at, draw, Random(f"laboratory:{since.isoformat()}:{n}")))


def a_day(stage: Stage, people: int) -> float:
    """Give how many reports a day has in a world of this many people."""
    return float(content.load(PATH)["a_day"]) * people / float(stage.shares.body["full"]["people"])


def _ordering(
    stage: Stage, at: At, draw: Callable[[Random], Somebody | None], dice: Random
) -> Callable[[datetime], object]:
    def order(moment: datetime) -> None:
        one = draw(dice)
        if one is not None:
            has = known_problems(stage, one.id)
            row = dice.choice(_tests(has))
            ask(stage, at, one, str(row["id"]), has, dice, moment)

    return order


def ask(stage: Stage, at: At, one: Somebody, key: str, has: frozenset[str], dice: Random, moment: datetime) -> UUID:
    """Order a test; its result comes on the same day or in the night, and is read by then or waits."""
    facility = facility_id(one.site)
    provider = stage.staff.at(facility, Role.PROVIDER, moment, dice).actor
    order = chart.order_item(actor=provider, person_id=one.id, item=key, reason="Due by the plan of care.")
    back = moment + dice.uniform(4, 11) * HOUR
    read = dice.random() < float(content.load(PATH)["reviewed"])
    lines = measured(key, has, dice)

    def report(then: datetime) -> None:
        made = tell(one.id, key, lines, order, then)
        if read:
            at(then + dice.uniform(1, 20) * HOUR, lambda later: review(stage, made, facility, dice, later))

    at(back, report)
    return order


def tell(person_id: UUID, key: str, lines: list[Measured], order_id: UUID, at: datetime) -> UUID:
    """Report as a laboratory does."""
    item = catalogue.item(key)
    told = Told(
        source=str(content.load(PATH)["sender"]),
        filler=f"S{order_id.hex[-12:].upper()}",
        text=item.title,
        status="final",
        said_at=at,
        effective_at=at - 4 * HOUR,
        system=item.system,
        code=item.code,
        lines=tuple(Line(f"{n}", replace(one, effective_at=at - 4 * HOUR)) for n, one in enumerate(lines, 1)),
        specimen="Blood",
        order_id=order_id,
    )
    return chart.take_report(actor=LABORATORY, person_id=person_id, told=told).report_id


def review(stage: Stage, report_id: UUID, facility: UUID | None, dice: Random, at: datetime) -> None:
    """Let a prescriber read a result and say what follows, and a nurse tell the person."""
    row = Report.objects.filter(id=report_id, reviewed_at=None).first()
    if row is None:
        return
    plain = row.urgency == "normal"
    chart.review_report(
        actor=stage.staff.at(facility, Role.PROVIDER, at, dice).actor,
        person_id=row.person_id,
        report_id=row.id,
        plan="letter" if plain else "discuss",
        words="" if plain else "Talked over at the next visit; the plan of care stands until then.",
    )
    tell_person(stage, row, facility, dice, at)


def tell_person(stage: Stage, row: Report, facility: UUID | None, dice: Random, at: datetime) -> None:
    """Let a nurse tell the person a result that was read."""
    how = "letter" if row.urgency == "normal" else "in_person"
    nurse = stage.staff.at(facility, Role.RN, at, dice).actor
    chart.tell_result(actor=nurse, person_id=row.person_id, report_id=row.id, how=how)


def work(stage: Stage, duty: Duty, at: datetime) -> bool:
    """Do what a duty about a result asks, as staff would; tells whether it was one."""
    if duty.rule not in ("LAB-01", "LAB-02"):
        return False
    result = duty.about or duty.ref
    row = Report.objects.filter(id=result, told_at=None).first() if result else None
    if row is None:
        return False
    dice = Random(f"result:{row.id}")
    if duty.rule == "LAB-01" and row.reviewed_at is None:
        review(stage, row.id, duty.facility_id, dice, at)
    elif row.reviewed_at is not None:
        tell_person(stage, row, duty.facility_id, dice, at)
    return True


def known_problems(stage: Stage, person_id: UUID) -> frozenset[str]:
    """Give what somebody has, as the shares name it."""
    codes = set(Condition.objects.filter(person_id=person_id).values_list("code", flat=True))
    return frozenset({"anyone", *(str(p["id"]) for p in stage.shares.problems if p["code"] in codes)})


# What waits in the inbox of a new world: where, what was tested, how many hours ago it came, and which line is out of its range.
WAITING = (
    ("hartford", "bmp", 0.4, "potassium", "panic"),
    ("osborn", "a1c", 5.0, "a1c", "high"),
    ("osborn", "cbc", 7.0, "", ""),
    ("york", "hcv-test", 20.0, "", ""),
)


def waiting(stage: Stage, at: At, somebody: Callable[[str, Random], Somebody | None], now: datetime) -> None:
    """Lay out what waits in the inbox now: one that must be called within the hour, one abnormal, two to be signed together."""
    for site, key, ago, analyte, over in WAITING:
        dice = Random(f"waiting:{now.isoformat()}:{site}:{key}")
        one = somebody(site, dice)
        if one is not None:
            lines = [_over(key, line, over) if line.code == _code(key, analyte) else line for line in _plain(key, dice)]
            back = now - ago * HOUR
            at(back - 6 * HOUR, _awaited(stage, at, one, key, lines, back, dice))


def _awaited(
    stage: Stage, at: At, one: Somebody, key: str, lines: list[Measured], back: datetime, dice: Random
) -> Callable[[datetime], object]:
    def order(moment: datetime) -> None:
        provider = stage.staff.at(facility_id(one.site), Role.PROVIDER, moment, dice).actor
        placed = chart.order_item(actor=provider, person_id=one.id, item=key, reason="Due by the plan of care.")
        at(back, lambda then: tell(one.id, key, lines, placed, then))

    return order


def _plain(key: str, dice: Random) -> list[Measured]:
    """Draw a test with every line in its range."""
    found = []
    for analyte in catalogue.item(key).analytes:
        line = _line(analyte, frozenset({"anyone"}), dice)
        middle = (analyte.low + analyte.high) / 2 if analyte.low is not None and analyte.high is not None else None
        calm = middle is None or not line.interpretation
        found.append(line if calm else _set(analyte, line, middle))
    return found


def _over(key: str, line: Measured, over: str) -> Measured:
    analyte = next(a for a in catalogue.item(key).analytes if a.code == line.code)
    limit = analyte.panic_high if over == "panic" else analyte.high
    return line if limit is None else _set(analyte, line, limit * Decimal("1.05" if over == "panic" else "1.3"))


def _set(analyte: Analyte, line: Measured, value: Decimal | None) -> Measured:
    if value is None:
        return line
    exact = value.quantize(analyte.low if analyte.low is not None else Decimal("0.1"))
    return replace(line, value=exact, interpretation=resulting.interpret(analyte, exact))


def _code(key: str, analyte: str) -> str:
    return next((a.code for a in catalogue.item(key).analytes if a.id == analyte), "")
