"""FHIR R4 of others read as chart facts: what is understood becomes values, what is not is named and left verbatim.

Pure: parsed JSON in, facts out; no resource is changed, guessed or dropped silently.
"""

import base64
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from throughcare.exchange import absence
from throughcare.exchange.resource_parts import (
    Coded,
    Json,
    birth_of,
    coded,
    day_of,
    listed,
    moment_of,
    number_of,
    reference_of,
    state_of,
)

__all__ = ["Coded", "Patient", "Understood", "entries", "race_word", "understand"]
CHARTED = (
    *("Patient", "Condition", "AllergyIntolerance", "Observation", "MedicationRequest", "MedicationStatement"),
    *("Encounter", "DiagnosticReport"),
)
WORDS = 4000  # as much of a report's words as the chart shows; the file keeps them all
_STATES = {"active": "active", "recurrence": "active", "relapse": "active", "remission": "remission"}
_STATES |= {"inactive": "inactive", "resolved": "resolved"}


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient of another system: who they are, and the facts that refer to them."""

    family: str
    given: str
    middle: str
    birth_date: date | None
    sex: str
    race: str
    language: str
    numbers: tuple[tuple[str, str], ...]
    deceased_at: datetime | None
    facts: "Facts"
    birth_date_estimated: bool = False
    """True where only the year or the month of birth was said."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A condition as it is to stand in the chart."""

    code: Coded
    status: str
    onset: date | None


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy or intolerance."""

    code: Coded
    status: str
    criticality: str
    reaction: str


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a measurement."""

    code: Coded
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """An observation with a value, or with parts that have one."""

    code: Coded
    category: str
    value: Decimal | None
    unit: str
    words: str
    parts: tuple[Part, ...]
    at: datetime
    comparator: str = ""


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine that the person takes now, by the other system's word."""

    code: Coded
    dose: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A meeting with another health service."""

    code: Coded
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A report of another health service, with its words or the names of what it holds."""

    code: Coded
    at: datetime
    words: str


@dataclass(slots=True)
class Facts:
    """What is understood of one patient."""

    problems: list[Problem] = field(default_factory=list)
    allergies: list[Allergy] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    medicines: list[Medicine] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Tell whether anything is understood."""
        return any((self.problems, self.allergies, self.measurements, self.medicines, self.visits, self.findings))


@dataclass(frozen=True, slots=True)
class Understood:
    """What a set of resources comes to: patients with their facts, and by kind and reason what is left as it came."""

    patients: tuple[Patient, ...]
    charted: dict[str, int]
    left: dict[str, int]


def understand(resources: Iterable[tuple[str, Any]], known: Iterable[tuple[str, Any]] = ()) -> Understood:
    """Read resources, each with its address in its bundle.

    What is `known` came before: others refer to it, and of it only patients are given again who have something new.
    """
    every = [(address, one) for address, one in resources if isinstance(one, Mapping)]
    before = [(address, one) for address, one in known if isinstance(one, Mapping)]
    by_address = {name: one for address, one in (*before, *every) for name in _names(address, one)}
    left: Counter[str] = Counter()
    charted: Counter[str] = Counter()
    facts: dict[int, Facts] = {}
    people = {}
    for _, one in every:
        if one.get("resourceType") == "Patient":
            facts[id(one)] = Facts()
            people[id(one)] = one
            charted["Patient"] += 1
    for _, one in before:
        if one.get("resourceType") == "Patient":
            facts[id(one)] = Facts()
    for _, one in every:
        kind = str(one.get("resourceType", "without a type"))
        if kind == "Patient":
            continue
        subject = by_address.get(reference_of(one.get("subject") or one.get("patient")))
        if kind not in _READERS:
            left[f"{kind}: no place in the chart yet"] += 1
        elif subject is None or id(subject) not in facts:
            left[f"{kind}: its patient is not among what came"] += 1
        else:
            reason = _read(kind, one, facts[id(subject)], by_address)
            if reason:
                left[f"{kind}: {reason}"] += 1
            else:
                charted[kind] += 1
    people |= {id(one): one for _, one in before if id(one) in facts and facts[id(one)].any}
    patients = tuple(_patient(one, facts[key]) for key, one in people.items())
    return Understood(patients, dict(charted), dict(left))


def read_into(kind: str, one: Json, facts: Facts, others: Mapping[str, Json]) -> str:
    """Add what one resource says to `facts`; gives the reason where it is left as it came."""
    return _read(kind, one, facts, others)


def patient_of(one: Json) -> Patient:
    """Read a Patient."""
    return _patient(one, Facts())


def entries(document: Json) -> Iterator[tuple[str, Json]]:
    """Give the resources of a Bundle with their addresses, or the one resource that a document is."""
    if document.get("resourceType") != "Bundle":
        yield "", document
        return
    for entry in listed(document.get("entry")):
        resource = entry.get("resource")
        if isinstance(resource, Mapping):
            yield str(entry.get("fullUrl", "")), resource


def _names(address: str, one: Json) -> Iterator[str]:
    if address:
        yield address
    if one.get("id"):
        yield f"{one.get('resourceType')}/{one['id']}"


# --- readers: each appends what it understands, or gives the reason why it does not ---------------------------------------


def _read(kind: str, one: Json, facts: Facts, others: Mapping[str, Json]) -> str:
    if "entered-in-error" in (state_of(one, "verificationStatus"), one.get("status")):
        return "entered in error where it came from"
    if _is_modified(one):
        return "says beside it something that changes its meaning, which we don't know"
    reason: str = _READERS[kind](one, facts, others)
    return reason


NONE_KNOWN = "says that none is known, or that nobody asked"


def _denied(concept: Any, denials: Container[str]) -> bool:
    """Tell whether one of a concept's codes says that there is none, or that nobody asked."""
    return any(code in denials or code in absence.NO_INFORMATION for code in _codes(concept))


