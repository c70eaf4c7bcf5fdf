"""What came in, counted and listed: documents that wait for a person, and those of one person. Reads only."""

from collections import Counter
from uuid import UUID

from throughcare.exchange.documents.models import Received
from throughcare.exchange.documents.reading import read


def tally(document_id: UUID) -> dict[str, int]:
    """Count what a document lists: entries of its lists of problems, allergies and medicines, items of every other kind."""
    row = Received.objects.get(id=document_id)
    document = read(bytes(row.raw))
    counts = Counter(one.kind for one in document.items)
    return {PLURAL[kind]: document.counted.get(kind) or number for kind, number in sorted(counts.items()) if number}


PLURAL = {
    "problem": "problems",
    "allergy": "allergies",
    "medicine": "medicines",
    "immunization": "vaccines",
    "result": "results",
    "vital_sign": "vital signs",
    "procedure": "procedures",
    "encounter": "visits",
    "social_history": "social history",
}
