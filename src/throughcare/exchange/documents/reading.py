"""What came in, read by what it is: a clinical document, or a registry's answer. Pure."""

from throughcare.exchange.documents import answers
from throughcare.exchange.documents.ccda import read as ccda
from throughcare.exchange.documents.ccda.found import Document


def read(raw: bytes) -> Document:
    """Read what stands in a row of what was received."""
    return answers.read(raw) if answers.is_answer(raw) else ccda.read(raw)


def media(raw: bytes) -> tuple[str, str]:
    """Give the media type of the bytes, and the ending of a file of them."""
    return ("x-application/hl7-v2+er7", "hl7") if answers.is_answer(raw) else ("application/xml", "xml")
