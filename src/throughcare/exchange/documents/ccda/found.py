"""What was found in a clinical document: who it is about, who wrote it, and its items one by one. Plain values."""

from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = (
    *("problem", "allergy", "medicine", "immunization", "result", "vital_sign"),
    *("procedure", "encounter", "social_history"),
)
COUNTED = ("problem", "allergy", "medicine")


class NotADocument(ValueError):
    """The bytes are no clinical document; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code with its words; `flavor` says why there is none."""

    system: str = ""
    code: str = ""
    text: str = ""
    flavor: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a document says of a person.

    `unknown` is the null flavour of an entry that says nothing of itself; `negated` says that it is not so or was not done;
    `narrative` marks what stands only in the words that people read. Days are as exact as they were written.
    """

    kind: str
    section: str
    entry: int
    code: Code
    status: str = ""
    negated: bool = False
    unknown: str = ""
    narrative: bool = False
    since: str = ""
    until: str = ""
    value: str = ""
    unit: str = ""
    comparator: str = ""
    value_code: Code = Code()
    number: str = ""
    words: str = ""
    also: tuple[Code, ...] = ()
    more: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """Give one of the further things said of it."""
        return next((value for key, value in self.more if key == name), "")

    def kept(self) -> dict[str, Any]:
        """Give it as JSON."""
        return asdict(self)


def item_of(kept: dict[str, Any]) -> Item:
    """Read back what `kept` gave."""
    made = dict(kept)
    made["code"], made["value_code"] = Code(**made["code"]), Code(**made["value_code"])
    made["also"] = tuple(Code(**one) for one in made["also"])
    made["more"] = tuple((str(name), str(value)) for name, value in made["more"])
    return Item(**made)


@dataclass(frozen=True, slots=True)
class Who:
    """The person whom a document is about, as it says."""

    numbers: tuple[tuple[str, str], ...] = ()
    family: str = ""
    given: str = ""
    middle: str = ""
    birth: str = ""
    sex: str = ""
    race: str = ""
    ethnicity: str = ""
    language: str = ""
    address: str = ""
    telephone: str = ""
    dead: str = ""
    others: int = 0
    """How many further people it says it is about."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its title, its words as plain lines, how many entries it has, and whether its sender left it empty."""

    code: str
    title: str
    kind: str
    lines: tuple[str, ...]
    entries: int
    flavor: str = ""
    templates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attached:
    """A document that the envelope carries instead of sections: its media type and bytes, or where it lies."""

    media: str
    content: bytes
    address: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One clinical document, read."""

    kind: str
    code: Code
    title: str
    number: str
    version: str
    written: str
    sender: str
    authors: tuple[str, ...]
    confidentiality: str
    language: str
    replaces: str
    who: Who
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    attached: Attached | None
    odd: tuple[str, ...]
    """What was not as the standard asks, and how it was taken."""
    counted: dict[str, int] = field(default_factory=dict)

    def of(self, kind: str) -> tuple[Item, ...]:
        """Give the items of one kind."""
        return tuple(one for one in self.items if one.kind == kind)
