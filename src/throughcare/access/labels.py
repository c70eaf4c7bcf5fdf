"""Security labels by rule (clinical.md 7.2): content/access/labels.toml says which code, programme or note gives which.

Labels are never in the stored bytes. They are bits beside the entry, said and taken back in an append-only table, and
spliced into `meta.security` on the way out, so that history is shown under today's labels.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from throughcare.kernel import content
from throughcare.kernel.fhir import Json, decode
from throughcare.kernel.vocabulary import SEALED, DataClass, Role
from throughcare.ledger.entry import Entry

FILE = "access/labels.toml"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
SYSTEMS = {
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10",
    "http://snomed.info/sct": "snomed",
    "http://loinc.org": "loinc",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
    "urn:throughcare:code": "house",
}
# What a label asks of its reader beside the class of the entry: deny in one of them is denied.
CLASS_OF = {
    "HIV": DataClass.INFECTION,
    "STD": DataClass.INFECTION,
    "42CFRPart2": DataClass.PART2,
    "PSYTHPN": DataClass.PSYCHOTHERAPY,
    "SDV": DataClass.PREA,
    "SEX": DataClass.REPRODUCTIVE,
    "GENDER": DataClass.REPRODUCTIVE,
}
# What a label asks of a reader outside the clinic, whose part is what a consent names: that it names this too
# (42 CFR 2.31; CGS 52-146d). Inside, a nurse's note of drinking is not a programme's record (clinical.md 7.1).
CLASS_OUTSIDE = {
    "SUD": DataClass.PART2,
    "ETH": DataClass.PART2,
    "OPIOIDUD": DataClass.PART2,
    "ETHUD": DataClass.PART2,
    "PSY": DataClass.MENTAL_HEALTH,
    "MH": DataClass.MENTAL_HEALTH,
    "BH": DataClass.MENTAL_HEALTH,
}
OUTSIDE = frozenset({Role.PAROLE, Role.COMMUNITY, Role.OMBUDS})
# A rule moves an entry only from these: what somebody filed under a narrower class stays there.
MOVABLE = frozenset({DataClass.CLINICAL, DataClass.RESULT, DataClass.APPOINTMENT})
RESTRICTED = frozenset({DataClass.INFECTION, DataClass.MENTAL_HEALTH, DataClass.REPRODUCTIVE})
# Stands for a rule where a label comes from what an entry was made of: a packet's parts, a protected document.
OF_ITS_SOURCE = "source"
RANK = ("N", "R", "V")


@dataclass(frozen=True, slots=True)
class Rule:
    """Codes, or names of a programme or note, and what they bring."""

    id: str
    system: str
    codes: frozenset[str]
    prefixes: tuple[str, ...]
    labels: tuple[str, ...]
    confidentiality: str
    data_class: DataClass | None


@dataclass(frozen=True, slots=True)
class Found:
    """What the rules say of an entry: labels with the rule that gave each, and the class it belongs in."""

    labels: tuple[tuple[str, str], ...] = ()
    data_class: DataClass | None = None
    bits: int = 0


NOTHING = Found()


@cache
def bit_of() -> dict[str, int]:
    """Give the place of each label in the bits; a place is never given to another label."""
    return {row["id"]: row["bit"] for row in content.rows(FILE, "label")}


@cache
def rules() -> tuple[Rule, ...]:
    """Give the rules, in the content's order."""
    return tuple(
        Rule(
            row["id"],
            row["system"],
            frozenset(row.get("codes", ())),
            tuple(row.get("prefixes", ())),
            tuple(row["labels"]),
            row["confidentiality"],
            DataClass(row["data_class"]) if "data_class" in row else None,
        )
        for row in content.rows(FILE, "rule")
    )


def by_codes(codes: Iterable[tuple[str, str]]) -> Found:
    """Give what the rules say of codes, each with its system (`icd10`, `snomed`, `loinc`, `rxnorm`, `programme`, `note`)."""
    return _by_codes(tuple(codes))


@lru_cache(maxsize=8192)
def _by_codes(codes: tuple[tuple[str, str], ...]) -> Found:
    labels: dict[str, str] = {}
    moved: DataClass | None = None
    for system, code in codes:
        for rule in _matching(system, code):
            for label in rule.labels:
                labels.setdefault(label, rule.id)
            if rule.data_class is not None and (moved is None or rule.data_class in SEALED):
                moved = rule.data_class
    return Found(tuple(labels.items()), moved, bits_of(labels)) if labels or moved else NOTHING


