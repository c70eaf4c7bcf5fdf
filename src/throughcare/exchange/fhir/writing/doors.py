"""The doors for writes: create and update of one resource, plain and conditional, and `$validate`."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from django.db import DataError

from throughcare.exchange.fhir import search, store, validate
from throughcare.exchange.fhir.call import Answer, Call, id_of, plain
from throughcare.exchange.fhir.outcome import FhirError, bad, issue, not_found, outcome
from throughcare.exchange.fhir.reading import with_present_lens
from throughcare.exchange.fhir.registry import interaction, never
from throughcare.exchange.fhir.writing import answering, matching, may, taking
from throughcare.exchange.fhir.writing.sent import CHANGEABLE, OF_THE_CHART, RECORDS, Done, Sent
from throughcare.kernel import db
from throughcare.kernel.fhir import Json

VALIDATE = "http://hl7.org/fhir/OperationDefinition/Resource-validate"

never(
    "PUT",
    OF_THE_CHART,
    "This becomes a line of the chart, which is changed by those who keep the chart. Send what is new as a resource of its own.",
)


@interaction("create", "POST", "type", types=RECORDS, doc="Takes in a resource; If-None-Exist makes it conditional.")
@with_present_lens
def create(call: Call, kind: str) -> Answer:
    """Take in one resource."""
    resource = _body(call, kind)
    return _one(call, Sent("POST", kind, resource, if_none_exist=_condition(call, kind)))


def _condition(call: Call, kind: str) -> str:
    """Give what If-None-Exist searches by; some clients write the address of the search, not its query alone."""
    said = call.headers.get("if-none-exist", "")
    path, mark, query = said.partition("?")
    if not mark:
        return said
    if path.removeprefix(call.base).strip("/") not in ("", kind):
        raise bad(f"If-None-Exist searches another type than {kind}.", kind)
    return query


@interaction("update", "PUT", "instance", types=CHANGEABLE, doc="Changes what was sent before; If-Match guards it.")
@with_present_lens
def update(call: Call, kind: str, word: str) -> Answer:
    """Change one resource."""
    id_ = id_of(word)
    if id_ is None:
        raise not_found(f"{kind}/{plain(word)}")
    resource = _body(call, kind)
    if resource.get("id") != word:
        raise bad("The resource names another id than its address.", f"{kind}.id")
    return _one(call, _guarded(call, Sent("PUT", kind, resource, id=id_)))


@interaction("update", "PUT", "type", types=CHANGEABLE, doc="Changes what a condition names, or creates it.")
@with_present_lens
def update_on_condition(call: Call, kind: str) -> Answer:
    """Change the resource that a condition names; create it where there is none."""
    if not call.query:
        raise bad("A change without an id names what it changes by a condition.")
    return _one(call, _guarded(call, Sent("PUT", kind, _body(call, kind), search=call.query)))


def _guarded(call: Call, one: Sent) -> Sent:
    """Let a change hold against what stands there: it must be one of these versions, or must not be there at all."""
    asked = call.headers
    return replace(one, if_match=asked.get("if-match", ""), if_none_match=asked.get("if-none-match", ""))


@interaction("validate", "POST", "type", "$validate", operation=VALIDATE, doc="Says what is wrong with a resource.")
def check_of_type(call: Call, kind: str) -> Answer:
    """Say what is wrong with a resource of a type, and keep nothing."""
    return _checked(call, kind)


@interaction("validate", "POST", "instance", "$validate", operation=VALIDATE, doc="Says what is wrong with a resource.")
def check_of_one(call: Call, kind: str, word: str) -> Answer:
    """Say what is wrong with what is to take a resource's place, and keep nothing."""
    return _checked(call, kind)


@interaction("validate", "POST", "system", "$validate", operation=VALIDATE, doc="Says what is wrong with a resource.")
def check(call: Call) -> Answer:
    """Say what is wrong with any resource, and keep nothing."""
    return _checked(call, "")


def _checked(call: Call, kind: str) -> Answer:
    profile = call.param("profile")
    xml = call.content_type in ("application/fhir+xml", "application/xml", "text/xml")
    if not xml:
        call.require_json_body()
    judged = (validate.read_xml if xml else validate.read)(call.body, profile=profile)
    resource = judged.resource
    if resource.get("resourceType") == "Parameters" and kind != "Parameters":
        inner, profile = _parameters(resource, profile)
        judged = validate.Validated(inner, validate.validate(inner, profile=profile)) if inner else judged
    issues = answering.issues_of((*judged.issues, *validate.beside(judged.resource)))
    if judged.valid and kind and judged.resource.get("resourceType") != kind:
        issues.append(issue("error", "structure", f"This is no {kind}."))
    return Answer(200, outcome(*(issues or [issue("information", "informational", "Nothing is wrong with it.")])))


def _parameters(resource: Json, profile: str) -> tuple[Json, str]:
    said = {one.get("name"): one for one in resource.get("parameter", [])}
    named = said.get("profile", {})
    return said.get("resource", {}).get("resource", {}), profile or named.get("valueUri") or named.get(
        "valueCanonical"
    ) or ""


def _body(call: Call, kind: str) -> Json:
    call.require_json_body()
    resource = answering.accept(validate.read(call.body))
    if resource.get("resourceType") != kind:
        raise bad(f"This is a {plain(resource.get('resourceType'))}, and was sent as a {kind}.", "resourceType")
    return resource


def _one(call: Call, one: Sent) -> Answer:
    return answering.single(call, taken(call, [one])[0])


def taken(call: Call, writes: list[Sent]) -> list[Done]:
    """Take in what a token sent, if all of it is its to send; else nothing stands."""
    may.send(call, writes)
    try:
        named = taking.named(writes)
        with db.writing(call.actor, asks=[store.EPOCH, matching.who(named)]) as unit:
            epoch, people = unit.told
            store.require_told(call.bearer, epoch)
            with matching.searching(partial(search.fitting, call)), matching.knowing_people(named, people):
                done = taking.take_in(actor=call.actor, intent=_intent(call), writes=writes)
            may.stand(call, writes, done)
    except DataError:
        raise FhirError(
            422, "too-long", "Something in it is longer than the chart can hold. Nothing was kept."
        ) from None
    kept = {(k.entry.type, k.entry.id): k for k in unit.kept}
    return [replace(one, kept=kept.get((one.kind, one.id))) for one in done]


def _intent(call: Call) -> UUID | None:
    key = call.headers.get("idempotency-key", "")
    if not key:
        return None
    try:
        return UUID(key.strip('"'))
    except ValueError:
        raise FhirError(400, "invalid", "An Idempotency-Key is a UUID.") from None
