"""An accepted item becomes chart, by the chart's own actions: the writer of each kind, and how it is taken back."""

from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from throughcare.access import labels
from throughcare.care.medications import formulary
from throughcare.chart import actions as chart
from throughcare.chart.actions.immunizations import Vaccine
from throughcare.chart.models import Immunization
from throughcare.exchange.documents.ccda.found import Item
from throughcare.exchange.documents.models import Received, Said
from throughcare.exchange.fhir.writing import taking
from throughcare.exchange.fhir.writing.sent import Sent
from throughcare.exchange.resource_parts import number_of
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.vocabulary import DataClass, Role

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LONGEST_CODE = 20
UNTOLD = "The document does not say on which day. Chart it by hand with the day, or say why it is left out."
PRESCRIBERS = frozenset({Role.PROVIDER, Role.PSYCH, Role.DENTAL})
TAKEN_BACK = frozenset({"Condition", "AllergyIntolerance", "Observation", "MedicationStatement"})
NO_REDISCLOSURE = "NORDSCLCD"


def chart_item(actor: Actor, row: Said, item: Item, document: Received) -> tuple[str, UUID, bool]:
    """Write an item into the chart; gives as what, under which id, and whether it is new there."""
    writer = _WRITERS.get(item.kind)
    if writer is None or item.negated or item.unknown:
        raise Invalid("This says that there is nothing to chart. Mark it as known, or say why it is left out.")
    entries = db.unit().entries
    before = len(entries)
    kind, made = writer(actor, row, item, document)
    new = any(entry.type == kind and entry.id == made for entry in entries[before:])
    return kind, made, new


def _coded(item: Item) -> tuple[str, str]:
    """Give system and code as the chart's lists can hold them; a longer code stays with the document."""
    fits = len(item.code.code) <= LONGEST_CODE and len(item.code.system) <= 120
    return (item.code.system, item.code.code) if fits else ("", "")


def at(text: str) -> datetime:
    """Give the moment of what was written: a day alone is its midday here; a month or a year is no moment."""
    if len(text) < 10:
        raise Invalid(UNTOLD)
    day = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if len(text) == 10:
        day = datetime.combine(day.date(), time(12))
    found = day if day.tzinfo else day.replace(tzinfo=clock.zone())
    if found > clock.now():
        raise Invalid("The document gives a day that lies ahead. Chart it by hand, or say why it is left out.")
    return found


def _day(text: str) -> Any:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).date() if len(text) >= 10 else None


def _source(document: Received) -> str:
    return (document.sender or "another health service")[:80]


def _problem(actor: Actor, row: Said, item: Item, document: Received) -> tuple[str, UUID]:
    made = chart.add_condition(
        actor=actor,
        person_id=row.person_id,
        text=item.code.text[:240],
        onset=_day(item.since),
        verification="confirmed" if actor.role in PRESCRIBERS else "unconfirmed",
        data_class=DataClass(row.data_class),
        source=_source(document),
        status=item.status if item.status in ("active", "inactive", "resolved", "remission") else "active",
        system=_coded(item)[0],
        code=_coded(item)[1],
    )
    return "Condition", made


def _allergy(actor: Actor, row: Said, item: Item, document: Received) -> tuple[str, UUID]:
    reaction = "; ".join(words for words in (item.get("reaction"), item.get("severity")) if words)
    made = chart.add_allergy(
        actor=actor,
        person_id=row.person_id,
        text=item.code.text[:160],
        reaction=reaction[:200],
        criticality=item.get("criticality"),
        status=item.status if item.status in ("active", "inactive", "resolved") else "active",
        system=_coded(item)[0],
        code=_coded(item)[1],
    )
    return "AllergyIntolerance", made


def directions(item: Item) -> str:
    """Give how a medicine is taken, on one line."""
    said = [item.get("dose"), item.get("route"), item.get("often"), item.get("instructions")]
    return ", ".join(words for words in said if words) or item.words


def _medicine(actor: Actor, row: Said, item: Item, document: Received) -> tuple[str, UUID]:
    product = product_of(item)
    made = chart.report_medicine(
        actor=actor,
        person_id=row.person_id,
        text=item.code.text[:200],
        dose=directions(item)[:120] if directions(item) != item.code.text else "",
        prescriber=item.get("prescriber")[:120],
        pharmacy="",
        critical=bool(product and product.critical),
        opioid_treatment=bool(product and product.has("moud")),
        system=_coded(item)[0],
        code=_coded(item)[1],
    )
    return "MedicationStatement", made


def product_of(item: Item) -> Any:
    """Find the formulary's product of a medicine by its RxNorm code, else by its words, else by what is in it."""
    table = formulary.load()
    codes = [one.code for one in (item.code, *item.also) if one.system == RXNORM and one.code]
    for code in codes:
        if found := table.product(code):
            return found
    named = table.find(item.code.text, 1)
    if named:
        return named[0]
    inside = frozenset().union(*(table.contents(code) for code in codes)) or table.named(
        item.code.text.split(" ")[0] if item.code.text else ""
    )
    return next((one for one in table.products if inside and inside <= one.ingredients), None)


