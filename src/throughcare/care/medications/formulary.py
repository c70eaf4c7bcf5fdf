"""The formulary: the products that may be ordered, their ingredients, and how a name or a pack's barcode finds one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from throughcare.care.medications import formulary_rows as rows
from throughcare.care.medications.formulary_rows import Ingredient, Product, Strength
from throughcare.care.medications.rules import barcodes
from throughcare.kernel import content
from throughcare.kernel.content import ContentError

FORMULARY = "formulary/formulary.toml"
CHECKS = "formulary/checks.toml"
LONGEST_NAME = 6  # words
UNLISTED = "This pack is not on the formulary. Compare its label with the order, or call the pharmacy."
UNSURE = "The pack's number can be read in more than one way. Compare the name and strength on the label."

__all__ = ["CHECKS", "FORMULARY", "Formulary", "Ingredient", "Product", "Scan", "Strength", "load"]


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan found: the product, or a sentence why not; `candidates` are to be compared with the label by eye."""

    product: Product | None
    sentence: str = ""
    candidates: tuple[Product, ...] = ()
    ndc: str = ""
    gtin: str = ""
    lot: str = ""
    serial: str = ""
    expires: date | None = None
    outer: bool = False

    def expired(self, today: date) -> bool:
        """Tell whether the pack says it expired before `today`; a pack that says nothing is not expired."""
        return self.expires is not None and self.expires < today


