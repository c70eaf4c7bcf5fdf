"""One row of the formulary's tables as a frozen fact: products, ingredients, windows, packs; a wrong row is named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from throughcare.care.medications.rules.windows import WindowClass
from throughcare.kernel.content import ContentError, Row

FLAGS = frozenset(
    [
        "door",
        "never_kop",
        "usually_kop",
        "high_alert",
        "psychotropic",
        "directly_observed",
        "otc",
        "restricted",
        "emergency_stock",
        "moud",
        "depot",
        "last_dose_gate",
        "sedation_before",
        "glucose_before",
        "emergency",
        "emergency_if_seizure",
    ]
)
ROUTES = frozenset(
    [
        "oral",
        "sublingual",
        "injection",
        "subcutaneous",
        "intramuscular",
        "intravenous",
        "infiltration",
        "inhaled",
        "nasal",
        "transdermal",
        "topical",
        "ophthalmic",
        "otic",
        "dental",
    ]
)
SKIN_DEEP = frozenset({"topical", "ophthalmic", "otic", "dental", "infiltration"})
INJECTED = frozenset({"injection", "subcutaneous", "intramuscular", "intravenous", "infiltration"})
COUNTED = frozenset({"tablet", "capsule", "film", "lozenge"})
PLURALS = {"dose": "doses", "patch": "patches", "mL": "mL", "mg": "mg", "units": "units"}
FORMS = {
    "Oral Tablet": "tablet",
    "Oral Capsule": "capsule",
    "Extended Release": "extended-release",
    "Delayed Release": "delayed-release",
}
WINDOWS = frozenset({"", *WindowClass})
UNITS = {"MG": "mg", "UNT": "units", "MEQ": "mEq", "ML": "mL", "HR": "h", "ACTUAT": "puff"}


@dataclass(frozen=True, slots=True)
class Strength:
    """How much of one ingredient is in one `per`: a tablet ('') or a mL, puff, hour or mg of the product."""

    ingredient: str
    amount: Decimal
    unit: str
    per: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """One product with what an order, a pass and a door need to know of it."""

    rxcui: str
    name: str
    label: str
    section: str
    drug_class: str
    form: str
    route: str
    unit: str
    strengths: tuple[Strength, ...]
    ingredient_names: tuple[str, ...]
    volume_ml: Decimal | None
    schedule: str
    va_class: str
    window: WindowClass | None
    critical: str
    flags: frozenset[str]
    monitor: frozenset[str]
    brands: tuple[str, ...]
    verification: str
    order: int
    _searched: str = field(repr=False)
    _words: frozenset[str] = field(repr=False)

    @property
    def ingredients(self) -> frozenset[str]:
        """Give the codes of its ingredients."""
        return frozenset(strength.ingredient for strength in self.strengths)

    @property
    def controlled(self) -> bool:
        """Tell whether it is a controlled substance (CII to CV)."""
        return bool(self.schedule)

    @property
    def time_critical(self) -> bool:
        """Tell whether no dose of it may be lost at a door (wider than the ±30 min window)."""
        return "door" in self.flags

    @property
    def systemic(self) -> bool:
        """Tell whether the body takes up enough for interactions: eye drops of a beta-blocker count, creams don't."""
        return self.route not in SKIN_DEEP or (self.route == "ophthalmic" and self.drug_class == "Antiglaucoma")

    @property
    def injected(self) -> bool:
        """Tell whether it is given with a needle."""
        return self.route in INJECTED

    def has(self, flag: str) -> bool:
        """Tell whether the product has this flag of the content (`never_kop`, `moud`, `high_alert` …)."""
        if flag not in FLAGS:
            raise ValueError(f"no flag [{flag}]")
        return flag in self.flags

    def amount(self, ingredient: str, quantity: Decimal) -> tuple[Decimal, str] | None:
        """Give how much of an ingredient (and its unit) is in so many dose units; None where that can't be computed."""
        found = next((strength for strength in self.strengths if strength.ingredient == ingredient), None)
        if found is None:
            return None
        if self.unit == found.unit:
            return quantity, found.unit
        each = self._each(found)
        return None if each is None else (each * quantity, found.unit)

    def _each(self, strength: Strength) -> Decimal | None:
        if not strength.per:
            return strength.amount
        if strength.per == "puff":
            return strength.amount if self.unit in {"puff", "spray"} else None
        if strength.per == "h":
            return strength.amount * 24 if self.name.startswith("24 HR") else None
        if strength.per == "mL" and self.unit == "mL":
            return strength.amount
        if strength.per == "mL" and self.unit in {"syringe", "device", "vial"} and self.volume_ml is not None:
            return strength.amount * self.volume_ml
        return None

    @property
    def usual(self) -> tuple[tuple[Decimal, str], ...]:
        """Give quantities to pick, with their words: from the strength alone, never a clinical recommendation."""
        picks = (1, 2) if self.unit in COUNTED | {"puff", "drop", "spray"} else (1,)
        if self.unit in {"mL", "units", "mg"}:
            return ()
        return tuple((Decimal(n), self.quantity_text(Decimal(n))) for n in picks)

    def quantity_text(self, quantity: Decimal) -> str:
        """Say a quantity as on the label: `2 tablets (50 mg)`."""
        unit = PLURALS.get(self.unit, f"{self.unit}s") if quantity != 1 else self.unit
        said = f"{number_text(quantity)} {unit}"
        if len(self.strengths) != 1 or self.unit == self.strengths[0].unit:
            return said
        amount = self.amount(self.strengths[0].ingredient, quantity)
        return said if amount is None else f"{said} ({number_text(amount[0])} {amount[1]})"

    def rank(self, fragments: Sequence[str]) -> int | None:
        """Give how near the fragments are (0 nearest), or None if one of them is missing."""
        if any(part not in self._searched for part in fragments):
            return None
        first = fragments[0]
        if self._searched.startswith(first):
            return 0
        whole = any(word.startswith(first) for word in self._words)
        return 1 if whole else 2


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One drug substance with the facts that checks use; `facts` False means that nobody wrote them yet."""

    rxcui: str
    name: str
    same_as: str
    max_stop: Decimal | None
    max_warn: Decimal | None
    max_per: str
    max_routes: frozenset[str]
    max_text: str
    renal: tuple[tuple[str, int, str], ...]
    renal_text: str
    pregnancy: str
    pregnancy_from: int
    pregnancy_until: int
    pregnancy_over: Decimal
    pregnancy_text: str
    qt: int
    serotonergic: int
    cns: int
    monitoring: str
    facts: bool
    verification: str


@dataclass(frozen=True, slots=True)
class Words:
    """What the words of a product's row may be."""

    ingredients: Mapping[str, Ingredient]
    critical: frozenset[str]
    aliases: Mapping[str, tuple[str, ...]]