def of_entry(entry: Entry) -> tuple[Entry, tuple[tuple[str, str], ...]]:
    """Label an entry by rule before it is written; gives it back with its bits, and each label with its rule.

    What it comes with is said as well: whoever keeps it knows of what it was made, and nothing in its bytes tells that again.
    """
    found = by_codes(codes_in(decode(entry.body))) if b'"coding"' in entry.body else NOTHING
    given = tuple((label, OF_ITS_SOURCE) for label in names_of(entry.labels & ~found.bits))
    if found is NOTHING:
        return entry, given
    moves = entry.data_class in MOVABLE and found.data_class is not None and found.data_class not in SEALED
    moved = found.data_class if moves and found.data_class is not None else entry.data_class
    return replace(entry, labels=entry.labels | found.bits, data_class=moved), found.labels + given


def class_of(codes: Iterable[tuple[str, str]], declared: DataClass) -> DataClass:
    """Give the class in which a fact with these codes belongs; for rooms that keep the class beside their rows.

    A system is named as FHIR names it, or as the content does.
    """
    found = by_codes((SYSTEMS.get(system, system), code) for system, code in codes).data_class
    return found if found is not None and declared in MOVABLE and found not in SEALED else declared


def bits_of(labels: Iterable[str]) -> int:
    """Give labels as bits."""
    return sum(1 << bit_of()[label] for label in set(labels))


def names_of(bits: int) -> tuple[str, ...]:
    """Give bits as labels."""
    return tuple(label for label, bit in bit_of().items() if bits >> bit & 1)


def class_of_label(label: str, role: Role) -> DataClass | None:
    """Give the class that a label asks of a reader in this role, beside the entry's own; most ask for none."""
    return CLASS_OF.get(label) or (CLASS_OUTSIDE.get(label) if role in OUTSIDE else None)


def classes_of(bits: int, role: Role) -> frozenset[DataClass]:
    """Give the classes that these labels ask of a reader in this role, beside the entry's own."""
    return frozenset(c for label in names_of(bits) if (c := class_of_label(label, role)) is not None)


def confidentiality(bits: int, data_class: DataClass) -> str:
    """Give the highest confidentiality of labels and class: N, R or V."""
    own = 2 if data_class in SEALED else int(data_class in RESTRICTED)
    return RANK[max([own, *(_rank_of_label().get(label, 0) for label in names_of(bits))])]


def spliced(body: Json, bits: int, data_class: DataClass) -> Json:
    """Give the body with its labels in `meta.security`, as it leaves the house."""
    security = [{"system": CONFIDENTIALITY, "code": confidentiality(bits, data_class)}]
    security += [{"system": ACT_CODE, "code": label} for label in names_of(bits)]
    return {**body, "meta": {**body.get("meta", {}), "security": security}}


@cache
def _rank_of_label() -> dict[str, int]:
    # A label that stands in rules of several ranks, such as MH, says no more than the lowest of them.
    ranks: dict[str, int] = {}
    for rule in rules():
        for label in rule.labels:
            rank = RANK.index(rule.confidentiality)
            ranks[label] = min(ranks.get(label, rank), rank)
    return ranks


@cache
def _matching(system: str, code: str) -> tuple[Rule, ...]:
    return tuple(r for r in rules() if r.system == system and (code in r.codes or code.startswith(r.prefixes)))


def codes_in(body: Any) -> list[tuple[str, str]]:
    """Give every code that stands in a body, with the name that the rules have for its system."""
    found: list[tuple[str, str]] = []
    _gather(body, found)
    return found


def _gather(body: Any, found: list[tuple[str, str]]) -> None:
    # Every entry of the ledger is walked through here: a list that is filled costs half of what generators do.
    if isinstance(body, dict):
        if "system" in body and (system := SYSTEMS.get(str(body["system"]))) and isinstance(body.get("code"), str):
            found.append((system, body["code"]))
        body = body.values()
    elif not isinstance(body, list):
        return
    for part in body:
        if isinstance(part, dict | list):
            _gather(part, found)
