"""Who may send what: ten types by whoever may write their class; the record of another service by the records office."""

from collections.abc import Sequence

from throughcare.exchange.fhir import gate, registry, scopes
from throughcare.exchange.fhir.call import Call
from throughcare.exchange.fhir.outcome import FhirError
from throughcare.exchange.fhir.writing.sent import OF_THE_CHART, RECORDS, WRITABLE, Done, Sent
from throughcare.kernel.vocabulary import DataClass, Role, Verb


def send(call: Call, writes: Sequence[Sent]) -> None:
    """Refuse what this token may not send at all, before anything is looked at."""
    for one in writes:
        if one.kind not in RECORDS:
            words = f"A {one.kind} is written here by nobody from outside."
            raise FhirError(405, "not-supported", words, one.place or one.kind, headers={"Allow": "GET"})
        if one.method == "PUT" and one.kind in OF_THE_CHART:
            raise FhirError(
                405, "not-supported", registry.why_not("PUT", one.kind), one.place or one.kind, headers={"Allow": "GET"}
            )
        if not _scoped(call, one):
            raise FhirError(
                403, "forbidden", f"This token's scopes don't let it write a {one.kind}.", one.place or one.kind
            )
        if call.lens.role is not Role.HIM and (one.kind not in WRITABLE or one.kind == "Patient"):
            words = f"A {one.kind} of another record is taken in by health information management."
            raise FhirError(403, "forbidden", words, one.place or one.kind)


def stand(call: Call, writes: Sequence[Sent], done: Sequence[Done]) -> None:
    """Refuse what this lens may not write of this person; whatever was done is then undone."""
    lens = call.lens
    for sent, one in zip(writes, done, strict=True):
        if lens.role is Role.HIM and lens.could(Verb.WRITE, DataClass.DEMOGRAPHICS) and not lens.shut(one.person_id):
            continue
        if one.person_id is not None and not gate.stands_open(call.bearer, one.person_id):
            raise FhirError(404, "not-found", "There is no such Patient here.", sent.place or one.kind)
        if not lens.may(Verb.WRITE, one.data_class, person_id=one.person_id):
            raise FhirError(403, "forbidden", f"Your role [{lens.role}] may not write this.", sent.place or one.kind)


def _scoped(call: Call, one: Sent) -> bool:
    held = call.bearer.scopes
    return held is None or scopes.may(held, one.kind, "u" if one.method == "PUT" else "c")