def _vaccine(actor: Actor, row: Said, item: Item, document: Received) -> tuple[str, UUID]:
    return "Immunization", chart.record_immunization(actor=actor, person_id=row.person_id, given=_given(item, document))


def _given(item: Item, document: Received) -> Vaccine:
    return Vaccine(
        text=item.code.text[:200],
        given_at=at(item.since),
        code=item.code.code[:40],
        system=item.code.system,
        primary=False,
        source=_source(document),
        amount=number_of(item.value) if item.value else None,
        unit=item.unit[:20],
        lot=item.get("lot")[:60],
        manufacturer=item.get("manufacturer")[:120],
        route=item.get("route")[:60],
        site=item.get("site")[:60],
        expires=_day(item.get("expires")),
    )


_CATEGORIES = {"result": "laboratory", "vital_sign": "vital-signs", "social_history": "social-history"}


def _measured(actor: Actor, row: Said, item: Item, document: Received) -> tuple[str, UUID]:
    value = number_of(item.value)
    exact = value is not None and value == Decimal(item.value)
    if not item.value:
        raise Invalid("The document gives no value. Mark it as known, or say why it is left out.")
    told = chart.Measured(
        system=item.code.system or "urn:throughcare:outside",
        code=item.code.code[:40] or "text",
        text=item.code.text[:160],
        value=value if exact else None,
        unit=item.unit[:40] if exact else "",
        comparator=item.comparator if exact else "",
        value_text="" if exact else f"{item.comparator}{item.value} {item.unit}".strip(),
        value_system=item.value_code.system,
        value_code=item.value_code.code[:40],
        category=_CATEGORIES[item.kind],
        interpretation=item.get("flag")[:20],
        reference_range=item.get("range")[:120],
        remark=f"From {_source(document)}",
        data_class=DataClass(row.data_class),
        effective_at=at(item.since or (document.written if item.kind == "social_history" else "")),
    )
    return "Observation", chart.observe(actor=actor, person_id=row.person_id, measured=[told])[0]


def _encounter(actor: Actor, row: Said, item: Item, document: Received) -> tuple[str, UUID]:
    made = chart.record_encounter(
        actor=actor,
        person_id=row.person_id,
        kind=item.code.text or "Visit outside",
        started_at=at(item.since),
        ended_at=at(item.until) if len(item.until) >= 10 and item.until >= item.since else None,
        data_class=DataClass(row.data_class),
    )
    return "Encounter", made


def _procedure(actor: Actor, row: Said, item: Item, document: Received) -> tuple[str, UUID]:
    performed = item.since if len(item.since) <= 10 else at(item.since).isoformat()
    coding = {"system": item.code.system, "code": item.code.code, "display": item.code.text}
    resource: dict[str, Any] = {
        "resourceType": "Procedure",
        "status": {"active": "in-progress", "aborted": "stopped"}.get(item.status, "completed"),
        "code": {"text": item.code.text, **({"coding": [coding]} if item.code.code and item.code.system else {})},
        "subject": {"reference": f"Patient/{row.person_id}"},
        "note": [{"text": f"From {_source(document)}"}],
    }
    if performed:
        resource["performedDateTime"] = performed
    if item.get("site"):
        resource["bodySite"] = [{"text": item.get("site")}]
    done = taking.take_in(actor=actor, writes=[Sent("POST", "Procedure", resource, place="Procedure")])
    return "Procedure", done[0].id


_WRITERS: dict[str, Callable[[Actor, Said, Item, Received], tuple[str, UUID]]] = {
    "problem": _problem,
    "allergy": _allergy,
    "medicine": _medicine,
    "immunization": _vaccine,
    "result": _measured,
    "vital_sign": _measured,
    "social_history": _measured,
    "encounter": _encounter,
    "procedure": _procedure,
}


def take_back(actor: Actor, row: Said, item: Item, document: Received) -> None:
    """Undo what accepting has just charted; what can't be undone by itself is refused with what to do."""
    if row.charted_as in TAKEN_BACK and row.charted_id is not None:
        chart.take_back(actor=actor, person_id=row.person_id, kind=row.charted_as, id=row.charted_id)
    elif row.charted_as == "Immunization" and row.charted_id is not None:
        mine = Immunization.objects.filter(id=row.charted_id, recorder_id=actor.id).exists()
        if not mine or not chart.withdraw_immunization(
            actor=actor, person_id=row.person_id, given=_given(item, document)
        ):
            raise Stale("Somebody else charted this vaccine. Ask them, or mark it as an error in the chart.")
    else:
        raise Stale(
            "This is in the chart now and is not undone here. Mark the entry as an error in the chart, with why."
        )


def protect(kind: str, id: UUID) -> None:
    """Label what was charted from a protected document: it is not disclosed again without consent."""
    entries = db.unit().entries
    for n, entry in enumerate(entries):
        if entry.type == kind and entry.id == id:
            entries[n] = _labelled(entry)


def _labelled(entry: Any) -> Any:
    from dataclasses import replace

    return replace(entry, labels=entry.labels | labels.bits_of([NO_REDISCLOSURE]))
