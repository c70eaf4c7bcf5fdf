"""The constraints that HL7 states as FHIRPath, each by its key, in Python: of every resource and of datatypes."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from throughcare.exchange.fhir.checking import xhtml
from throughcare.exchange.fhir.checking.issue import Issue

Json = dict[str, Any]
Found = Iterator[tuple[str, str, str]]
Check = Callable[[Json, Json], Found]
BY_TYPE: dict[str, list[Check]] = {}
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:.+")


def on(*kinds: str) -> Callable[[Check], Check]:
    """Register a check for types; it gives code, place and words of each finding."""

    def register(check: Check) -> Check:
        for kind in kinds:
            BY_TYPE.setdefault(kind, []).append(check)
        return check

    return register


def objects(value: Any) -> list[Json]:
    """Give the objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def codes(concept: Any) -> set[str]:
    """Give the codes of a CodeableConcept."""
    return {str(one.get("code")) for one in objects(concept.get("coding"))} if isinstance(concept, dict) else set()


def _has(one: Json, name: str) -> bool:
    """True where an element stands, as a value or by its extensions; a choice is named without its type."""
    return name in one or f"_{name}" in one


def choice(one: Json, name: str) -> str:
    """Give the JSON name under which a choice stands, or nothing."""
    n = len(name)
    return next((key for key in one if key.startswith(name) and key[n : n + 1].isupper()), "")


# --- every resource -------------------------------------------------------------------------------------------------------


def of_resource(one: Json, path: str, container: Json | None) -> Iterable[Issue]:
    """Check what holds of every resource: contained ones, narrative."""
    inside = objects(one.get("contained"))
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
        ids = [str(part.get("id")) for part in inside]
        for n, id_ in enumerate(ids):
            if id_ in ids[:n]:
                yield Issue(
                    "invariant", f"{path}.contained[{n}].id", f"Two contained resources have the id [{id_[:64]}]."
                )
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


@on("Narrative")
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
    elif said := xhtml.wrong(div):
        yield "structure", "div", said
    elif not _WORDS.sub("", div) and "<img" not in div:
        yield "invariant", "div", "A narrative has words (txt-2)."
    for href in _HREF.findall(div):
        if href.startswith("urn:"):
            yield "invalid", "div", "A link in a narrative can't lead to a urn."


@on("Period")
def _period(one: Json, top: Json) -> Found:
    start, end = one.get("start"), one.get("end")
    if isinstance(start, str) and isinstance(end, str) and after(start, end):
        yield "invariant", "", "A period starts before it ends (per-1)."


def after(start: str, end: str) -> bool:
    """True unless the first moment is certainly not later; told with different precision, the same day is not certain."""
    if "T" in start and "T" in end:
        try:
            return _moment(start) > _moment(end)
        except (ValueError, TypeError):
            return False
    n = min(len(start.split("T")[0]), len(end.split("T")[0]))
    return start[:n] > end[:n] or (start[:n] == end[:n] and len(start) != len(end))


def surely_after(first: str, then: str) -> bool:
    """Tell whether the first moment is later by what both tell: FHIRPath gives nothing, not false, where one tells less."""
    if "T" in first and "T" in then:
        return after(first, then)
    n = min(len(first.split("T")[0]), len(then.split("T")[0]))
    return first[:n] > then[:n]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


@on("Identifier")
def _identifier(one: Json, top: Json) -> Found:
    value = one.get("value")
    if one.get("system") == "urn:ietf:rfc:3986" and isinstance(value, str) and not ABSOLUTE.fullmatch(value):
        yield "code-invalid", "value", "With the system urn:ietf:rfc:3986 the value is a whole URI."


_OID = re.compile(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+")
_UUID = re.compile(r"urn:uuid:[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def _urn(system: str) -> bool:
    """True unless it says that it is an OID or a UUID and is none."""
    kind = {"urn:oid:": _OID, "urn:uuid": _UUID}.get(system[:8])
    return kind is None or kind.fullmatch(system) is not None


@on("Coding", "Quantity", "Identifier")
def _system(one: Json, top: Json) -> Found:
    system = one.get("system")
    if isinstance(system, str) and not ABSOLUTE.fullmatch(system):
        yield "invalid", "system", "A system is an absolute address."
    if isinstance(system, str) and system[:4] == "urn:" and not _urn(system):
        yield "invalid", "system", "An OID or UUID is written as one: urn:oid:1.2.3, urn:uuid: and 36 signs."
    if isinstance(system, str) and system.startswith("http://hl7.org/fhir/ValueSet/"):
        yield "invalid", "system", "A system is a code system, not a value set."


@on("Quantity", "Age", "Count", "Distance", "Duration", "Money")
def _quantity(one: Json, top: Json) -> Found:
    if "code" in one and "system" not in one:
        yield "invariant", "", "A code of a unit stands with its system (qty-3)."


@on("Range")
def _range(one: Json, top: Json) -> Found:
    low, high = one.get("low"), one.get("high")
    if not (isinstance(low, dict) and isinstance(high, dict)) or low.get("code") != high.get("code"):
        return
    a, b = low.get("value"), high.get("value")
    if isinstance(a, int | float) and isinstance(b, int | float) and a > b:
        yield "invariant", "", "Low is not above high (rng-2)."


@on("Ratio")
def _ratio(one: Json, top: Json) -> Found:
    if ("numerator" in one) != ("denominator" in one) or not ({"numerator", "denominator", "extension"} & one.keys()):
        yield "invariant", "", "A ratio has a numerator and a denominator, or neither and an extension (rat-1)."


_MIME = re.compile(r"[^\s/]+/[^\s/]+")


@on("Attachment")
def _attachment(one: Json, top: Json) -> Found:
    if "data" in one and not _has(one, "contentType"):
        yield "invariant", "", "Data stand with their content type (att-1)."
    kind = one.get("contentType")
    if isinstance(kind, str) and not _MIME.match(kind):
        yield "code-invalid", "contentType", "A content type is written type/subtype (BCP 13)."


@on("ContactPoint")
def _contact_point(one: Json, top: Json) -> Found:
    if "value" in one and not _has(one, "system"):
        yield "invariant", "", "A number or address says of which kind it is (cpt-2)."


@on("Timing.repeat", "Element.repeat")
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


@on("Reference")
def _addressed(one: Json, top: Json) -> Found:
    if not ({"reference", "identifier", "display", "extension", "_reference"} & one.keys()):
        yield "invariant", "", "A reference says to what: by address, identifier or words."
