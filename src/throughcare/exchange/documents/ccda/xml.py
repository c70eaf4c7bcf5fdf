"""XML of strangers: within limits, without document types, entities or network, and with the namespaces that senders forget."""

import re
from typing import Any

from throughcare.exchange.documents.ccda.found import NotADocument

LARGEST = 24 * 1024 * 1024
DEEPEST = 120
MOST = 300_000
V3 = "{urn:hl7-org:v3}"
SDTC = "{urn:hl7-org:sdtc}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_FORGOTTEN = {"xsi": XSI[1:-1], "sdtc": SDTC[1:-1], "voc": "urn:hl7-org:v3/voc"}
_ROOT = re.compile(rb"<(?![?!])([A-Za-z_][\w.:-]*)")
_DECLARATION = re.compile(rb"^<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([\w.-]+)")
_TYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.I)


def parse(raw: bytes) -> tuple[Any, list[str]]:
    """Give the root, elements of HL7 named without their namespace, and what was odd; refuse what is no XML of ours."""
    raw = _begun(raw)
    if len(raw) > LARGEST:
        raise NotADocument(f"The document is larger than {LARGEST // 1024 // 1024} MiB. It was not read.")
    if _TYPE.search(raw) or _TYPE.search(raw.replace(b"\0", b"")):
        raise NotADocument(
            "The document declares a document type or an entity. Clinical documents have none; it was not read."
        )
    root, odd = _parsed(raw)
    if root.getroottree().docinfo.doctype:
        raise NotADocument("The document declares a document type. Clinical documents have none; it was not read.")
    _plain(root)
    if root.tag != "ClinicalDocument":
        raise NotADocument("The document is XML, but no clinical document (C-CDA). It was not read.")
    return root, odd


def _parsed(raw: bytes) -> tuple[Any, list[str]]:
    from lxml import etree

    def read(content: bytes) -> Any:
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        return etree.fromstring(content, parser)

    try:
        return read(raw), []
    except etree.XMLSyntaxError as error:
        if (western := _western(raw)) is not None:
            try:
                return read(western), ["It is not in UTF-8, as it says; it was read as the letters of western Europe."]
            except etree.XMLSyntaxError:
                pass
        if "Namespace prefix" not in str(error):
            raise NotADocument(f"The document can't be read as XML: {_first(error)}. It was not read.") from None
    except (ValueError, LookupError) as error:
        raise NotADocument(f"The document can't be read as XML: {_first(error)}. It was not read.") from None
    try:
        return read(_declared(raw)), ["Prefixes of well-known namespaces were not declared; they were read as meant."]
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise NotADocument(f"The document can't be read as XML: {_first(error)}. It was not read.") from None


def _begun(raw: bytes) -> bytes:
    """Leave out white space before the first mark: nothing may stand before the declaration, and some systems write it."""
    bare = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    return bare if bare.startswith(b"<") else raw


def _western(raw: bytes) -> bytes | None:
    """Give a document whose bytes are not the UTF-8 that it says, read as Windows writes them; None for any other."""
    declared = _ENCODING.match(raw)
    if b"\0" in raw[:8] or (declared is not None and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii")):
        return None
    try:
        raw.decode()
    except UnicodeDecodeError:
        return _DECLARATION.sub(b"", raw, count=1).decode("cp1252", "replace").encode()
    return None


def _first(error: Exception) -> str:
    return str(error).split("\n", 1)[0].strip().rstrip(".")[:200]


def _declared(raw: bytes) -> bytes:
    """Declare the well-known prefixes that the root leaves out."""
    found = _ROOT.search(raw)
    if found is None:
        return raw
    end = raw.find(b">", found.end())
    head = raw[found.start() : end]
    missing = [f' xmlns:{name}="{uri}"' for name, uri in _FORGOTTEN.items() if f"xmlns:{name}=".encode() not in head]
    return raw[: found.end()] + "".join(missing).encode() + raw[found.end() :]


def _plain(root: Any) -> None:
    """Take HL7's namespace off the names, within limits of depth and number; an extension keeps its own."""
    number = 0
    stack = [(root, 1)]
    while stack:
        node, depth = stack.pop()
        number += 1
        if depth > DEEPEST or number > MOST:
            raise NotADocument("The document is deeper or longer than any clinical document. It was not read.")
        if isinstance(node.tag, str) and node.tag.startswith(V3):
            node.tag = node.tag[len(V3) :]
        stack.extend((child, depth + 1) for child in node)
