"""Who receives people on the way home: reviewed content; in the synthetic agency also invented ones, each named Sample."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache

from django.conf import settings

from throughcare.kernel import clock, content

SHIPPED = "reentry/partners.toml"
SYNTHETIC = "world/partners.toml"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KINDS = ("clinic", "opioid_programme", "mental_health", "pharmacy", "welcome_center", "shelter")


@dataclass(frozen=True, slots=True)
class Partner:
    """One place outside. Hours and telephone are empty where nobody has said them."""

    id: str
    kind: str
    name: str
    town: str
    run_by: str
    address: str
    phone: str
    hours: Mapping[str, tuple[time, time]]
    accepts: tuple[str, ...]
    offers: tuple[str, ...]
    languages: tuple[str, ...]
    source: str
    synthetic: bool

    @property
    def where(self) -> str:
        """Give street and town in one line."""
        return ", ".join(p for p in (self.address, self.town) if p)

    def open_at(self, at: datetime) -> bool | None:
        """Tell whether it is open then; None where its hours are not known."""
        if not self.hours:
            return None
        local = clock.local(at)
        span = self.hours.get(WEEK[local.weekday()])
        return span is not None and span[0] <= local.time() <= span[1]

    def next_opening(self, at: datetime) -> datetime | None:
        """Give when it is open next, now if it is; None where its hours are not known."""
        if not self.hours:
            return None
        local = clock.local(at)
        for ahead in range(8):
            day = local + timedelta(days=ahead)
            span = self.hours.get(WEEK[day.weekday()])
            if span is None:
                continue
            opens = day.replace(hour=span[0].hour, minute=span[0].minute, second=0, microsecond=0)
            closes = day.replace(hour=span[1].hour, minute=span[1].minute, second=0, microsecond=0)
            if local <= closes:
                return max(local, opens)
        return None


def all_partners() -> tuple[Partner, ...]:
    """Give every partner that may be named here."""
    return _partners(content.stamp(), bool(getattr(settings, "THROUGHCARE_DEMO", False)))


def of(id: str) -> Partner | None:
    """Give one partner."""
    return next((p for p in all_partners() if p.id == id), None)


def search(
    at: datetime, *, town: str = "", kind: str = "", accepts: str = "", open_now: bool = False
) -> tuple[Partner, ...]:
    """Find partners: in a town (else everywhere), of a kind, that accept something, open now; those that open soonest first."""
    found = [
        p
        for p in all_partners()
        if (not town or p.town.casefold() == town.strip().casefold())
        and (not kind or p.kind == kind)
        and (not accepts or accepts in p.accepts)
        and (not open_now or p.open_at(at) is True)
    ]
    return tuple(sorted(found, key=lambda p: (p.next_opening(at) is None, p.next_opening(at) or at, p.name)))


def next_dose_clinic(at: datetime, town: str, *, methadone: bool) -> Partner | None:
    """Propose where the next dose of an opioid treatment can be had soonest: in the person's town first, then anywhere."""
    asked = "methadone_walk_in" if methadone else "buprenorphine"
    for where in dict.fromkeys((town, "")):
        found = search(at, town=where, kind="opioid_programme", accepts=asked)
        if found:
            return found[0]
    return None


def towns() -> list[str]:
    """List the towns in which there is a partner."""
    return sorted({p.town for p in all_partners()})


@lru_cache(maxsize=4)
def _partners(stamp: tuple[str, int], synthetic: bool) -> tuple[Partner, ...]:
    rows = list(content.rows(SHIPPED, "partner"))
    made_up = list(content.rows(SYNTHETIC, "partner")) if synthetic else []
    return tuple([_partner(r, False) for r in rows] + [_partner(r, True) for r in made_up])


def _partner(row: content.Row, synthetic: bool) -> Partner:
    hours = {day: _span(words) for day, words in row.get("hours", {}).items()}
    return Partner(
        id=row["id"],
        kind=row["kind"],
        name=row["name"],
        town=row["town"],
        run_by=row.get("run_by", ""),
        address=row.get("address", ""),
        phone=row.get("phone", ""),
        hours=hours,
        accepts=tuple(row.get("accepts", ())),
        offers=tuple(row.get("offers", ())),
        languages=tuple(row.get("languages", ())),
        source=row.get("source", ""),
        synthetic=synthetic,
    )


def _span(words: str) -> tuple[time, time]:
    opens, closes = words.split("-")
    return time.fromisoformat(opens), time(23, 59) if closes == "24:00" else time.fromisoformat(closes)
