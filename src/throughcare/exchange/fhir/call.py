"""One request to the API and its answer, without a framework between."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from throughcare.access.tokens import Bearer
from throughcare.exchange.fhir.outcome import FhirError, bad
from throughcare.kernel.actor import Actor
from throughcare.kernel.fhir import Json
from throughcare.kernel.lens import Lens

FHIR_JSON = "application/fhir+json; charset=utf-8"
# What clients write for JSON, the names of drafts before R4 among them.
_JSON_WORDS = frozenset({"json", "application/json", "application/fhir+json", "text/json", "application/json+fhir"})
_RELEASE = re.compile(r";\s*fhirversion\s*=\s*\"?(\d+\.\d+)", re.IGNORECASE)
_UNWANTED = re.compile(r";\s*q\s*=\s*0(?:\.0*)?\s*(?:;|\Z)")


@dataclass
class Call:
    """A request: method, the path's parts behind /fhir, query, headers (lower case), body, and whose token it brought."""

    method: str
    parts: tuple[str, ...]
    query: str
    headers: dict[str, str]
    body: bytes
    base: str
    secret: str = ""
    _bearer: Bearer | None = None
    # Issues that don't stop the answer; a search tells them in its Bundle.
    warnings: list[Json] = field(default_factory=list)

    @property
    def bearer(self) -> Bearer:
        """Give whose token it is; there is always one behind the guard."""
        if self._bearer is None:
            raise FhirError(401, "login", "This needs a bearer token.", headers={"WWW-Authenticate": "Bearer"})
        return self._bearer

    @property
    def lens(self) -> Lens:
        """Give the token's lens."""
        return self.bearer.lens

    @property
    def actor(self) -> Actor:
        """Give who acts."""
        return self.bearer.actor

    @cached_property
    def params(self) -> list[tuple[str, str]]:
        """Give the query's parameters in order; a search by POST has those of its form as well."""
        if not self.query and self.method == "GET":
            return []
        found = pairs_of(self.query, "The query can't be read: it is no list of name=value in UTF-8.")
        if self.method == "POST" and self.content_type == "application/x-www-form-urlencoded":
            found += form_of(self.body)
        if any("\x00" in k or "\x00" in v for k, v in found):
            raise bad("The query holds a byte that is no character.")
        return found

    def param(self, name: str, default: str = "") -> str:
        """Give the last value of a parameter."""
        return next((v for k, v in reversed(self.params) if k == name), default)

    @property
    def content_type(self) -> str:
        """Give the body's media type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def prefers(self) -> dict[str, str]:
        """Give what the client prefers (`return`, `handling`, `respond-async`)."""
        found = {}
        for part in self.headers.get("prefer", "").replace(",", ";").split(";"):
            name, _, value = part.strip().partition("=")
            if name:
                found[name.lower()] = value.strip().strip('"').lower()
        return found

    @property
    def pretty(self) -> bool:
        """Tell whether the answer is to be indented."""
        return self.param("_pretty") == "true"

    def require_json_answer(self) -> None:
        """Refuse where the client takes no JSON, which is all there is."""
        asked = [v for k, v in self.params if k == "_format" and v]
        if asked:
            word = asked[-1].partition(";")[0].strip().lower().replace(" ", "+")
            if word not in _JSON_WORDS or not of_our_release(asked[-1]):
                raise FhirError(406, "not-supported", f"There is no [{asked[-1][:60]}] here: JSON only.", "_format")
            return
        if not _takes_json(self.headers.get("accept", "")):
            raise FhirError(406, "not-supported", "This API answers in JSON only: application/fhir+json.")

    def require_json_body(self) -> None:
        """Refuse a body that is said to be something else than JSON, or another release of FHIR than R4."""
        if self.content_type and self.content_type not in _JSON_WORDS:
            raise FhirError(415, "not-supported", f"This API reads JSON, not [{self.content_type[:60]}].")
        if not of_our_release(self.headers.get("content-type", "")):
            raise FhirError(415, "not-supported", "This API reads FHIR R4 alone: fhirVersion=4.0.")

    def json(self) -> Json:
        """Read the body as one JSON object with exact decimals; refuse what is none."""
        from throughcare.exchange.fhir.exact import parse

        self.require_json_body()
        found = parse(self.body)
        if not isinstance(found, dict):
            raise bad("The body is no JSON object.", code="structure")
        return found


@lru_cache(maxsize=1000)
def _takes_json(accepts: str) -> bool:
    wanted = [a for a in accepts.lower().split(",") if not _UNWANTED.search(a) and of_our_release(a)]
    kinds = [a.partition(";")[0].strip() for a in wanted]
    return any(k in _JSON_WORDS or k in ("*/*", "application/*", "") or "ndjson" in k for k in kinds)


def of_our_release(media: str) -> bool:
    """Tell whether a media type names R4, or no release of FHIR at all."""
    found = _RELEASE.search(media)
    return found is None or found[1] == "4.0"


def form_of(body: bytes) -> list[tuple[str, str]]:
    """Read a form's parameters."""
    sentence = "The form can't be read: it is no list of name=value in UTF-8."
    try:
        return pairs_of(body.decode(), sentence)
    except UnicodeDecodeError:
        raise bad(sentence) from None


def pairs_of(words: str, sentence: str) -> list[tuple[str, str]]:
    """Read name=value pairs; a stray `&` says nothing, and a name alone has no value. Refuses what is no UTF-8."""
    kept = "&".join(part if "=" in part else f"{part}=" for part in words.split("&") if part)
    try:
        return parse_qsl(kept, keep_blank_values=True, strict_parsing=bool(kept), errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise bad(sentence) from None


@dataclass
class Answer:
    """What is answered: status, a resource (or bytes as they are), headers."""

    status: int = 200
    body: Json | bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = FHIR_JSON
    # What is too long to be held at once: given piece by piece, in place of a body.
    stream: Iterator[bytes] | None = None


def id_of(word: str) -> UUID | None:
    """Give a resource's id as the house keeps it; None where it can't be one of ours."""
    if len(word) != 36:
        return None
    try:
        found = UUID(word)
    except ValueError:
        return None
    return found if str(found) == word else None


def plain(value: Any) -> str:
    """Cut what somebody sent to a length fit for a message."""
    return str(value)[:80]
