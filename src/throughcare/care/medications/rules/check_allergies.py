"""Medicine against allergies: the same drug, its class, its relatives; what an allergy's words mean, or that nobody knows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from throughcare.care.medications.formulary_rows import plain
from throughcare.care.medications.rules.check_facts import AllergyFact, Check, CouldNotRun, Grade
from throughcare.care.medications.rules.check_findings import Found
from throughcare.care.medications.rules.check_scene import Scene
from throughcare.care.medications.rules.check_tables import AllergyGroup, Checks

SPLIT = re.compile(r"[,;/&+\n]|\b(?:and|or|y|o)\b")
FILLERS = frozenset(
    [
        *(
            "allergy",
            "allergies",
            "allergic",
            "to",
            "alergia",
            "alergias",
            "alérgico",
            "alérgica",
            "a",
            "al",
            "la",
            "el",
        ),
        *("no", "known", "none", "nkda", "nka", "ninguna", "ninguno", "conocida", "conocidas"),
        *("drug", "drugs", "medication", "medicine", "medicines", "antibiotic", "reaction", "the", "of", "de", "all"),
    ]
)
SHORT = 3  # words this short are compared whole: `ten` is not the beginning of `tender`


@dataclass(frozen=True, slots=True)
class Meant:
    """What an allergy names: drugs, whole groups, and the words that nobody understands."""

    drugs: frozenset[str]
    labels: frozenset[str]
    unread: tuple[str, ...]


def run(scene: Scene) -> Found:
    """Compare the order with each allergy; allergies never asked for, or one that can't be read, are gaps."""
    found = Found()
    if not scene.situation.allergies_asked:
        sentence = "Nobody has asked about allergies yet. Ask, and record them or that none is known."
        found.gaps.append(CouldNotRun(Check.ALLERGY, sentence, "not-asked"))
    for fact in scene.situation.allergies:
        meant = understood(fact, scene.checks)
        for words in meant.unread:
            sentence = f"The allergy [{words}] has no code, so it was not compared. Compare it by eye, or code it."
            found.gaps.append(CouldNotRun(Check.ALLERGY, sentence, plain(words)))
        _same_drug(scene, fact, meant, found)
        _relatives(scene, fact, meant, found)
    return found


def understood(fact: AllergyFact, checks: Checks) -> Meant:
    """Read an allergy's code, or else each part of its words: a drug, a brand, a group, or something that is no medicine."""
    book = checks.book
    coded = book.contents(fact.code) if fact.rxnorm else frozenset()
    if coded:
        return Meant(frozenset(book.base(code) for code in coded), frozenset(), ())
    drugs: set[str] = set()
    labels: set[str] = set()
    unread: list[str] = []
    for part in SPLIT.split(fact.text.casefold()):
        words = [word for word in plain(part).split() if word not in FILLERS]
        if not words:
            continue
        named, groups = _named(words, checks)
        drugs |= named
        labels |= groups
        if not named and not groups and not all(word in checks.not_medicines for word in words):
            unread.append(" ".join(words))
    if not fact.text.strip():
        unread.append(fact.code or "without words")
    return Meant(frozenset(drugs), frozenset(labels), tuple(unread))


def _named(words: list[str], checks: Checks) -> tuple[set[str], set[str]]:
    """Find drugs and groups in runs of up to four words, the longest first."""
    drugs: set[str] = set()
    labels: set[str] = set()
    for size in range(min(4, len(words)), 0, -1):
        for start in range(len(words) - size + 1):
            said = " ".join(words[start : start + size])
            drugs |= {checks.book.base(code) for code in checks.book.named(said)}
            labels |= {group.id for group in checks.allergy_groups if said in group.words}
        if drugs or labels:
            break
    return drugs, labels


def _same_drug(scene: Scene, fact: AllergyFact, meant: Meant, found: Found) -> None:
    same = scene.new.contents & meant.drugs
    if not same:
        return
    grade = Grade.WARN if _severity(fact, scene.checks) == "mild" else Grade.STOP
    sentence = f"Allergy on file: {_said(fact)}. {scene.new.name} contains {scene.names(same)}."
    found.alerts.append(
        scene.alert(
            f"ALG-DRUG-{plain(fact.text).replace(' ', '-')}", Check.ALLERGY, grade, sentence,
            action="Choose another drug, or say why.", source="allergy list",
        )
    )  # fmt: skip


def _relatives(scene: Scene, fact: AllergyFact, meant: Meant, found: Found) -> None:
    for group in scene.checks.allergy_groups:
        related = (scene.new.contents & group.to) - meant.drugs
        if not related or not (meant.drugs & group.on or meant.labels & group.on_labels):
            continue
        grade = _group_grade(fact, group, scene.checks)
        if grade is None:
            continue
        sentence = f"Allergy on file: {_said(fact)}. {scene.names(related)}: {group.title}."
        rule = f"ALG-{group.id}-{plain(fact.text).replace(' ', '-')}"
        found.alerts.append(scene.alert(rule, Check.ALLERGY, grade, sentence, action=group.rule, source=group.source))


def _group_grade(fact: AllergyFact, group: AllergyGroup, checks: Checks) -> Grade | None:
    if group.reaction and not _tells(fact, checks.reactions[group.reaction]):
        return None
    if group.reaction:
        return group.severe
    return {"severe": group.severe, "mild": group.mild}.get(_severity(fact, checks), group.unknown)


def _severity(fact: AllergyFact, checks: Checks) -> str:
    """Grade what is written: severe, mild (an intolerance), or unknown."""
    if fact.criticality == "high" or _tells(fact, (*checks.reactions["severe"], *checks.reactions["delayed"])):
        return "severe"
    if fact.intolerance or _tells(fact, checks.reactions["mild"]):
        return "mild"
    return "unknown"


def _tells(fact: AllergyFact, beginnings: tuple[str, ...]) -> bool:
    said = f"{fact.text} {fact.reaction}".casefold()
    words = plain(said).split()
    for beginning in beginnings:
        if not beginning.isalpha():
            if beginning in said:
                return True
        elif any(word == beginning or (len(beginning) > SHORT and word.startswith(beginning)) for word in words):
            return True
    return False


def _said(fact: AllergyFact) -> str:
    return f"{fact.text} ({fact.reaction})" if fact.reaction else fact.text
