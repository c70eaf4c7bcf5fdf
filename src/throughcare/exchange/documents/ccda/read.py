"""A clinical document read whole: bytes in, what it says out. Pure; raises `NotADocument` with a sentence, and nothing else."""

import base64
import binascii
from collections import Counter
from collections.abc import Iterator
from typing import Any

from throughcare.exchange.documents.ccda import entries, header, narrative, sections
from throughcare.exchange.documents.ccda.datatypes import code_of, moment, name_of, words_of
from throughcare.exchange.documents.ccda.found import Attached, Code, Document, Item, Section
from throughcare.exchange.documents.ccda.xml import parse

MOST_ITEMS = 5000


def read(raw: bytes) -> Document:
    """Read a document of any C-CDA template, R1.1 or R2.1; what it does not know is kept as words."""
    root, odd = parse(raw)
    texts = narrative.marked(root)
    found, items, counted = _body(root, texts, odd)
    code = code_of(root.find("code"), {})
    templates = sections.templates_of(root)
    who = header.who(root)
    if who.others:
        odd.append(f"It says that it is about {who.others + 1} people; it was read for the first.")
    if not templates:
        odd.append("It claims no template of C-CDA; it was read by the codes of its sections.")
    number, version = header.number(root)
    return Document(
        kind=sections.document_of(code.code, templates),
        code=code,
        title=name_of(root.find("title"))[:200],
        number=number,
        version=version,
        written=moment(_attribute(root.find("effectiveTime"), "value")),
        sender=header.sender(root),
        authors=header.authors(root),
        confidentiality=_attribute(root.find("confidentialityCode"), "code"),
        language=_attribute(root.find("languageCode"), "code"),
        replaces=header.replaces(root),
        who=who,
        sections=tuple(found),
        items=tuple(items),
        attached=_attached(root),
        odd=tuple(odd),
        counted=dict(counted),
    )


def _attribute(node: Any, name: str) -> str:
    return "" if node is None else str(node.get(name) or "")


def _body(root: Any, texts: dict[str, str], odd: list[str]) -> tuple[list[Section], list[Item], Counter[str]]:
    found: list[Section] = []
    items: list[Item] = []
    counted: Counter[str] = Counter()
    for node in root.iter("section"):
        section = _section(node)
        found.append(section)
        if section.kind:
            said = list(_items(node, section, texts))
            room = MOST_ITEMS - len(items)
            if len(said) > room:
                odd.append(
                    f"[{section.title}] lists more than can be shown; {len(said) - room} lines stand in the file alone."
                )
            items += said[:room]
        if section.code in sections.LISTS:
            counted[section.kind] += section.entries
    return found, items, counted


def _section(node: Any) -> Section:
    code = _attribute(node.find("code"), "code")
    templates = sections.templates_of(node)
    title = name_of(node.find("title"))
    return Section(
        code=code,
        title=(title or _attribute(node.find("code"), "displayName") or code)[:160],
        kind=sections.kind_of(code, templates, title),
        lines=narrative.lines(node.find("text")) or narrative.of_entries(node),
        entries=len(node.findall("entry")),
        flavor=str(node.get("nullFlavor") or ""),
        templates=templates,
    )


def _items(node: Any, section: Section, texts: dict[str, str]) -> Iterator[Item]:
    own = node.findall("entry")
    for number, entry in enumerate(own, 1):
        yield from entries.items(entry, section.kind, section.title, number, texts)
    if own or section.flavor:
        return
    for words in narrative.rows(node.find("text")):
        yield Item(section.kind, section.title, 0, Code("", "", words), narrative=True, words=words)


def _attached(root: Any) -> Attached | None:
    """Give what an unstructured document carries: a file, plain words, or where it lies."""
    text = root.find("component/nonXMLBody/text")
    if text is None:
        return None
    media = (text.get("mediaType") or "text/plain")[:80]
    reference = text.find("reference")
    if reference is not None and reference.get("value"):
        return Attached(media, b"", str(reference.get("value"))[:400])
    if text.get("representation") == "B64":
        try:
            return Attached(media, base64.b64decode("".join((text.text or "").split()), validate=True))
        except (binascii.Error, ValueError):
            return Attached(media, b"")
    return Attached(media, words_of(text, {}).encode())
