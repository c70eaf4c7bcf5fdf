"""A summary as PDF: the same words as the page, tagged for reading aloud, typeset without any outside service."""

from pathlib import Path
from typing import Any

from throughcare.exchange.documents.summaries.choosing import Chosen
from throughcare.exchange.documents.summaries.ips import Envelope
from throughcare.exchange.documents.summaries.lines import EMPTY, name_of, parts
from throughcare.exchange.documents.summaries.tables import SectionRule
from throughcare.kernel import clock
from throughcare.ui.marks import mark
from throughcare.ui.paper import typeset

TEMPLATE = Path(__file__).parent / "summary.typ"


def pdf(chosen: Chosen, envelope: Envelope, rules: tuple[SectionRule, ...]) -> bytes:
    """Typeset a summary."""
    said = data(chosen, envelope, rules)
    return typeset(TEMPLATE, said, mark=mark(envelope.author, envelope.recipient, said["made"], said["name"]))


def data(chosen: Chosen, envelope: Envelope, rules: tuple[SectionRule, ...]) -> dict[str, Any]:
    """Give the summary's words in their order."""
    patient = chosen.patient
    number = next(
        (str(i["value"]) for i in patient.get("identifier", ()) if i.get("system") == "urn:throughcare:person"), ""
    )
    return {
        "title": envelope.title,
        "name": name_of(patient),
        "number": number,
        "born": str(patient.get("birthDate", "")) or "not known",
        "source": envelope.agency,
        "author": envelope.author,
        "recipient": envelope.recipient,
        "reason": envelope.purpose,
        "basis": envelope.basis,
        "made": f"{clock.local(envelope.at):%d %b %Y %H:%M}",
        "notices": [f"{one.text} ({one.law})" for one in chosen.notices],
        "empty": EMPTY,
        "partial": "This summary holds what may go to its reader. It may not be all that the record holds.",
        "sections": [
            {"title": p.rule.title, "columns": list(p.columns), "rows": [list(line.cells) for line in p.lines]}
            for p in parts(chosen, rules)
        ],
    }
