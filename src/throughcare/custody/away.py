"""What becomes of the bed of somebody who is out: reviewed content, by kind of trip."""

from dataclasses import dataclass

from throughcare.custody.rules import AWAY_KINDS
from throughcare.kernel import content
from throughcare.kernel.errors import Invalid

PATH = "custody/away.toml"


@dataclass(frozen=True, slots=True)
class AwayRule:
    """A kind of trip, and whether the bed is kept."""

    kind: str
    bed: str


def rule(kind: str) -> AwayRule:
    """Give the rule of one kind of trip."""
    if kind not in AWAY_KINDS:
        raise Invalid("Say what for: court, hospital or furlough. Nothing was changed.")
    row = next(row for row in content.rows(PATH, "away") if row["id"] == kind)
    if row["bed"] not in ("keep", "give_up", "leave"):
        raise content.ContentError(PATH, "has a [bed] that is not keep, give_up or leave. Choose one.", kind)
    return AwayRule(kind, row["bed"])
