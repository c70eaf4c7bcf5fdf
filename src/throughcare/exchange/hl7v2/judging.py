"""How a line of a result stands, which code the record keeps for it, and in which class it belongs. Reads content only."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from throughcare.chart import catalogue, resulting
from throughcare.exchange import classing
from throughcare.exchange.bundles import Coded
from throughcare.exchange.hl7v2 import facts
from throughcare.kernel import content
from throughcare.kernel.vocabulary import DataClass

PATH = "exchange/laboratories.toml"
LOINC = "http://loinc.org"
SYSTEMS = {
    "LN": LOINC,
    "LOINC": LOINC,
    "SCT": "http://snomed.info/sct",
    "SNM": "http://snomed.info/sct",
    "SNOMED-CT": "http://snomed.info/sct",
    "CVX": "http://hl7.org/fhir/sid/cvx",
    "I10": "http://hl7.org/fhir/sid/icd-10-cm",
    "I10C": "http://hl7.org/fhir/sid/icd-10-cm",
    "RXNORM": "http://www.nlm.nih.gov/research/umls/rxnorm",
    # Table 0396; after those above, which are kept where a sender gives both.
    "NDC": "http://hl7.org/fhir/sid/ndc",
    "MVX": "http://hl7.org/fhir/sid/mvx",
    "I9": "http://hl7.org/fhir/sid/icd-9-cm",
    "I9C": "http://hl7.org/fhir/sid/icd-9-cm",
    "I9CDX": "http://hl7.org/fhir/sid/icd-9-cm",
    "I9CP": "http://hl7.org/fhir/sid/icd-9-cm",
    "I10P": "http://www.cms.gov/Medicare/Coding/ICD10",
    "C4": "http://www.ama-assn.org/go/cpt",
    "CPT": "http://www.ama-assn.org/go/cpt",
    "CPT4": "http://www.ama-assn.org/go/cpt",
    "UNII": "http://fdasis.nlm.nih.gov",
}
RANGE = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(?:-|–|to)\s*(-?\d+(?:\.\d+)?)\s*\Z")
BOUND = re.compile(r"\s*(<=?|>=?)\s*(-?\d+(?:\.\d+)?)\s*\Z")
_RANK = {"": 0, "L": 1, "H": 1, "A": 1, "LL": 2, "HH": 2, "AA": 2}


def coded(code: facts.Code, sender: str) -> tuple[str, str]:
    """Give the coding that the record keeps: LOINC or another standard one where it was sent, else the sender's own."""
    options = ((code.system, code.code), (code.alternate_system, code.alternate_code))
    for wanted in (LOINC, *SYSTEMS.values()):
        for system, value in options:
            if value and SYSTEMS.get(system.upper()) == wanted and len(value) <= 40:
                return wanted, value
    for row in content.rows(PATH, "test"):
        if row["sender"] in sender.upper() and row["code"] in (code.code, code.alternate_code):
            return LOINC, str(row["loinc"])
    value = code.code or code.alternate_code
    own = re.sub(r"[^A-Za-z0-9.]+", "-", code.system or sender).strip("-").lower()
    return (f"urn:throughcare:laboratory:{own}"[:120], value) if value and len(value) <= 40 else ("", "")


def standing(seen: facts.Observation, loinc: str, number: Decimal | None, words: str, unit: str) -> tuple[str, bool]:
    """Say how a line stands, by the worst of the laboratory's flag and our ranges; and whether anything says it at all."""
    flags = [meaning(flag) for flag in seen.flags if flag]
    found = [one for one in flags if one is not None]
    if number is not None:
        # Without a flag of its own the laboratory says by its range where a value stands, whatever ours is.
        own = None if found else _by_range(seen.reference_range, number)
        found += [one for one in (_by_catalogue(loinc, number, unit), own) if one is not None]
    elif words and not found:
        said = " ".join(words.casefold().split())
        found += [row["interpretation"] for row in content.rows(PATH, "word") if said in row["has"]]
    worst = max(found, key=lambda one: _RANK.get(one, 1), default="")
    return worst, bool(found) and None not in flags  # a flag that nobody can read is read by somebody


def meaning(flag: str) -> str | None:
    """Give a flag of OBX-8 in the record's letters; None where it is not one we know."""
    wanted = flag.strip().upper()
    return next((row["interpretation"] for row in content.rows(PATH, "flag") if row["id"] == wanted), None)


def _by_catalogue(loinc: str, number: Decimal, unit: str) -> str | None:
    for item in catalogue.items().values():
        for analyte in item.analytes:
            if analyte.code == loinc and analyte.unit.casefold() == unit.casefold() and not analyte.choices:
                return resulting.interpret(analyte, number)
    return None


def _by_range(text: str, number: Decimal) -> str | None:
    try:
        if found := RANGE.match(text):
            return "L" if number < Decimal(found[1]) else "H" if number > Decimal(found[2]) else ""
        if found := BOUND.match(text):
            limit, above = Decimal(found[2]), found[1].startswith(">")
            inside = number > limit if above else number < limit
            return "" if inside or ("=" in found[1] and number == limit) else "L" if above else "H"
    except InvalidOperation:
        return None
    return None


def names(code: facts.Code) -> str:
    """Give every word by which a test is named, for what no code says."""
    return " ".join(filter(None, (code.text, code.alternate_text, code.original_text, code.code, code.alternate_code)))


def class_of(system: str, code: str, names: str) -> DataClass:
    """Give the class of one test: by its code, else by the words of its name."""
    by_code = classing.data_class_of(Coded(system, code, names), DataClass.RESULT)
    if by_code is not DataClass.RESULT:
        return by_code
    words = set(re.findall(r"[a-z0-9][a-z0-9/+-]*", names.casefold()))
    words |= {part for word in words for part in re.split(r"[/+-]", word)}
    rows: Iterable[dict[str, Any]] = content.rows(PATH, "class")
    return next((DataClass(row["data_class"]) for row in rows if words & set(row["has"])), DataClass.RESULT)
