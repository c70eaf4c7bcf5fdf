"""What is on the table while an order is checked: each medicine as its ingredients, salts joined, with its daily amounts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from throughcare.care.medications.formulary import Formulary
from throughcare.care.medications.formulary_rows import Product
from throughcare.care.medications.rules.check_facts import SEALED, Alert, Candidate, Check, Grade, Situation, Taken
from throughcare.care.medications.rules.check_tables import Checks


@dataclass(frozen=True)
class Medicine:
    """One medicine as the rules see it. An unknown product counts as taken up by the whole body."""

    key: str
    name: str
    contents: frozenset[str]
    product: Product | None
    daily: Decimal | None
    weekly: Decimal | None
    sealed: bool = False
    home: bool = False
    together: bool = False
    kinds: frozenset[str] | None = None
    """Of one that is over and acts on: in which kinds of interactions (none: all). None for what is taken."""

    @property
    def systemic(self) -> bool:
        """Tell whether interactions count."""
        return self.product is None or self.product.systemic

    @property
    def moud(self) -> bool:
        """Tell whether it may be opioid treatment."""
        return self.product is not None and self.product.has("moud")

    def route_in(self, routes: frozenset[str]) -> bool:
        """Tell whether its route is one of these; no routes, or an unknown product, is yes."""
        return not routes or self.product is None or self.product.route in routes

    def amount(self, code: str, book: Formulary, *, in_a_week: bool = False) -> Decimal | None:
        """Give how much of a drug it brings a day (or a week), in the unit of its strength; None if that isn't known."""
        units = self.weekly if in_a_week else self.daily
        if self.product is None or units is None:
            return None
        found = [
            self.product.amount(strength.ingredient, units)
            for strength in self.product.strengths
            if book.base(strength.ingredient) == code
        ]
        known = [amount[0] for amount in found if amount is not None]
        return sum(known, Decimal(0)) if known and len(known) == len(found) else None


@dataclass(frozen=True)
class Scene:
    """The candidate, what else the person takes, and the tables."""

    checks: Checks
    candidate: Candidate
    situation: Situation
    new: Medicine
    others: tuple[Medicine, ...]
    over: tuple[Medicine, ...]
    unread: tuple[Taken, ...]

    @cached_property
    def book(self) -> Formulary:
        """Give the formulary."""
        return self.checks.book

    def names(self, codes: frozenset[str]) -> str:
        """Say the drugs of these codes."""
        return ", ".join(sorted(self.book.ingredient_name(code) for code in codes))

    def limit(self, name: str) -> int:
        """Give a configured limit."""
        return int(self.checks.limits[name])

    def alert(
        self, rule: str, check: Check, grade: Grade, sentence: str, *,
        action: str = "", source: str = "", by: tuple[Medicine, ...] = (),
    ) -> Alert:  # fmt: skip
        """Make an alert; where a sealed medicine has a part in it, nothing of the rule or the medicine is told."""
        if any(medicine.sealed for medicine in by):
            return Alert("SEALED", Check.INTERACTION, grade, SEALED, sealed=True)
        with_key = by[0].key if len(by) == 1 else ""
        return Alert(rule, check, grade, sentence, action, source, with_key)


def scene_of(candidate: Candidate, situation: Situation, checks: Checks) -> Scene:
    """Lay out what is checked; what an order replaces is left out, and what can't be read is set apart."""
    book = checks.book
    others: list[Medicine] = []
    unread: list[Taken] = []
    over: list[Medicine] = []
    for taken in situation.medicines:
        if taken.key in candidate.replaces:
            continue
        medicine = _medicine(taken, book, together=taken.key in candidate.together_with)
        if taken.ended_days_ago is not None:
            over += _acting_on(medicine, taken.ended_days_ago, checks)
        elif medicine.contents:
            others.append(medicine)
        else:
            unread.append(taken)
    new = _new(candidate, book)
    taken_now = frozenset[str]().union(*(other.contents for other in others))
    acting = tuple(one for one in over if not one.contents <= taken_now)
    return Scene(checks, candidate, situation, new, tuple(others), acting, tuple(unread))


def _acting_on(medicine: Medicine, days: int, checks: Checks) -> list[Medicine]:
    """Give what of a medicine that is over acts on after so many days, with the interactions in which it counts."""
    since = "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"
    return [
        replace(
            medicine, name=f"{medicine.name} (ended {since}, acts on)", contents=medicine.contents & row.of,
            daily=None, weekly=None, kinds=row.kinds,
        )
        for row in checks.lingers
        if medicine.contents & row.of and medicine.route_in(row.routes) and days <= row.days
    ]  # fmt: skip


def _new(candidate: Candidate, book: Formulary) -> Medicine:
    product = candidate.product
    contents = (
        product.ingredients if product is not None else book.contents(candidate.code) or book.said(candidate.text)
    )
    name = product.label if product is not None else candidate.text
    return Medicine("", name, _joined(contents, book), product, candidate.daily, candidate.weekly)


def _medicine(taken: Taken, book: Formulary, *, together: bool) -> Medicine:
    product = book.product(taken.code)
    contents = book.contents(taken.code) or book.said(taken.text)
    name = product.label if product is not None else taken.text
    return Medicine(
        taken.key, name, _joined(contents, book), product, taken.daily, taken.weekly, taken.sealed, taken.home, together
    )  # fmt: skip


def _joined(contents: frozenset[str], book: Formulary) -> frozenset[str]:
    return frozenset(book.base(code) for code in contents)
