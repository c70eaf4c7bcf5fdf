"""POST of a Bundle at the root: a transaction, all of it or nothing, or a batch, each entry by itself."""

from dataclasses import replace
from typing import Any

from throughcare.exchange.fhir import registry, validate
from throughcare.exchange.fhir.call import Answer, Call, id_of
from throughcare.exchange.fhir.outcome import FhirError, bad, not_found, of_refusal
from throughcare.exchange.fhir.reading import with_present_lens
from throughcare.exchange.fhir.registry import interaction
from throughcare.exchange.fhir.writing import answering, doors
from throughcare.exchange.fhir.writing.sent import Sent
from throughcare.kernel.errors import Refused
from throughcare.kernel.fhir import Json

READS = ("GET", "HEAD")


@interaction(
    "transaction", "POST", "system", doc="Takes in a Bundle: a transaction whole or not at all, a batch one by one."
)
@with_present_lens
def post(call: Call) -> Answer:
    """Do what a Bundle asks for."""
    call.require_json_body()
    judged = validate.read(call.body)
    if not judged.resource:
        answering.accept(judged)
    bundle = judged.resource
    if bundle.get("resourceType") != "Bundle" or bundle.get("type") not in ("transaction", "batch"):
        raise bad("Here comes a Bundle of the type transaction or batch; a resource goes to the address of its type.")
    if bundle["type"] == "transaction":
        answering.accept(judged)
        return Answer(200, _transaction(call, bundle.get("entry", [])))
    return Answer(200, _batch(call, bundle.get("entry", []), judged))


def _transaction(call: Call, entries: list[Json]) -> Json:
    """Process in the standard's order: creates, updates, then reads; nothing is kept if one fails."""
    writes: list[Sent] = []
    order: list[int] = []
    for method in ("POST", "PUT"):
        for n, entry in enumerate(entries):
            if entry["request"]["method"] == method:
                writes.append(sent(entry, f"Bundle.entry[{n}]", call.base))
                order.append(n)
    strange = [n for n, e in enumerate(entries) if e["request"]["method"] not in ("POST", "PUT", *READS)]
    if strange:
        raise FhirError(405, "not-supported", "Nothing is patched or deleted here.", f"Bundle.entry[{strange[0]}]")
    _twice(writes)
    done = doors.taken(call, writes) if writes else []
    at = answering.written(done)
    found = {n: answering.entry(call, one, at.get(one.id)) for n, one in zip(order, done, strict=True)}
    for n, entry in enumerate(entries):
        if n not in found:
            found[n] = _read(call, entry, f"Bundle.entry[{n}]")
    return _response("transaction-response", [found[n] for n in range(len(entries))])


def _twice(writes: list[Sent]) -> None:
    said = [one.full_url for one in writes if one.full_url]
    ids = [one.id for one in writes if one.id]
    if len(said) != len(set(said)) or len(ids) != len(set(ids)):
        raise FhirError(400, "duplicate", "A transaction names each resource once.", "Bundle.entry")


def _batch(call: Call, entries: list[Json], judged: validate.Validated) -> Json:
    wrong: dict[int, list[validate.Issue]] = {}
    for one in judged.issues:
        if one.severity == "error":
            n = _entry_of(one.expression)
            if n is None:
                answering.accept(judged)
            else:
                wrong.setdefault(n, []).append(one)
    if wrong:
        _judge_the_others(entries, wrong)
    together = _together(call, [n for n, e in enumerate(entries) if n not in wrong and _writes(e)], entries)
    answers = []
    for n, entry in enumerate(entries):
        if n in together:
            answers.append(together[n])
            continue
        try:
            if n in wrong:
                raise FhirError(422, "invalid", "It is not valid.", issues=answering.issues_of(wrong[n]))
            answers.append(_one(call, entry, f"Bundle.entry[{n}]"))
        except FhirError as trouble:
            answers.append(_failed(trouble))
        except Refused as refused:
            answers.append(_failed(of_refusal(refused)))
    return _response("batch-response", answers)


def _judge_the_others(entries: list[Json], wrong: dict[int, list[validate.Issue]]) -> None:
    """Judge each other entry by itself: where one can't be read, the Bundle as a whole was not looked at any further."""
    for n, entry in enumerate(entries):
        resource = entry.get("resource")
        if n in wrong or not isinstance(resource, dict):
            continue
        kind = str(resource.get("resourceType"))
        if issues := [one for one in validate.validate(resource) if one.severity == "error"]:
            at = f"Bundle.entry[{n}].resource"
            wrong[n] = [replace(one, expression=at + one.expression.removeprefix(kind)) for one in issues]


