"""What a table of the warehouse is made of: columns with their type, meaning and unit; a key; the month it lies in. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pyarrow

Type = Literal["text", "texts", "instant", "date", "bool", "int", "number"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it means and in which unit; `null` where it may be empty."""

    name: str
    type: Type
    meaning: str
    unit: str = ""
    null: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """One open table: a row's meaning, its key, the column whose month files it, and where its rows come from.

    A table without `month` is one file. Where `facility` stands among the columns, each facility's rows lie together.
    `of` is the column that names the resource a row was made from; empty where the table is made from other tables.
    """

    name: str
    row: str
    source: str
    columns: tuple[Column, ...]
    month: str = ""
    key: tuple[str, ...] = ("id",)
    of: str = "id"

    @property
    def names(self) -> tuple[str, ...]:
        """Name the columns in their order."""
        return tuple(c.name for c in self.columns)

    @property
    def order(self) -> tuple[str, ...]:
        """Say how rows lie in a file: by facility, by time, by key; so that the same rows are the same bytes."""
        first = ("facility",) if "facility" in self.names else ()
        return tuple(dict.fromkeys((*first, *((self.month,) if self.month else ()), *self.key)))

    def arrow(self) -> pyarrow.Schema:
        """Give its Arrow schema; an instant is UTC and says no zone, so that every reader counts alike."""
        import pyarrow as pa

        types = {
            "text": pa.string(),
            "texts": pa.list_(pa.string()),
            "instant": pa.timestamp("us"),
            "date": pa.date32(),
            "bool": pa.bool_(),
            "int": pa.int64(),
            "number": pa.float64(),
        }
        return pa.schema([pa.field(c.name, types[c.type], nullable=c.null) for c in self.columns])


def text(name: str, meaning: str, *, null: bool = True) -> Column:
    """Make a column of words of a closed list, codes or ids; never free text."""
    return Column(name, "text", meaning, null=null)


def instant(name: str, meaning: str, *, null: bool = True) -> Column:
    """Make a column of instants."""
    return Column(name, "instant", meaning, "UTC", null)


ID = text("id", "Identifier of the resource in the record", null=False)
PERSON = text(
    "person_id", "Whose it is, as written; `person.survivor_id` names the record a linked one goes on in", null=False
)
FACILITY = text("facility", "Facility's id")
PLACED = Column(
    "placed", "bool", "`facility` is where the person was placed at the row's time: the entry names none", null=False
)
DATA_CLASS = text("data_class", "Class of the access matrix; who may see the row behind a number", null=False)
RECORDED = instant("recorded_at", "When it was written down")
CODE = (
    text("system", "System of the first code"),
    text("code", "First code"),
    Column("codes", "texts", "Every code as `system|code`, sorted"),
)
STATUS = text("status", "FHIR status, or the house's own")
ENCOUNTER = text("encounter_id", "Encounter in which it was done")


def span(meaning: str, *, ends: bool = True) -> tuple[Column, ...]:
    """Make the columns of when it held, with how exactly that is known."""
    start = (
        instant("start_at", f"{meaning}: from; a day or month is its first moment"),
        text("start_precision", "How exact `start_at` is: `year`, `month`, `day`, `instant`"),
    )
    end = (
        instant("end_at", f"{meaning}: until (for a day or month its last moment)"),
        text("end_precision", "How exact `end_at` is"),
    )
    return start + (end if ends else ())


NEGATION = (
    Column("not_done", "bool", "It was not done (FHIR `not-done`, or QI-Core's negation)", null=False),
    Column("not_done_codes", "texts", "Why it was not done, as `system|code`"),
)
