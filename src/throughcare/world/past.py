"""The agency's past: who was admitted when, where they were moved, who went home, and in which bed each one was.

Pure: places come in as lists of beds, and out come histories for `custody.bulk.lay_stays`.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from throughcare.custody.bulk import History, Step
from throughcare.custody.making import Spot
from throughcare.world.cast import Casting, Character
from throughcare.world.shares import Shares, about, pick

ZONE = ZoneInfo("America/New_York")
WOMEN = "york"
JAILS = ("hartford", "bridgeport", "new-haven", "corrigan")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Site:
    """A facility with the beds that housing has there."""

    code: str
    id: UUID
    beds: Sequence[tuple[UUID, UUID]]  # unit, bed


@dataclass(slots=True)
class Life:
    """One person's stay so far: where, since when, and until when if it is over."""

    who: Character
    site: str
    admitted: datetime
    accused: bool
    left: datetime | None = None
    planned: bool = True
    first_site: str = ""
    moved: datetime | None = None
    spots: dict[str, Spot] = field(default_factory=dict)

    @property
    def history(self) -> History:
        """Give the steps as custody takes them."""
        here, first = self.spots[self.site], self.spots.get(self.first_site or self.site)
        steps = [Step("admit", self.admitted, to=first, word="accused" if self.accused or self.moved else "sentenced",
                      booking_number=f"B{self.who.n:07}")]  # fmt: skip
        if self.moved is not None:
            if not self.accused:
                steps.append(Step("legal_status", self.moved - timedelta(hours=20), word="sentenced"))
            steps.append(Step("transfer", self.moved, to=here))
        if self.left is not None:
            steps.append(Step("release", self.left, planned=self.planned, word="discharged"))
        return History(self.who.id, self.who.sex, tuple(steps))


@dataclass(frozen=True, slots=True)
class Period:
    """The time that is made: from the first day to the boundary from which on every thing is done one by one."""

    people: int
    days: int
    boundary: datetime

    @property
    def begins(self) -> datetime:
        """Give the first moment of it."""
        return self.boundary - self.days * DAY


def lives(shares: Shares, casting: Casting, period: Period, random: Random) -> list[Life]:
    """Make everybody's stay up to the boundary: at it, about as many are in custody as asked."""
    flow = list(_arrivals(shares, casting, period, random))
    staying = sum(life.left is None for life in flow)
    leaving = sum(life.left is not None for life in flow)
    rooms = _rooms(shares, period.people, [life.site for life in flow if life.left is None])
    residents = [_resident(shares, casting, period, random, rooms) for _ in range(max(0, period.people - staying))]
    leavers = [_resident(shares, casting, period, random, rooms) for _ in range(max(0, len(flow) - leaving))]
    for life in leavers:
        _let_go(life, period.begins + random.random() * period.days * DAY, period, shares, random)
    return [*residents, *leavers, *flow]


def house(everybody: Sequence[Life], sites: Mapping[str, Site], random: Random) -> None:
    """Give each a bed for each time at a site, and nobody one that is taken then."""
    spans: dict[str, list[tuple[datetime, datetime, int]]] = {code: [] for code in sites}
    end = datetime.max.replace(tzinfo=UTC)
    for n, life in enumerate(everybody):
        if life.moved is not None:
            spans[life.first_site].append((life.admitted, life.moved, n))
        spans[life.site].append((life.moved or life.admitted, life.left or end, n))
    for code, of_site in spans.items():
        free = list(sites[code].beds)
        random.shuffle(free)
        taken: list[tuple[datetime, tuple[UUID, UUID]]] = []
        for since, until, n in sorted(of_site):
            while taken and taken[0][0] <= since:
                free.append(heapq.heappop(taken)[1])
            unit, bed = free.pop() if free else (None, None)
            if unit is not None and bed is not None:
                heapq.heappush(taken, (until, (unit, bed)))
            everybody[n].spots[code] = Spot(sites[code].id, unit, bed)