def _writes(entry: Json) -> bool:
    return entry.get("request", {}).get("method") in ("POST", "PUT")


def _together(call: Call, which: list[int], entries: list[Json]) -> dict[int, Json]:
    """Do the writes of a batch at once where all of them can be done; else nothing, and each is tried by itself."""
    try:
        writes = [sent(entries[n], f"Bundle.entry[{n}]", call.base) for n in which]
        if len({one.id for one in writes if one.id}) < len([one for one in writes if one.id]):
            return {}
        done = doors.taken(call, writes) if writes else []
    except (FhirError, Refused):
        return {}
    at = answering.written(done)
    return {n: answering.entry(call, one, at.get(one.id)) for n, one in zip(which, done, strict=True)}


def _entry_of(expression: str) -> int | None:
    if not expression.startswith("Bundle.entry["):
        return None
    word = expression[len("Bundle.entry[") :].partition("]")[0]
    return int(word) if word.isdigit() else None


def _one(call: Call, entry: Json, place: str) -> Json:
    method = entry.get("request", {}).get("method")
    if method in READS:
        return _read(call, entry, place)
    if not method:
        raise bad("An entry of a batch says by its request what is to be done.", f"{place}.request")
    if method not in ("POST", "PUT"):
        raise FhirError(405, "not-supported", "Nothing is patched or deleted here.", place)
    done = doors.taken(call, [sent(entry, place, call.base)])[0]
    return answering.entry(call, done, answering.written([done]).get(done.id))


def _failed(trouble: FhirError) -> Json:
    return {"response": {"status": str(trouble.status), "outcome": trouble.body()}}


def _read(call: Call, entry: Json, place: str) -> Json:
    """Answer one read of a Bundle as the API answers it alone."""
    request = entry["request"]
    path, _, query = str(request.get("url", "")).removeprefix(call.base).lstrip("/").partition("?")
    known = {"ifNoneMatch": "if-none-match", "ifModifiedSince": "if-modified-since"}
    headers = {header: str(request[name]) for name, header in known.items() if name in request}
    inner = Call(
        "GET", tuple(p for p in path.split("/") if p), query, headers, b"", call.base, call.secret, call._bearer
    )
    handler, args = registry.find(inner)
    answer = handler.handler(inner, *args)
    said: Json = {"status": str(answer.status)}
    if "ETag" in answer.headers:
        said["etag"] = answer.headers["ETag"]
    found: Json = {"response": said}
    if answer.body:
        from throughcare.exchange.fhir import exact

        found["resource"] = exact.kept(answer.body) if isinstance(answer.body, bytes) else answer.body
    return found


def _response(kind: str, entries: list[Json]) -> Json:
    return (
        {"resourceType": "Bundle", "type": kind, "entry": entries}
        if entries
        else {"resourceType": "Bundle", "type": kind}
    )


def sent(entry: Json, place: str, base: str = "") -> Sent:
    """Read what an entry asks for; refuses what can't be done, naming the entry. An address under `base` is ours."""
    request = entry["request"]
    method, url = str(request["method"]), str(request.get("url", ""))
    url = url.removeprefix(base)
    resource: Any = entry.get("resource")
    if not isinstance(resource, dict):
        raise FhirError(422, "required", "It brings no resource.", place)
    path, _, query = url.partition("?")
    parts = [p for p in path.split("/") if p]
    kind = parts[0] if parts else ""
    if kind != resource.get("resourceType"):
        raise FhirError(422, "invalid", "Its url names another type than its resource.", place)
    one = Sent(
        method,
        kind,
        resource,
        full_url=str(entry.get("fullUrl", "")),
        if_none_exist=str(request.get("ifNoneExist", "")).partition("?")[2] or str(request.get("ifNoneExist", "")),
        if_match=str(request.get("ifMatch", "")),
        place=place,
    )
    if method == "POST":
        return one
    if query:
        return replace(one, search=query)
    id_ = id_of(parts[1]) if len(parts) > 1 else None
    if id_ is None:
        raise not_found(f"{kind}/{'/'.join(parts[1:])[:40]}")
    return replace(one, id=id_)
