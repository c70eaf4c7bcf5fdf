"""How much: ceilings by day or week over all orders of a drug, and acetaminophen over all products that hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from throughcare.care.medications.formulary_rows import Ingredient, number_text
from throughcare.care.medications.rules.check_facts import SEALED_UNREAD, Check, CouldNotRun, Grade
from throughcare.care.medications.rules.check_findings import Found
from throughcare.care.medications.rules.check_scene import Medicine, Scene

ACETAMINOPHEN = "161"
SOURCE = "US labels, draft facts"
ADULT = 18


def acetaminophen(scene: Scene) -> Found:
    """Sum acetaminophen over every product, PRN at its maximum; an amount that isn't known is a gap."""
    found = Found()
    if ACETAMINOPHEN not in scene.new.contents:
        return found
    holders = [other for other in scene.others if ACETAMINOPHEN in other.contents and not other.home]
    amounts: list[tuple[Medicine, Decimal]] = []
    for medicine in (scene.new, *holders):
        amount = medicine.amount(ACETAMINOPHEN, scene.book)
        if amount is None:
            _unknown(medicine, found)
        else:
            amounts.append((medicine, amount))
    limits = {Grade.STOP: scene.limit("acetaminophen_stop_mg"), Grade.WARN: scene.limit("acetaminophen_warn_mg")}

    def grade(total: Decimal) -> Grade | None:
        return next((grade for grade, limit in limits.items() if total > limit), None)

    for total, worth, sealed in _sums(amounts, grade):
        sentence = (
            f"Acetaminophen adds up to {number_text(total)} mg a day over all orders; the limit is {limits[worth]} mg."
        )
        action = "Lower or stop one of the products that hold it."
        found.alerts.append(
            scene.alert("APAP", Check.ACETAMINOPHEN, worth, sentence, action=action, source="label; 2.3", by=sealed)
        )
    return found


def _sums(
    amounts: list[tuple[Medicine, Decimal]], grade: Callable[[Decimal], Grade | None]
) -> Iterator[tuple[Decimal, Grade, tuple[Medicine, ...]]]:
    """Give the sum of what may be seen, if it is worth saying; then, if sealed amounts make it graver, that alone."""
    seen = sum((amount for medicine, amount in amounts if not medicine.sealed), Decimal(0))
    everything = sum((amount for _, amount in amounts), Decimal(0))
    open_grade, whole_grade = grade(seen), grade(everything)
    if open_grade is not None:
        yield seen, open_grade, ()
    if whole_grade is not None and whole_grade is not open_grade:
        yield everything, whole_grade, tuple(medicine for medicine, _ in amounts if medicine.sealed)


def _unknown(medicine: Medicine, found: Found) -> None:
    if medicine.sealed:
        found.gaps.append(CouldNotRun(Check.ACETAMINOPHEN, SEALED_UNREAD, "sealed"))
        return
    sentence = (
        f"How much {medicine.name} a day is not known, so acetaminophen could not be added up. Write its maximum a day."
    )
    found.gaps.append(CouldNotRun(Check.ACETAMINOPHEN, sentence, medicine.key or "order"))


def ceilings(scene: Scene) -> Found:
    """Compare each drug's daily (or weekly) amount over all its orders with the label's ceiling."""
    found = Found()
    product = scene.new.product
    if product is None:
        sentence = (
            f"{scene.new.name} is no product of the formulary, so its dose was not compared. Compare it with the label."
        )
        found.gaps.append(CouldNotRun(Check.DOSE, sentence, "product"))
        return found
    for strength in product.strengths:
        fact = scene.book.ingredients[strength.ingredient]
        if strength.ingredient == ACETAMINOPHEN:
            continue
        if product.route in fact.max_routes and (fact.max_stop is not None or fact.max_warn is not None):
            _ceiling(scene, fact, strength.unit, found)
        elif product.systemic:
            said = f" ({fact.max_text})" if fact.max_text else ""
            found.unchecked.append(f"dose: no ceiling for {fact.name} by this route{said}")
    return found


def _ceiling(scene: Scene, fact: Ingredient, unit: str, found: Found) -> None:
    base, week = scene.book.base(fact.rxcui), fact.max_per == "week"
    mine = scene.new.amount(base, scene.book, in_a_week=week)
    if mine is None:
        sentence = (
            f"The dose a day is not known, so it was not compared with the ceiling of {fact.name} ({fact.max_text})."
        )
        found.gaps.append(CouldNotRun(Check.DOSE, sentence, fact.rxcui))
        return
    _weekly(scene, fact, found)
    amounts = [(scene.new, mine)]
    for other in scene.others:
        if other.home or base not in other.contents or not other.route_in(fact.max_routes):
            continue
        amount = other.amount(base, scene.book, in_a_week=week)
        if amount is None:
            _not_added(other, fact, found)
        else:
            amounts.append((other, amount))
    adult = " That is an adult's ceiling." if scene.situation.age is not None and scene.situation.age < ADULT else ""
    for total, worth, sealed in _sums(amounts, lambda total: _grade(fact, total)):
        per = "a week" if week else "a day"
        sentence = (
            f"{fact.name}: {number_text(total)} {unit} {per} in all; the label's ceiling is {fact.max_text}.{adult}"
        )
        action = "Lower the dose, or say why."
        found.alerts.append(
            scene.alert(f"DOSE-{base}", Check.DOSE, worth, sentence, action=action, source=SOURCE, by=sealed)
        )


def _not_added(other: Medicine, fact: Ingredient, found: Found) -> None:
    """Say that another order of the same drug has no amount: then the sum is not known, and silence would be a yes."""
    if other.sealed:
        found.gaps.append(CouldNotRun(Check.DOSE, SEALED_UNREAD, "sealed"))
        return
    sentence = f"How much {other.name} brings is not known, so {fact.name} could not be added up. Compare it by eye."
    found.gaps.append(CouldNotRun(Check.DOSE, sentence, other.key))


def _grade(fact: Ingredient, total: Decimal) -> Grade | None:
    if fact.max_stop is not None and total > fact.max_stop:
        return Grade.STOP
    if fact.max_warn is not None and total > fact.max_warn:
        return Grade.WARN
    return None


def _weekly(scene: Scene, fact: Ingredient, found: Found) -> None:
    """Stop a weekly drug that is ordered more often: daily methotrexate kills."""
    often = scene.candidate.often_in_a_week
    if fact.max_per == "week" and often is not None and often > Decimal("1.01"):
        sentence = f"{fact.name} is taken once a week, and this order is for more often."
        found.alerts.append(
            scene.alert(f"WEEKLY-{fact.rxcui}", Check.DOSE, Grade.STOP, sentence, action="Once a week.", source=SOURCE)
        )