def van_time(shares: Shares, day: datetime, random: Random) -> datetime:
    """Give when a van brings people on that day."""
    vans = shares.body["admissions"]["vans"]
    minute = pick(random, [v[0] for v in vans], [v[1] for v in vans]) + random.randint(-12, 25)
    return at_minute(day, minute)


def at_minute(day: datetime, minute: int) -> datetime:
    """Give a minute of a local day as an instant."""
    local = datetime.combine(day.astimezone(ZONE).date(), time(), ZONE)
    return (local + timedelta(minutes=minute)).astimezone(UTC)


def site_of(shares: Shares, who: Character, random: Random, column: str) -> str:
    """Draw where somebody is: women at their only site."""
    if who.sex == "female":
        return WOMEN
    return str(pick(random, shares.sites, [s[column] for s in shares.sites])["id"])


def _arrivals(shares: Shares, casting: Casting, period: Period, random: Random) -> list[Life]:
    found = []
    for n in range(period.days):
        day = period.begins + (n + 0.5) * DAY
        local = day.astimezone(ZONE)
        for _ in range(about(random, shares.admissions(local.weekday(), local.month, period.people))):
            who = casting.draw(arriving=True)
            accused = random.random() >= shares.body["admissions"]["sentenced_share"]
            life = Life(who, site_of(shares, who, random, "admissions"), van_time(shares, day, random), accused)
            stays = shares.stay_days(random, accused=accused)
            if life.admitted >= period.boundary:
                continue
            if life.admitted + stays * DAY < period.boundary:
                _let_go(life, life.admitted + stays * DAY, period, shares, random)
            found.append(life)
    return found


def _rooms(shares: Shares, people: int, taken: Sequence[str]) -> dict[str, float]:
    """Give how many of those who were there before each site still has room for, beside who came lately."""
    women = sum(g["custody"] for g in shares.groups if g["sex"] == "female")
    wanted = {s["id"]: people * (women if s["id"] == WOMEN else (1 - women) * s["share"]) for s in shares.sites}
    return {site: max(number - taken.count(site), number / 20) for site, number in wanted.items()}


def _resident(shares: Shares, casting: Casting, period: Period, random: Random, rooms: Mapping[str, float]) -> Life:
    """Make one who was there before the period began."""
    site = pick(random, shares.sites, [rooms[s["id"]] for s in shares.sites])
    sex = "female" if site["id"] == WOMEN else "male"
    minor = site["id"] == "manson" and random.random() < 0.12
    who = casting.draw(arriving=False, sex=sex, minor=minor)
    accused = random.random() < site["accused"]
    served = shares.stay_days(random, accused=accused, present=True) * random.random()
    if minor:
        served = min(served, 200)
    begun = at_minute(period.begins - min(served, 30 * 365) * DAY - DAY, random.randint(5 * 60, 23 * 60))
    life = Life(who, site["id"], begun, accused)
    if not accused and site["id"] not in (*JAILS, WOMEN) and served > 12:
        life.first_site = random.choice(JAILS)
        life.moved = at_minute(begun + max(4, served * random.uniform(0.05, 0.3)) * DAY, random.randint(360, 840))
    return life


def _let_go(life: Life, at: datetime, period: Period, shares: Shares, random: Random) -> None:
    """End a stay on a weekday in the hours of the courts and the release desk."""
    day = at
    while day.astimezone(ZONE).weekday() > 4 and random.random() < 0.9:
        day += DAY
    left = at_minute(day, random.randint(9 * 60, 17 * 60))
    earliest = (life.moved or life.admitted) + timedelta(hours=6)
    life.left = min(max(left, earliest), period.boundary - timedelta(minutes=random.randint(5, 300)))
    if life.left <= earliest:
        life.left = earliest + (period.boundary - earliest) / 2
    life.planned = random.random() >= shares.body["stay"]["unplanned_share"]
