"""The law of a watch: levels, gaps, the next check, and what the shape of the rounds gives away. Pure; cites clinical.md."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from throughcare.care.mental_health.rule_table import Detectors, Rounds
from throughcare.care.mental_health.states import LEVELS

QUARTER = timedelta(minutes=15)
CSSRS = ("1", "2", "3", "4", "5", "6")


@dataclass(frozen=True, slots=True)
class Seen:
    """One check as the detectors see it; `source` says whether a screen, a device or paper brought it."""

    at: datetime
    received_at: datetime
    observer: UUID
    watch: UUID
    unit: str
    facility: UUID | None
    proven: bool
    source: str = "screen"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in how a person was watched, with its reason and its source."""

    kind: str
    key: str
    since: datetime
    until: datetime
    observer: UUID | None
    reason: str
    source: str = "clinical.md 2.6"


def level(asked: str, *, alone: bool) -> tuple[str, str]:
    """Give the level that holds, and why it is another than the one asked for (SUI-02: somebody kept alone is constant)."""
    if asked not in LEVELS:
        raise ValueError(f"[{asked}] is no level of watch")
    if alone and asked == "staggered":
        return "constant", "Kept alone: watched without a break (SUI-02)."
    return asked, ""


def rises(before: str, after: str) -> bool:
    """Tell whether the second level is the stricter."""
    return LEVELS.index(after) > LEVELS.index(before)


def spread(rounds: Rounds) -> int:
    """Give how many seconds the next check may fall on."""
    return int((rounds.latest - rounds.earliest).total_seconds()) + 1


def propose(last: datetime, draw: int, rounds: Rounds) -> datetime:
    """Give the next check: `draw` seconds, drawn by nobody's habit, after the earliest moment allowed (SUI-02)."""
    if not 0 <= draw < spread(rounds):
        raise ValueError("the draw lies outside the span")
    return last + rounds.earliest + timedelta(seconds=draw)


def gaps(times: Iterable[datetime], until: datetime, limit: timedelta) -> list[tuple[datetime, datetime]]:
    """Give every stretch longer than the limit, from the first time to `until`, in order (SUI-02: more than 15:00)."""
    known = sorted(times)
    return [(a, b) for a, b in pairwise([*known, max(until, known[-1])]) if b - a > limit] if known else []


def uncovered(
    periods: Iterable[tuple[datetime, datetime | None]], since: datetime, until: datetime, grace: timedelta
) -> list[tuple[datetime, datetime]]:
    """Give every stretch of a constant watch longer than `grace` in which nobody had the person in sight (SUI-01)."""
    found, covered = [], since
    for begins, ends in sorted(periods, key=lambda p: p[0]):
        if begins - covered > grace:
            found.append((covered, begins))
        covered = max(covered, ends or until)
    if until - covered > grace:
        found.append((covered, until))
    return found


def cssrs_level(answers: Mapping[str, bool]) -> str:
    """Give the risk by the C-SSRS since last contact (clinical.md 3.1); an answer that is missing gives none ("incomplete")."""
    if not {"1", "2", "6"} <= set(answers) or (answers["2"] and not {"3", "4", "5"} <= set(answers)):
        return "incomplete"
    if answers["6"] or answers.get("4") or answers.get("5"):
        return "high"
    if answers.get("3"):
        return "moderate"
    return "low" if answers["1"] or answers["2"] else "none"


# --- detectors --------------------------------------------------------------------------------------------------------------


def even(checks: Sequence[Seen], law: Detectors) -> Finding | None:
    """Find that the last intervals are all within ±30 s of one constant: nobody walks like that (clinical.md 2.6)."""
    last = sorted(checks, key=lambda c: c.at)[-(law.even_intervals + 1) :]
    if len(last) <= law.even_intervals:
        return None
    spans = [b.at - a.at for a, b in pairwise(last)]
    if max(spans) - min(spans) > 2 * law.even:
        return None
    words = (
        f"{law.even_intervals} intervals in a row of the same length, within {int(law.even.total_seconds())} seconds."
    )
    return Finding("even", "even", last[0].at, last[-1].at, last[-1].observer, words)


