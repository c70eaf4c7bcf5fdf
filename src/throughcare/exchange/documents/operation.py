"""Patient/$summary: the International Patient Summary of one person, as the token's lens shows them."""

from throughcare.access.labels import OUTSIDE
from throughcare.exchange.documents.summaries import choosing, composing, gathering, ips, tables
from throughcare.exchange.fhir import store
from throughcare.exchange.fhir.call import Answer, Call, id_of
from throughcare.exchange.fhir.everything import PATIENT
from throughcare.exchange.fhir.outcome import not_found
from throughcare.exchange.fhir.reading import with_present_lens
from throughcare.exchange.fhir.registry import interaction
from throughcare.kernel import clock
from throughcare.kernel.errors import NotFound
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import reads as ledger

SUMMARY = "http://hl7.org/fhir/uv/ips/OperationDefinition/summary"


@interaction(
    "operation", "GET", "instance", "$summary", types=PATIENT, operation=SUMMARY, doc="A patient summary (IPS)."
)
@with_present_lens
def summary(call: Call, kind: str, id: str) -> Answer:
    """Give a document of what the lens shows: Composition first, every reference answered within it."""
    bearer, uuid = call.bearer, id_of(id)
    if uuid is None:
        raise not_found(f"Patient/{id}"[:120])
    store.require_epoch(bearer)
    try:
        patient, entries, _ = gathering.gather_as(bearer, (uuid,))
    except NotFound:
        raise not_found(f"Patient/{id}") from None
    now = clock.now()
    chosen = choosing.choose(
        patient,
        entries,
        (),
        allowed=frozenset(c.value for c in DataClass),
        redisclosure=bearer.lens.role not in OUTSIDE,
        notices=tables.notices(),
        rules=tables.sections(),
        reach=tables.reach(),
        now=now,
    )
    classes = {DataClass(one.data_class) for found in chosen.sections.values() for one in found}
    ledger.log_read(
        bearer.lens, route="fhir summary", people=[uuid], classes={DataClass.DEMOGRAPHICS, *classes}, kind="export"
    )
    envelope = ips.Envelope(uuid7(), now, composing.agency_name(), bearer.lens.user_name, composing.TITLES["ips"])
    return Answer(body=ips.bundle(chosen, envelope, tables.sections()))
