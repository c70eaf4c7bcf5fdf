"""Charts of one person written twice, the second time with the slip that is named: by ear, by hand, by a hurried booking."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from uuid import UUID

from throughcare.people.likeness import Known

SLIPS: dict[str, Callable[[Known, Random], Known]] = {
    "a letter of the family name": lambda one, random: replace(one, family=(_letter(one.family[0], random),)),
    "a letter of the given name": lambda one, random: replace(one, given=(_letter(one.given[0], random),)),
    "two letters swapped": lambda one, random: replace(one, family=(_swapped(one.family[0], random),)),
    "names turned round": lambda one, random: replace(one, family=one.given, given=one.family),
    "a digit of the birth date": lambda one, random: replace(one, birth_date=_digit(one.birth_date, random)),
    "day and month turned round": lambda one, random: replace(one, birth_date=_turned(one.birth_date)),
    "a second family name": lambda one, random: replace(one, family=(f"{one.family[0]} {_name(random)}",)),
    "a letter and a digit": lambda one, random: replace(
        one, given=(_letter(one.given[0], random),), birth_date=_digit(one.birth_date, random)
    ),
    "the sex": lambda one, random: replace(one, sex="female" if one.sex == "male" else "male"),
    "an alias alone": lambda one, random: replace(one, family=(_name(random), one.family[0])),
}


@dataclass(frozen=True)
class Made:
    """Charts, and which two are one person's by which slip."""

    charts: tuple[Known, ...]
    doubles: dict[tuple[UUID, UUID], str]


def made(people: int, each: int, seed: int = 7) -> Made:
    """Make people, and of the first of them one double for each slip, `each` times."""
    random = Random(seed)
    families, givens = [_name(random) for _ in range(1_500)], [_name(random, 2) for _ in range(300)]
    charts = [
        Known(
            UUID(int=n + 1),
            (random.choice(families),),
            (random.choice(givens),),
            _born(random),
            random.choice(("male", "male", "male", "female")),
        )
        for n in range(people)
    ]
    doubles = {}
    for n, (slip, change) in enumerate(_slips(each)):
        double = replace(change(charts[n], random), id=UUID(int=people + n + 1))
        charts.append(double)
        doubles[charts[n].id, double.id] = slip
    return Made(tuple(charts), doubles)


def _slips(each: int) -> Iterator[tuple[str, Callable[[Known, Random], Known]]]:
    for _ in range(each):
        yield from SLIPS.items()


def _name(random: Random, least: int = 3) -> str:
    parts = [random.choice("bcdfghjklmnprstvz") + random.choice("aeiou") for _ in range(random.randint(least, 4))]
    return ("".join(parts) + random.choice(["", "n", "s", "r", "z"])).title()


def _born(random: Random) -> date:
    """Give a day early in its month, which can be read as a month."""
    return date(random.randint(1955, 2005), random.randint(1, 12), random.randint(1, 12))


def _letter(name: str, random: Random) -> str:
    at = random.randrange(1, len(name))
    return name[:at] + random.choice("aeioulmnrst") + name[at + 1 :]


def _swapped(name: str, random: Random) -> str:
    at = random.randrange(1, len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _digit(day: date | None, random: Random) -> date:
    assert day is not None
    return day.replace(year=day.year // 10 * 10 + (day.year + random.randrange(1, 10)) % 10, day=min(day.day, 28))


def _turned(day: date | None) -> date:
    assert day is not None
    return date(day.year, day.day, day.month)
