"""What a code is called where the words beside it are cut away: by its sender, by our own content, by the house's charts.

Words that one person's chart has beside a code may say more than the code does, so they never stand in; words that
stand beside it in several people's charts are how the house calls it.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from throughcare.care.medications import formulary
from throughcare.chart import catalogue, measuring, reads, vaccines
from throughcare.exchange.documents.summaries.choosing import SYSTEMS
from throughcare.kernel import content
from throughcare.kernel.fhir import Json
from throughcare.kernel.lens import Lens

FILE = "exchange/code_names.toml"
NAMED = {words: system for system, words in SYSTEMS.items()}
Pair = tuple[str, str]


def named(lens: Lens, bodies: Iterable[Json]) -> list[Json]:
    """Give the resources with a display beside each code of what they are about that has a name and does not say it."""
    every = list(bodies)
    lacking = {pair for body in every for pair in _silent(body)}
    names = {pair: name for pair in lacking if (name := ours().get(pair))}
    rest = lacking - names.keys()
    if rest:
        names |= reads.called(lens, rest, least=int(content.load(FILE)["called"]["charts"]))
    return [_said(body, names) for body in every]


_ABOUT = ("code", "medicationCodeableConcept", "vaccineCode")


def _silent(body: Json) -> list[Pair]:
    codings = [one for key in _ABOUT for one in (body.get(key) or {}).get("coding", ())]
    return [(str(c.get("system", "")), str(c["code"])) for c in codings if c.get("code") and not c.get("display")]


def _said(body: Json, names: Mapping[Pair, str]) -> Json:
    made = dict(body)
    for key in _ABOUT:
        concept = made.get(key)
        if isinstance(concept, dict) and "coding" in concept:
            made[key] = {**concept, "coding": [_displayed(one, names) for one in concept["coding"]]}
    return made


def _displayed(one: Json, names: Mapping[Pair, str]) -> Json:
    name = names.get((str(one.get("system", "")), str(one.get("code", ""))))
    return {**one, "display": name} if name and not one.get("display") else one


def ours() -> Mapping[Pair, str]:
    """Give the names that our own content has for codes: medicines, vaccines, tests, measurements, diagnoses."""
    return _ours(content.stamp())


@lru_cache(maxsize=2)
def _ours(_: Any) -> Mapping[Pair, str]:
    loinc, rxnorm, cvx = NAMED["LOINC"], NAMED["RxNorm"], NAMED["CVX"]
    book = formulary.load()
    found = {(rxnorm, number): one.name for number, one in book.ingredients.items()}
    found |= {(rxnorm, one.rxcui): one.name for one in book.products}
    found |= {(cvx, code): title for code, title in vaccines.titles().items()}
    for item in catalogue.items().values():
        found |= {(item.system, item.code): item.title} if item.code else {}
        found |= {(loinc, one.code): one.title for one in item.analytes if one.code}
    found |= {(loinc, str(row["code"])): str(row["title"]) for row in measuring.rows() if row.get("code")}
    icd = NAMED["ICD-10-CM"]
    return found | {(icd, str(row["id"])): str(row["title"]) for row in content.rows(FILE, "icd10cm")}
