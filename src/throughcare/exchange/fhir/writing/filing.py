"""A file of another record taken in by the same path as what is sent to the API: Bundles, and the lines of a bulk export."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from throughcare.exchange import bundles
from throughcare.exchange.fhir import validate
from throughcare.exchange.fhir.outcome import FhirError
from throughcare.exchange.fhir.writing import taking
from throughcare.exchange.fhir.writing.sent import OF_NOBODY, RECORDS, Sent
from throughcare.exchange.hl7v2 import whom
from throughcare.kernel import db
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused
from throughcare.people.actions import Number

Addressed = tuple[str, Any]


def take_in_file(
    actor: Actor, resources: Sequence[Addressed], known: Sequence[Addressed]
) -> tuple[dict[str, int], str]:
    """Within an action, keep all resources of a file as they were sent; gives how many of each type, or nothing and why not."""
    writes = [_sent(address, one) for address, one in resources if isinstance(one, dict)]
    if len(writes) < len(resources):
        return {}, "not every line is a resource"
    strange = sorted({one.kind for one in writes} - RECORDS)
    if strange:
        return {}, f"[{strange[0][:40]}] is not taken in from outside"
    for one in writes:
        if wrong := [issue for issue in validate.validate(one.resource) if issue.severity == "error"]:
            return {}, f"{wrong[0].expression or one.kind}: {wrong[0].text}"
    addresses = dict(_people_of(known))
    writes.sort(
        key=lambda one: 0 if one.kind in OF_NOBODY - {"Provenance", "List"} else 1 if one.kind == "Patient" else 2
    )
    try:
        with db.apart():  # what of it can be charted stands, also where it can't be kept as sent
            taking.take_in(actor=actor, writes=writes, known=addresses)
    except FhirError as refused:
        return {}, refused.words
    except Refused as refused:
        return {}, refused.sentence
    return dict(Counter(one.kind for one in writes)), ""


def _sent(address: str, one: dict[str, Any]) -> Sent:
    kind = str(one.get("resourceType", ""))
    return Sent("POST", kind, one, full_url=address or (f"{kind}/{one['id']}" if one.get("id") else ""), place=kind)


def _people_of(known: Sequence[Addressed]) -> list[tuple[str, str]]:
    """Give where the patients of an earlier file stand here: found again by their numbers."""
    found = []
    for address, one in known:
        if isinstance(one, dict) and one.get("resourceType") == "Patient":
            said = bundles.patient_of(one)
            held = whom.holders([Number(system, value) for system, value in said.numbers])
            if len(held) == 1:
                found += [(name, f"Patient/{held[0].id}") for name in (address, f"Patient/{one.get('id')}") if name]
    return found
