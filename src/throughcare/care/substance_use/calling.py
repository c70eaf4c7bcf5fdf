"""When an outside programme is called again, and whether two answers about one dose agree. Pure; ruling 4, MOU-01."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from throughcare.chart.forms import Text
from throughcare.ui.forms import whole_or_none

# [D] How soon the next try is, by what came of this one; a programme that is closed, when it opens.
SOON = {"no-answer": timedelta(hours=1), "wrong-number": timedelta(minutes=30), "would-not-say": timedelta(hours=4)}
OPENS = time(6, 0)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of the last dose: how many milligrams, on which day, days missed since."""

    dose_mg: Decimal | None
    last_on: date | None
    missed: int | None
    by: str


@dataclass(frozen=True, slots=True)
class Differs:
    """One point in which two answers do not agree."""

    text: Text


def next_try(outcome: str, now: datetime, zone: ZoneInfo, opens_at: datetime | None = None) -> datetime | None:
    """Give when to call again; nobody who answered is called again by themselves."""
    if outcome == "answered":
        return None
    if opens_at is not None and opens_at > now:
        return opens_at
    if outcome in SOON:
        return now + SOON[outcome]
    local = now.astimezone(zone)
    day = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    return datetime.combine(day, OPENS, zone)


def differences(now: Said, before: Sequence[Said]) -> tuple[Differs, ...]:
    """Give every point in which a new answer does not agree with an earlier one; silence about a point is no difference."""
    found: dict[str, Differs] = {}
    for earlier in before:
        if None not in (now.dose_mg, earlier.dose_mg) and now.dose_mg != earlier.dose_mg:
            found["dose"] = Differs(_DOSE.filled(was=_mg(earlier.dose_mg), now=_mg(now.dose_mg), by=earlier.by))
        if now.last_on and earlier.last_on and now.last_on < earlier.last_on:
            found["last"] = Differs(
                _LAST.filled(was=f"{earlier.last_on:%d %b}", now=f"{now.last_on:%d %b}", by=earlier.by)
            )
        if now.missed is not None and earlier.missed is not None and now.missed > earlier.missed + _days(now, earlier):
            found["missed"] = Differs(_MISSED.filled(was=earlier.missed, now=now.missed, by=earlier.by))
    return tuple(found.values())


def milligrams(text: str) -> Decimal | None:
    """Read a dose in milligrams; nothing where it can't be read."""
    try:
        value = Decimal(text.strip().replace(",", ".").removesuffix("mg").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 < value < 1000 else None


def said_of(body: Mapping[str, str], by: str) -> Said:
    """Read what was kept of one answer."""
    missed = body.get("missed", "")
    last = body.get("last_on", "")
    return Said(
        milligrams(body.get("dose", "")),
        date.fromisoformat(last) if last else None,
        whole_or_none(missed),
        by,
    )


def _days(now: Said, earlier: Said) -> int:
    """Days pass between two calls: one more day missed in each is no contradiction of its own."""
    return 2 if now.last_on == earlier.last_on else 0


def _mg(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f} mg"


_DOSE = Text("Dose: {was} ({by}), now {now}", "Dosis: {was} ({by}), ahora {now}")
_LAST = Text("Last dose: {was} ({by}), now {now}", "Última dosis: {was} ({by}), ahora {now}")
_MISSED = Text("Days missed: {was} ({by}), now {now}", "Días sin dosis: {was} ({by}), ahora {now}")