def _codes(concept: Any) -> list[str]:
    codings = listed(concept.get("coding")) if isinstance(concept, Mapping) else []
    return [str(said.get("code", "")) for said in codings]


def _is_modified(value: Any, depth: int = 0) -> bool:
    """Tell whether a modifier extension stands anywhere in a resource: whoever does not know it must not go by the rest."""
    if type(value) is dict:
        if value.get("modifierExtension"):
            return True
        if depth >= 12:
            return False
        value = value.values()
    # Whatever comes in is walked through here: the type is asked before the call, and of itself.
    return any((type(part) is dict or type(part) is list) and _is_modified(part, depth + 1) for part in value)


def _condition(one: Json, facts: Facts, others: Mapping[str, Json]) -> str:
    code = coded(one.get("code"))
    if code is None:
        return "names no problem"
    status = _STATES.get(state_of(one, "clinicalStatus") or "active", "")
    if not status:
        return "its clinical status is not one we know"
    if state_of(one, "verificationStatus") == "refuted":
        return "refuted where it came from"
    if _denied(one.get("code"), absence.PROBLEMS):
        return NONE_KNOWN
    facts.problems.append(Problem(code, status, day_of(one.get("onsetDateTime"))))
    return ""


def _allergy(one: Json, facts: Facts, others: Mapping[str, Json]) -> str:
    code = coded(one.get("code"))
    if code is None:
        return "names no substance"
    status = _STATES.get(state_of(one, "clinicalStatus") or "active", "")
    if not status:
        return "its clinical status is not one we know"
    if state_of(one, "verificationStatus") == "refuted":
        return "refuted where it came from"
    if not code.code and absence.of_allergies("", code.text):
        return NONE_KNOWN
    if any(absence.of_allergies(said, "") or said in absence.NO_INFORMATION for said in _codes(one.get("code"))):
        return NONE_KNOWN
    seen = [coded(said) for event in listed(one.get("reaction")) for said in listed(event.get("manifestation"))]
    reaction = ", ".join(said.text for said in seen if said)
    facts.allergies.append(Allergy(code, status, str(one.get("criticality", ""))[:20], reaction))
    return ""


def _observation(one: Json, facts: Facts, others: Mapping[str, Json]) -> str:
    code, at = coded(one.get("code")), _when(one)
    if code is None or not code.code:
        return "names nothing that was observed"
    if at is None:
        return "does not say when"
    if str(one.get("status")) not in ("final", "amended", "corrected"):
        return "is not final"
    value, unit, words = _value(one)
    parts = tuple(part for part in (_part(said) for said in listed(one.get("component"))) if part is not None)
    if value is None and not words and not parts:
        return "has no value that we can keep"
    categories = [coded(said) for said in listed(one.get("category"))]
    category = next((said.code for said in categories if said and said.code), "")[:20] or "exam"
    compared = _comparator(one) if value is not None else ""
    facts.measurements.append(Measurement(code, category, value, unit, words, parts, at, compared))
    return ""