def products(path: str, found: Iterable[Row], words: Words) -> tuple[Product, ...]:
    """Read the products in the order of names and strengths; a row with an unknown word is refused by name."""
    unsorted = [_product(path, row, words) for row in found]
    unsorted.sort(key=lambda product: (product[0], product[1]))
    return tuple(Product(order=order, **fields) for order, (_, _, fields) in enumerate(unsorted))


def _product(path: str, row: Row, words: Words) -> tuple[str, Decimal, Row]:
    strengths = tuple(_strength(path, row, part) for part in row["strengths"].split("; "))
    flags = frozenset(row["flags"].split())
    _refuse_unknown(path, row, words, flags, strengths)
    names = tuple(words.ingredients[strength.ingredient].name for strength in strengths)
    alone = strengths[0].ingredient if len(strengths) == 1 else ""
    brands = (*(part for part in row["brands"].split("; ") if part), *words.aliases.get(alone, ()))
    label = _label(row["name"])
    searched = " ".join((", ".join(names), label, *brands, row["class"])).casefold()
    fields = {
        "rxcui": row["id"],
        "name": row["name"],
        "label": label,
        "section": row["section"],
        "drug_class": row["class"],
        "form": row["form"],
        "route": row["route"],
        "unit": row["unit"],
        "strengths": strengths,
        "ingredient_names": names,
        "volume_ml": _number(path, row, row["volume_ml"]),
        "schedule": row["schedule"],
        "va_class": row["va_class"],
        "window": WindowClass(row["window"]) if row["window"] else None,
        "critical": row["critical"],
        "flags": flags,
        "monitor": frozenset(row["monitor"].split()),
        "brands": brands,
        "verification": row["verification"],
        "_searched": searched,
        "_words": frozenset(re.split(r"[^\w.]+", searched)),
    }
    return names[0].casefold(), strengths[0].amount, fields


def _refuse_unknown(path: str, row: Row, words: Words, flags: frozenset[str], strengths: tuple[Strength, ...]) -> None:
    known = (
        *((flag, flag in FLAGS) for flag in sorted(flags)),
        *((strength.ingredient, strength.ingredient in words.ingredients) for strength in strengths),
        (row["route"], row["route"] in ROUTES),
        (row["window"], row["window"] in WINDOWS),
        (row["critical"], row["critical"] in words.critical | {""}),
        (row["schedule"], row["schedule"] in {"", "CII", "CIII", "CIV", "CV"}),
    )
    for word, good in known:
        if not good:
            raise ContentError(path, f"has [{word}], which is no known word. Correct it.", row["id"])


