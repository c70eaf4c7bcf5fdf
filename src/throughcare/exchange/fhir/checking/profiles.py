"""US Core's profiles, checked from the distilled trees: what must stand, fixed and pattern values, codes, slices."""

from typing import Any

from throughcare.exchange.fhir.checking import stated, tables
from throughcare.exchange.fhir.checking.issue import Issue
from throughcare.exchange.fhir.checking.referring import leads_to

Json = dict[str, Any]
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
# R4's own profiles of vital signs, by what US Core made of each: the same elements, the same codes and units.
_R4 = "http://hl7.org/fhir/StructureDefinition/"
OF_R4 = {
    f"{_R4}{ours}": f"{US_CORE}us-core-{theirs}"
    for ours, theirs in (
        ("vitalsigns", "vital-signs"), ("bp", "blood-pressure"), ("heartrate", "heart-rate"), ("bmi", "bmi"),
        ("resprate", "respiratory-rate"), ("bodytemp", "body-temperature"), ("bodyheight", "body-height"),
        ("bodyweight", "body-weight"), ("headcircum", "head-circumference"),
    )
}  # fmt: skip


def claimed(resource: Json) -> list[str]:
    """Name the profiles that a resource says it follows and that are known here."""
    meta = resource.get("meta")
    said = meta.get("profile", []) if isinstance(meta, dict) else []
    named = [OF_R4.get(url, url) for one in said if isinstance(one, str) and (url := one.split("|")[0])]
    return [url for url in named if url in tables.profiles()]


def check(resource: Json, profile: str) -> list[Issue]:
    """Check a resource against one profile."""
    profile = OF_R4.get(profile.split("|")[0], profile.split("|")[0])
    known = tables.profiles().get(profile)
    kind = str(resource.get("resourceType"))
    if known is None:
        return [Issue("not-found", kind, f"The profile {profile[:200]} is not known here.")]
    if known["type"] != kind:
        return [Issue("structure", kind, f"The profile {profile} is of {known['type']}.")]
    found: list[Issue] = []
    _children(resource, known["tree"], kind, profile.rsplit("/", 1)[1], found)
    return found + stated.check(resource, profile.rsplit("/", 1)[1])


def unknown(resource: Json) -> list[Issue]:
    """Name the profiles that a resource says it follows and that nobody here can hold it to."""
    meta = resource.get("meta")
    said = meta.get("profile") if isinstance(meta, dict) else None
    kind = str(resource.get("resourceType"))
    found = []
    for n, url in enumerate(said if isinstance(said, list) else []):
        if not isinstance(url, str) or url in (f"{_R4}{kind}", f"{_R4}{kind}|4.0.1"):
            continue
        where, plain = f"{kind}.meta.profile[{n}]", url.split("|")[0]
        if ":" not in plain:
            found.append(Issue("invalid", where, "The address of a profile is absolute."))
        elif OF_R4.get(plain, plain) not in tables.profiles():
            words = f"The profile {plain[:200]} is not known here, so nothing was held to it."
            found.append(Issue("not-found", where, words, "warning"))
    return found


def numbers(resource: Json) -> list[Issue]:
    """Look at the numbers that others give out, by the profiles that a resource claims."""
    return [one for url in claimed(resource) for one in stated.check(resource, url.rsplit("/", 1)[1], stated.NUMBERS)]


def _children(one: Json, node: Json, path: str, name: str, found: list[Issue]) -> None:
    for child, rule in node.get("c", {}).items():
        keys, values = _values(one, child, rule)
        where = f"{path}.{keys[0] if keys else child}"
        if len(values) < rule.get("min", 0):
            found.append(Issue("structure", path, f"{name} asks for at least {rule['min']} of [{child}]."))
        if "max" in rule and len(values) > rule["max"]:
            found.append(Issue("structure", where, f"{name} allows at most {rule['max']} of [{child}]."))
        stray = [key for key in keys if key not in _allowed(child, rule)]
        if stray:
            found.append(Issue("structure", f"{path}.{stray[0]}", f"{name} does not allow this type of [{child}]."))
        for n, value in enumerate(values):
            _value(value, rule, _at(one, child, where, n), name, found)
        if "s" in rule:
            _slices(one, child, values, rule, where, name, found)


