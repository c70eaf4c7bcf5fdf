"""Search in one person's compartment: `Patient/{id}/Observation?…` is the search of that type with that person, and nothing else.

Whose an entry is, is whose record it stands in, so the same entries answer as where the person is named in the query.
"""

from throughcare.exchange.fhir import gate, params
from throughcare.exchange.fhir.call import Answer, Call, id_of
from throughcare.exchange.fhir.outcome import FhirError, not_found
from throughcare.exchange.fhir.reading import with_present_lens
from throughcare.exchange.fhir.registry import interaction
from throughcare.exchange.fhir.search import require_form, searched
from throughcare.exchange.fhir.types import STORED

PATIENT = frozenset({"Patient"})
DEFINITION = "http://hl7.org/fhir/CompartmentDefinition/patient"
CODE = "search-compartment"


@interaction(CODE, "GET", "instance", "*", types=PATIENT, doc="Searches a type among what is one person's.")
@with_present_lens
def search(call: Call, kind: str, id: str, inside: str) -> Answer:
    """Give a page of what answers in the person's record."""
    return _searched(call, id, inside)


@interaction(CODE, "POST", "instance", "*/_search", types=PATIENT, doc="Searches a type among what is one person's.")
@with_present_lens
def search_by_form(call: Call, kind: str, id: str, inside: str) -> Answer:
    """Give the same, with its words in the body."""
    require_form(call)
    return _searched(call, id, inside)


def _searched(call: Call, id: str, inside: str) -> Answer:
    param = params.persons(inside) if inside in STORED and inside not in PATIENT else None
    if param is None:
        raise FhirError(404, "not-supported", f"[{inside[:40]}] is no type of what is one person's here.")
    person = id_of(id)
    if person is None:
        raise not_found(f"Patient/{id}"[:120])
    gate.require_scope(call.bearer, "search-type", inside)
    call.params.append((param.name, f"Patient/{person}"))
    return searched(call, inside, call.params)
