"""What a structural reader leaves open: required codes, targets of references, ids, extensions, empty elements, invariants.

One walk over the parsed resource; each finding has the path of its element.
"""

import re
from datetime import date
from typing import Any

from throughcare.exchange.fhir.checking import (
    invariants,
    invariants_of_bundles,
    invariants_of_charts,
    invariants_of_definitions,
    invariants_of_the_rest,
    referring,
    spot,
    tables,
)
from throughcare.exchange.fhir.checking.issue import Issue
from throughcare.exchange.fhir.checking.spot import Spot

Json = dict[str, Any]
# Imported so that their checks stand in the register.
REGISTERED = (invariants_of_bundles, invariants_of_charts, invariants_of_definitions, invariants_of_the_rest)
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
DEEPEST = 60
# HL7's own published definitions carry extensions where their context does not name them (fhir-type, expectation).
_DEFINING = frozenset(
    {"CapabilityStatement", "CodeSystem", "OperationDefinition", "SearchParameter", "StructureDefinition", "ValueSet"}
)


def check(resource: Json) -> list[Issue]:
    """Walk a resource and everything in it."""
    found: list[Issue] = []
    _resource(resource, spot.resource(str(resource.get("resourceType"))), found, None)
    return found


def _resource(one: Json, at: Spot, found: list[Issue], container: Json | None) -> None:
    kind = one.get("resourceType")
    if kind not in tables.resource_types():
        return  # the structural reader has said so
    path = spot.path(at)
    id_ = one.get("id")
    if isinstance(id_, str) and not ID.fullmatch(id_):
        found.append(Issue("invalid", f"{path}.id", "An id has at most 64 letters, digits, hyphens and dots."))
    language = one.get("language")
    if isinstance(language, str) and not LANGUAGE.fullmatch(language):
        found.append(Issue("code-invalid", f"{path}.language", f"[{language[:40]}] is no language (BCP 47)."))
    found += invariants.of_resource(one, path, container)
    top = container if container is not None else one
    _element(one, str(kind), at, found, top, 0)


def _element(one: Json, kind: str, at: Spot, found: list[Issue], top: Json, depth: int) -> None:
    """Check one object of a known type."""
    elements = tables.types().get(kind)
    if elements is None or depth > DEEPEST:
        return
    for check_ in invariants.BY_TYPE.get(kind, ()):
        for code, key, text in check_(one, top):
            path = spot.path(at)
            found.append(Issue(code, f"{path}.{key}" if key else path, text))
    if kind == "Extension":
        _extension(one, at, found)
    for name, value in one.items():
        element = elements.get(name)
        if element is None:
            if name[:1] == "_":
                bare = elements.get(name[1:])
                _shadow(value, Spot(at, name[1:], None, kind, bare.type if bare else ""), found, top, depth)
            continue
        if not (element.complex or element.codes or element.dated):
            continue
        if type(value) is list:
            for n, part in enumerate(value):
                _value(part, element, Spot(at, name, n, kind, element.type), found, top, depth)
        else:
            _value(value, element, Spot(at, name, None, kind, element.type), found, top, depth)


def _value(value: Any, element: tables.Element, at: Spot, found: list[Issue], top: Json, depth: int) -> None:
    if element.codes:
        _coded(value, element, at, found)
    elif element.dated and isinstance(value, str) and not _is_a_day(value[:10]):
        found.append(Issue("value", spot.path(at), f"[{value[:10]}] is not a day of the calendar."))
    if type(value) is not dict:
        return
    if not value or value.keys() == {"id"}:
        words = "An element has a value or parts; leave an empty one out (ele-1)."
        found.append(Issue("invariant", spot.path(at), words))
    if element.plain and "comparator" in value:
        found.append(Issue("invariant", spot.path(at), "No comparator stands with a quantity that is known (sqty-1)."))
    if element.type == "Resource":
        inside = spot.resource(str(value.get("resourceType")), at)
        _resource(value, inside, found, top if at.name == "contained" else None)
        return
    if element.type == "Reference":
        _reference(value, element, at, found, top)
    _element(value, element.type, at, found, top, depth + 1)


def _is_a_day(text: str) -> bool:
    if text[:4] == "0000":
        return False
    if text[8:] <= "28":
        return True
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _shadow(value: Any, at: Spot, found: list[Issue], top: Json, depth: int) -> None:
    for part in value if isinstance(value, list) else [value]:
        if part == {}:
            found.append(Issue("invariant", spot.path(at), "What stands beside a value says something (ele-1)."))
        elif isinstance(part, dict):
            _element(part, "Element", at, found, top, depth + 1)


def _coded(value: Any, element: tables.Element, at: Spot, found: list[Issue]) -> None:
    if isinstance(value, str):
        if value not in tables.bare_codes()[element.codes]:
            found.append(Issue("code-invalid", spot.path(at), f"[{value[:80]}] is not a code of {element.codes}."))
        return
    if not isinstance(value, dict):
        return
    codings = value.get("coding") if element.type == "CodeableConcept" else [value]
    if element.type not in ("CodeableConcept", "Coding") or ("code" not in value and element.type == "Coding"):
        return
    said = [one for one in codings or [] if isinstance(one, dict)]
    allowed = tables.value_sets()[element.codes]
    if not any(f"{one.get('system', '')}|{one.get('code', '')}" in allowed for one in said):
        if value.get("extension") and not said:
            return
        found.append(Issue("code-invalid", spot.path(at), f"None of its codings is of {element.codes}."))


