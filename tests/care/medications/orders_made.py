"""Orders as a prison's prescribers write them, made by chance from a weighted list; the mix is ours, and stated in the page."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

from throughcare.care.medications.rules.check_facts import AllergyFact, Candidate, Heart, Kidneys, Situation, Taken
from throughcare.care.medications.rules.check_tables import Checks

# code, weight, quantity a dose, doses a day
USUAL = [
    ("312941", 30, 1, 1), ("312938", 20, 1, 1), ("310385", 15, 1, 1), ("349332", 15, 1, 1), ("596930", 15, 1, 1),
    ("313585", 10, 1, 1), ("993541", 10, 1, 1), ("311725", 25, 1, 1), ("856377", 30, 1, 1), ("866083", 15, 1, 2),
    ("995258", 40, 1, 3), ("312593", 15, 1, 1), ("349545", 10, 1, 1), ("314154", 15, 1, 1), ("312743", 8, 1, 2),
    ("312831", 12, 1, 2), ("310672", 6, 1, 2), ("197889", 6, 1, 3), ("885213", 12, 1, 2), ("1099678", 10, 1, 2),
    ("198427", 10, 1, 1), ("311289", 12, 1, 2), ("310431", 15, 1, 3), ("1010604", 25, 2, 1), ("991147", 15, 8, 1),
    ("198440", 60, 2, 3), ("197806", 70, 1, 3), ("198014", 40, 1, 2), ("311486", 20, 1, 1), ("828348", 8, 1, 3),
    ("314076", 40, 1, 1), ("314077", 25, 1, 1), ("979492", 15, 1, 1), ("197361", 45, 1, 1), ("310798", 20, 1, 1),
    ("866514", 15, 1, 2), ("617311", 35, 1, 1), ("259255", 10, 1, 1), ("308416", 20, 1, 1), ("861007", 30, 1, 2),
    ("861004", 25, 1, 2), ("310490", 10, 1, 2), ("311041", 12, 20, 1), ("242120", 12, 6, 3), ("745679", 40, 2, 4),
    ("896209", 12, 1, 2), ("200224", 12, 1, 1), ("312617", 10, 4, 1), ("1014678", 40, 1, 1), ("311372", 25, 1, 1),
    ("198051", 45, 1, 1), ("310273", 20, 1, 2), ("308907", 15, 1, 3), ("1115005", 20, 1, 2), ("312935", 15, 2, 1),
    ("978006", 8, 1, 3), ("104894", 15, 1, 3), ("966221", 10, 1, 1), ("863669", 8, 1, 1), ("313323", 15, 1, 1),
    ("310410", 12, 1, 1), ("199362", 12, 1, 1), ("310325", 8, 1, 1), ("308191", 25, 1, 3), ("309114", 20, 1, 4),
    ("198335", 15, 1, 2), ("1649988", 15, 1, 2), ("308460", 8, 1, 1), ("309309", 6, 1, 2), ("197699", 6, 1, 1),
    ("1999667", 8, 1, 1), ("1799212", 5, 1, 1), ("197832", 4, 1, 1), ("855332", 2, 1, 1), ("1364445", 3, 1, 2),
    ("106258", 25, 1, 2), ("309367", 20, 1, 2), ("1797907", 15, 2, 1), ("905495", 10, 1, 4), ("884173", 8, 1, 2),
]  # fmt: skip
ALLERGIES = [
    (40, ()), (6, (AllergyFact("penicillin", reaction="rash"),)), (2, (AllergyFact("penicillin"),)),
    (2, (AllergyFact("sulfa", reaction="hives"),)), (1.5, (AllergyFact("codeine", reaction="nausea"),)),
    (1, (AllergyFact("ibuprofen", reaction="stomach upset"),)), (1, (AllergyFact("shellfish", reaction="hives"),)),
    (1, (AllergyFact("peanuts", reaction="throat swelling"),)), (0.5, (AllergyFact("lisinopril", reaction="cough"),)),
    (0.5, (AllergyFact("latex"),)), (0.3, (AllergyFact("purple pill"),)),
]  # fmt: skip
COUNTS = (10, 20, 20, 17, 13, 9, 6, 5)


def orders(checks: Checks, count: int, seed: int = 20) -> Iterator[tuple[Candidate, Situation]]:
    """Make so many orders, each for a person of its own; nobody is ordered a drug that they already take."""
    chance = random.Random(seed)
    weights = [row[1] for row in USUAL]
    for _ in range(count):
        size = chance.choices(range(len(COUNTS)), COUNTS)[0]
        drawn: list[tuple[str, int, int, int]] = []
        drugs: frozenset[str] = frozenset()
        while len(drawn) <= size:
            row = chance.choices(USUAL, weights)[0]
            contents = checks.book.contents(row[0])
            if not contents & drugs:
                drawn.append(row)
                drugs |= contents
        *before, new = drawn
        product = checks.book.product(new[0])
        taken = tuple(
            Taken(f"order-{n}", code, "", Decimal(quantity), Decimal(often))
            for n, (code, _, quantity, often) in enumerate(before)
        )
        yield Candidate(product, quantity=Decimal(new[2]), doses_per_day=Decimal(new[3])), _person(chance, taken)


def _person(chance: random.Random, taken: tuple[Taken, ...]) -> Situation:
    woman = chance.random() < 0.07
    known = chance.random() < 0.8
    egfr = Decimal(min(120, max(12, round(chance.gauss(95, 20)))))
    return Situation(
        medicines=taken,
        allergies=chance.choices([row[1] for row in ALLERGIES], [row[0] for row in ALLERGIES])[0],
        allergies_asked=chance.random() < 0.995,
        problems=frozenset({"J45.909"} if chance.random() < 0.12 else set()),
        sex="female" if woman else "male",
        age=max(18, round(chance.gauss(38, 12))),
        pregnant=(chance.random() < 0.03 if chance.random() < 0.9 else None) if woman else False,
        kidneys=Kidneys(egfr=egfr, days_ago=90) if known else None,
        heart=Heart(qtc_ms=round(chance.gauss(415, 20)), days_ago=100) if chance.random() < 0.4 else Heart(),
    )
