"""Building the synthetic agency: the past in bulk, the last days by the same actions as everybody calls, in the order of time.

In bulk: charts (`people.bulk`), their standing facts (`chart.bulk`), stays (`custody.bulk`), answered requests
(`care.sick_call.bulk`), what clocks heard of the past (`duties.hear_many`), rosters. Each
has a test that bulk and single give the same rows. All else is done one by one under a clock that is held.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from throughcare.custody.bulk import lay_stays
from throughcare.kernel import clock
from throughcare.kernel.errors import Refused
from throughcare.people.actions import Number
from throughcare.people.bulk import Newcomer, register_many
from throughcare.people.models import Person
from throughcare.world import (
    cupboards,
    hours,
    medicines,
    past,
    population,
    present,
    programme,
    recent,
    remembered,
    staff,
)
from throughcare.world.cast import SYSTEM, Casting
from throughcare.world.past import DAY, ZONE, Life, Period
from throughcare.world.population import Population
from throughcare.world.processes import parts
from throughcare.world.scenes import FEED, Stage, demographics
from throughcare.world.shares import shares

Progress = Callable[[float, str], object]


HOUR = timedelta(hours=1)


def run(people: int, days: int, seed: int, progress: Progress, doses: int = 0, processes: int | None = None) -> None:
    """Fill an empty database; refuse one that holds people. `doses` is how many days the sheet of doses reaches back, at least.

    A sheet that reaches back further than those of a small agency is laid by two processes, unless told otherwise, and all else
    with it that can be; one process gives the same agency.
    """
    sheet = max(medicines.SHEET, min(doses, days) * DAY)
    processes = processes or (1 if sheet <= medicines.SHEET else 2)
    if Person.objects.exists():
        raise Refused("This database holds people already. The world is made in an empty one; nothing was changed.")
    now = clock.now()
    random = Random(seed)
    period = Period(people, days, _midnight(now - DAY))
    sampled, places = shares(), population.sites()
    casting = Casting(sampled, seed, now.astimezone(ZONE).date())
    progress(0.01, "people")
    everybody = past.lives(sampled, casting, period, random)
    past.house(everybody, places, random)
    _register(everybody, period, lambda part: progress(0.02 + 0.1 * part, "people"))
    with clock.frozen(period.boundary):
        lay_stays(actor=FEED, histories=[life.history for life in everybody])
    progress(0.2, "stays")
    crowd = _crowd(everybody, places, random)
    with clock.frozen(period.boundary):
        hired = staff.hire(sampled, places, crowd.sizes, random)
        staff.put_on(hired, period.boundary - DAY, 6)
    stage = Stage(sampled, hired, random)
    progress(0.3, "what is remembered")
    with clock.frozen(period.boundary):
        remembered.lay(stage, everybody, period, processes=processes)
        programme.begin(stage, everybody, period.boundary)
    playing = recent.Playing(stage, crowd, casting, period)
    day = period.boundary
    while day < now:
        recent.plan_day(playing, day)
        hours.plan_day(playing, day, now)
        day = _midnight(day + 1.1 * DAY)
    present.plan(playing, now, [life for life in everybody if life.left])
    with medicines.of_the_departed(stage, everybody, now, sheet=sheet, processes=processes) as by_the_departed:
        playing.play(now, lambda part: progress(0.5 + 0.25 * part, "the last days"))
        progress(0.75, "medicines")
        here = [life for life in everybody if life.left is None and life.who.id in crowd.people]
        charted = medicines.past_courses(stage, here, now, sheet=sheet) + by_the_departed()
    progress(0.99, f"{charted:,} doses")
    with clock.frozen(now - HOUR):
        cupboards.deliver(stage, now - HOUR)
        cupboards.count(stage, now - HOUR)
    progress(1.0, f"{len(crowd.people)} people in custody")


def _midnight(moment: datetime) -> datetime:
    return past.at_minute(moment, 0)


def _register(everybody: Sequence[Life], period: Period, progress: Callable[[float], object]) -> None:
    """Open the charts, each on the day of the booking, or at the beginning of the period."""
    by_day: dict[datetime, list[Life]] = {}
    for life in everybody:
        by_day.setdefault(max(_midnight(life.admitted), period.begins), []).append(life)
    done = 0
    for day, lives in sorted(by_day.items()):
        for some in parts(lives, 500):
            with clock.frozen(day + timedelta(minutes=1)):
                register_many(
                    actor=FEED,
                    newcomers=[
                        Newcomer(one.who.id, demographics(one.who), [Number(SYSTEM, one.who.number)]) for one in some
                    ],
                )
            done += len(some)
            progress(done / len(everybody))


def _crowd(everybody: Sequence[Life], places: dict[str, past.Site], random: Random) -> Population:
    crowd = population.now(places, random)
    accused = {life.who.id: life.accused for life in everybody}
    for one in crowd.people.values():
        one.accused = accused.get(one.id, True)
    return crowd
