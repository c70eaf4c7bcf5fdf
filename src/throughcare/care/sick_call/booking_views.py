"""The questions of booking and cancelling as the page asks them. No queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from throughcare.care.sick_call.booking import Slot, Visit
from throughcare.care.sick_call.rule_table import load_table
from throughcare.ui.shapes import FieldShape, Option
from throughcare.ui.wording import t

Typed = Mapping[str, str]
SIDES = ("health", "custody", "patient")


@dataclass(frozen=True, slots=True)
class Row:
    """One slot with its visits, or a run of slots with nobody in them."""

    at: datetime
    until: datetime
    visits: tuple[Visit, ...]
    free: int


def rows(slots: Sequence[Slot]) -> list[Row]:
    """Give a day's slots as lines: each with visits by itself, neighbours with nobody as one."""
    found: list[Row] = []
    for slot in slots:
        if slot.visits or not found or found[-1].visits:
            found.append(Row(slot.at, slot.at, tuple(slot.visits), max(0, slot.free)))
        else:
            last = found[-1]
            found[-1] = Row(last.at, slot.at, (), last.free + max(0, slot.free))
    return found


def again_fields(typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Ask for a day and a time that is not offered."""
    return [
        FieldShape("day", t("sick_call.day"), "date", value=typed.get("day", ""), required=True, width="m"),
        FieldShape(
            "time", t("sick_call.time"), "time", value=typed.get("time", ""), error=wrong.get("time", ""), required=True,
            width="s",
        ),
    ]  # fmt: skip


def reasons(typed: Typed, wrong: Typed) -> FieldShape:
    """Ask why a visit does not take place. A refusal is not among the words: it is said to a nurse."""
    known = [Option(r.key, r.text.en) for r in load_table().no_shows.values() if not r.second]
    return FieldShape(
        "reason", t("sick_call.reason"), "select", options=known, value=typed.get("reason", ""),
        error=wrong.get("reason", ""), required=True, width="m",
    )  # fmt: skip


def sides(typed: Typed, wrong: Typed, planner: bool) -> FieldShape:
    """Ask whose word it is; who treats says their own unless they choose another."""
    value = typed.get("said_by", "" if planner else "health")
    options = [Option(side, t(f"appointments.said_by.{side}")) for side in SIDES]
    return FieldShape(
        "said_by", t("appointments.said_by"), "radio", options=options, value=value, error=wrong.get("said_by", ""),
        required=True, inline=True,
    )  # fmt: skip
