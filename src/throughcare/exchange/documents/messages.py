"""What a message says of somebody beside its errand: allergies (AL1), diagnoses (DG1), procedures (PR1), insurance (IN1, words). Pure.

An arrival or a result often carries them. They are read as a document whose items a clinician decides one by one.
"""

from collections.abc import Iterator

from throughcare.exchange import absence
from throughcare.exchange.documents.ccda.found import Code, Document, Item, Section, Who
from throughcare.exchange.hl7v2 import datatypes, judging
from throughcare.exchange.hl7v2.datatypes import Reader
from throughcare.exchange.hl7v2.facts import Message, Stamp
from throughcare.exchange.hl7v2.parse import CONNECTICUT, parse
from throughcare.exchange.hl7v2.sexes import sex_of
from throughcare.exchange.hl7v2.wire import Segment

KIND = "message"
ITEMS = frozenset({"AL1", "DG1", "PR1"})
WORDS = frozenset({"IN1"})
READ = ITEMS | WORDS
# AL1-4 (table 0128).
SEVERITIES = {"SV": "severe", "MO": "moderate", "MI": "mild"}
KINDS_OF_DIAGNOSIS = {"A": "on admission", "W": "working", "F": "final"}


def read(raw: bytes) -> Document:
    """Read a message as a document of what it says beside its errand."""
    return document(parse(raw))


def document(said: Message) -> Document:
    """Give a message's allergies, diagnoses and procedures as items, its insurance as words."""
    header = said.header
    words = tuple(_insurance(said))
    return Document(
        kind=KIND,
        code=Code(),
        title=said.trigger,
        number=f"{said.sender}:{header.control_id}"[:240] if header and header.control_id else "",
        version="",
        written=header.sent_at.at.isoformat() if header and header.sent_at else "",
        sender=said.sender[:160],
        authors=(),
        confidentiality="",
        language="",
        replaces="",
        who=who(said),
        sections=(Section("", "Insurance", "", words, len(words)),) if words else (),
        items=tuple(_items(said)),
        attached=None,
        odd=(),
        counted={},
    )


def who(said: Message) -> Who:
    """Give whom a message says it is about."""
    person = said.person
    if person is None:
        return Who()
    name = next(iter(person.names), None)
    given = name.given if name else ()
    return Who(
        family=name.family if name else "",
        given=given[0] if given else "",
        middle=" ".join(given[1:]),
        birth=person.birth.day.isoformat() if person.birth and len(person.birth.text) >= 8 else "",
        sex=sex_of(person.sex),
    )


def _items(said: Message) -> Iterator[Item]:
    reader = Reader(CONNECTICUT)
    n = 0
    for segment in said.segments:
        if segment.name in ITEMS:
            n += 1
            yield _READ[segment.name](segment, n, reader, said.sender)


def _allergy(al1: Segment, n: int, reader: Reader, sender: str) -> Item:
    code = _code(al1, 3, sender)
    none = bool(absence.of_allergies(code.code, code.text))
    reactions = "; ".join(one.whole() for one in al1.repetitions(5) if one.whole())
    severity = SEVERITIES.get(al1.part(4).upper(), "")
    more = {"reaction": reactions, "severity": severity, "criticality": "high" if severity == "severe" else ""}
    return _item("allergy", n, code, since=reader.stamp(al1, 6), negated=none, more=more)


def _diagnosis(dg1: Segment, n: int, reader: Reader, sender: str) -> Item:
    code = _code(dg1, 3, sender, words=dg1.first(4).whole())
    return _item("problem", n, code, since=reader.stamp(dg1, 5), words=KINDS_OF_DIAGNOSIS.get(dg1.part(6).upper(), ""))


def _procedure(pr1: Segment, n: int, reader: Reader, sender: str) -> Item:
    return _item("procedure", n, _code(pr1, 3, sender, words=pr1.part(4)), since=reader.stamp(pr1, 5))


_READ = {"AL1": _allergy, "DG1": _diagnosis, "PR1": _procedure}


def _item(
    kind: str,
    n: int,
    code: Code,
    *,
    since: Stamp | None,
    negated: bool = False,
    words: str = "",
    more: dict[str, str] | None = None,
) -> Item:
    return Item(
        kind=kind,
        section="",
        entry=n,
        code=code,
        status="active" if kind != "procedure" else "completed",
        negated=negated,
        unknown="" if code.text else "UNK",
        since=_day(since),
        words=words,
        more=tuple((name, text[:200]) for name, text in (more or {}).items() if text),
    )


def _code(segment: Segment, number: int, sender: str, *, words: str = "") -> Code:
    found = datatypes.code(segment.first(number))
    if found is None:
        return Code(text=words[:200], flavor="" if words else "UNK")
    system, value = judging.coded(found, sender)
    text = found.text or words or found.label
    return Code(system if value else "", value, text[:200])


def _day(at: Stamp | None) -> str:
    """Give a day as exactly as it was written."""
    if at is None:
        return ""
    whole = f"{at.text[:4]}-{at.text[4:6]}-{at.text[6:8]}"
    return whole[: {4: 4, 6: 7}.get(len(at.text), 10)]


def _insurance(said: Message) -> Iterator[str]:
    for segment in said.segments:
        if segment.name == "IN1":
            plan = datatypes.code(segment.first(2))
            parts = {
                "plan": plan.label if plan else "",
                "company": segment.first(4).whole().replace("^", " ").strip(),
                "group": segment.part(8),
                "policy": segment.part(36),
                "from": segment.part(12),
                "until": segment.part(13),
            }
            if line := " · ".join(f"{name}: {text}" for name, text in parts.items() if text):
                yield line[:400]