def on_the_quarter(checks: Sequence[Seen], law: Detectors) -> Finding | None:
    """Find that the last checks all stand on the quarter of an hour: such marks are no checks (SUI-02)."""
    last = sorted(checks, key=lambda c: c.at)[-law.quarter_marks :]
    if len(last) < law.quarter_marks or not all(_off_quarter(c.at) <= law.quarter for c in last):
        return None
    words = f"{law.quarter_marks} checks in a row on the quarter of the hour."
    return Finding("quarter", "quarter", last[0].at, last[-1].at, last[-1].observer, words, "SUI-02")


def block(checks: Sequence[Seen], new: Seen, law: Detectors) -> Finding | None:
    """Find that one observer wrote several checks of one person at once, long after they are said to have happened.

    What a device kept while it had no network comes back in one go and is no block; what it says happened within
    two minutes is. A sheet of paper that was entered is one: somebody compares it with the sheet.
    """
    mine = [c for c in checks if c.observer == new.observer]
    at_once = [c for c in mine if abs(c.at - new.at) <= law.block]
    after = [
        c
        for c in mine
        if c.source != "device"
        and abs(c.received_at - new.received_at) <= law.block
        and c.received_at - c.at > law.late
    ]
    for rows, words in ((after, "written at once, after the fact"), (at_once, "said to have happened at once")):
        if len(rows) >= law.block_rows and new in rows:
            times = [c.at for c in rows]
            return Finding(
                "block", str(new.observer), min(times), max(times), new.observer, f"{len(rows)} checks {words}."
            )
    return None


def two_places(others: Iterable[Seen], new: Seen, law: Detectors) -> Finding | None:
    """Find that one observer stood at two doors too far apart for the time between them."""
    for other in others:
        if other.observer != new.observer or other.watch == new.watch:
            continue
        apart = abs(new.at - other.at)
        if other.facility != new.facility:
            allowed, words = law.other_facility, "at another facility"
        elif other.unit != new.unit:
            allowed, words = law.other_unit, "in another unit"
        else:
            continue
        if apart < allowed:
            first, last = sorted((other.at, new.at))
            reason = f"The same observer was {words} {int(apart.total_seconds())} seconds before or after."
            return Finding("two-places", str(new.observer), first, last, new.observer, reason)
    return None


def away_from_post(new: Seen, holding: Iterable[tuple[UUID, datetime, datetime | None]]) -> Finding | None:
    """Find that the observer of a constant watch walked a round elsewhere meanwhile."""
    for watch, since, until in holding:
        if watch != new.watch and since <= new.at and (until is None or new.at < until):
            words = "The observer of a constant watch checked somebody else meanwhile."
            return Finding("two-places", str(new.observer), since, new.at, new.observer, words)
    return None


def no_scan(new: Seen) -> Finding | None:
    """Find that a check was written without the badge or code of the door."""
    if new.proven or new.source == "paper":  # paper proves no door, and says so on the page
        return None
    words = "Checks were written without the door's badge or code."
    return Finding("no-scan", str(new.observer), new.at, new.at, new.observer, words)


def found(
    checks: Sequence[Seen],
    elsewhere: Iterable[Seen],
    holding: Iterable[tuple[UUID, datetime, datetime | None]],
    new: Seen,
    law: Detectors,
) -> list[Finding]:
    """Give everything that one more check gives away; `checks` are this watch's last ones, the new one among them."""
    asked = (
        even(checks, law),
        on_the_quarter(checks, law),
        block(checks, new, law),
        two_places(elsewhere, new, law) or away_from_post(new, holding),
        no_scan(new),
    )
    return [one for one in asked if one is not None]


def _off_quarter(at: datetime) -> timedelta:
    past = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return min(past, QUARTER - past)
