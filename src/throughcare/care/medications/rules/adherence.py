"""Doses taken of doses due, the person's misses kept apart from the system's (clinical.md 2.3), and what follows: MED-03, low
adherence over a month, as-needed use that has become a pattern.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from throughcare.care.medications.rules.finding import Finding
from throughcare.care.medications.rules.statuses import Counts
from throughcare.care.medications.rules.traits import Traits
from throughcare.chart.forms.text import Text
from throughcare.duties.calendar import aware


@dataclass(frozen=True, slots=True)
class Counted:
    """One dose that was due, and how it counts."""

    due_at: datetime
    counts: Counts


@dataclass(frozen=True, slots=True)
class Rate:
    """Doses of a period: given, missed by the person, missed by the system, and those that don't count."""

    given: int
    patient: int
    system: int
    not_counted: int

    @property
    def due(self) -> int:
        """Doses due, without those held and those away with a supply."""
        return self.given + self.patient + self.system

    @property
    def share(self) -> float | None:
        """Given of due; None where nothing was due."""
        return self.given / self.due if self.due else None


@dataclass(frozen=True, slots=True)
class AdherenceTable:
    """The limits of adherence, as an agency set them."""

    version: str
    consecutive: int
    critical_consecutive: int
    share: float
    share_days: int
    share_least_due: int
    month_share: float
    month_days: int
    month_least_due: int
    pattern_days: int
    pattern_of_days: int


@dataclass(frozen=True, slots=True)
class Nonadherence:
    """Doses missed that somebody must answer: which rule, how many of each kind, critical or not."""

    code: str
    critical: bool
    patient: int
    system: int
    text: Text
    source: str = "MED-03"


def rate(doses: Iterable[Counted], at: datetime, days: int) -> Rate:
    """Count the doses due in the days before a moment, the moment's own excluded."""
    until = aware(at)
    since = until - timedelta(days=days)
    found = [d.counts for d in doses if since <= aware(d.due_at) < until]
    return Rate(*(found.count(kind) for kind in (Counts.GIVEN, Counts.PATIENT, Counts.SYSTEM, Counts.NOT)))


def missed_in_a_row(doses: Iterable[Counted], at: datetime) -> tuple[Counted, ...]:
    """Return the latest misses without a dose taken between; doses that don't count neither break the row nor add to it."""
    row: list[Counted] = []
    for dose in sorted((d for d in doses if aware(d.due_at) < aware(at)), key=lambda d: aware(d.due_at), reverse=True):
        if dose.counts is Counts.GIVEN:
            break
        if dose.counts is not Counts.NOT:
            row.append(dose)
    return tuple(reversed(row))


def nonadherence(
    doses: Sequence[Counted], at: datetime, traits: Traits, table: AdherenceTable, *, started_at: datetime
) -> Nonadherence | None:
    """Say whether misses reach MED-03: one of a critical medicine, three in a row, or half of a week's."""
    row = missed_in_a_row(doses, at)
    limit = table.critical_consecutive if traits.critical else table.consecutive
    if len(row) >= limit:
        code = "critical" if traits.critical and len(row) < table.consecutive else "consecutive"
        text = Text(f"{len(row)} missed in a row", f"{len(row)} dosis seguidas sin tomar")
        return _found(code, traits, row, text)
    week = rate(doses, at, table.share_days)
    long_enough = aware(at) - aware(started_at) >= timedelta(days=table.share_days)
    enough = week.due >= (1 if long_enough else table.share_least_due)
    missed = week.patient + week.system
    if not enough or missed == 0 or missed < table.share * week.due:
        return None
    text = Text(
        f"{missed} of {week.due} missed in {table.share_days} days",
        f"{missed} de {week.due} sin tomar en {table.share_days} días",
    )
    return Nonadherence("share", traits.critical, week.patient, week.system, text)


def _found(code: str, traits: Traits, row: Sequence[Counted], text: Text) -> Nonadherence:
    kinds = [d.counts for d in row]
    return Nonadherence(code, traits.critical, kinds.count(Counts.PATIENT), kinds.count(Counts.SYSTEM), text)


def low_over_a_month(doses: Sequence[Counted], at: datetime, traits: Traits, table: AdherenceTable) -> Finding | None:
    """Say whether a psychotropic or HIV medicine was taken too seldom over a month: the prescriber's task."""
    if not (traits.psychotropic or traits.hiv):
        return None
    month = rate(doses, at, table.month_days)
    if month.share is None or month.due < table.month_least_due or month.share >= table.month_share:
        return None
    percent = int(100 * month.share)
    text = Text(
        f"{percent} % taken in {table.month_days} days: {month.patient} missed by the person, {month.system} by the system",
        f"{percent} % tomado en {table.month_days} días: {month.patient} faltas de la persona, {month.system} del sistema",
    )
    return Finding("low_month", text, "clinical 2.3")


def as_needed_pattern(given: Iterable[datetime], at: datetime, zone: ZoneInfo, table: AdherenceTable) -> Finding | None:
    """Say whether an as-needed medicine was taken on so many days that the prescriber should know."""
    today = aware(at).astimezone(zone).date()
    first = today - timedelta(days=table.pattern_of_days - 1)
    days = {day for g in given if first <= (day := aware(g).astimezone(zone).date()) <= today}
    if len(days) <= table.pattern_days:
        return None
    span = table.pattern_of_days
    text = Text(f"Taken on {len(days)} of {span} days", f"Tomado en {len(days)} de {span} días")
    return Finding("as_needed_pattern", text, "clinical 2.3")
