"""What can be ordered from the chart, read strictly from `content/chart/orders.toml`: who may, how soon, what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from throughcare.kernel import content
from throughcare.kernel.errors import Invalid
from throughcare.kernel.vocabulary import Role

PATH = "chart/orders.toml"
PRIORITIES = ("stat", "urgent", "routine")
KINDS = ("lab", "test", "specialty", "referral", "visit", "diet", "aid")
INDEPENDENT = frozenset({Role.PROVIDER, Role.PSYCH})
"""Who orders in their own name; everybody else does under a standing order, or not at all."""


@dataclass(frozen=True, slots=True)
class Analyte:
    """One line of a result: a number with its ranges, or one of a few words."""

    id: str
    title: str
    code: str
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    panic_low: Decimal | None = None
    panic_high: Decimal | None = None
    choices: tuple[str, ...] = ()
    abnormal: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be ordered."""

    id: str
    title: str
    kind: str
    system: str
    code: str
    roles: frozenset[str]
    standing: str
    asks_reason: bool
    hours: Mapping[str, int]
    analytes: tuple[Analyte, ...]

    def allows(self, role: Role | None) -> bool:
        """Tell whether somebody in this role may order it: in their own name, or under its standing order."""
        return role is not None and role.value in self.roles and (role in INDEPENDENT or bool(self._for_nurse))

    @property
    def _for_nurse(self) -> bool:
        return bool(self.standing) or self.kind in ("visit", "referral", "aid")

    def standing_for(self, role: Role | None) -> str:
        """Give the standing order under which this role orders it; none for those who order in their own name."""
        return "" if role in INDEPENDENT else self.standing

    def within(self, priority: str) -> timedelta:
        """Give how long it may take at a priority."""
        return timedelta(hours=self.hours[priority])


def items() -> dict[str, Item]:
    """Give the catalogue in force, in the content's order."""
    return _items(content.document(PATH).digest)


def item(key: str) -> Item:
    """Give one thing that can be ordered."""
    found = items().get(key)
    if found is None:
        raise Invalid("Nothing was ordered.", fields={"item": "Choose what to order from the list."})
    return found


def for_code(system: str, code: str) -> Item | None:
    """Give what was ordered under a code, so that its result can be entered line by line."""
    return next((i for i in items().values() if code and (i.system, i.code) == (system, code)), None)


@lru_cache(maxsize=4)
def _items(digest: str) -> dict[str, Item]:
    analytes = {row["id"]: _analyte(row) for row in content.rows(PATH, "analyte")}
    return {row["id"]: _item(row, analytes) for row in content.rows(PATH, "order")}


def _item(row: Mapping[str, Any], analytes: Mapping[str, Analyte]) -> Item:
    unknown = [a for a in row.get("analytes", ()) if a not in analytes]
    if unknown or row["kind"] not in KINDS or set(row["hours"]) != set(PRIORITIES):
        raise content.ContentError(PATH, f"has unknown analytes {unknown}, kind or priorities. Correct it.", row["id"])
    return Item(
        id=row["id"],
        title=row["title"],
        kind=row["kind"],
        system=row.get("system", ""),
        code=row.get("code", ""),
        roles=frozenset(row["roles"]),
        standing=row.get("standing", ""),
        asks_reason=row.get("reason", True),
        hours=dict(row["hours"]),
        analytes=tuple(analytes[a] for a in row.get("analytes", ())),
    )


def _analyte(row: Mapping[str, Any]) -> Analyte:
    choices = row.get("choices", ())
    limits = {name: Decimal(row[name]) for name in ("low", "high", "panic_low", "panic_high") if name in row}
    return Analyte(
        id=row["id"],
        title=row["title"],
        code=row["code"],
        unit=row.get("unit", ""),
        choices=tuple(c.lstrip("!") for c in choices),
        abnormal=frozenset(c[1:] for c in choices if c.startswith("!")),
        **limits,
    )