def _strength(path: str, row: Row, text: str) -> Strength:
    code, _, said = text.partition("=")
    parts = said.split(" + ")
    units = {part.partition(" ")[2] for part in parts}
    if not code or len(units) != 1:
        raise ContentError(path, f"has a strength [{text}] that can't be read. Write it as code=5 MG.", row["id"])
    unit, _, per = units.pop().partition("/")
    amount = sum((_number(path, row, part.partition(" ")[0]) or Decimal(0) for part in parts), Decimal(0))
    return Strength(code, amount, UNITS.get(unit, unit.lower()), UNITS.get(per, per.lower()))


def ingredient(path: str, row: Row) -> Ingredient:
    """Read an ingredient's facts."""
    renal = tuple(_renal(path, row, part) for part in row["renal"].split())
    return Ingredient(
        rxcui=row["id"],
        name=row["name"],
        same_as=row["same_as"],
        max_stop=_number(path, row, row["max_stop"]),
        max_warn=_number(path, row, row["max_warn"]),
        max_per=row["max_per"],
        max_routes=frozenset(row["max_routes"].split()) or frozenset({"oral", "sublingual"}),
        max_text=row["max_text"],
        renal=renal,
        renal_text=row["renal_text"],
        pregnancy=row["pregnancy"],
        pregnancy_from=int(row["pregnancy_from"] or 0),
        pregnancy_until=int(row["pregnancy_until"] or 99),
        pregnancy_over=_number(path, row, row["pregnancy_over"]) or Decimal(0),
        pregnancy_text=row["pregnancy_text"],
        qt=int(row["qt"] or 0),
        serotonergic=int(row["serotonergic"] or 0),
        cns=int(row["cns"] or 0),
        monitoring=row["monitoring"],
        facts=row["facts"] == "1",
        verification=row["verification"],
    )


def _renal(path: str, row: Row, text: str) -> tuple[str, int, str]:
    found = re.fullmatch(r"(crcl|egfr)<(\d+):(avoid|reduce|consider)", text)
    if found is None:
        raise ContentError(path, f"has a renal rule [{text}] that can't be read. Write it as crcl<30:avoid.", row["id"])
    return found[1], int(found[2]), found[3]


def packs(found: Iterable[Row]) -> tuple[tuple[str, str, str], ...]:
    """Read the packs in the order of their NDC-11: number, layout (x = unknown), product."""
    return tuple(sorted((pack[:11], pack[11:], row["id"]) for row in found for pack in row["packs"].split()))


def aliases_of(found: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    """Give the other names of each ingredient."""
    named: dict[str, tuple[str, ...]] = {}
    for row in found:
        named[row["of"]] = (*named.get(row["of"], ()), row["id"])
    return named


def names_of(
    found: Iterable[Row], aliases: Mapping[str, tuple[str, ...]], *, never: Iterable[str] = ()
) -> dict[str, str]:
    """Give what each ingredient's, brand's or other name stands for; a name of two things stands for nothing."""
    named = {plain(name): code for code, names in aliases.items() for name in names}
    twice = {plain(name) for name in never}
    for row in found:
        for name in (row["names"], *row["brands"].split("; ")):
            key = plain(name)
            if key and named.setdefault(key, row["id"]) != row["id"]:
                twice.add(key)
    return {name: key for name, key in named.items() if name not in twice}


def plain(text: str) -> str:
    """Give words as they are compared: small letters and digits, one space between."""
    return " ".join(re.sub(r"[^\w]+", " ", text.casefold()).split())


def number_text(quantity: Decimal) -> str:
    """Write a number as clinicians do: no trailing zero, a zero before the point."""
    whole = quantity.normalize()
    return format(whole, "f")


def _number(path: str, row: Row, text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise ContentError(path, f"has [{text}] where a number belongs. Correct it.", row["id"]) from None


def _label(name: str) -> str:
    """Write RxNorm's name as a clinician reads it: small units, plain forms, no NDA number."""
    said = re.sub(r"^NDA\d+ ", "", name)
    said = re.sub(r"\b(MG|UNT|MEQ|ML|HR|ACTUAT)\b", lambda unit: UNITS[unit[0]], said)
    for formal, plain_form in FORMS.items():
        said = said.replace(formal, plain_form)
    said = re.sub(r"\b[A-Z][a-z]+\b", lambda word: word[0].lower(), said)
    packed = re.findall(r"(\d+) \(([^()]*(?:\([^()]*\)[^()]*)*)\)", said) if said.startswith("{") else []
    return "pack: " + " and ".join(f"{count} of {what}" for count, what in packed) if packed else said
