"""Drawn faces: from a seed to the parts of a plain portrait that nobody takes for a photograph."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

GROUNDS = 6  # colours .ground-0 to .ground-5 of the style sheet, lighter by day than by night
SKINS = ("#f3d3bd", "#e3b48f", "#c98f66", "#a56b45", "#7d4c2f", "#5b3622")
HAIRS = ("#1f1a18", "#3c2a21", "#6b4a32", "#8d8782", "#b9b4ad", "#4a3b4f")
CLOTHS = ("#0b5a5e", "#54616a", "#7a5c3e", "#5b4a72", "#3f6b4c", "#8a4a4a")
CUTS = (
    "short",
    "bald",
    "curls",
    "long",
    "braids",
    "locs",
    "wrap",
    "bun",
    "parted",
    "crop",
)
BEARDS = ("none", "none", "none", "full", "short")


@dataclass(frozen=True, slots=True)
class Portrait:
    """The parts of a face."""

    ground: int
    skin: str
    hair: str
    cloth: str
    cut: str
    beard: str
    glasses: bool
    brow: int


def portrait(seed: str) -> Portrait:
    """Return the face of a seed; the same seed always gives the same face."""
    dice = sha256(seed.encode()).digest()
    cut = CUTS[dice[4] % len(CUTS)]
    bearded = cut not in ("wrap", "braids", "bun", "long")
    return Portrait(
        ground=dice[0] % GROUNDS,
        skin=SKINS[dice[1] % len(SKINS)],
        hair=HAIRS[dice[2] % len(HAIRS)],
        cloth=CLOTHS[dice[3] % len(CLOTHS)],
        cut=cut,
        beard=BEARDS[dice[5] % len(BEARDS)] if bearded else "none",
        glasses=dice[6] % 4 == 0,
        brow=dice[7] % 3,
    )
