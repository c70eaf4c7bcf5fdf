"""The reviewed tables that an order is checked against, as frozen facts: groups, interactions, allergies, burdens, limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from throughcare.care.medications.formulary import CHECKS, FORMULARY, Formulary, load
from throughcare.care.medications.rules.check_facts import Grade
from throughcare.kernel import content
from throughcare.kernel.content import ContentError, Row

Codes = frozenset[str]


@dataclass(frozen=True, slots=True)
class Group:
    """Drugs of one kind; `duplicate` is what two of them together are worth saying."""

    id: str
    title: str
    duplicate: Grade | None
    members: Codes


@dataclass(frozen=True, slots=True)
class Interaction:
    """One rule: whoever takes a drug of each side. `how` is pair, triple, sum (doses) or situation (told, not checked)."""

    id: str
    grade: str
    shown: Grade | None
    kind: str
    how: str
    side_a: Codes
    side_b: Codes
    side_c: Codes
    a_routes: frozenset[str]
    b_routes: frozenset[str]
    a_over: Decimal | None
    b_over: Decimal | None
    title: str
    effect: str
    action: str
    source: str


@dataclass(frozen=True, slots=True)
class AllergyGroup:
    """What an allergy to one drug says of others; `label` when the allergy names the group itself."""

    id: str
    title: str
    on: Codes
    on_labels: frozenset[str]
    to: Codes
    words: frozenset[str]
    reaction: str
    severe: Grade | None
    unknown: Grade | None
    mild: Grade | None
    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class Burden:
    """So many drugs of one kind at once."""

    id: str
    title: str
    of: Codes
    at: int
    shown: Grade
    effect: str
    action: str
    source: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A problem on the list that a drug's label names: by the beginning of its ICD-10-CM code, or of words where it has none."""

    id: str
    of: Codes
    problems: tuple[str, ...]
    words: tuple[str, ...]
    title: str
    over_mg: Decimal | None
    shown: Grade
    action: str
    source: str


@dataclass(frozen=True, slots=True)
class Lingering:
    """A drug that acts on so many days after its order is over, by these routes, in interactions of these kinds (none: all)."""

    of: Codes
    routes: frozenset[str]
    kinds: frozenset[str]
    days: int


@dataclass(frozen=True)
class Checks:
    """Everything an order is checked against, as one edition has it."""

    book: Formulary
    groups: Mapping[str, Group]
    interactions: tuple[Interaction, ...]
    allergy_groups: tuple[AllergyGroup, ...]
    burdens: tuple[Burden, ...]
    conditions: tuple[Condition, ...]
    lingers: tuple[Lingering, ...]
    duplicate_stop: Codes
    duplicate_never: Codes
    limits: Mapping[str, int]
    reactions: Mapping[str, tuple[str, ...]]
    not_medicines: frozenset[str]
    beside: frozenset[str]
    denials: frozenset[str]

    @property
    def rules(self) -> int:
        """Count the rules that are checked; situations that are only told don't count."""
        run = sum(1 for rule in self.interactions if rule.how != "situation")
        doubles = sum(1 for group in self.groups.values() if group.duplicate is not None)
        return run + doubles + len(self.allergy_groups) + len(self.burdens) + len(self.conditions)

    @property
    def coverage(self) -> str:
        """Say honestly what a check without an alert means."""
        known = sum(1 for fact in self.book.ingredients.values() if fact.facts)
        signed = "not signed by a pharmacist" if self.book.provisional else "signed"
        return (
            f"Checked against {self.rules} rules and the facts of {known} ingredients, edition {self.book.edition}"
            f" ({signed}). No alert doesn't mean no interaction."
        )


def checks() -> Checks:
    """Give the tables in force, made once per content; raise ContentError with file and row if they can't be used."""
    return _checks(content.stamp())


