"""When the next dose of a medicine from outside is due, by what the person told. Pure; INT-04-DOSE, MOU-01-DOSE; ruling 3."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from throughcare.kernel import content

DAY = timedelta(days=1)
PATH, OBSERVED = "forms/medicine-intervals.toml", "medications/opioid_treatment.toml"


@dataclass(frozen=True, slots=True)
class Often:
    """How far apart two doses are, and how much earlier one may be."""

    apart: timedelta
    early: timedelta


@dataclass(frozen=True, slots=True)
class Intervals:
    """The reviewed intervals: by how often, which medicines are bound to the half-hour, and the daily observed ones."""

    often: Mapping[str, Often]
    time_critical: frozenset[str]
    time_critical_early: timedelta
    observed_daily: frozenset[str]
    observed_minimum: timedelta


@dataclass(frozen=True, slots=True)
class NextDose:
    """When the next dose is due, and the earliest moment at which it may be given."""

    due_at: datetime
    not_before: datetime

    def facts(self) -> dict[str, str]:
        """Give it under the names that the clock table asks for."""
        return {"next_dose_at": self.due_at.isoformat(), "minimum_interval_ends_at": self.not_before.isoformat()}


def load_intervals() -> Intervals:
    """Give the intervals in force."""
    return _read(content.document(PATH).digest, content.document(OBSERVED).digest)


@lru_cache(maxsize=4)
def _read(digest: str, observed: str) -> Intervals:
    body = content.load(PATH)
    return Intervals(
        often={
            row["id"]: Often(timedelta(hours=row["hours"]), timedelta(minutes=row["early_minutes"]))
            for row in content.rows(PATH, "often")
        },
        time_critical=frozenset(body["time_critical"]),
        time_critical_early=timedelta(minutes=body["time_critical_minutes"]),
        observed_daily=frozenset(body["observed_daily"]),
        observed_minimum=timedelta(hours=content.load(OBSERVED)["minimum_interval_hours"]),
    )


def of_medicine(last: datetime | None, often: str, critical: Collection[str], table: Intervals) -> NextDose | None:
    """Say when a medicine is due next: its interval after it was last taken; None where either is not known, and the next pass binds."""
    found = table.often.get(often)
    if last is None or found is None:
        return None
    early = min(found.early, table.time_critical_early) if table.time_critical & set(critical) else found.early
    due = _later(last, found.apart)
    return NextDose(due, due - early)


def of_programme(last: datetime | None, medicine: str, table: Intervals) -> NextDose | None:
    """Say when an observed daily medicine is due next, never before its minimum interval (ruling 4 [D])."""
    if last is None or medicine not in table.observed_daily:
        return None
    return NextDose(_later(last, DAY), _later(last, table.observed_minimum))


def _later(last: datetime, apart: timedelta) -> datetime:
    """Count days by the calendar, so that a morning stays a morning when the clocks change, and hours as they pass."""
    return last + apart if apart % DAY == timedelta(0) else last.astimezone(UTC) + apart
