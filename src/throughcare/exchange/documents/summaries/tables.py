"""The reviewed rules of what leaves: rights, notices, sections (content/exchange/documents.toml)."""

from dataclasses import dataclass

from throughcare.kernel import content

FILE = "exchange/documents.toml"


@dataclass(frozen=True, slots=True)
class Basis:
    """A right by which a summary goes out, and the classes that it lets go."""

    id: str
    title: str
    title_es: str
    law: str
    classes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Notice:
    """Words that must go with a document in which some entry has one of these labels or classes."""

    id: str
    law: str
    text: str
    when: frozenset[str]


@dataclass(frozen=True, slots=True)
class SectionRule:
    """One section of a summary."""

    id: str
    code: str
    title: str
    display: str
    required: bool
    gives_way: int


def bases() -> tuple[Basis, ...]:
    """Give the rights, in the content's order."""
    return tuple(
        Basis(row["id"], row["title"], row["title_es"], row["law"], frozenset(row["classes"]))
        for row in content.rows(FILE, "basis")
    )


def basis(id: str) -> Basis | None:
    """Give one right."""
    return next((one for one in bases() if one.id == id), None)


def notices() -> tuple[Notice, ...]:
    """Give the notices."""
    return tuple(
        Notice(row["id"], row["law"], row["text"], frozenset(row["when"])) for row in content.rows(FILE, "notice")
    )


def sections() -> tuple[SectionRule, ...]:
    """Give the sections in their order."""
    return tuple(
        SectionRule(row["id"], row["code"], row["title"], row["display"], row["required"], row["gives_way"])
        for row in content.rows(FILE, "section")
    )


def reach() -> dict[str, int]:
    """Say how far back what is measured goes, and how many of one code."""
    return {name: int(value) for name, value in content.load(FILE)["reach"].items()}