@lru_cache(maxsize=2)
def _checks(_: tuple[str, int]) -> Checks:
    book = load()
    body = content.load(CHECKS)
    groups: dict[str, Group] = {}
    for row in content.rows(CHECKS, "group"):
        members = _codes(book, row, row["members"].split("; "), {})
        groups[row["id"]] = Group(row["id"], row["title"], _grade(row, row["duplicate"]), members)
    return Checks(
        book=book,
        groups=groups,
        interactions=tuple(_interaction(book, row, groups) for row in content.rows(CHECKS, "interaction")),
        allergy_groups=tuple(_allergy(book, row) for row in content.rows(CHECKS, "allergy_group")),
        burdens=tuple(_burden(book, row, groups) for row in content.rows(CHECKS, "burden")),
        conditions=tuple(_condition(book, row, groups) for row in content.rows(CHECKS, "condition")),
        lingers=tuple(_lingers(book, row, groups) for row in content.rows(CHECKS, "lingers")),
        duplicate_stop=_codes(book, {"id": "duplicates"}, body["duplicates"]["stop"], groups),
        duplicate_never=_codes(book, {"id": "duplicates"}, body["duplicates"]["never"], groups),
        limits=dict(body["limits"]),
        reactions={key: tuple(words) for key, words in body["reactions"].items()},
        not_medicines=frozenset(body["not_medicines"]["words"]),
        beside=frozenset(body["beside"]["words"]) | frozenset(content.load(FORMULARY)["said"]["ignored"]),
        denials=frozenset(body["denials"]["words"]),
    )


def _codes(book: Formulary, row: Row, tokens: Iterable[str], groups: Mapping[str, Group]) -> Codes:
    """Read `@group` and `code=name` into codes, salts joined; a code the formulary's ingredients lack is refused."""
    found: set[str] = set()
    for token in tokens:
        if token.startswith("@"):
            if token[1:] not in groups:
                raise ContentError(CHECKS, f"names a group [{token}] that isn't there. Correct it.", row["id"])
            found |= groups[token[1:]].members
        elif token and not token.startswith("#"):
            code = token.partition("=")[0]
            if code not in book.ingredients:
                raise ContentError(CHECKS, f"names an ingredient [{token}] that isn't there. Correct it.", row["id"])
            found.add(book.base(code))
    return frozenset(found)


def _grade(row: Row, text: str) -> Grade | None:
    if text and text not in set(Grade):
        raise ContentError(CHECKS, f"has the grade [{text}]. Write stop, warn, note or nothing.", row["id"])
    return Grade(text) if text else None


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _interaction(book: Formulary, row: Row, groups: Mapping[str, Group]) -> Interaction:
    sides = [_codes(book, row, row[name].split("; "), groups) for name in ("side_a", "side_b", "side_c")]
    return Interaction(
        row["id"], row["grade"], _grade(row, row["shown"]), row["kind"], row["how"], sides[0], sides[1], sides[2],
        frozenset(row["a_routes"].split()), frozenset(row["b_routes"].split()), _decimal(row["a_over"]),
        _decimal(row["b_over"]), row["title"], row["effect"], row["action"], row["source"],
    )  # fmt: skip


def _allergy(book: Formulary, row: Row) -> AllergyGroup:
    tokens = row["on"].split("; ")
    on = _codes(book, row, tokens, {})
    to = _codes(book, row, row["to"].split("; "), {}) or on
    labels = frozenset(token[1:] for token in tokens if token.startswith("#")) | (
        {row["id"]} if row["words"] else set()
    )
    words = frozenset(word for word in row["words"].split("; ") if word)
    grades = [_grade(row, row[name]) for name in ("severe", "unknown", "mild")]
    return AllergyGroup(
        row["id"], row["title"], on, labels, to, words, row["reaction"], grades[0], grades[1], grades[2], row["rule"],
        row["source"],
    )  # fmt: skip


def _burden(book: Formulary, row: Row, groups: Mapping[str, Group]) -> Burden:
    codes = _codes(book, row, row["of"], groups)
    return Burden(
        row["id"], row["title"], codes, row["at"], Grade(row["shown"]), row["effect"], row["action"], row["source"]
    )


def _condition(book: Formulary, row: Row, groups: Mapping[str, Group]) -> Condition:
    over = Decimal(row["over_mg"]) if "over_mg" in row else None
    codes = _codes(book, row, row["of"], groups)
    return Condition(
        row["id"], codes, tuple(row["problems"]), tuple(row["words"]), row["title"], over, Grade(row["shown"]),
        row["action"], row["source"],
    )  # fmt: skip


def _lingers(book: Formulary, row: Row, groups: Mapping[str, Group]) -> Lingering:
    return Lingering(
        _codes(book, row, row["of"], groups), frozenset(row["routes"]), frozenset(row["kinds"]), row["days"]
    )


def longest_lingering() -> int:
    """Say for how many days after its end an order may still count."""
    return max((int(row["days"]) for row in content.rows(CHECKS, "lingers")), default=0)
