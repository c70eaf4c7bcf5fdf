"""A summary as an International Patient Summary: a FHIR document whose every reference is answered within it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from uuid import UUID

from throughcare.exchange.documents.summaries.choosing import Chosen, Kept
from throughcare.exchange.documents.summaries.lines import EMPTY, Part, parts
from throughcare.exchange.documents.summaries.tables import SectionRule
from throughcare.kernel.fhir import coding, concept, instant
from throughcare.kernel.ids import derived

Json = dict[str, Any]
LOINC = "http://loinc.org"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
EMPTY_REASON = "http://terminology.hl7.org/CodeSystem/list-empty-reason"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands on a document whatever is in it: its number, when, who sends it, to whom, by which right."""

    id: UUID
    at: datetime
    agency: str
    author: str
    title: str
    recipient: str = ""
    basis: str = ""
    purpose: str = ""


def bundle(chosen: Chosen, envelope: Envelope, rules: tuple[SectionRule, ...]) -> Json:
    """Give the document: Composition first, then the patient, who sends it, and each entry."""
    entries = {one.id: one for found in chosen.sections.values() for one in found}
    agency = str(derived("agency"))
    patient = str(chosen.patient["id"])
    within = {f"Patient/{patient}": patient, f"Organization/{agency}": agency}
    within |= {f"{one.kind}/{one.id}": one.id for one in entries.values()}
    resources: list[Json] = [
        composition(chosen, envelope, rules, patient, agency),
        _clean(chosen.patient, within, drop=("link", "managingOrganization")),
        {"resourceType": "Organization", "id": agency, "name": envelope.agency},
        *(_clean(one.body, within, labels=one) for one in entries.values()),
    ]
    return {
        "resourceType": "Bundle",
        "id": str(envelope.id),
        "meta": {"lastUpdated": instant(envelope.at), "security": [coding(CONFIDENTIALITY, confidentiality(chosen))]},
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{envelope.id}"},
        "type": "document",
        "timestamp": instant(envelope.at),
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources],
    }


def composition(chosen: Chosen, envelope: Envelope, rules: tuple[SectionRule, ...], patient: str, agency: str) -> Json:
    """Give the Composition with its sections, each with words and what they are made of."""
    sections = [_section(part) for part in parts(chosen, rules)]
    if chosen.notices:
        words = "".join(f"<p>{escape(one.text)} ({escape(one.law)})</p>" for one in chosen.notices)
        sections.insert(0, {"title": "Notice", "text": _div(words)})
    return {
        "resourceType": "Composition",
        "id": str(derived("summary", str(envelope.id))),
        "status": "final",
        "type": concept(coding(LOINC, "60591-5", "Patient summary Document")),
        "subject": {"reference": f"urn:uuid:{patient}"},
        "date": instant(envelope.at),
        "author": [{"reference": f"urn:uuid:{agency}", "display": envelope.author}],
        "title": envelope.title,
        "confidentiality": confidentiality(chosen),
        "custodian": {"reference": f"urn:uuid:{agency}"},
        "section": sections,
    }


def confidentiality(chosen: Chosen) -> str:
    """Give the highest confidentiality of what goes."""
    classes = {one.data_class for found in chosen.sections.values() for one in found}
    if "part2" in classes:
        return "V"
    return "R" if chosen.notices or classes & {"infection", "mental_health", "reproductive"} else "N"


def _section(part: Part) -> Json:
    rule = part.rule
    made: Json = {
        "title": rule.title,
        "code": concept(coding(LOINC, rule.code, rule.display)),
        "text": _div(table(part)),
    }
    if part.lines:
        made["entry"] = [{"reference": f"urn:uuid:{line.id}"} for line in part.lines]
    else:
        made["emptyReason"] = concept(coding(EMPTY_REASON, "unavailable", "Unavailable"))
    return made


def table(part: Part) -> str:
    """Give a section's words as a table of XHTML."""
    if not part.lines:
        return f"<p>{EMPTY}</p>"
    head = "".join(f"<th>{escape(name)}</th>" for name in part.columns)
    rows = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in line.cells) + "</tr>" for line in part.lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _div(inner: str) -> Json:
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>'}


def _clean(
    body: Mapping[str, Any], within: Mapping[str, str], *, labels: Kept | None = None, drop: Sequence[str] = ()
) -> Json:
    """Give a resource whose references are answered within the document; what points out of it is left out."""
    made = {name: value for name, value in body.items() if name not in ("meta", "text", *drop)}
    cleaned: Json = _answered(made, within)
    if labels is not None and labels.labels:
        act_code = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
        cleaned = {**cleaned, "meta": {"security": [coding(act_code, one) for one in sorted(labels.labels)]}}
    return cleaned


_GONE: Any = object()


def _answered(value: Any, within: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        said = value.get("reference")
        if isinstance(said, str):
            return {**value, "reference": f"urn:uuid:{within[said]}"} if said in within else _GONE
        made = {name: found for name, part in value.items() if (found := _answered(part, within)) is not _GONE}
        return made if made or not value else _GONE
    if isinstance(value, list):
        found = [one for part in value if (one := _answered(part, within)) is not _GONE]
        return found if found or not value else _GONE
    return value
