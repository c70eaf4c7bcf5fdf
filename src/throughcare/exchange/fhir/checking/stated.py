"""What US Core's profiles state in words of FHIRPath, each by its key, as a table: profile, key, where, condition, words."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from throughcare.exchange.fhir.checking.invariants import Json, choice, codes, objects
from throughcare.exchange.fhir.checking.issue import Issue
from throughcare.exchange.fhir.checking.terminology import luhn
from throughcare.kernel.fhir import UCUM

Holds = Callable[[Any], bool]
ABSENT = "data-absent-reason"
NPI = "http://hl7.org/fhir/sid/us-npi"
CLIA, NAIC = "urn:oid:2.16.840.1.113883.4.7", "urn:oid:2.16.840.1.113883.6.300"
_REPORTED = {"partial", "preliminary", "final", "amended", "corrected", "appended"}
_ORDERS = {"order", "original-order", "reflex-order", "filler-order", "instance-order"}


def absent(value: Json) -> bool:
    """True where an element says by its extension why it has no value."""
    return any(ABSENT in str(one.get("url")) for one in objects(value.get("extension")))


def _has(*names: str) -> Holds:
    """One of the elements stands, by its value or by extensions; a choice is named by its stem with [x]."""
    return lambda one: any(
        bool(choice(one, name[:-3]) or choice(one, f"_{name[:-3]}"))
        if name.endswith("[x]")
        else name in one or f"_{name}" in one
        for name in names
    )


def _where(name: str, values: set[str], then: Holds) -> Holds:
    return lambda one: one.get(name) not in values or then(one)


def _named(one: Json) -> bool:
    return _has("family", "given")(one) or absent(one)


def _to_the_day(at: Any) -> bool:
    return not isinstance(at, str) or len(at) >= len("2026-01-01")


def _units(one: Json) -> bool:
    value = one.get("valueQuantity")
    return not isinstance(value, dict) or value.get("system", UCUM) == UCUM


def _member(one: Json) -> bool:
    return _has("subscriberId")(one) or any("MB" in codes(said.get("type")) for said in objects(one.get("identifier")))


def _written(system: str, form: str) -> Holds:
    return lambda one: one.get("system") != system or re.fullmatch(form, str(one.get("value"))) is not None


def _checked(one: Json) -> bool:
    """The last digit of an NPI fits (Luhn over the prefix 80840 and the nine before it)."""
    said = str(one.get("value"))
    if one.get("system") != NPI or re.fullmatch(r"[0-9]{10}", said) is None:
        return True
    return luhn(f"80840{said[:9]}") == int(said[9])


_VALUED = _has("value[x]", "dataAbsentReason", "component", "hasMember")
_REPORT = ("us-core-diagnosticreport-lab", "us-core-diagnosticreport-note")
_RESULTS = (
    "us-core-observation-lab",
    "us-core-observation-clinical-result",
    "us-core-observation-screening-assessment",
)
_VITAL = (
    "us-core-vital-signs", "us-core-blood-pressure", "us-core-bmi", "us-core-body-height", "us-core-body-temperature",
    "us-core-body-weight", "us-core-head-circumference", "us-core-heart-rate", "us-core-pulse-oximetry",
    "us-core-respiratory-rate", "pediatric-bmi-for-age", "pediatric-weight-for-height",
    "head-occipital-frontal-circumference-percentile",
)  # fmt: skip
_PARTS = ("us-core-practitioner", "us-core-organization")
Rule = tuple[tuple[str, ...], str, str, Holds, str]
STATED: tuple[Rule, ...] = (
    (("us-core-patient",), "us-core-6", "name", _named, "A name has a family or a given name"),
    (("us-core-documentreference",), "us-core-6", "content.attachment", _has("url", "data"), "A document has its data or its address"),
    (_RESULTS, "us-core-1", "effectiveDateTime", _to_the_day, "A moment is told at least to the day"),
    (_VITAL, "vs-1", "effectiveDateTime", _to_the_day, "A moment is told at least to the day"),
    ((*_RESULTS, "us-core-observation-sexual-orientation"), "us-core-2", "", _VALUED, "It has a value, parts or members, or says why not"),
    (_VITAL, "vs-2", "", _VALUED, "It has a value, parts or members, or says why not"),
    (_VITAL, "vs-3", "component", _has("value[x]", "dataAbsentReason"), "A part has a value, or says why not"),
    ((*_RESULTS, "us-core-smokingstatus"), "us-core-3", "", _units, "A coded unit is of UCUM"),
    (("us-core-procedure",), "us-core-7", "", _where("status", {"completed", "in-progress"}, _has("performed[x]")), "What was or is done says when"),
    (_REPORT[:1], "us-core-8", "", _where("status", _REPORTED, _has("effective[x]")), "What is reported says of when it is"),
    (_REPORT[:1], "us-core-9", "", _where("status", _REPORTED, _has("issued")), "What is reported says when it was issued"),
    (_REPORT[1:], "us-core-10", "", _where("status", _REPORTED, _has("effective[x]")), "What is reported says of when it is"),
    (("us-core-practitionerrole",), "pd-1", "", _has("telecom", "endpoint"), "It has a number, an address or an endpoint"),
    (("us-core-practitionerrole",), "us-core-13", "", _has("practitioner", "organization", "healthcareService", "location"), "It names who, for whom, which service or where"),
    (("us-core-relatedperson",), "us-core-14", "", _has("name", "relationship"), "It has a name or a relationship"),
    (("us-core-coverage",), "us-core-15", "", _member, "It has the member's number"),
    (("us-core-medicationdispense",), "us-core-20", "", _where("status", {"completed"}, _has("whenHandedOver")), "What was dispensed says when it was handed over"),
    (("us-core-medicationrequest",), "us-core-21", "", _where("intent", _ORDERS, _has("requester")), "An order says who asks for it"),
)  # fmt: skip
# Numbers that are given out by others: judged where somebody asks, and no reason to refuse what a made-up record brings.
NUMBERS: tuple[Rule, ...] = (
    (_PARTS, "us-core-16", "identifier", _written(NPI, r"[0-9]{10}"), "An NPI has ten digits"),
    (_PARTS, "us-core-17", "identifier", _checked, "The last digit of the NPI does not fit"),
    (_PARTS[1:], "us-core-18", "identifier", _written(CLIA, r"[0-9]{2}D[0-9]{7}"), "A CLIA number has ten signs, the third a D"),
    (_PARTS[1:], "us-core-19", "identifier", _written(NAIC, r"[0-9]{5}"), "A NAIC number has five digits"),
)  # fmt: skip


def check(one: Json, name: str, rules: tuple[Rule, ...] = STATED) -> list[Issue]:
    """Hold a resource to what a profile states beside its tree."""
    kind = str(one.get("resourceType"))
    return [
        Issue("invariant", path, f"{words} ({key}).")
        for names, key, where, holds, words in rules
        if name in names
        for part, path in _parts(one, kind, where.split(".") if where else [])
        if not holds(part)
    ]


def _parts(value: Any, path: str, steps: list[str]) -> Iterator[tuple[Any, str]]:
    if isinstance(value, list):
        for n, one in enumerate(value):
            yield from _parts(one, f"{path}[{n}]", steps)
    elif not steps:
        yield value, path
    elif isinstance(value, dict) and steps[0] in value:
        yield from _parts(value[steps[0]], f"{path}.{steps[0]}", steps[1:])
