"""What came in, read by what it is: a clinical document, a registry's answer, or what another message says beside its errand. Pure."""

from throughcare.exchange.documents import answers, messages
from throughcare.exchange.documents.ccda import read as ccda
from throughcare.exchange.documents.ccda.found import Document
from throughcare.exchange.hl7v2.parse import parse


def read(raw: bytes) -> Document:
    """Read what stands in a row of what was received."""
    if not is_message(raw):
        return ccda.read(raw)
    said = parse(raw)
    return answers.read(said) if said.header and said.header.type == "RSP" else messages.document(said)


def is_message(raw: bytes) -> bool:
    """Tell whether the bytes are a message and no document."""
    return raw.lstrip(b"\x0b\r\n \xef\xbb\xbf")[:3] == b"MSH"


def media(raw: bytes) -> tuple[str, str]:
    """Give the media type of the bytes, and the ending of a file of them."""
    return ("x-application/hl7-v2+er7", "hl7") if is_message(raw) else ("application/xml", "xml")
