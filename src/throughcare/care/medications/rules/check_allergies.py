"""Medicine against allergies: the same drug, its class, its relatives; what an allergy's words mean, or that nobody knows."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

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
NOTHING = frozenset(["no", "none", "nkda", "nka", "ninguna", "ninguno"])
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
    vague: list[str] = []  # words such as `drug allergy`, of which nobody knows what they mean
    for part in SPLIT.split(fact.text.casefold()):
        whole = plain(part).split()
        words = [word for word in whole if word not in FILLERS]
        if not words:
            if whole and NOTHING.isdisjoint(whole) and not drugs and not labels:
                vague.append(" ".join(whole))
            continue
        named, groups, rest = _named(words, checks)
        drugs |= named
        labels |= groups
        if rest := [word for word in rest if not _beside(word, checks, told=bool(named or groups))]:
            unread.append(" ".join(rest))
    if not fact.text.strip():
        unread.append(fact.code or "without words")
    if not drugs and not labels and not unread:
        unread = vague
    return Meant(frozenset(drugs), frozenset(labels), tuple(unread))


def _named(words: list[str], checks: Checks) -> tuple[set[str], set[str], list[str]]:
    """Find drugs and groups in runs of up to four words, the longest first, each word once; and give the words left over."""
    drugs: set[str] = set()
    labels: set[str] = set()
    left: list[str] = list(words)
    for size in range(min(4, len(words)), 0, -1):
        start = 0
        while start + size <= len(left):
            said = " ".join(left[start : start + size])
            named = {checks.book.base(code) for code in checks.book.named(said)}
            groups = {group.id for group in checks.allergy_groups if said in group.words}
            drugs |= named
            labels |= groups
            if named or groups:
                left[start : start + size] = [""]  # what stood on both sides of it is no run
            start += 1
    return drugs, labels, [word for word in left if word]


def _beside(word: str, checks: Checks, *, told: bool) -> bool:
    """Tell whether a word names no medicine: another allergen, and beside a drug what it did, when and how it was taken."""
    if word in checks.not_medicines:
        return True
    if not told:
        return False
    beginnings = [begin for words in checks.reactions.values() for begin in words]
    of_reaction = any(word == begin or (len(begin) > SHORT and word.startswith(begin)) for begin in beginnings)
    return of_reaction or word[0].isdigit() or word in checks.beside


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
    if fact.intolerance or _all_mild(fact, checks):
        return "mild"
    return "unknown"


def _all_mild(fact: AllergyFact, checks: Checks) -> bool:
    """Tell whether everything that is told of it is mild: hives and itching are hives, and no itch."""
    if _tells(fact, (*checks.reactions["respiratory"], *checks.reactions["angioedema"], *checks.reactions["not_mild"])):
        return False
    told = [part for part in SPLIT.split((fact.reaction or fact.text).casefold()) if plain(part)]
    return bool(told) and all(_tells(replace(fact, text="", reaction=part), checks.reactions["mild"]) for part in told)


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
