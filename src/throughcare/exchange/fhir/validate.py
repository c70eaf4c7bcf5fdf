"""Is this FHIR R4, and does it follow the US Core profiles that it claims? The one door to every validator.

`fhirkit` reads the structure (types, cardinalities, primitives, unknown elements); `checking` holds what it leaves open.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from throughcare.exchange.fhir.checking import from_xml, profiles, structure, tables, terminology
from throughcare.exchange.fhir.checking.issue import Issue
from throughcare.kernel.fhir import encode

__all__ = ["Issue", "Validated", "beside", "read", "read_xml", "validate"]
Json = dict[str, Any]
LARGEST_EXPONENT = 100
# Behind what stands before a number in JSON: identifiers have such letters and digits within them, and all words are looked
# through. It begins with few characters, so that most are passed by at once.
_ODD = re.compile(r"[:,\[]\s*-?(?:\d{18}|\d+\.\d{18}|\d+(?:\.\d+)?[eE][+-]?\d{3})")
# Words between whose quotes nothing is seen; whether there are such, a look at each tells.
_BLANK = re.compile(r'"[ \xa0\\][ \xa0\\tnr]*"')
# Characters that no string of FHIR holds, as JSON writes them; which of these are really such, a look at the words tells.
_UNSEEN = re.compile(r"\\(?:u00(?:0[0-8bcef]|1[0-9a-f])|[bf])", re.IGNORECASE)
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f]")
MOST = 100  # as many findings as anybody reads
DEEPEST_BUNDLE = 8
_ENTRY = re.compile(r"Bundle\.entry\[\d+\]")


@dataclass(frozen=True, slots=True)
class Validated:
    """A resource as it was read, decimals with their digits, and what is wrong with it."""

    resource: Json
    issues: tuple[Issue, ...]

    @property
    def valid(self) -> bool:
        """True where nothing is wrong."""
        return not any(issue.severity == "error" for issue in self.issues)


def read(text: str | bytes, *, profile: str = "") -> Validated:
    """Read JSON and validate it; never raises on what a sender wrote."""
    import fhirkit

    try:
        words = text.decode("utf-8-sig") if isinstance(text, bytes) else text
    except UnicodeDecodeError:
        return Validated({}, (Issue("structure", "", "The words are not UTF-8."),))
    try:
        parsed = fhirkit.parse(words)
    except fhirkit.ParseError as error:
        return Validated({}, (Issue("structure", "", f"Not readable as JSON: {error}."),))
    except fhirkit.ValidationError as error:
        return Validated({}, (Issue("structure", "Resource", _last_line(str(error))),))
    try:
        resource = parsed.to_dict()
    except (ValueError, ArithmeticError):
        return Validated({}, (Issue("value", "", "A number has more digits than anything that is measured."),))
    odd = tuple(_odd(resource, str(resource.get("resourceType")))) if _may_be_odd(words) else ()
    return Validated(resource, (*odd, *_issues(parsed, resource, profile)))


def read_xml(text: str | bytes, *, profile: str = "") -> Validated:
    """Read FHIR XML and validate it."""
    try:
        resource, odd = from_xml.read(text)
    except from_xml.NotFhir as error:
        return Validated({}, (Issue("structure", "", str(error)),))
    if resource["resourceType"] not in tables.resource_types():
        return Validated({}, (Issue("structure", "", f"[{resource['resourceType'][:60]}] is not a resource of R4."),))
    strange = tuple(Issue("structure", path, words) for path, words in odd)
    judged = read(encode(resource), profile=profile)
    return Validated(judged.resource, (*strange, *judged.issues))


def validate(resource: Json, *, profile: str = "") -> tuple[Issue, ...]:
    """Say what is wrong with a resource of ours."""
    return read(encode(resource), profile=profile).issues


def _issues(parsed: Any, resource: Json, profile: str) -> tuple[Issue, ...]:
    found = [
        Issue(_kind(one.message), one.path, f"{one.message[:1].upper()}{one.message[1:]}.", one.severity)
        for one in parsed.issues
        if not _spaced_base64(one.message)
    ]
    if not any(one.code == "structure" for one in found):
        found += structure.check(resource)
        for url in dict.fromkeys([*profiles.claimed(resource), *([profile] if profile else [])]):
            found += profiles.check(resource, url)
        found += _claims_inside(resource, str(resource.get("resourceType")))
    return tuple(_readable(found))


def beside(resource: Json) -> Iterator[Issue]:
    """Say what only whoever asks is told: codes of others' systems, numbers of others, profiles that nobody here knows.

    What comes in is kept though these are wrong: a newer release of a code system is no reason to lose a result.
    """
    yield from terminology.check(resource)
    kind = str(resource.get("resourceType"))
    for where, one in [(kind, resource), *_inside(resource, kind)]:
        said = str(one.get("resourceType"))
        for found in (*profiles.numbers(one), *profiles.unknown(one)):
            yield replace(found, expression=where + found.expression.removeprefix(said))


def _inside(resource: Json, path: str, depth: int = 0) -> Iterator[tuple[str, Json]]:
    """Give what is contained and what a Bundle brings, each with its place."""
    inside = [(f"{path}.contained[{n}]", one) for n, one in enumerate(_list(resource, "contained"))]
    if resource.get("resourceType") == "Bundle":
        held = enumerate(_list(resource, "entry"))
        inside += [(f"{path}.entry[{n}].resource", one.get("resource")) for n, one in held if isinstance(one, dict)]
    for where, one in inside:
        if isinstance(one, dict) and depth <= DEEPEST_BUNDLE:
            yield where, one
            yield from _inside(one, where, depth + 1)


def _claims_inside(resource: Json, path: str) -> Iterator[Issue]:
    """Hold what a Bundle brings, and what is contained, to the profiles that each says it follows."""
    for where, one in _inside(resource, path):
        kind = str(one.get("resourceType"))
        for url in dict.fromkeys(profiles.claimed(one)):
            for said in profiles.check(one, url):
                yield replace(said, expression=where + said.expression.removeprefix(kind))


def _list(resource: Json, name: str) -> list[Any]:
    found = resource.get(name)
    return found if isinstance(found, list) else []


def _readable(found: list[Issue]) -> list[Issue]:
    """Leave out what is more than anybody reads; of a Bundle each entry keeps its own, for each is judged by itself."""
    if len(found) <= MOST:
        return found
    told: Counter[str] = Counter()
    kept = []
    for one in sorted(found, key=lambda one: one.severity != "error"):
        at = _ENTRY.match(one.expression)
        told[at[0] if at else ""] += 1
        if told[at[0] if at else ""] <= MOST:
            kept.append(one)
    return kept


def _may_be_odd(words: str) -> bool:
    return (
        "\0" in words
        or _UNSEEN.search(words) is not None
        or _ODD.search(words) is not None
        or _BLANK.search(words) is not None
    )


def _odd(value: Any, path: str) -> Iterator[Issue]:
    """Find what JSON allows and no record can hold: the character nought, numbers of astronomers."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _odd(part, f"{path}.{name}")
    elif isinstance(value, list):
        for n, part in enumerate(value):
            yield from _odd(part, f"{path}[{n}]")
    elif isinstance(value, str) and "\0" in value:
        yield Issue("value", path, "The character nought has no place in words.")
    elif isinstance(value, str) and _CONTROL.search(value):
        yield Issue("value", path, "Of the characters that nobody sees, words hold only tabs and ends of lines.")
    elif isinstance(value, str) and value and not value.strip():
        yield Issue("value", path, "Only white space stands here: leave it out.", "warning")
    elif isinstance(value, int) and abs(value) >= 1 << 63:
        yield Issue("value", path, "The number is larger than anything that is measured.")
    elif isinstance(value, Decimal) and value and abs(value.adjusted()) > LARGEST_EXPONENT:
        yield Issue("value", path, "The number is larger or smaller than anything that is measured.")


def _kind(message: str) -> str:
    if "required element missing" in message:
        return "required"
    if "unknown element" in message or "expected" in message or "R4 resource type" in message:
        return "structure"
    return "value"


def _spaced_base64(message: str) -> bool:
    """True where base64 was refused for white space alone, which R4 allows."""
    if not message.endswith("is not a valid base64Binary"):
        return False
    import base64

    try:
        base64.b64decode("".join(message.split('"')[1].split()), validate=True)
    except (ValueError, IndexError):
        return False
    return True


def _last_line(words: str) -> str:
    return words.strip().rsplit("\n", 1)[-1].strip().removeprefix("error at ").strip()
