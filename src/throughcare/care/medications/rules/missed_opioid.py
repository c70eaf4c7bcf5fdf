"""The gate before a dose of methadone or buprenorphine (ruling 4, clinical.md 2.7): missed days, minimum interval, alertness,
identity, legal basis, first-day limits. It stops a dose and calls somebody; it never cancels an order or ends a treatment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from throughcare.care.medications.rules.finding import Finding
from throughcare.chart.forms.text import Text
from throughcare.duties.calendar import aware


class Missed(StrEnum):
    """What the days missed in a row ask for."""

    SAME_DOSE = "same_dose"
    REASSESS = "reassess"
    START_ANEW = "start_anew"
    UNKNOWN = "unknown"


class LegalBasis(StrEnum):
    """By what right a methadone dose is given (ruling 4)."""

    PROGRAMME = "programme"
    GUEST = "guest"
    REGISTRATION = "registration"
    THREE_DAY = "three-day"


@dataclass(frozen=True, slots=True)
class Alertness:
    """One answer of the alertness scale: give, hold or emergency."""

    key: str
    text: Text
    act: str


@dataclass(frozen=True, slots=True)
class OpioidTable:
    """The limits of opioid treatment, as an agency set them."""

    version: str
    block_days: int
    restart_days: int
    minimum_interval: timedelta
    three_day: timedelta
    three_day_warn: timedelta
    methadone_first_mg: Decimal
    methadone_first_day_mg: Decimal
    bases: frozenset[LegalBasis]
    sedation: Mapping[str, Alertness]
    take_home: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class MissedDays:
    """Days missed in a row, what they ask for, and whether the old dose is blocked."""

    days: int | None
    verdict: Missed
    blocks: bool
    text: Text
    source: str = "ruling 4"


@dataclass(frozen=True, slots=True)
class ThreeDays:
    """The three-day rule once begun: when it warns, when it is over."""

    warns_at: datetime
    ends_at: datetime

    def over(self, at: datetime) -> bool:
        """Tell whether no dose may be given under it any more."""
        return aware(at) >= self.ends_at

    def warns(self, at: datetime) -> bool:
        """Tell whether another source must now be arranged."""
        return aware(at) >= self.warns_at


@dataclass(frozen=True, slots=True)
class Identity:
    """How the person was known: a biometric match, or photo and number by different people."""

    biometric: bool = False
    by_photo_and_number: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Tell whether the second factor stands (2.7)."""
        return self.biometric or len({who for who in self.by_photo_and_number if who}) > 1


