"""Who lives in the synthetic agency: names that nobody takes for real, ages, languages, problems. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from throughcare.kernel.ids import derived
from throughcare.world.shares import Shares, pick

SYSTEM = "urn:throughcare:person"


@dataclass(frozen=True, slots=True)
class Character:
    """One invented person."""

    n: int
    id: UUID
    number: str
    family: str
    given: str
    birth_date: date
    sex: str
    race: str
    language: str
    level: int
    problems: tuple[Mapping[str, Any], ...] = field(default=())
    allergy: str = ""
    prompt: bool = False

    @property
    def name(self) -> str:
        """Give the name as lists show it."""
        return f"{self.family}, {self.given}"


@dataclass(slots=True)
class Casting:
    """Makes characters, each with the next number; the same seed gives the same ones."""

    shares: Shares
    seed: int
    today: date
    made: int = 0
    _names: set[tuple[str, str, date]] = field(default_factory=set)

    def draw(self, *, arriving: bool, sex: str = "", minor: bool = False) -> Character:
        """Make one who arrives, or one who is there already."""
        self.made += 1
        random = Random(f"{self.seed}:{self.made}:{arriving}:{sex}")
        column = "admissions" if arriving else "custody"
        groups = [g for g in self.shares.groups if sex in ("", g["sex"])]
        group = pick(random, groups, [g[column] for g in groups])
        hispanic = group["race"] == "hispanic"
        spanish = self.shares.body["languages"]["spanish_preferred"]
        share = sum(g[column] for g in groups if g["race"] == "hispanic") / sum(g[column] for g in groups)
        language = "es" if hispanic and random.random() < spanish / max(share, spanish) else "en"
        family, given, born = self._name(random, group["sex"], hispanic=hispanic, minor=minor)
        levels = self.shares.body["mental_health"]["women" if group["sex"] == "female" else "men"]
        problems = tuple(p for p in self.shares.problems if random.random() < p["share"])
        allergic = random.random() < self.shares.body["allergies"]["share"]
        return Character(
            n=self.made,
            id=derived("world", str(self.seed), "person", str(self.made)),
            number=f"T{self.made:07}",
            family=family,
            given=given,
            birth_date=born,
            sex=group["sex"],
            race=group["race"],
            language=language,
            level=pick(random, (1, 2, 3, 4, 5), levels),
            problems=problems,
            allergy=random.choice(self.shares.body["allergies"]["substances"]) if allergic else "",
            prompt=random.random() < self.shares.rate("prompt"),
        )

    def _name(self, random: Random, sex: str, *, hispanic: bool, minor: bool) -> tuple[str, str, date]:
        names = self.shares.body["names"]
        for _ in range(50):
            mark = random.choice(names["marks"])
            family = f"{mark}-{random.choice(names['families_hispanic' if hispanic else 'families'])}"
            given = random.choice(names[f"{sex}_hispanic" if hispanic else sex])
            born = self._born(random, minor=minor)
            if (family, given, born) not in self._names:
                self._names.add((family, given, born))
                break
        return family, given, born

    def _born(self, random: Random, *, minor: bool) -> date:
        bands = self.shares.body["ages"]["bands"]
        youngest = 16 if minor else int(pick(random, [b[0] for b in bands], [b[1] for b in bands]))
        span = 2 if minor else 5 if youngest < 62 else 18
        age = youngest + random.random() * span
        return self.today - timedelta(days=int(age * 365.25) + 1)
