"""What an order check is told and what it answers: the candidate, the person's situation, alerts, and what could not run."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from throughcare.care.medications.formulary_rows import Product

SEALED = (
    "Interacts with a medicine this person takes that you may not see: call the prescriber on call of the programme."
)
SEALED_UNREAD = "A medicine this person takes that you may not see can't be checked: call the prescriber on call of the programme."  # fmt: skip


class Grade(StrEnum):
    """How an alert is shown: `stop` interrupts and needs a named reason, `warn` stands in line, `note` is folded away."""

    STOP = "stop"
    WARN = "warn"
    NOTE = "note"


class Check(StrEnum):
    """The checks of an order."""

    ALLERGY = "allergy"
    DUPLICATE = "duplicate"
    INTERACTION = "interaction"
    CONDITION = "condition"
    PREGNANCY = "pregnancy"
    RENAL = "renal"
    DOSE = "dose"
    ACETAMINOPHEN = "acetaminophen"
    QT = "qt"
    CONTENT = "content"


class _Dosed:
    """How much one dose is and how often it comes, together."""

    __slots__ = ()
    quantity: Decimal | None
    doses_per_day: Decimal | None
    doses_per_week: Decimal | None

    @property
    def daily(self) -> Decimal | None:
        """Give dose units a day, if both numbers are known."""
        return None if self.quantity is None or self.doses_per_day is None else self.quantity * self.doses_per_day

    @property
    def often_in_a_week(self) -> Decimal | None:
        """Give the number of doses in the busiest week: seven times the day's where it is left out."""
        if self.doses_per_week is None and self.doses_per_day is not None:
            return self.doses_per_day * 7
        return self.doses_per_week

    @property
    def weekly(self) -> Decimal | None:
        """Give dose units in the busiest week, if they are known."""
        often = self.often_in_a_week
        return None if self.quantity is None or often is None else self.quantity * often


@dataclass(frozen=True, slots=True)
class Candidate(_Dosed):
    """What is about to be ordered. `quantity` is dose units a dose, `doses_per_day` their number (a PRN's 24-hour maximum).

    `doses_per_week` is their number in the busiest week, seven times the day's where it is left out.
    """

    product: Product | None
    code: str = ""
    text: str = ""
    quantity: Decimal | None = None
    doses_per_day: Decimal | None = None
    doses_per_week: Decimal | None = None
    replaces: frozenset[str] = frozenset()
    together_with: frozenset[str] = frozenset()
    for_seizure: bool = False


@dataclass(frozen=True, slots=True)
class Taken(_Dosed):
    """A medicine the person takes: an order here (own or `sealed`), or one from home (`home`) not yet decided."""

    key: str
    code: str = ""
    text: str = ""
    quantity: Decimal | None = None
    doses_per_day: Decimal | None = None
    doses_per_week: Decimal | None = None
    sealed: bool = False
    home: bool = False
    ended_days_ago: int | None = None
    """Of an order that is over: since when. It counts only where its drug acts on so long."""


@dataclass(frozen=True, slots=True)
class AllergyFact:
    """An allergy as the chart has it; `code` is read as RxNorm's where `rxnorm` is True."""

    text: str
    code: str = ""
    rxnorm: bool = False
    reaction: str = ""
    criticality: str = ""
    intolerance: bool = False


@dataclass(frozen=True, slots=True)
class Kidneys:
    """Renal function; either figure may be missing. `under` names those that were told as less than the figure."""

    crcl: Decimal | None = None
    egfr: Decimal | None = None
    days_ago: int = 0
    under: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Heart:
    """What is known of the QT interval."""

    qtc_ms: int | None = None
    days_ago: int | None = None
    low_potassium_or_magnesium: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """The person as the check sees them; None means unknown, never normal."""

    medicines: tuple[Taken, ...] = ()
    allergies: tuple[AllergyFact, ...] = ()
    allergies_asked: bool = False
    medicines_readable: bool = True
    problems: frozenset[str] = frozenset()
    """The ICD-10-CM codes on the problem list."""
    told_problems: tuple[str, ...] = ()
    """What stands on the list without such a code, in its words."""
    sex: str = ""
    age: int | None = None
    pregnant: bool | None = None
    pregnancy_weeks: int | None = None
    pregnancy_asked: bool = False
    """Whether a test or an answer about pregnancy was ever recorded: then the letter of the record's sex says nothing of it."""
    kidneys: Kidneys | None = None
    heart: Heart = field(default_factory=Heart)


@dataclass(frozen=True, slots=True)
class Alert:
    """One finding: what it is, what to do, by which rule and source. A sealed one names nothing."""

    rule: str
    check: Check
    grade: Grade
    sentence: str
    action: str = ""
    source: str = ""
    with_key: str = ""
    sealed: bool = False

    @property
    def key(self) -> str:
        """Name the finding, so that a reason can be kept for it."""
        return f"{self.rule}:{self.with_key}" if self.with_key else self.rule


@dataclass(frozen=True, slots=True)
class CouldNotRun:
    """A check that could not be made, and what would let it run."""

    check: Check
    sentence: str
    about: str = ""

    @property
    def key(self) -> str:
        """Name it, so that an override can be kept for it."""
        return f"could-not-run:{self.check}:{self.about}" if self.about else f"could-not-run:{self.check}"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The answer: alerts, what could not run, what nobody wrote facts for, and against what was checked."""

    alerts: tuple[Alert, ...]
    could_not_run: tuple[CouldNotRun, ...]
    unchecked: tuple[str, ...]
    coverage: str
    rules: int
    edition: str
    provisional: bool
    exempt: bool

    @property
    def needs_reason(self) -> tuple[str, ...]:
        """Give the keys that each need a named reason before the order stands; an emergency drug needs none."""
        if self.exempt:
            return ()
        stops = [alert.key for alert in self.alerts if alert.grade is Grade.STOP]
        return (*stops, *(gap.key for gap in self.could_not_run))

    @property
    def interrupts(self) -> bool:
        """Tell whether the prescriber is interrupted."""
        return bool(self.needs_reason)

    def of(self, grade: Grade) -> tuple[Alert, ...]:
        """Give the alerts of one grade."""
        return tuple(alert for alert in self.alerts if alert.grade is grade)
