"""The numbers of sign-in, reasons and break-glass, as the agency's content has them."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from throughcare.access.detecting import Detector
from throughcare.access.rules import Throttle
from throughcare.kernel import content
from throughcare.kernel.vocabulary import DataClass, Role

NUMBERS, ROLES, GLASS = "access/sign_in.toml", "access/roles.toml", "access/break_glass.toml"
DETECTORS = "access/detectors.toml"
_LIMITS = ("per_day", "per_thirty_days", "days", "common_over")


@dataclass(frozen=True, slots=True)
class RoleLimits:
    """How long a sign-in of this role may stand idle and last, and what it needs."""

    title: str
    idle: timedelta
    absolute: timedelta
    second_factor: bool
    break_glass: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason to choose from."""

    code: str
    title: str


def number(table: str, name: str) -> int:
    """Give one number of content/access/sign_in.toml."""
    value = content.load(NUMBERS)[table][name]
    if not isinstance(value, int) or value < 0:
        raise content.ContentError(NUMBERS, f"[{table}] {name} must be a whole number.")
    return value


def throttle() -> Throttle:
    """Give how wrong secrets slow the next try down."""
    return Throttle(
        free=number("attempts", "free"),
        window=timedelta(minutes=number("attempts", "window_minutes")),
        first_wait=timedelta(seconds=number("attempts", "first_wait_seconds")),
        longest_wait=timedelta(seconds=number("attempts", "longest_wait_seconds")),
    )


def reasons() -> tuple[Reason, ...]:
    """Give the reasons that open an ordinary record with one click."""
    return tuple(Reason(row["id"], row["title"]) for row in content.rows(NUMBERS, "why_reasons"))


@dataclass(frozen=True, slots=True)
class GlassLimits:
    """Break-glass as the content has it: how long, for which classes, told to whom, and why."""

    lasts: timedelta
    at_once: int
    shortest_words: int
    review_business_days: int
    opens: frozenset[DataClass]
    reasons: tuple[Reason, ...]


@cache
def glass() -> GlassLimits:
    """Give the limits of break-glass (ruling 11; clinical.md 7.4)."""
    body = content.load(GLASS)
    return GlassLimits(
        lasts=timedelta(minutes=body["minutes"]),
        at_once=body["people_at_once"],
        shortest_words=body["words_at_least"],
        review_business_days=body["review_business_days"],
        opens=frozenset(DataClass(c) for c in body["opens"]),
        reasons=tuple(Reason(row["id"], row["title"]) for row in content.rows(GLASS, "reason")),
    )


@cache
def detectors() -> dict[str, Detector]:
    """Give the detectors of looks, by their ids."""
    return {
        row["id"]: Detector(
            row["id"],
            row["title"],
            limit=next((row[name] for name in _LIMITS if name in row), 0),
            not_for=frozenset(row.get("not_for", ())),
        )
        for row in content.rows(DETECTORS, "detector")
    }


@cache
def of_role(role: Role) -> RoleLimits:
    """Give the limits of a role."""
    for row in content.rows(ROLES, "role"):
        if row["id"] == role.value:
            return RoleLimits(
                title=row["title"],
                idle=timedelta(minutes=row["idle_minutes"]),
                absolute=timedelta(hours=row["absolute_hours"]),
                second_factor=role.value not in content.load(NUMBERS)["second_factor"]["not_for"],
                break_glass=role.value in content.load(GLASS)["roles"],
            )
    raise content.ContentError(ROLES, "names no such role. Add it: every role signs in by it.", role.value)