def _when(one: Json) -> datetime | None:
    """Give when something was observed, in any of the forms that FHIR has for it; else when it was told."""
    period = one.get("effectivePeriod")
    began = period.get("start") if isinstance(period, Mapping) else None
    return moment_of(one.get("effectiveDateTime") or one.get("effectiveInstant") or began or one.get("issued"))


def _comparator(one: Json) -> str:
    quantity = one.get("valueQuantity")
    return str(quantity.get("comparator") or "") if isinstance(quantity, Mapping) else ""


def _value(one: Json) -> tuple[Decimal | None, str, str]:
    quantity = one.get("valueQuantity")
    if isinstance(quantity, Mapping):
        number, unit = number_of(quantity.get("value")), str(quantity.get("code") or quantity.get("unit") or "")
        if number is not None and len(unit) <= 20 and _fits(number, Decimal(str(quantity["value"]))):
            return number, unit, ""
        # What does not fit as a number stays in words.
        return None, "", f"{_comparator(one)}{quantity.get('value', '')} {unit}".strip()
    for key in ("valueRange", "valueRatio"):
        if isinstance(one.get(key), Mapping):
            return None, "", _in_words(one[key])
    concept = coded(one.get("valueCodeableConcept"))
    if concept is not None:
        return None, "", concept.text
    for key in ("valueString", "valueInteger", "valueBoolean", "valueDateTime", "valueTime"):
        if key in one:
            return None, "", str(one[key])
    return None, "", ""


def _fits(kept: Decimal, said: Decimal) -> bool:
    """Tell whether what the chart keeps of a number is that number: computed ones have digits that nobody measured."""
    return abs(kept - said) * 1000 <= abs(said)


def _in_words(said: Json) -> str:
    """Say a range or a ratio: 5-10 /HPF, 1:128."""
    over = "numerator" in said or "denominator" in said
    ends = [said.get(name) for name in (("numerator", "denominator") if over else ("low", "high"))]
    told = [f"{end.get('comparator', '')}{end.get('value', '')}" if isinstance(end, Mapping) else "" for end in ends]
    units = [str(end.get("unit") or end.get("code") or "") for end in ends if isinstance(end, Mapping)]
    unit = next((unit for unit in units if unit and unit != "1"), "")
    return f"{(':' if over else '-').join(told)} {unit}".strip() if any(told) else ""


def _part(one: Json) -> Part | None:
    code = coded(one.get("code"))
    value, unit, _ = _value(one)
    if _comparator(one):
        return None  # below five is not five: a part has no room for that, the resource as it came has
    return Part(code, value, unit) if code is not None and value is not None else None


def _medicine(one: Json, facts: Facts, others: Mapping[str, Json]) -> str:
    if str(one.get("status")) != "active":
        return "not taken any more"
    code = coded(one.get("medicationCodeableConcept"))
    if code is None:
        address = reference_of(one.get("medicationReference"))
        inside = (said for said in listed(one.get("contained")) if address == f"#{said.get('id')}")
        medication = next(inside, None) or others.get(address)
        code = coded(medication.get("code")) if medication else None
    if code is None:
        return "names no medicine"
    if one.get("doNotPerform") is True or one.get("taken") == "n" or one.get("wasNotTaken") is True:
        return "says not to give it"
    if str(one.get("intent")) in ("proposal", "plan", "option"):
        return "only proposed"
    if _denied(one.get("medicationCodeableConcept"), absence.MEDICINES):
        return NONE_KNOWN
    instructions = listed(one.get("dosageInstruction")) or listed(one.get("dosage"))
    facts.medicines.append(Medicine(code, next(filter(None, map(_dose, instructions)), "")))
    return ""


def _dose(said: Json) -> str:
    """Give how it is taken in its sender's words; what is only taken as needed never stands without that."""
    words, reason = str(said.get("text") or ""), coded(said.get("asNeededCodeableConcept"))
    needed = said.get("asNeededBoolean") is True or reason is not None
    if not needed or re.search(r"\b(?:need\w*|p\.?r\.?n)\b", words, re.IGNORECASE):
        return words
    return f"{words} as needed".strip() + (f" ({reason.text})" if reason is not None and reason.text else "")


