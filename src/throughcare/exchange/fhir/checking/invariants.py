"""The constraints that HL7 states as FHIRPath and that a sender can break: each by its key, written out in Python."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from throughcare.exchange.fhir.checking.issue import Issue

Json = dict[str, Any]
Found = Iterator[tuple[str, str, str]]
Check = Callable[[Json, Json], Found]
BY_TYPE: dict[str, list[Check]] = {}
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:.+")


def _on(*kinds: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        for kind in kinds:
            BY_TYPE.setdefault(kind, []).append(check)
        return check

    return register


def _objects(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def codes(concept: Any) -> set[str]:
    """Give the codes of a CodeableConcept."""
    return {str(one.get("code")) for one in _objects(concept.get("coding"))} if isinstance(concept, dict) else set()


def _has(one: Json, name: str) -> bool:
    """True where an element stands, as a value or by its extensions; a choice is named without its type."""
    return name in one or f"_{name}" in one


def _choice(one: Json, name: str) -> str:
    n = len(name)
    return next((key for key in one if key.startswith(name) and key[n : n + 1].isupper()), "")


# --- every resource -------------------------------------------------------------------------------------------------------


def of_resource(one: Json, path: str, container: Json | None) -> Iterable[Issue]:
    """Check what holds of every resource: contained ones, narrative."""
    inside = _objects(one.get("contained"))
    if container is not None:
        meta = one.get("meta") if isinstance(one.get("meta"), dict) else {}
        if inside:
            yield Issue("invariant", f"{path}.contained", "A contained resource contains no others (dom-2).")
        if isinstance(meta, dict) and ("versionId" in meta or "lastUpdated" in meta):
            yield Issue(
                "invariant", f"{path}.meta", "A contained resource has no version and no time of change (dom-4)."
            )
        if isinstance(meta, dict) and "security" in meta:
            yield Issue("invariant", f"{path}.meta", "A contained resource has no labels of its own (dom-5).")
    if inside:
        said = set(_said(one))
        for n, part in enumerate(inside):
            if f"#{part.get('id')}" not in said and "#" not in set(_said(part)):
                yield Issue("invariant", f"{path}.contained[{n}]", "Nothing refers to this contained resource (dom-3).")


def _said(value: Any) -> Iterator[str]:
    """Give every local address that stands anywhere in an element."""
    if isinstance(value, dict):
        for part in value.values():
            yield from _said(part)
    elif isinstance(value, list):
        for part in value:
            yield from _said(part)
    elif isinstance(value, str) and value[:1] == "#":
        yield value
    elif isinstance(value, str) and value[:4] == "<div":
        yield from re.findall(r"[\"'](#[^\"']+)[\"']", value)


# --- datatypes ------------------------------------------------------------------------------------------------------------

_HREF = re.compile(r"<a\s[^>]*href\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_FORBIDDEN = re.compile(
    r"<\s*(script|form|iframe|object|embed|link|style|base|frame|frameset|input|button|head|body|html|xml)\b"
    r"|<[^>]*\son[a-z]+\s*=|javascript:",
    re.IGNORECASE,
)
_WORDS = re.compile(r"<[^>]*>|\s|&nbsp;|&#160;")


@_on("Narrative")
def _narrative(one: Json, top: Json) -> Found:
    div = one.get("div")
    if not isinstance(div, str):
        return
    if not div.lstrip().startswith("<div") or not re.match(
        r"<div\b[^>]*xmlns=[\"']http://www\.w3\.org/1999/xhtml[\"']", div.lstrip()
    ):
        yield "invalid", "div", "A narrative is one div of XHTML with its namespace."
    elif _FORBIDDEN.search(div):
        yield "invariant", "div", "A narrative holds basic formatting only: no script, form or frame (txt-1)."
    elif not _WORDS.sub("", div) and "<img" not in div:
        yield "invariant", "div", "A narrative has words (txt-2)."
    for href in _HREF.findall(div):
        if href.startswith("urn:"):
            yield "invalid", "div", "A link in a narrative can't lead to a urn."


@_on("Period")
def _period(one: Json, top: Json) -> Found:
    start, end = one.get("start"), one.get("end")
    if isinstance(start, str) and isinstance(end, str) and _after(start, end):
        yield "invariant", "", "A period starts before it ends (per-1)."


def _after(start: str, end: str) -> bool:
    """True unless the first moment is certainly not later; told with different precision, the same day is not certain."""
    if "T" in start and "T" in end:
        try:
            return _moment(start) > _moment(end)
        except (ValueError, TypeError):
            return False
    n = min(len(start.split("T")[0]), len(end.split("T")[0]))
    return start[:n] > end[:n] or (start[:n] == end[:n] and len(start) != len(end))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


@_on("Identifier")
def _identifier(one: Json, top: Json) -> Found:
    value = one.get("value")
    if one.get("system") == "urn:ietf:rfc:3986" and isinstance(value, str) and not _ABSOLUTE.fullmatch(value):
        yield "code-invalid", "value", "With the system urn:ietf:rfc:3986 the value is a whole URI."


@_on("Coding", "Quantity", "Identifier")
def _system(one: Json, top: Json) -> Found:
    system = one.get("system")
    if isinstance(system, str) and not _ABSOLUTE.fullmatch(system):
        yield "invalid", "system", "A system is an absolute address."
    if isinstance(system, str) and system.startswith("http://hl7.org/fhir/ValueSet/"):
        yield "invalid", "system", "A system is a code system, not a value set."


@_on("Quantity", "Age", "Count", "Distance", "Duration", "Money")
def _quantity(one: Json, top: Json) -> Found:
    if "code" in one and "system" not in one:
        yield "invariant", "", "A code of a unit stands with its system (qty-3)."


@_on("Range")
def _range(one: Json, top: Json) -> Found:
    low, high = one.get("low"), one.get("high")
    if not (isinstance(low, dict) and isinstance(high, dict)) or low.get("code") != high.get("code"):
        return
    a, b = low.get("value"), high.get("value")
    if isinstance(a, int | float) and isinstance(b, int | float) and a > b:
        yield "invariant", "", "Low is not above high (rng-2)."


@_on("Ratio")
def _ratio(one: Json, top: Json) -> Found:
    if ("numerator" in one) != ("denominator" in one) or not ({"numerator", "denominator", "extension"} & one.keys()):
        yield "invariant", "", "A ratio has a numerator and a denominator, or neither and an extension (rat-1)."


@_on("Attachment")
def _attachment(one: Json, top: Json) -> Found:
    if "data" in one and not _has(one, "contentType"):
        yield "invariant", "", "Data stand with their content type (att-1)."


@_on("ContactPoint")
def _contact_point(one: Json, top: Json) -> Found:
    if "value" in one and not _has(one, "system"):
        yield "invariant", "", "A number or address says of which kind it is (cpt-2)."


@_on("Timing.repeat", "Element.repeat")
def _repeat(one: Json, top: Json) -> Found:
    for a, b, key in (("duration", "durationUnit", "tim-1"), ("period", "periodUnit", "tim-2")):
        if a in one and not _has(one, b):
            yield "invariant", "", f"{a} stands with its unit ({key})."
    for name, key in (("duration", "tim-4"), ("period", "tim-5")):
        if isinstance(one.get(name), int | float) and one[name] < 0:
            yield "invariant", name, f"{name} is not negative ({key})."
    for a, b, key in (
        ("periodMax", "period", "tim-6"),
        ("durationMax", "duration", "tim-7"),
        ("countMax", "count", "tim-8"),
    ):
        if a in one and b not in one:
            yield "invariant", "", f"{a} stands with {b} ({key})."
    if "timeOfDay" in one and "when" in one:
        yield "invariant", "", "A time of day or an event, not both (tim-10)."


@_on("Reference")
def _addressed(one: Json, top: Json) -> Found:
    if not ({"reference", "identifier", "display", "extension", "_reference"} & one.keys()):
        yield "invariant", "", "A reference says to what: by address, identifier or words."


# --- what is charted ------------------------------------------------------------------------------------------------------


@_on("Observation")
def _observation(one: Json, top: Json) -> Found:
    value = _choice(one, "value")
    if "dataAbsentReason" in one and value:
        yield "invariant", "dataAbsentReason", "A reason why there is no value stands only where there is none (obs-6)."
    code = one.get("code")
    coded = value and isinstance(code, dict) and code.get("coding")
    if coded and any(part.get("code") == code for part in _objects(one.get("component"))):
        yield "invariant", "component", "A part with the code of the whole leaves the value to the part (obs-7)."


@_on("Observation.referenceRange")
def _reference_range(one: Json, top: Json) -> Found:
    if not ({"low", "high", "text"} & one.keys()):
        yield "invariant", "", "A reference range has a low, a high or words (obs-3)."


@_on("Patient.contact")
def _patient_contact(one: Json, top: Json) -> Found:
    if not ({"name", "telecom", "address", "organization"} & one.keys()):
        yield "invariant", "", "A contact has a name, a number, an address or an organisation (pat-1)."


@_on("Condition")
def _condition(one: Json, top: Json) -> Found:
    said = codes(one.get("verificationStatus"))
    clinical = codes(one.get("clinicalStatus"))
    if "entered-in-error" in said and "clinicalStatus" in one:
        yield "invariant", "clinicalStatus", "A problem entered in error has no clinical status (con-5)."
    if _choice(one, "abatement") and clinical and not clinical & {"inactive", "resolved", "remission"}:
        yield "invariant", "clinicalStatus", "What has abated is inactive, resolved or in remission (con-4)."


@_on("Condition.stage")
def _stage(one: Json, top: Json) -> Found:
    if not ({"summary", "assessment"} & one.keys()):
        yield "invariant", "", "A stage has a summary or an assessment (con-1)."


@_on("Condition.evidence")
def _evidence(one: Json, top: Json) -> Found:
    if not ({"code", "detail"} & one.keys()):
        yield "invariant", "", "Evidence has a code or details (con-2)."


@_on("AllergyIntolerance")
def _allergy(one: Json, top: Json) -> Found:
    wrong = "entered-in-error" in codes(one.get("verificationStatus"))
    if wrong and "clinicalStatus" in one:
        yield "invariant", "clinicalStatus", "An allergy entered in error has no clinical status (ait-2)."
    if not wrong and "clinicalStatus" not in one:
        yield "invariant", "", "An allergy has a clinical status unless it was entered in error (ait-1)."


@_on("Immunization.education")
def _education(one: Json, top: Json) -> Found:
    if not ({"documentType", "reference"} & one.keys()):
        yield "invariant", "", "Education names a kind of document or an address (imm-1)."


@_on("Appointment")
def _appointment(one: Json, top: Json) -> Found:
    if ("start" in one) != ("end" in one):
        yield "invariant", "", "A start and an end, or neither (app-2)."
    if "start" not in one and one.get("status") not in ("proposed", "cancelled", "waitlist"):
        yield "invariant", "", "Only what is proposed, cancelled or waiting has no time (app-3)."
    if "cancelationReason" in one and one.get("status") not in ("cancelled", "noshow"):
        yield "invariant", "cancelationReason", "A reason of cancellation stands where it was cancelled (app-4)."


@_on("Appointment.participant")
def _participant(one: Json, top: Json) -> Found:
    if not ({"type", "actor"} & one.keys()):
        yield "invariant", "", "A participant has a type or says who it is (app-1)."


@_on("MedicationAdministration.dosage")
def _dosage(one: Json, top: Json) -> Found:
    if "dose" not in one and not _choice(one, "rate"):
        yield "invariant", "", "A dosage has a dose or a rate (mad-1)."


@_on("CarePlan.activity")
def _activity(one: Json, top: Json) -> Found:
    if "detail" in one and "reference" in one:
        yield "invariant", "", "An activity is told in detail or referred to, not both (cpl-3)."


@_on("Goal.target")
def _target(one: Json, top: Json) -> Found:
    if _choice(one, "detail") and "measure" not in one:
        yield "invariant", "", "A goal that is measured says what is measured (gol-1)."


@_on("QuestionnaireResponse.item")
def _answered(one: Json, top: Json) -> Found:
    if "answer" in one and "item" in one:
        yield "invariant", "", "An item holds answers or items; items under an answer stand in it (qrs-1)."


@_on("ServiceRequest")
def _request(one: Json, top: Json) -> Found:
    if "orderDetail" in one and "code" not in one:
        yield "invariant", "orderDetail", "Details of an order stand with its code (prr-1)."


@_on("Composition.section")
def _section(one: Json, top: Json) -> Found:
    if not ({"text", "entry", "section"} & one.keys()):
        yield "invariant", "", "A section has words, entries or sections (cmp-1)."
    if "emptyReason" in one and "entry" in one:
        yield "invariant", "emptyReason", "A reason for being empty stands only where there are no entries (cmp-2)."


@_on("Organization")
def _organization(one: Json, top: Json) -> Found:
    if not ({"name", "identifier", "_name"} & one.keys()):
        yield "invariant", "", "An organisation has a name or an identifier (org-1)."


@_on("List")
def _list(one: Json, top: Json) -> Found:
    entries = _objects(one.get("entry"))
    if entries and "emptyReason" in one:
        yield "invariant", "emptyReason", "Only an empty list says why it is empty (lst-1)."
    if one.get("mode") != "changes" and any(entry.get("deleted") for entry in entries):
        yield "invariant", "entry", "Only a list of changes has deleted entries (lst-2)."
    if one.get("mode") != "working" and any("date" in entry for entry in entries):
        yield "invariant", "entry", "Only a working list dates its entries (lst-3)."


# --- definitions ----------------------------------------------------------------------------------------------------------


@_on("CodeSystem")
def _code_system(one: Json, top: Json) -> Found:
    concepts = _objects(one.get("concept"))
    said = list(_concepts(concepts))
    if len(said) != len(set(said)):
        yield "invariant", "concept", "A code stands once (csd-1)."
    if one.get("content") == "not-present" and concepts:
        yield "invalid", "concept", "It says that no content is present, and has concepts."
    count = one.get("count")
    if one.get("content") == "complete" and isinstance(count, int) and count != len(said):
        yield "invalid", "count", f"It says that it has {count} concepts, and has {len(said)}."


def _concepts(concepts: list[Json]) -> Iterator[str]:
    for one in concepts:
        yield str(one.get("code"))
        yield from _concepts(_objects(one.get("concept")))


@_on("ValueSet.compose.include")
def _include(one: Json, top: Json) -> Found:
    if not ({"valueSet", "system"} & one.keys()):
        yield "invariant", "", "A part of a value set names a system or a value set (vsd-1)."
    if ({"concept", "filter"} & one.keys()) and "system" not in one:
        yield "invariant", "", "Concepts and filters stand with their system (vsd-2)."
    if "concept" in one and "filter" in one:
        yield "invariant", "", "Concepts or filters, not both (vsd-3)."
    for n, said in enumerate(_objects(one.get("filter"))):
        value, property_ = str(said.get("value", "")), str(said.get("property", ""))
        if property_ in ("notSelectable", "inactive", "abstract") and value not in ("true", "false"):
            yield "invalid", f"filter[{n}]", f"The value of [{property_}] is true or false."
        if one.get("system") == "http://snomed.info/sct":
            yield from _snomed_filter(f"filter[{n}]", property_, str(said.get("op")), value)


def _snomed_filter(place: str, property_: str, op: str, value: str) -> Found:
    one_code = property_ == "concept" and op in ("is-a", "descendent-of", "=")
    if one_code and not re.fullmatch(r"\d{6,18}(,\d{6,18})*", value):
        yield "invalid", place, "The value is a SNOMED CT code."
    if property_ in ("constraint", "expression") and not _expression(value):
        yield "invalid", place, "The value is not an expression of SNOMED CT's constraint language."


_TOKEN = re.compile(
    r"\s*(<<!?|<!?|>>!?|>!?|\^|\(|\)|\{|\}|\[|\]|AND\b|OR\b|MINUS\b|,|:|!?=|\.|\*|\d+(?:\.\.(?:\d+|\*))?|\|[^|]*\||\"[^\"]*\"|[A-Za-z]+)",
    re.I,
)


def _expression(text: str) -> bool:
    """True unless the expression is certainly wrong: unknown signs, unpaired brackets, two concepts with nothing between."""
    at, concept, opened = 0, False, 0
    while at < len(text.rstrip()):
        token = _TOKEN.match(text, at)
        if token is None:
            return False
        word, at = token[1], token.end()
        if re.fullmatch(r"\d{6,18}", word) or word[0] in "<>":
            if concept:
                return False
            concept = word[0] not in "<>"
        elif word[0] != "|":
            concept = False
        opened += {"(": 1, ")": -1}.get(word, 0)
        if opened < 0:
            return False
    return opened == 0


_CHOOSING = frozenset(["choice", "open-choice", "decimal", "integer", "date", "dateTime", "time", "string", "quantity"])
_MEASURED = frozenset(["boolean", "decimal", "integer", "string", "text", "url", "open-choice"])


@_on("Questionnaire.item")
def _question(one: Json, top: Json) -> Found:
    kind = one.get("type")
    if kind == "group" and not one.get("item"):
        yield "invariant", "", "A group has items (que-1)."
    if "answerOption" in one and "answerValueSet" in one:
        yield "invariant", "", "Options or a value set of answers, not both (que-4)."
    if ({"answerOption", "answerValueSet"} & one.keys()) and kind not in _CHOOSING:
        yield "invariant", "", "Only a question with a choice has options (que-5)."
    if kind in ("group", "display") and "initial" in one:
        yield "invariant", "", "Groups and words have no initial value (que-8)."
    if "maxLength" in one and kind not in _MEASURED:
        yield "invariant", "maxLength", "Only simple answers have a length (que-10)."
    if "answerOption" in one and "initial" in one:
        yield "invariant", "initial", "Where there are options, one of them is the initial value (que-11)."
    if len(_objects(one.get("enableWhen"))) > 1 and "enableBehavior" not in one:
        yield "invariant", "", "Two conditions or more say whether all or any must hold (que-12)."


@_on("Questionnaire.item")
def _shown(one: Json, top: Json) -> Found:
    if one.get("type") != "display":
        return
    for names, key in (
        (("item",), "que-1"),
        (("code",), "que-3"),
        (("required", "repeats"), "que-6"),
        (("readOnly",), "que-9"),
    ):
        if one.keys() & set(names):
            yield "invariant", "", f"Words that are shown have no {' and no '.join(names)} ({key})."


@_on("Questionnaire")
def _questionnaire(one: Json, top: Json) -> Found:
    links = list(_links(_objects(one.get("item"))))
    if len(links) != len(set(links)):
        yield "invariant", "item", "A link id stands once (que-2)."


def _links(items: list[Json]) -> Iterator[str]:
    for one in items:
        yield str(one.get("linkId"))
        yield from _links(_objects(one.get("item")))


# --- bundles --------------------------------------------------------------------------------------------------------------


@_on("Bundle")
def _bundle(one: Json, top: Json) -> Found:
    kind, entries = str(one.get("type")), _objects(one.get("entry"))
    if "total" in one and kind not in ("searchset", "history"):
        yield "invariant", "total", "Only a search or a history has a total (bdl-1)."
    for n, entry in enumerate(entries):
        yield from _entry(entry, f"entry[{n}]", kind)
    if kind not in ("batch", "transaction", "history"):
        said = [(e.get("fullUrl"), _version(e)) for e in entries if e.get("fullUrl")]
        if len(said) != len(set(said)):
            yield "invariant", "entry", "A full address stands once, or with different versions (bdl-7)."


@_on("Bundle")
def _document(one: Json, top: Json) -> Found:
    kind, entries = one.get("type"), _objects(one.get("entry"))
    if kind == "document":
        identifier = one.get("identifier")
        if not (isinstance(identifier, dict) and "system" in identifier and "value" in identifier):
            yield "invariant", "", "A document has an identifier with a system and a value (bdl-9)."
        if "timestamp" not in one:
            yield "invariant", "", "A document has a date (bdl-10)."
    for wanted, kind_, key in (("document", "Composition", "bdl-11"), ("message", "MessageHeader", "bdl-12")):
        first = entries[0].get("resource") if entries else None
        if kind == wanted and not (isinstance(first, dict) and first.get("resourceType") == kind_):
            yield "invariant", "entry", f"Its first resource is a {kind_} ({key})."


def _entry(entry: Json, where: str, kind: str) -> Found:
    changing = kind in ("batch", "transaction", "history")
    answering = kind in ("batch-response", "transaction-response", "history")
    if "search" in entry and kind != "searchset":
        yield "invariant", where, "Only entries of a search tell how they were found (bdl-2)."
    if ("request" in entry) != changing:
        yield "invariant", where, "Entries of a batch, transaction or history have a request, others none (bdl-3)."
    if ("response" in entry) != answering and kind != "history":
        yield "invariant", where, "Only entries of a response have a response (bdl-4)."
    if not ({"resource", "request", "response"} & entry.keys()):
        yield "invariant", where, "An entry has a resource, a request or a response (bdl-5)."
    url = entry.get("fullUrl")
    if isinstance(url, str) and "/_history/" in url:
        yield "invariant", where, "A full address names no version (bdl-8)."
    elif isinstance(url, str) and not _ABSOLUTE.fullmatch(url):
        yield "invalid", f"{where}.fullUrl", "A full address is absolute."


def _version(entry: Json) -> str:
    resource = entry.get("resource")
    meta = resource.get("meta") if isinstance(resource, dict) else None
    return str(meta.get("versionId")) if isinstance(meta, dict) else ""
