"""/fhir/openapi.json: the same as the CapabilityStatement, for tools that read OpenAPI; made of what declared itself."""

from functools import cache
from typing import Any

from throughcare import __version__
from throughcare.exchange.fhir import params, registry
from throughcare.exchange.fhir.call import Answer, Call
from throughcare.exchange.fhir.checking import tables
from throughcare.exchange.fhir.registry import Interaction, interaction
from throughcare.exchange.fhir.types import HELD
from throughcare.kernel.fhir import Json

FHIR = "application/fhir+json"
FORM = "application/x-www-form-urlencoded"
# What answers in something else than a resource, and in what.
MEDIA = {"smart": "application/json", "bulk-status": "application/json", "bulk-file": "application/fhir+ndjson"}
COMMON = ("_id", "_lastUpdated", "_tag", "_security", "_profile", "_sort", "_summary", "_elements", "_total")
_JSON = {
    "boolean": "boolean",
    "integer": "integer",
    "positiveInt": "integer",
    "unsignedInt": "integer",
    "decimal": "number",
}


@interaction("described", "GET", "system", "openapi.json", public=True, doc="Describes the API as OpenAPI does.")
def described(call: Call) -> Answer:
    """Give the description; anybody may ask."""
    return Answer(body={**description(), "servers": [{"url": call.base}]}, content_type="application/json")


@cache
def description() -> Json:
    """Build the description of everything that declared itself."""
    paths: dict[str, Json] = {}
    for one in registry.interactions():
        for kind in [""] if one.level == "system" else sorted(k for k in HELD if one.serves(k)):
            paths.setdefault(path_of(one, kind), {})[one.method.lower()] = _operation(one, kind)
    written = sorted({k for i in registry.interactions() if i.code in ("create", "update") for k in i.types or ()})
    return {
        "openapi": "3.0.3",
        "info": {"title": "Throughcare FHIR R4 API", "version": __version__},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Resource": _RESOURCE, "Bundle": _bundle(), **{kind: _schema(kind) for kind in written}},
        },
    }


_RESOURCE = {"type": "object", "properties": {"resourceType": {"type": "string"}}, "required": ["resourceType"]}


def path_of(one: Interaction, kind: str) -> str:
    """Give the path of an interaction, with its parts that differ in braces."""
    parts = ["", *([kind] if kind else []), *(["{id}"] if one.level == "instance" else [])]
    named = [p if p != "*" else "{version}" if one.code == "vread" else "{word}" for p in one.tail.split("/") if p]
    return "/".join([*parts, *named]) or "/"


def _operation(one: Interaction, kind: str) -> Json:
    said: Json = {
        "operationId": "-".join(w for w in (one.method.lower(), kind, one.code, one.tail) if w),
        "summary": one.doc,
    }
    if asked := [*_inpath_of(one, kind), *_in_query(one, kind), *_in_header(one)]:
        said["parameters"] = asked
    if (body := _body(one, kind)) is not None:
        said["requestBody"] = {"required": True, "content": body}
    if one.public:
        said["security"] = []
    media = MEDIA.get(one.code, FHIR)
    good = {"content": {media: {"schema": {"type": "object"} if media != FHIR else _of("Resource")}}}
    if one.code == "bulk-file":
        good = {"content": {media: {"schema": {"type": "string"}}}}
    statuses = {"create": ("200", "201"), "update": ("200", "201")}.get(one.code, ("200",))
    answers: Json = {status: {"description": "Done.", **good} for status in statuses}
    answers |= {
        status: {"description": "Nothing to show."} for status in ("202", "304") if one.code not in ("create", "update")
    }
    wrong = {"content": {FHIR: {"schema": _of("Resource")}}}
    said["responses"] = answers | {s: {"description": "An OperationOutcome says why.", **wrong} for s in ("4XX", "503")}
    return said


def _of(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _inpath_of(one: Interaction, kind: str) -> list[Json]:
    names = [n for n in ("id", "version", "word") if f"{{{n}}}" in path_of(one, kind)]
    shapes = {"id": {"type": "string", "format": "uuid"}, "version": {"type": "string", "pattern": "^[1-9][0-9]{0,3}$"}}
    return [
        {"name": n, "in": "path", "required": True, "schema": shapes.get(n, {"type": "string", "minLength": 1})}
        for n in names
    ]


def _in_query(one: Interaction, kind: str) -> list[Json]:
    histories = ("history-type", "history-instance", "history-system")
    if one.code not in ("search-type", "search-system", *histories) or one.method != "GET":
        return []
    if one.code == "search-system":
        return [_query("_type", required=True), _query("_count", "integer")]
    if one.code != "search-type":
        return [_query("_count", "integer"), *([_query("_since")] if one.code != "history-instance" else [])]
    every = [*COMMON, *sorted({p.name for p in params.BY_TYPE.get(kind, ())})]
    return [*(_query(name) for name in every), _query("_count", "integer"), _query("_include"), _query("_revinclude")]


def _query(name: str, kind: str = "string", *, required: bool = False) -> Json:
    return {"name": name, "in": "query", "required": required, "schema": {"type": kind}}


def _in_header(one: Interaction) -> list[Json]:
    names = {
        "create": ("If-None-Exist", "Idempotency-Key"),
        "update": ("If-Match", "If-None-Match"),
        "read": ("If-None-Match",),
    }
    return [
        {"name": n, "in": "header", "required": False, "schema": {"type": "string"}} for n in names.get(one.code, ())
    ]


def _body(one: Interaction, kind: str) -> Json | None:
    if one.method not in ("POST", "PUT"):
        return None
    if one.code.startswith("search"):
        asked = {name: {"type": "string"} for name in ("_id", *(p.name for p in params.BY_TYPE.get(kind, ())))}
        return {FORM: {"schema": {"type": "object", "properties": asked, "additionalProperties": False}}}
    if one.code == "transaction":
        return {FHIR: {"schema": _of("Bundle")}}
    return {FHIR: {"schema": _of(kind if one.code in ("create", "update") else "Resource")}}


def _bundle() -> Json:
    request = {
        "type": "object",
        "required": ["method", "url"],
        "properties": {"method": {"enum": ["GET", "POST", "PUT"]}, "url": {"type": "string"}},
    }
    entry = {
        "type": "object",
        "required": ["request"],
        "properties": {"request": request, "resource": {"type": "object"}},
    }
    kinds = {"resourceType": {"enum": ["Bundle"]}, "type": {"enum": ["batch", "transaction"]}}
    return {
        "type": "object",
        "required": ["resourceType", "type"],
        "properties": {**kinds, "entry": {"type": "array", "items": entry}},
    }


def _schema(kind: str) -> Json:
    """Say what a resource looks like, one level deep: what is inside its parts is R4's to say."""
    said: dict[str, Any] = {"resourceType": {"enum": [kind]}}
    for name, element in tables.types()[kind].items():
        part = {"type": "object"} if element.complex else {"type": _JSON.get(element.type, "string")}
        said[name] = {"type": "array", "minItems": 1, "items": part} if element.many else part
    return {"type": "object", "required": ["resourceType"], "properties": said}
