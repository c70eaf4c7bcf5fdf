"""The table of withdrawal monitoring, as content has it, in frozen values. Pure beyond reading content."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from throughcare.chart.forms import Text
from throughcare.kernel import content

FILE = "substance_use/withdrawal.toml"


@dataclass(frozen=True, slots=True)
class Step:
    """An interval that holds until monitoring is so old; the last has no end."""

    until: timedelta | None
    every: timedelta


@dataclass(frozen=True, slots=True)
class ByScore:
    """An interval that holds from a score on."""

    at_least: int
    every: timedelta


@dataclass(frozen=True, slots=True)
class Substance:
    """How one substance's withdrawal is followed; `remember` is what stands beside every check of it."""

    id: str
    scale: str
    label: str
    least: timedelta
    quiet_below: int
    quiet_times: int
    steps: tuple[Step, ...]
    scores: tuple[ByScore, ...]
    hospital: frozenset[str]
    provider: frozenset[str]
    provider_shift_at: int | None
    provider_now_at: int | None
    hospital_at: int | None
    offers_treatment: bool
    remember: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """Something seen beside the scale, and what it means to the rules."""

    id: str
    text: Text
    finding: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The whole table in one version."""

    version: str
    substances: Mapping[str, Substance]
    signs: tuple[Sign, ...]
    temperature_c: Decimal
    systolic: Decimal
    pulse: Decimal
    pulse_again: timedelta
    orthostatic_systolic: Decimal
    orthostatic_pulse: Decimal
    weight_loss_percent: Decimal
    fluids_each: timedelta
    respiration_low: int
    wake_after: timedelta
    asleep_retry: timedelta
    unable_retry: timedelta


def load_table() -> Withdrawal:
    """Give the table in force."""
    return _load(content.stamp())


@lru_cache(maxsize=2)
def _load(stamp: tuple[str, int]) -> Withdrawal:
    said = content.load(FILE)
    limits, asleep = said["limits"], said["asleep"]
    return Withdrawal(
        version=str(said["version"]),
        substances={row["id"]: _substance(row) for row in said["substance"]},
        signs=tuple(Sign(row["id"], Text(row["en"], row["es"]), row["finding"]) for row in said["sign"]),
        temperature_c=_number(limits["temperature_c"]),
        systolic=_number(limits["systolic"]),
        pulse=_number(limits["pulse"]),
        pulse_again=_hours(limits["pulse_again_hours"]),
        orthostatic_systolic=_number(limits["orthostatic_systolic"]),
        orthostatic_pulse=_number(limits["orthostatic_pulse"]),
        weight_loss_percent=_number(limits["weight_loss_percent"]),
        fluids_each=_hours(limits["fluids_each_hours"]),
        respiration_low=int(limits["respiration_low"]),
        wake_after=_hours(asleep["wake_after_hours"]),
        asleep_retry=_hours(asleep["retry_hours"]),
        unable_retry=_hours(said["unable"]["retry_hours"]),
    )


def _substance(row: Mapping[str, Any]) -> Substance:
    until = [_hours(s["until_hours"]) if "until_hours" in s else None for s in row["step"]]
    if until[-1] is not None:
        raise ValueError(f"{FILE}: the last step of [{row['id']}] must have no end. Remove its until_hours.")
    return Substance(
        id=row["id"],
        scale=row["scale"],
        label=row["label"],
        least=_hours(row["least_hours"]),
        quiet_below=row["quiet_below"],
        quiet_times=row["quiet_times"],
        steps=tuple(Step(end, _hours(s["every_hours"])) for end, s in zip(until, row["step"], strict=True)),
        scores=tuple(ByScore(s["at_least"], _hours(s["every_hours"])) for s in row.get("score", ())),
        hospital=frozenset(row["hospital"]),
        provider=frozenset(row["provider"]),
        provider_shift_at=row.get("provider_shift_at"),
        provider_now_at=row.get("provider_now_at"),
        hospital_at=row.get("hospital_at"),
        offers_treatment=row.get("offers_treatment", False),
        remember=tuple(Text(said["en"], said["es"]) for said in row.get("remember", ())),
    )


def _hours(value: int) -> timedelta:
    return timedelta(hours=value)


def _number(value: object) -> Decimal:
    return Decimal(str(value))
