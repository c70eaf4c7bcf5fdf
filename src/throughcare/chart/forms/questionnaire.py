"""The shape of a form in memory: frozen dataclasses made from a FHIR R4 Questionnaire by `reading`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from throughcare.chart.forms.rule import Rule
from throughcare.chart.forms.scale import Scale
from throughcare.chart.forms.text import Text


class FormError(ValueError):
    """A form file that must not be used; the message lists every fault found."""


class WordingMissing(FormError):
    """A form whose wording is licensed elsewhere and has not been supplied by the agency."""


class Kind(StrEnum):
    """The FHIR item types that we render."""

    GROUP = "group"
    DISPLAY = "display"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    OPEN_CHOICE = "open-choice"
    STRING = "string"
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    QUANTITY = "quantity"
    DATE = "date"
    DATETIME = "dateTime"
    TIME = "time"

    @property
    def asks(self) -> bool:
        """True for items that take an answer."""
        return self not in (Kind.GROUP, Kind.DISPLAY)


class UnableReason(StrEnum):
    """Why a question could not be answered now (ruling 2)."""

    INTOXICATED = "intoxicated"
    REFUSES = "refuses"
    NO_INTERPRETER = "no_interpreter"
    OTHER = "other"


UNABLE_TEXT = {
    UnableReason.INTOXICATED: Text("Too intoxicated to answer", "Demasiado intoxicado(a) para contestar"),
    UnableReason.REFUSES: Text("Refuses to answer", "No quiere contestar"),
    UnableReason.NO_INTERPRETER: Text("No interpreter", "No hay intérprete"),
    UnableReason.OTHER: Text("Other reason", "Otra razón"),
}


class Key(NamedTuple):
    """One place for an answer: an item, and its row when it stands in a repeating group."""

    link_id: str
    row: int | None = None

    @property
    def field(self) -> str:
        """The name of the posted field."""
        return self.link_id if self.row is None else f"{self.link_id}:{self.row}"


@dataclass(frozen=True, slots=True)
class Code:
    """A FHIR Coding without display."""

    system: str
    code: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A UCUM unit and how it is said."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Option:
    """One allowed answer of a choice."""

    code: str
    system: str
    text: Text
    weight: Decimal | None = None
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One enableWhen: another question, an operator, the value compared with."""

    question: str
    operator: str
    value: bool | Decimal | str


@dataclass(frozen=True, slots=True)
class Item:
    """One question, heading or group."""

    link_id: str
    kind: Kind
    text: Text
    prefix: str = ""
    help: Text | None = None
    code: Code | None = None
    options: tuple[Option, ...] = ()
    required: bool = False
    repeats: bool = False
    read_only: bool = False
    conditions: tuple[Condition, ...] = ()
    behaviour: str = "all"
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    places: int = 2
    unit: Unit | None = None
    max_length: int | None = None
    unable: bool = False
    not_future: bool = False
    positive: Rule | None = None
    fires: tuple[str, ...] = ()
    extract: bool = False
    items: tuple[Item, ...] = ()

    def option(self, code: str) -> Option | None:
        """The option of that code, or None."""
        return next((option for option in self.options if option.code == code), None)

    def walk(self) -> Iterator[Item]:
        """This item and everything under it, in order."""
        yield self
        for item in self.items:
            yield from item.walk()


@dataclass(frozen=True, slots=True)
class Provisional:
    """A mark that wording must be compared with the published original before use."""

    lang: str
    why: str


@dataclass(frozen=True, slots=True)
class Form:
    """A whole questionnaire with its provenance and, for an instrument, its scale."""

    name: str
    version: str
    title: Text
    source: str
    effective_from: date
    items: tuple[Item, ...]
    description: str = ""
    codes: tuple[Code, ...] = ()
    copyright: str = ""
    notice: Text | None = None
    provisional: tuple[Provisional, ...] = ()
    plug_in: bool = False
    worded: bool = True
    scale: Scale | None = None
    _by_id: dict[str, Item] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_id.update({item.link_id: item for top in self.items for item in top.walk()})

    @property
    def url(self) -> str:
        """The canonical address without version."""
        return f"urn:throughcare:questionnaire:{self.name}"

    @property
    def canonical(self) -> str:
        """The canonical address with version, as a response keeps it."""
        return f"{self.url}|{self.version}"

    def walk(self) -> Iterator[Item]:
        """Every item, in the order shown."""
        yield from self._by_id.values()

    def item(self, link_id: str) -> Item:
        """The item of that linkId; KeyError if the form has none."""
        return self._by_id[link_id]

    def find(self, link_id: str) -> Item | None:
        """The item of that linkId, or None."""
        return self._by_id.get(link_id)