@dataclass(frozen=True)
class Formulary:
    """Every product with its facts, as one edition of the content has it."""

    version: str
    checks_version: str
    provisional: bool
    review: str
    attribution: str
    products: tuple[Product, ...]
    ingredients: Mapping[str, Ingredient]
    critical_titles: Mapping[str, str]
    _by_id: Mapping[str, Product] = field(repr=False)
    _codes: Mapping[str, str] = field(repr=False)
    _named: Mapping[str, str] = field(repr=False)
    _ignored: frozenset[str] = field(repr=False)
    _names: Mapping[str, str] = field(repr=False)
    _packs: tuple[tuple[str, str, str], ...] = field(repr=False)

    @property
    def edition(self) -> str:
        """Say which edition this is; an unsigned one says provisional."""
        return f"{self.version}, provisional" if self.provisional else self.version

    def product(self, rxcui: str) -> Product | None:
        """Give the product of this RxNorm code, or None if it isn't on the formulary."""
        return self._by_id.get(rxcui)

    def find(self, text: str, limit: int = 20) -> tuple[Product, ...]:
        """Give products whose name, brand, ingredient or class has every fragment of the text, the nearest first."""
        fragments = [part for part in text.casefold().split() if part]
        if not fragments:
            return ()
        hits = [
            (rank, len(product.strengths), product.order, product)
            for product in self.products
            if (rank := product.rank(fragments)) is not None
        ]
        return tuple(hit[3] for hit in sorted(hits, key=lambda hit: hit[:3])[:limit])

    def contents(self, rxcui: str) -> frozenset[str]:
        """Give the ingredient codes in whatever this RxNorm code names (product, brand, ingredient, salt); or nothing."""
        product = self._by_id.get(rxcui)
        if product is not None:
            return product.ingredients
        key = self._codes.get(rxcui, "")
        return frozenset(key.split("+")) if key else frozenset()

    def named(self, text: str) -> frozenset[str]:
        """Give the ingredient codes that these words name as a whole (an ingredient or a brand); or nothing."""
        key = self._named.get(rows.plain(text), "")
        return frozenset(key.split("+")) if key else frozenset()

    def said(self, text: str) -> frozenset[str]:
        """Give the drugs that a line such as `lisinopril 10 mg daily` names; nothing if one word isn't understood."""
        words = rows.plain(text).split()
        found: frozenset[str] = frozenset()
        at = 0
        while at < len(words):
            runs = (size for size in range(min(LONGEST_NAME, len(words) - at), 0, -1))
            size = next((size for size in runs if " ".join(words[at : at + size]) in self._named), 0)
            if size:
                found |= self.named(" ".join(words[at : at + size]))
            elif words[at] not in self._ignored and not words[at][0].isdigit():
                return frozenset()
            at += size or 1
        return found

    def base(self, rxcui: str) -> str:
        """Give the code under which salts of one drug are compared: lithium for lithium carbonate, else itself."""
        ingredient = self.ingredients.get(rxcui)
        return ingredient.same_as if ingredient is not None and ingredient.same_as else rxcui

    def ingredient_name(self, rxcui: str) -> str:
        """Give an ingredient's name, or its code if RxNorm's copy has no name for it."""
        ingredient = self.ingredients.get(rxcui)
        return ingredient.name if ingredient is not None else self._names.get(rxcui, rxcui)

    def by_scan(self, barcode: str) -> Scan:
        """Find the product of a scanned pack; where the number can be read in two ways, give what to compare by eye."""
        found = barcodes.read(barcode)
        if isinstance(found, str):
            return Scan(None, found)
        sure, doubtful = self._matches(found.numbers)
        candidates = self._products(rxcui for _, rxcui in (*sure, *doubtful))
        seen = Scan(None, UNLISTED, candidates, "", found.gtin, found.lot, found.serial, found.expires, found.outer)
        if not candidates:
            return seen
        if sure and len(candidates) == 1:
            return replace(seen, product=candidates[0], sentence="", ndc=sure[0][0])
        return replace(seen, sentence=UNSURE)

    def packs_of(self, codes: Iterable[str]) -> list[tuple[str, str, str]]:
        """Give the pack numbers of these products (NDC-11, the layout it needs, code), for a device without a network."""
        wanted = set(codes)
        return [pack for pack in self._packs if pack[2] in wanted]

    def _matches(self, numbers: Iterable[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Part what the numbers may be into what is certain and what needs eyes."""
        sure: list[tuple[str, str]] = []
        doubtful: list[tuple[str, str]] = []
        for number, layout in numbers:
            at = bisect_left(self._packs, (number, "", ""))
            if at == len(self._packs) or self._packs[at][0] != number:
                continue
            _, known, rxcui = self._packs[at]
            if not layout or known == layout:
                sure.append((number, rxcui))
            elif known == "x" and layout in _possible(number):
                doubtful.append((number, rxcui))
        return sure, doubtful

    def _products(self, codes: Iterable[str]) -> tuple[Product, ...]:
        found = {code: self._by_id[code] for code in codes if code in self._by_id}
        return tuple(found.values())


def load() -> Formulary:
    """Give the formulary in force, made once per content; raise ContentError with file and row if it can't be used."""
    return _load(content.stamp())


def edition_in_force() -> str:
    """Say which edition is in force; where it can't be read, say that."""
    try:
        return load().edition
    except ContentError:
        return "could not be read"


@lru_cache(maxsize=2)
def _load(_: tuple[str, int]) -> Formulary:
    body, checks = content.load(FORMULARY), content.load(CHECKS)
    critical = {str(row["id"]): str(row["title"]) for row in content.rows(FORMULARY, "critical")}
    ingredients = {row["id"]: rows.ingredient(CHECKS, row) for row in content.rows(CHECKS, "ingredient")}
    aliases = rows.aliases_of(content.rows(FORMULARY, "alias"))
    words = rows.Words(ingredients, frozenset(critical), aliases)
    products = rows.products(FORMULARY, content.rows(FORMULARY, "product"), words)
    coded = content.rows(FORMULARY, "coded")
    return Formulary(
        version=str(body["version"]),
        checks_version=str(checks["version"]),
        provisional=not body.get("reviewed_by") or not checks.get("reviewed_by"),
        review=str(body.get("review", "")),
        attribution=str(body["attribution"]),
        products=products,
        ingredients=ingredients,
        critical_titles=critical,
        _by_id={product.rxcui: product for product in products},
        _codes={code: row["id"] for row in coded for code in row["codes"].split()},
        _named=rows.names_of(coded, aliases, never=body["said"]["never"]),
        _ignored=frozenset(body["said"]["ignored"]),
        _names={row["id"]: row["names"] for row in coded if "+" not in row["id"]},
        _packs=rows.packs(content.rows(FORMULARY, "pack")),
    )


def _possible(number: str) -> set[str]:
    """Name the layouts that could have made this NDC-11: each leaves a zero where it filled up."""
    return {key for key, place in (("a", 0), ("b", 5), ("c", 9)) if number[place] == "0"}