@dataclass(frozen=True, slots=True)
class DoseAsked:
    """A dose about to be given, as far as the gate asks. Amounts of methadone are in milligrams; `first_day` is induction's."""

    at: datetime
    last_dose_at: datetime | None
    missed: MissedDays
    sedation: str
    identity: Identity
    methadone: bool = False
    basis: LegalBasis | None = None
    three_days: ThreeDays | None = None
    minimum: timedelta | None = None
    first_day: bool = False
    given_today_mg: Decimal = Decimal(0)
    dose_mg: Decimal = Decimal(0)
    documented: bool = False
    reassessed: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a dose may be given now; what stops it, what warns."""

    blocks: tuple[Finding, ...]
    warns: tuple[Finding, ...]

    @property
    def open(self) -> bool:
        """Tell whether nothing stops the dose."""
        return not self.blocks


def missed_days(
    last_dose_on: date | None,
    today: date,
    table: OpioidTable,
    *,
    today_missed: bool = False,
    off_days: Collection[date] = (),
) -> MissedDays:
    """Count the local days missed in a row since the last dose taken anywhere; days that the order leaves out don't count.

    Today counts only once it is missed for good. An unknown last dose blocks: nobody can say how much is safe.
    """
    if last_dose_on is None:
        text = Text(
            "The last dose is unknown: a prescriber decides.",
            "No se sabe cuándo fue la última dosis: decide quien receta.",
        )
        return MissedDays(None, Missed.UNKNOWN, True, text)
    until = (today - last_dose_on).days + (1 if today_missed else 0)
    between = (last_dose_on + timedelta(days=n) for n in range(1, until))
    days = sum(day not in off_days for day in between)
    if days >= table.restart_days:
        return MissedDays(days, Missed.START_ANEW, True, _missed_text(days, _START_ANEW))
    if days >= table.block_days:
        return MissedDays(days, Missed.REASSESS, True, _missed_text(days, _REASSESS))
    return MissedDays(days, Missed.SAME_DOSE, False, _missed_text(days, _SAME))


def reported_otherwise(counted: MissedDays, missed: int | None, table: OpioidTable) -> MissedDays:
    """Block the old dose where what was reported from outside contradicts the record; the larger number of days counts."""
    days = max((d for d in (counted.days, missed) if d is not None), default=None)
    anew = days is not None and days >= table.restart_days
    return MissedDays(days, Missed.START_ANEW if anew else Missed.REASSESS, True, _OTHERWISE, counted.source)


_OTHERWISE = Text(
    "Another dose or missed days were reported: every old dose is blocked, the order stands, a prescriber decides.",
    "Se informó otra dosis o días sin dosis: toda dosis anterior está bloqueada, la orden sigue, decide quien receta.",
)
_START_ANEW = Text("a prescriber starts the treatment anew", "quien receta inicia de nuevo el tratamiento")
_REASSESS = Text(
    "the old dose is blocked, a prescriber reassesses", "la dosis anterior está bloqueada; reevalúa quien receta"
)
_SAME = Text("same dose", "misma dosis")


def _missed_text(days: int, then: Text) -> Text:
    if days == 1:
        return Text(f"1 day missed: {then.en}.", f"1 día sin dosis: {then.es}.")
    return Text(f"{days} days missed in a row: {then.en}.", f"{days} días seguidos sin dosis: {then.es}.")


def start_three_days(first_dose_at: datetime, table: OpioidTable) -> ThreeDays:
    """Say when the three-day rule warns and ends for a first dose under it."""
    ends = aware(first_dose_at) + table.three_day
    return ThreeDays(ends - table.three_day_warn, ends)


def bases_open(table: OpioidTable, *, three_day_used: bool) -> tuple[LegalBasis, ...]:
    """List the legal bases that may be chosen; the three-day rule is no choice a second time in one stay."""
    return tuple(b for b in LegalBasis if b in table.bases and not (b is LegalBasis.THREE_DAY and three_day_used))


def take_home_limit(days_in_treatment: int, table: OpioidTable) -> int:
    """Say how many take-home doses a person may have after so many days in treatment."""
    fitting = [doses for from_day, doses in table.take_home if days_in_treatment >= from_day]
    return fitting[-1] if fitting else 0


def gate(asked: DoseAsked, table: OpioidTable) -> Gate:
    """Say what stops a dose and what warns, in the order in which the nurse asks (2.7)."""
    found = [
        _identity(asked), _missed(asked), _interval(asked, table), _sedation(asked, table), _basis(asked), _first_day(asked, table)
    ]  # fmt: skip
    return Gate(tuple(f for f in found if f), _warnings(asked))


def _identity(asked: DoseAsked) -> Finding | None:
    if asked.identity.sure:
        return None
    text = Text(
        "Know the person by a second factor: a biometric match, or photo and number by two people.",
        "Confirme la identidad con un segundo factor: biometría, o foto y número por dos personas.",
    )
    return Finding("identity", text, "clinical 2.7")


def _missed(asked: DoseAsked) -> Finding | None:
    if not asked.missed.blocks or asked.reassessed:
        return None
    return Finding(f"missed_{asked.missed.verdict}", asked.missed.text, asked.missed.source)


def _interval(asked: DoseAsked, table: OpioidTable) -> Finding | None:
    if asked.last_dose_at is None or asked.first_day:
        return None
    earliest = aware(asked.last_dose_at) + (table.minimum_interval if asked.minimum is None else asked.minimum)
    if aware(asked.at) >= earliest:
        return None
    return Finding(
        "interval", Text("Too soon after the last dose.", "Demasiado pronto tras la última dosis."), "ruling 4"
    )


def _sedation(asked: DoseAsked, table: OpioidTable) -> Finding | None:
    answer = table.sedation.get(asked.sedation)
    if answer is None:
        text = Text(
            "Say how awake the person is before the dose.", "Diga qué tan despierta está la persona antes de la dosis."
        )
        return Finding("sedation_unanswered", text, "clinical 2.0")
    if answer.act == "give":
        return None
    if answer.act == "hold":
        text = Text("Hold the dose and call the prescriber.", "Suspenda la dosis y llame a quien receta.")
        return Finding("sedation_hold", text, "clinical 2.7")
    text = Text("Call an emergency now; naloxone at hand.", "Llame a emergencia ahora; naloxona a mano.")
    return Finding("sedation_emergency", text, "clinical 2.7")


def _basis(asked: DoseAsked) -> Finding | None:
    if not asked.methadone:
        return None
    if asked.basis is None:
        text = Text("Name the legal basis of this dose.", "Indique la base legal de esta dosis.")
        return Finding("basis", text, "ruling 4")
    if asked.basis is LegalBasis.THREE_DAY and asked.three_days and asked.three_days.over(asked.at):
        text = Text(
            "The three days are over and can't be renewed. Name another lawful source, or call the prescriber.",
            "Los tres días terminaron y no se renuevan. Indique otra fuente legal o llame a quien receta.",
        )
        return Finding("three_days_over", text, "21 CFR 1306.07(b)")
    return None


def _first_day(asked: DoseAsked, table: OpioidTable) -> Finding | None:
    if not (asked.methadone and asked.first_day):
        return None
    if asked.given_today_mg == 0 and asked.dose_mg > table.methadone_first_mg:
        limit = table.methadone_first_mg
        text = Text(f"The first dose is at most {limit} mg.", f"La primera dosis es de {limit} mg como máximo.")
        return Finding("first_dose", text, "42 CFR 8.12")
    if asked.given_today_mg + asked.dose_mg > table.methadone_first_day_mg and not asked.documented:
        limit = table.methadone_first_day_mg
        text = Text(
            f"More than {limit} mg on the first day needs the prescriber's documented reason.",
            f"Más de {limit} mg el primer día requiere un motivo documentado de quien receta.",
        )
        return Finding("first_day", text, "42 CFR 8.12")
    return None


def _warnings(asked: DoseAsked) -> tuple[Finding, ...]:
    found = []
    if asked.missed.days and not asked.missed.blocks:
        found.append(Finding("missed_some", asked.missed.text, "ruling 4"))
    three = asked.three_days
    if asked.basis is LegalBasis.THREE_DAY and three and three.warns(asked.at) and not three.over(asked.at):
        text = Text(
            "The three-day rule ends soon: arrange another lawful source now.",
            "La regla de tres días termina pronto: consiga ya otra fuente legal.",
        )
        found.append(Finding("three_days_end", text, "ruling 4"))
    return tuple(found)