def _visit(one: Json, facts: Facts, others: Mapping[str, Json]) -> str:
    period = one.get("period")
    since = moment_of(period.get("start")) if isinstance(period, Mapping) else None
    if str(one.get("status")) != "finished":
        return "is not finished"
    if since is None or not isinstance(period, Mapping):
        return "does not say when"
    until = moment_of(period.get("end"))
    code = next((said for kind in listed(one.get("type")) if (said := coded(kind))), None)
    facts.visits.append(
        Visit(code or Coded("", "", "Visit outside"), since, until if until and until >= since else None)
    )
    return ""


def _finding(one: Json, facts: Facts, others: Mapping[str, Json]) -> str:
    code, at = coded(one.get("code")), _when(one)
    if code is None:
        return "names nothing that was reported"
    if at is None:
        return "does not say when"
    if str(one.get("status")) not in ("final", "amended", "corrected"):
        return "is not final"
    named = [str(said["display"]) for said in listed(one.get("result")) if said.get("display")]
    words = str(one.get("conclusion") or _presented(one) or ", ".join(named)).strip()
    facts.findings.append(Finding(code, at, words if len(words) <= WORDS else f"{words[:WORDS]} […]"))
    return ""


def _presented(one: Json) -> str:
    """Give the words of a report that carries them as plain text."""
    for form in listed(one.get("presentedForm")):
        if str(form.get("contentType", "")).startswith("text/plain") and form.get("data"):
            try:
                return base64.b64decode(str(form["data"]), validate=True).decode("utf-8", "replace").replace("\0", "")
            except ValueError:
                continue
    return ""


_READERS: dict[str, Any] = {
    "Encounter": _visit,
    "DiagnosticReport": _finding,
    "Condition": _condition,
    "AllergyIntolerance": _allergy,
    "Observation": _observation,
    "MedicationRequest": _medicine,
    "MedicationStatement": _medicine,
}


def _patient(one: Json, facts: Facts) -> Patient:
    names = listed(one.get("name"))
    name = next((said for said in names if said.get("use") == "official"), names[0] if names else {})
    given = [str(part) for part in name.get("given", []) if part] if isinstance(name.get("given"), list) else []
    sex = str(one.get("gender", "unknown"))
    born, estimated = birth_of(one.get("birthDate"))
    return Patient(
        family=str(name.get("family") or "Unknown")[:80],
        given=(given[0] if given else "")[:80],
        middle=" ".join(given[1:])[:80],
        birth_date=born,
        birth_date_estimated=estimated,
        sex=sex if sex in ("female", "male", "other", "unknown") else "unknown",
        race=_race(one),
        language=_language(one),
        numbers=tuple(_numbers(one)),
        deceased_at=moment_of(one.get("deceasedDateTime")) if one.get("deceasedDateTime") else None,
        facts=facts,
    )


def _numbers(one: Json) -> Iterator[tuple[str, str]]:
    """Numbers that say who somebody is: not those of the social security, a licence or a passport."""
    for said in listed(one.get("identifier")):
        kind = coded(said.get("type"))
        system, value = str(said.get("system", "")), str(said.get("value", ""))
        alone = kind is None or kind.code not in ("SS", "DL", "PPN")
        if alone and system and value and len(system) <= 120 and len(value) <= 80 and "us-ssn" not in system:
            yield system, value


def _race(one: Json) -> str:
    for extension in listed(one.get("extension")):
        if str(extension.get("url", "")).endswith(("us-core-ethnicity", "us-core-race")):
            for said in listed(extension.get("extension")):
                coding = said.get("valueCoding")
                if isinstance(coding, Mapping) and coding.get("code") in _RACES:
                    return _RACES[str(coding["code"])]
    return ""


_RACES = {
    "2135-2": "hispanic",
    "1002-5": "american_indian",
    "2028-9": "asian",
    "2054-5": "black",
    "2076-8": "pacific_islander",
    "2106-3": "white",
}


def race_word(code: str) -> str:
    """Give the record's word for a race or ethnicity of the CDC code set; empty where it is none of those."""
    return _RACES.get(code, "")


def _language(one: Json) -> str:
    for said in listed(one.get("communication")):
        code = coded(said.get("language"))
        tag = (code.code if code else "").lower().split("-")[0]
        if re.fullmatch(r"[a-z]{2,3}", tag):
            return tag
    return "en"
