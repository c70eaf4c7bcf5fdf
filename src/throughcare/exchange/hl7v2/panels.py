"""The results of a message in their order: each OBR with its observations, notes, specimens and documents. Pure."""

import base64
import binascii
import re
from dataclasses import dataclass, field, replace

from throughcare.exchange import letters
from throughcare.exchange.hl7v2 import clinical, datatypes
from throughcare.exchange.hl7v2.datatypes import Reader
from throughcare.exchange.hl7v2.facts import Code, Message, Observation, Order, Stamp, Value
from throughcare.exchange.hl7v2.parse import CONNECTICUT
from throughcare.exchange.hl7v2.wire import Repetition, Segment

# ED-2 and ED-3 of plain text (tables 0191, 0291), as they are written.
PLAIN = re.compile(r"(?:TEXT|TX|text)(?:/(?:plain|PLAIN|txt|TXT|text|TEXT|x-hl7-ft))?|text/plain")


@dataclass(frozen=True, slots=True)
class Document:
    """What an OBX of kind ED carries: its kind as said, and its bytes; none where they can't be read."""

    kind: str
    content: bytes | None


@dataclass(slots=True)
class Told:
    """One OBX with the notes that follow it; `documents` where it carries files instead of a value."""

    observation: Observation
    notes: list[str] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)


@dataclass(slots=True)
class Panel:
    """One OBR, or what stands before any, with all that belongs to it."""

    order: Order = field(default_factory=lambda: Order(Code()))
    control: str = ""
    said_at: Stamp | None = None
    taken_at: Stamp | None = None
    told: list[Told] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    specimens: list[str] = field(default_factory=list)


def panels(said: Message) -> list[Panel]:
    """Give the panels of a message in its order; nothing of OBX, NTE or SPM is left out.

    In an OUL the specimen stands before its reports, in every other message after them: nobody else's is taken for theirs.
    """
    reader = Reader(CONNECTICUT)
    found: list[Panel] = []
    common: Segment | None = None
    specimen: Segment | None = None
    by_specimen = said.trigger.startswith("OUL")
    read = iter(said.observations)  # the reader of the message has read them, where it was read whole
    for segment in said.segments:
        if segment.name == "ORC":
            common = segment
        elif segment.name == "SPM" and by_specimen:
            specimen = segment
        elif segment.name == "OBR":
            found.append(_begin(segment, common, reader))
            if specimen is not None:
                _add(found[-1], specimen, reader)
            common = None
        elif segment.name in ("OBX", "NTE", "SPM"):
            if not found:
                if segment.name == "NTE":
                    continue  # a note of the message or of the patient, which the reader of the message has
                found.append(Panel())
            if segment.name == "OBX":
                _tell(found[-1], segment, next(read, None) or clinical.observation(segment, reader))
            else:
                _add(found[-1], segment, reader)
    return found


def filler_of(panel: Panel) -> str:
    """Give the number by which a correction finds this report: the laboratory's, else ours marked as such."""
    return (panel.order.filler or (f"{panel.order.placer} (ours)" if panel.order.placer else ""))[:160]


def fillers(said: Message) -> set[str]:
    """Give the numbers of all reports of a message, without reading what they say."""
    reader, found = Reader(CONNECTICUT), set()
    common: Segment | None = None
    for segment in said.segments:
        if segment.name == "ORC":
            common = segment
        elif segment.name == "OBR":
            found.add(filler_of(_begin(segment, common, reader)))
            common = None
    return found


def _begin(obr: Segment, orc: Segment | None, reader: Reader) -> Panel:
    order = clinical.order(obr, reader)
    placer = order.placer or (orc.part(2) if orc else "")
    filler = order.filler or (orc.part(3) if orc else "")
    return Panel(
        order=Order(order.service, placer, filler, order.status, order.at),
        control=orc.part(1) if orc else "",
        said_at=reader.stamp(obr, 22),
        taken_at=order.at or reader.stamp(obr, 14),
    )


def _tell(panel: Panel, segment: Segment, read: Observation) -> None:
    files = [_document(one) for one in segment.repetitions(5)] if read.kind == "ED" else []
    words = [words_of(one) for one in files]
    if files and all(words):
        # A text that travels as a file is read like any other.
        values = tuple(Value(one) for one in words)
        panel.told.append(Told(replace(read, kind="TX", values=values)))
        return
    panel.told.append(Told(read, documents=files))


def words_of(file: Document) -> str:
    """Give the words of a file that is plain text; empty for any other."""
    if file.content is None or not PLAIN.fullmatch(file.kind) or file.content.startswith((b"{\\rtf", b"%PDF")):
        return ""
    return letters.read(file.content).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()


def _add(panel: Panel, segment: Segment, reader: Reader) -> None:
    if segment.name == "NTE":
        text = "\n".join(one.whole() for one in segment.repetitions(3)).strip()
        if text:
            (panel.told[-1].notes if panel.told else panel.notes).append(text)
    else:
        panel.specimens.append(_specimen(segment))
        panel.taken_at = panel.taken_at or reader.stamp(segment, 17)


def _specimen(spm: Segment) -> str:
    kind, site = datatypes.code(spm.first(4)), datatypes.code(spm.first(8))
    refused = datatypes.code(spm.first(21))
    parts = (kind.label if kind else "", site.label if site else "", f"rejected: {refused.label}" if refused else "")
    return ", ".join(part for part in parts if part)


def _document(one: Repetition) -> Document:
    kind = "/".join(part for part in (one.part(2), one.part(3)) if part)
    text = one.part(5)
    encoding = one.part(4).lower()
    try:
        if encoding == "base64":
            return Document(kind, base64.b64decode("".join(text.split()), validate=True))
        if encoding == "hex":
            return Document(kind, bytes.fromhex(text))
    except (binascii.Error, ValueError):
        return Document(kind, None)
    return Document(kind, text.encode() if text else None)
