"""The schedule of retention as content has it: each class of record with how long it is kept, from when, and by which source."""

from dataclasses import dataclass
from typing import Any, Literal

from throughcare.kernel import content
from throughcare.kernel.vocabulary import DataClass

FILE = "oversight/retention.toml"
# From the last discharge; from the day of the entry; for good by a rule; for as long as nobody has set a period.
Basis = Literal["discharge", "entry", "good", "unset"]
BASES = ("discharge", "entry", "good", "unset")


@dataclass(frozen=True, slots=True)
class Kept:
    """One class of record: which classes of data it is, how many years from when (0 where none runs), and whence that is known."""

    id: str
    title: str
    covers: frozenset[DataClass]
    basis: Basis
    years: int
    source: tuple[str, ...]
    marks: tuple[str, ...]
    note: str

    @property
    def provisional(self) -> bool:
        """Tell whether the primary text is still to be read before anybody relies on the period."""
        return "K?" in self.marks


@dataclass(frozen=True, slots=True)
class Longer:
    """What keeps a record beyond its period, whatever class it is."""

    id: str
    title: str
    note: str
    source: tuple[str, ...]
    marks: tuple[str, ...]


def schedule() -> tuple[Kept, ...]:
    """Give the schedule; every class of data stands in it exactly once, or the content is refused."""
    rows = tuple(_kept(row) for row in content.rows(FILE, "class"))
    named = [cls for row in rows for cls in row.covers]
    missing = sorted(set(DataClass) - set(named))
    if missing:
        raise content.ContentError(FILE, f"names nowhere how long [{missing[0]}] is kept. Add it to a class.")
    twice = sorted({cls for cls in named if named.count(cls) > 1})
    if twice:
        raise content.ContentError(FILE, f"names [{twice[0]}] in two classes. Leave it in one.")
    return rows


def kept(class_id: str) -> Kept | None:
    """Give one class of the schedule."""
    return next((row for row in schedule() if row.id == class_id), None)


def exceptions() -> tuple[Longer, ...]:
    """Give what keeps a record longer than its period."""
    return tuple(
        Longer(row["id"], row["title"], row["note"], tuple(row["source"]), tuple(row.get("marks", ())))
        for row in content.rows(FILE, "exception")
    )


def _kept(row: Any) -> Kept:
    basis, years = row["basis"], row.get("years", 0)
    if basis not in BASES:
        raise content.ContentError(FILE, f"has basis [{basis}]: use one of {', '.join(BASES)}.", row["id"])
    if (basis in ("discharge", "entry")) != (years > 0):
        raise content.ContentError(FILE, "gives years where none run, or none where they do.", row["id"])
    return Kept(
        row["id"],
        row["title"],
        frozenset(DataClass(cls) for cls in row["covers"]),
        basis,
        years,
        tuple(row["source"]),
        tuple(row.get("marks", ())),
        row.get("note", ""),
    )