def _reference(one: Json, element: tables.Element, at: Spot, found: list[Issue], top: Json) -> None:
    target = one.get("reference")
    if not isinstance(target, str):
        _leads(one, "", element, at, found)
        return
    if target.startswith("#"):
        _local(target[1:], element, at, found, top)
        return
    kind = referring.kind_of(target)
    if not kind and not referring.readable(target):
        words = "An address is a type and an id, a search for one, or absolute."
        found.append(Issue("invalid", f"{spot.path(at)}.reference", words, "warning"))
    _leads(one, kind, element, at, found)


def _leads(one: Json, kind: str, element: tables.Element, at: Spot, found: list[Issue]) -> None:
    """Hold the type of what is referred to, by its address or as it is said, to what may stand here."""
    said = referring.said_of(one)
    if kind and said and said != kind:
        found.append(Issue("structure", spot.path(at), f"The address leads to a {kind}, and is said to be a {said}."))
    if (is_ := kind or said) and element.kinds and is_ not in element.kinds:
        words = f"May not refer to a {is_}, only to {', '.join(sorted(element.kinds))}."
        found.append(Issue("structure", spot.path(at), words))


def _local(id_: str, element: tables.Element, at: Spot, found: list[Issue], top: Json) -> None:
    if not id_:
        return
    inside = [one for one in top.get("contained", []) if isinstance(one, dict) and one.get("id") == id_]
    if not inside:
        found.append(Issue("invariant", spot.path(at), f"[#{id_[:64]}] is not among the contained resources (ref-1)."))
    elif element.kinds and inside[0].get("resourceType") not in element.kinds:
        kind = inside[0].get("resourceType")
        found.append(
            Issue("structure", spot.path(at), f"May not refer to a {kind}, only to {', '.join(sorted(element.kinds))}.")
        )


def _extension(one: Json, at: Spot, found: list[Issue]) -> None:
    url = one.get("url")
    if not isinstance(url, str):
        return
    path = spot.path(at)
    if url.startswith("http") and "|" in url:
        found.append(Issue("invalid", f"{path}.url", "The address of an extension has no version."))
        return
    if ":" not in url and not _within(path):
        found.append(Issue("invalid", f"{path}.url", "The address of an extension is absolute."))
        return
    inner = [part for part in one.get("extension", []) if isinstance(part, dict)]
    value = next((name for name in one if name.startswith(("value", "_value"))), "")
    if bool(value) == bool(inner):
        found.append(Issue("invariant", path, "An extension has a value, or extensions, and not both (ext-1)."))
    known = tables.extensions().get(url)
    if known is None:
        return
    _worth(one, value, known.worth, url, path, found)
    if known.parts:
        _parts(url, known.parts, inner, path, found)
    if known.where and spot.whole(at).split(".")[0] not in _DEFINING and not _may_stand(at, known.where):
        found.append(Issue("structure", path, f"{url} may not stand here, only in {', '.join(sorted(known.where))}."))


def _worth(one: Json, value: str, worth: tables.Worth, name: str, path: str, found: list[Issue]) -> None:
    """Hold the value of an extension, or of a part of one, to its kinds and codes."""
    key = value.lstrip("_")
    if value and key[5:].lower() not in worth.kinds:
        found.append(Issue("structure", f"{path}.{key}", f"The value of {name} can't be of this type."))
    elif worth.codes and not tables.in_set(one.get(key), worth.codes):
        found.append(Issue("code-invalid", f"{path}.{key}", f"The value of {name} is not a code of {worth.codes}."))


def _within(path: str) -> bool:
    """True where an extension stands in another, which names it by a word."""
    above = path.rpartition(".")[0].rpartition(".")[2]
    return above.startswith(("extension[", "modifierExtension["))


def _parts(url: str, parts: dict[str, tables.Worth], inner: list[Json], path: str, found: list[Issue]) -> None:
    said = [str(part.get("url")) for part in inner]
    for name, part in parts.items():
        if said.count(name) < part.least:
            found.append(Issue("structure", path, f"The part [{name}] of {url} is missing."))
        if part.most and said.count(name) > part.most:
            found.append(Issue("structure", path, f"The part [{name}] of {url} stands more than {part.most} times."))
    for n, name in enumerate(said):
        if name in parts:
            value = next((key for key in inner[n] if key.startswith(("value", "_value"))), "")
            _worth(inner[n], value, parts[name], name, f"{path}.extension[{n}]", found)
        elif "/" not in name:
            found.append(Issue("structure", f"{path}.extension[{n}]", f"{url} has no part [{name[:60]}]."))


_ANYWHERE = {"Element", "Resource", "DomainResource", "BackboneElement"}


def _may_stand(at: Spot, where: frozenset[str]) -> bool:
    """True where the holder is an element that is named, or of a type that is named."""
    return bool(where & _ANYWHERE or where.intersection(spot.names(at)))