def _allowed(child: str, rule: Json) -> set[str]:
    if not child.endswith("[x]"):
        return {child}
    return {child[:-3] + one[:1].upper() + one[1:] for one in rule.get("types", [])}


def _values(one: Json, child: str, rule: Json) -> tuple[list[str], list[Any]]:
    """Give the JSON names that stand for an element, and its values; one that only has extensions counts as one."""
    if child.endswith("[x]"):
        base = child[:-3]
        keys = [key for key in one if key.startswith(base) and key[len(base) : len(base) + 1].isupper()]
        return keys, [one[key] for key in keys]
    value = one.get(child, one.get(f"_{child}"))
    if value is None:
        return [], []
    return [child], [part for part in value if part is not None] if isinstance(value, list) else [value]


def _value(value: Any, rule: Json, path: str, name: str, found: list[Issue]) -> None:
    if "fixed" in rule and not _equal(value, rule["fixed"]):
        found.append(Issue("value", path, f"{name} fixes this to [{_short(rule['fixed'])}]."))
    if "pattern" in rule and not matches(value, rule["pattern"]):
        found.append(Issue("value", path, f"{name} asks for [{_short(rule['pattern'])}] here."))
    if "set" in rule and not tables.in_set(value, rule["set"]):
        found.append(Issue("code-invalid", path, f"{name} asks for a code of {rule['set']}."))
    if "kinds" in rule and (kind := leads_to(value)) and kind not in rule["kinds"]:
        found.append(Issue("structure", path, f"{name} refers to {' or '.join(rule['kinds'])} here, not to a {kind}."))
    if isinstance(value, dict) and "c" in rule and not stated.absent(value):
        _children(value, rule, path, name, found)


def _short(value: Any) -> str:
    if isinstance(value, dict):
        codings = value.get("coding", [value])
        return ", ".join(str(one.get("code")) for one in codings)
    return str(value)


def _equal(value: Any, fixed: Any) -> bool:
    return bool(value == fixed)


def matches(value: Any, pattern: Any) -> bool:
    """True where everything that the pattern says stands in the value."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and matches(value[key], said) for key, said in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(matches(one, said) for one in value) for said in pattern)
    return bool(value == pattern)


# --- slices ---------------------------------------------------------------------------------------------------------------


def _slices(one: Json, child: str, values: list[Any], rule: Json, where: str, name: str, found: list[Issue]) -> None:
    for slice_, inner in rule["s"].items():
        inside = [
            (n, value) for n, value in enumerate(values) if _belongs(one, child, value, inner, rule.get("by", []))
        ]
        if len(inside) < inner.get("min", 0):
            found.append(Issue("structure", where, f"{name} asks for [{child}] of the kind [{slice_}]."))
        if "max" in inner and len(inside) > inner["max"]:
            found.append(Issue("structure", where, f"{name} allows [{slice_}] of [{child}] {inner['max']} times."))
        for n, value in inside:
            _value(value, inner, _at(one, child, where, n), name, found)


def _at(one: Json, child: str, where: str, n: int) -> str:
    """Name one of an element's values as it stands in the JSON: by its place where the element repeats."""
    return f"{where}[{n}]" if isinstance(one.get(child), list) else where


def _belongs(one: Json, child: str, value: Any, inner: Json, by: list[list[str]]) -> bool:
    for kind, path in by:
        if kind == "type":
            names = {child[:-3] + said[:1].upper() + said[1:] for said in inner.get("types", [])}
            if not any(key in names and one[key] is value for key in one):
                return False
        elif path == "url" and "url" in inner:
            if not (isinstance(value, dict) and value.get("url") == inner["url"]):
                return False
        elif not _discriminated(value, inner, path):
            return False
    return bool(by)


def _discriminated(value: Any, inner: Json, path: str) -> bool:
    node = inner
    at = [value]
    if path != "$this":
        for part in path.split("."):
            node = node.get("c", {}).get(part, {})
            at = [found for one in at if isinstance(one, dict) for found in _many(one.get(part))]
    if "set" in node:
        return any(tables.in_set(one, node["set"]) for one in at)
    if "fixed" in node:
        return any(_equal(one, node["fixed"]) for one in at)
    if "pattern" in node:
        return any(matches(one, node["pattern"]) for one in at)
    return False


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
