"""Who is where now, as far as whoever plays scenes must know: drawn at random, moved, gone."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from throughcare.custody.making import Spot
from throughcare.custody.models import Away, Bed, Facility, Placement, Unit
from throughcare.world.past import Site


@dataclass(slots=True)
class Somebody:
    """One who is in custody."""

    id: UUID
    site: str
    spanish: bool = False
    away: bool = False
    accused: bool = True


@dataclass(slots=True)
class Population:
    """Everybody in custody, by site, and the beds that are free."""

    sites: Mapping[str, Site]
    people: dict[UUID, Somebody] = field(default_factory=dict)
    free: dict[str, list[tuple[UUID, UUID]]] = field(default_factory=dict)
    intake: dict[str, UUID] = field(default_factory=dict)
    restricted: dict[str, UUID] = field(default_factory=dict)

    def add(self, one: Somebody) -> None:
        """Note that somebody is in."""
        self.people[one.id] = one

    def any(self, random: Random, *, site: str = "", but: str = "", accused: bool | None = None) -> Somebody | None:
        """Draw somebody who is in and not out on a trip."""

        def fits(one: Somebody) -> bool:
            if one.away or (site and one.site != site) or (but and one.site == but):
                return False
            return accused is None or one.accused is accused

        fitting = [one for one in self.people.values() if fits(one)]
        return random.choice(fitting) if fitting else None

    def bed(self, site: str) -> Spot:
        """Give a free bed at a site; its first unit where there is none."""
        unit, bed = self.free[site].pop() if self.free.get(site) else (None, None)
        return Spot(self.sites[site].id, unit, bed)

    def door(self, site: str) -> Spot:
        """Give where arrivals wait."""
        return Spot(self.sites[site].id, self.intake.get(site))

    @property
    def sizes(self) -> dict[str, int]:
        """Count them by site."""
        found: dict[str, int] = defaultdict(int)
        for one in self.people.values():
            found[one.site] += 1
        return dict(found)


def sites() -> dict[str, Site]:
    """Give the sites that are open and have beds."""
    beds: dict[UUID, list[tuple[UUID, UUID]]] = defaultdict(list)
    housing = Bed.objects.filter(unit__kind="housing").order_by("unit_id", "id")
    for facility, unit, bed in housing.values_list("unit__facility_id", "unit_id", "id"):
        beds[facility].append((unit, bed))
    return {
        f.code: Site(f.code, f.id, beds[f.id])
        for f in Facility.objects.filter(closed_on=None).order_by("code")
        if beds[f.id]
    }


def units_of(kind: str) -> dict[str, UUID]:
    """Give the unit of a kind at each site that has one: where arrivals wait, where people are kept apart."""
    return dict(Unit.objects.filter(kind=kind).values_list("facility__code", "id"))


def now(places: Mapping[str, Site], random: Random) -> Population:
    """Read who is in custody now."""
    population = Population(places, intake=units_of("intake"), restricted=units_of("restricted"))
    codes = {site.id: code for code, site in places.items()}
    out = set(Away.objects.filter(until=None, cancelled=False).values_list("person_id", flat=True))
    taken = set()
    housed = Placement.objects.filter(until=None, cancelled=False).select_related("person").order_by("person_id")
    for row in housed:
        taken.add(row.bed_id)
        if row.facility_id in codes:
            population.add(
                Somebody(row.person_id, codes[row.facility_id], row.person.language == "es", row.person_id in out)
            )
    for code, site in places.items():
        population.free[code] = [pair for pair in site.beds if pair[1] not in taken]
        random.shuffle(population.free[code])
    return population
