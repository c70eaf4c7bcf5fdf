"""HL7's constraints on code systems, value sets, questionnaires and bundles."""

import re
from collections.abc import Iterator

from throughcare.exchange.fhir.checking.invariants import ABSOLUTE, Found, Json, objects, on


@on("CodeSystem")
def _code_system(one: Json, top: Json) -> Found:
    concepts = objects(one.get("concept"))
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
        yield from _concepts(objects(one.get("concept")))


@on("ValueSet.compose.include")
def _include(one: Json, top: Json) -> Found:
    if not ({"valueSet", "system"} & one.keys()):
        yield "invariant", "", "A part of a value set names a system or a value set (vsd-1)."
    if ({"concept", "filter"} & one.keys()) and "system" not in one:
        yield "invariant", "", "Concepts and filters stand with their system (vsd-2)."
    if "concept" in one and "filter" in one:
        yield "invariant", "", "Concepts or filters, not both (vsd-3)."
    for n, said in enumerate(objects(one.get("filter"))):
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


@on("Questionnaire.item")
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
    if len(objects(one.get("enableWhen"))) > 1 and "enableBehavior" not in one:
        yield "invariant", "", "Two conditions or more say whether all or any must hold (que-12)."


@on("Questionnaire.item")
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


@on("Questionnaire")
def _questionnaire(one: Json, top: Json) -> Found:
    links = list(_links(objects(one.get("item"))))
    if len(links) != len(set(links)):
        yield "invariant", "item", "A link id stands once (que-2)."


def _links(items: list[Json]) -> Iterator[str]:
    for one in items:
        yield str(one.get("linkId"))
        yield from _links(objects(one.get("item")))


# --- bundles --------------------------------------------------------------------------------------------------------------


@on("Bundle")
def _bundle(one: Json, top: Json) -> Found:
    kind, entries = str(one.get("type")), objects(one.get("entry"))
    if "total" in one and kind not in ("searchset", "history"):
        yield "invariant", "total", "Only a search or a history has a total (bdl-1)."
    for n, entry in enumerate(entries):
        yield from _entry(entry, f"entry[{n}]", kind)
    if kind not in ("batch", "transaction", "history"):
        said = [(e.get("fullUrl"), _version(e)) for e in entries if e.get("fullUrl")]
        if len(said) != len(set(said)):
            yield "invariant", "entry", "A full address stands once, or with different versions (bdl-7)."


@on("Bundle")
def _document(one: Json, top: Json) -> Found:
    kind, entries = one.get("type"), objects(one.get("entry"))
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
    elif isinstance(url, str) and not ABSOLUTE.fullmatch(url):
        yield "invalid", f"{where}.fullUrl", "A full address is absolute."
    elif isinstance(url, str) and kind not in ("batch", "transaction") and _elsewhere(url, entry.get("resource")):
        yield "invalid", f"{where}.fullUrl", "The full address ends with another id than the resource's own."


def _elsewhere(url: str, resource: object) -> bool:
    """True where an address of a REST server names another id of the same type."""
    if not isinstance(resource, dict) or not url.startswith("http") or not isinstance(resource.get("id"), str):
        return False
    kind, _, id_ = url.rpartition("/")
    return kind.endswith(f"/{resource.get('resourceType')}") and id_ != resource["id"]


def _version(entry: Json) -> str:
    resource = entry.get("resource")
    meta = resource.get("meta") if isinstance(resource, dict) else None
    return str(meta.get("versionId")) if isinstance(meta, dict) else ""
