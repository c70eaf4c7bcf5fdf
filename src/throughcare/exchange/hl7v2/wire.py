"""The bytes of one HL7 v2 message read into segments: any separators, any line ends, any usual encoding.

Nothing here raises on what a sender wrote: what is odd comes back as Problems beside whatever could be read.
"""

import re
from collections import Counter
from dataclasses import dataclass

from throughcare.exchange import letters
from throughcare.exchange.hl7v2.problems import Code, Problem, malformed, odd

_BOM = b"\xef\xbb\xbf"
# Segments whose loss would lose a fact: named by these, a line is no text that goes on.
_BARE = frozenset(
    "EVN PID PD1 NK1 PV1 PV2 MRG OBX AL1 DG1 PR1 OBR ORC RXA RXR RXO SCH AIL AIS AIP TQ1 SPM NTE TXA MSA QAK QPD IN1 ZCU".split()  # noqa: SIM905
)
_HEADER_ROWS = ("MSH", "FHS", "BHS")
_ENVELOPE = re.compile(rb"(?:\A|[\r\n])(?:\xef\xbb\xbf)?(MSH|FHS|BHS|BTS|FTS)(?=[^A-Za-z0-9\r\n])")

# MSH-18, HL7 table 0211: only encodings in which a separator keeps its single byte can travel in a frame.
_CODECS = {
    "ASCII": "ascii",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "GB 18030-2000": "gb18030",
    "BIG-5": "big5",
    "KS X 1001": "euc_kr",
    "UTF8": "utf-8",
    "US-ASCII": "ascii",
    "WINDOWS-1252": "cp1252",
    "CP1252": "cp1252",
} | {
    # The table's own name, and what senders write instead of it.
    f"{form}{n}": f"iso8859_{n}"
    for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)
    for form in ("8859/", "8859-", "ISO-8859-", "ISO8859-", "ISO 8859-", "ISO8859/", "ISO_8859-")
}


@dataclass(frozen=True, slots=True)
class Separators:
    """The characters by which this sender divides fields, components, repetitions and subcomponents."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    @property
    def encoding_characters(self) -> str:
        """MSH-2, as this sender writes it."""
        return f"{self.component}{self.repetition}{self.escape}{self.subcomponent}"


STANDARD = Separators()
MOST_SEGMENTS = 10_000  # the largest honest batch of results is a tenth of this
MOST_REPETITIONS = 1_000
_ESCAPE_LIMIT = 64  # an escape sequence longer than this is not one
_CONTROL = dict.fromkeys(range(32), " ") | {9: "\t", 10: "\n", 13: "\n", 0: "", 127: ""}


def unescape(text: str, separators: Separators) -> str:
    """The text as the sender meant it: separators put back, highlighting dropped, unknown escapes left as they are."""
    mark = separators.escape
    if mark in text:
        pattern = re.compile(f"{re.escape(mark)}([^{re.escape(mark)}\r]{{1,{_ESCAPE_LIMIT}}}){re.escape(mark)}")
        text = pattern.sub(lambda found: _meaning(found[1], found[0], separators), text)
    return text if text.isprintable() else text.translate(_CONTROL)


def _meaning(sequence: str, whole: str, separators: Separators) -> str:
    named = {
        "F": separators.field,
        "S": separators.component,
        "R": separators.repetition,
        "E": separators.escape,
        "T": separators.subcomponent,
        "P": "#",
        "H": "",
        "N": "",
        ".br": "\n",
        ".ce": "\n",
        ".fi": "",
        ".nf": "",
    }
    if sequence in named:
        return named[sequence]
    if sequence[0] == "X" and re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", sequence[1:]):
        return letters.read(bytes.fromhex(sequence[1:]))
    if re.fullmatch(r"\.sp\d{0,2}", sequence):
        return "\n" * min(int(sequence[3:] or 1), 10)
    if re.fullmatch(r"\.(?:in|ti|sk)[+-]?\d{0,2}", sequence):
        return " "
    return whole


@dataclass(frozen=True, slots=True)
class Repetition:
    """One repetition of one field, which gives its components and subcomponents unescaped."""

    raw: str
    separators: Separators

    def part(self, component: int = 1, subcomponent: int = 1) -> str:
        """The text of one subcomponent; empty where it is absent or HL7's explicit null."""
        if not self.raw:
            return ""
        parts = self.raw.split(self.separators.component, component)
        if len(parts) < component:
            return ""
        pieces = parts[component - 1].split(self.separators.subcomponent, subcomponent)
        text = pieces[subcomponent - 1] if len(pieces) >= subcomponent else ""
        return "" if text == '""' else unescape(text, self.separators).strip()

    def whole(self) -> str:
        """All of the repetition as one unescaped text, as for notes and string values."""
        return "" if self.raw == '""' else unescape(self.raw, self.separators).strip()


@dataclass(frozen=True, slots=True)
class Segment:
    """One line of a message. `fields[n]` is the raw text of field n; `row` counts segments of this name from 1."""

    name: str
    row: int
    fields: tuple[str, ...]
    separators: Separators

    def raw(self, field: int) -> str:
        """The field exactly as it was sent."""
        return self.fields[field] if field < len(self.fields) else ""

    def repetitions(self, field: int) -> tuple[Repetition, ...]:
        """The field's repetitions that say something."""
        raw = self.raw(field)
        if not raw:
            return ()
        mark = self.separators.repetition
        return tuple(
            Repetition(one, self.separators)
            for one in raw.split(mark, MOST_REPETITIONS)[:MOST_REPETITIONS]
            if one.strip()
        )

    def first(self, field: int) -> Repetition:
        """The field's first repetition, empty where there is none."""
        raw = self.fields[field] if field < len(self.fields) else ""
        if self.separators.repetition not in raw:
            return Repetition(raw if raw.strip() else "", self.separators)
        return next(iter(self.repetitions(field)), Repetition("", self.separators))

    def part(self, field: int, component: int = 1, subcomponent: int = 1) -> str:
        """One subcomponent of the field's first repetition."""
        return self.first(field).part(component, subcomponent)

    def is_null(self, field: int) -> bool:
        """True where the sender wrote HL7's explicit null: the fact is to be taken away."""
        return self.raw(field).strip() == '""'


@dataclass(frozen=True, slots=True)
class Wire:
    """A message read into segments, with its separators, the codec that read it, and what was odd."""

    segments: tuple[Segment, ...]
    separators: Separators
    codec: str
    problems: tuple[Problem, ...]

    def named(self, name: str) -> tuple[Segment, ...]:
        """All segments of this name, in order."""
        return tuple(segment for segment in self.segments if segment.name == name)

    def first(self, name: str) -> Segment | None:
        """The first segment of this name, or None."""
        return next((segment for segment in self.segments if segment.name == name), None)


def read(raw: bytes) -> Wire:
    """Read any bytes into segments; a message without an MSH comes back with no segments and one problem."""
    problems: list[Problem] = []
    data = raw.removeprefix(_BOM).lstrip(b"\r\n\t \x00").removeprefix(_BOM)
    if not data.startswith(b"MSH") or len(data) < 4 or data[3:4] in b"\r\n":
        return Wire((), STANDARD, "utf-8", (no_header(data),))
    text, codec = _decode(data, problems)
    separators = _separators(text, problems)
    segments = tuple(_segments(text, separators, problems))
    headers = sum(segment.name == "MSH" for segment in segments)
    if headers > 1:
        problems.append(
            Problem("MSH", None, f"One frame holds {headers} messages; send one at a time.", Code.SEGMENT_SEQUENCE)
        )
    return Wire(segments, separators, codec, tuple(problems))


def no_header(data: bytes) -> Problem:
    """The problem of bytes that don't begin with a message header, saying whether they look like a batch."""
    if data[:3] in (b"FHS", b"BHS"):
        sentence = "This is a batch; send its messages one at a time, or give the file to the file door."
    else:
        sentence = "The message does not begin with an MSH segment."
    return Problem("MSH", None, sentence, Code.SEGMENT_SEQUENCE)


def split_batch(data: bytes) -> list[bytes]:
    """Cut a file into its messages: batch headers and trailers and frame characters are left out."""
    data = data.replace(b"\x0b", b"\r").replace(b"\x1c", b"\r")
    marks = list(_ENVELOPE.finditer(data))
    ends = [mark.start() for mark in marks[1:]] + [len(data)] * bool(marks)
    messages = [
        data[mark.start(1) : end].strip(b"\r\n\x00 ") + b"\r"
        for mark, end in zip(marks, ends, strict=True)
        if mark[1] == b"MSH"
    ]
    return messages or ([data] if data.strip() else [])


def miscounted(data: bytes) -> list[str]:
    """Say where a batch's trailer counts other messages than stand before it (BTS-1), or a file's other batches (FTS-1)."""
    rows = [row.strip(b"\x0b\x1c \t") for row in re.split(rb"[\r\n]+", data)]
    found, messages, batches = [], 0, 0
    for row in rows:
        name, said = row.removeprefix(_BOM)[:3], re.match(rb"\d{1,9}", row[4:])
        messages = messages + 1 if name == b"MSH" else 0 if name == b"BHS" else messages
        batches += name == b"BHS"
        has = messages if name == b"BTS" else batches if name == b"FTS" else None
        if has is not None and said is not None and int(said[0]) != has:
            kind, what = ("batch", "messages") if name == b"BTS" else ("file", "batches")
            found.append(
                f"the {kind} says that it has {int(said[0])} {what}, and {has} came: ask the sender for the rest"
            )
    return found


def _decode(data: bytes, problems: list[Problem]) -> tuple[str, str]:
    header = re.split(rb"[\r\n]", data, maxsplit=1)[0]
    fields = header.split(data[3:4])
    repetition = data[5:6] or b"~"
    declared = fields[17].split(repetition)[0].decode("ascii", "replace").strip().upper() if len(fields) > 17 else ""
    codec = _CODECS.get(declared, "utf-8")
    if declared and declared not in _CODECS:
        problems.append(odd("MSH", 18, "The character set named is not one we know; read as UTF-8.", Code.TABLE_VALUE))
    for attempt in dict.fromkeys((codec, "utf-8", "cp1252", "latin-1")):
        try:
            text = data.decode(attempt)
        except UnicodeDecodeError:
            continue
        if attempt != codec:
            problems.append(odd("MSH", 18, f"The text is not in the character set that it names; read as {attempt}."))
        return text, attempt
    raise AssertionError("latin-1 reads any bytes")


def _separators(text: str, problems: list[Problem]) -> Separators:
    field = text[3]
    marks = re.split(r"[\r\n]", text[4:], maxsplit=1)[0].split(field, 1)[0]
    filled = (marks + STANDARD.encoding_characters[len(marks) :])[:4]
    all_marks = field + filled + marks[4:]
    different = len(set(all_marks)) == len(all_marks)
    if 1 <= len(marks) <= 5 and different and not any(mark.isalnum() or mark.isspace() for mark in all_marks):
        return Separators(field, *filled)
    problems.append(malformed("MSH", 2, "The encoding characters are missing or not all different."))
    return Separators(field if not field.isalnum() and not field.isspace() else "|")


def _segments(text: str, separators: Separators, problems: list[Problem]) -> list[Segment]:
    lines: list[list[str]] = []
    starts = re.compile(rf"\ufeff?[A-Z][A-Z0-9]{{2}}(?:{re.escape(separators.field)}|\s*$)")
    for line in re.split(r"\r\n|\r|\n", text):
        if not line.strip("\x00 \t"):
            continue
        if lines and not starts.match(line):
            if (meant := _meant(line, separators)) is not None:
                problems.append(
                    odd(meant[:3], None, "The segment is indented or in small letters; it is read as meant.")
                )
                lines.append([meant])
            else:
                lines[-1].append(line)  # a raw line break inside a note: the text goes on
        else:
            lines.append([line.lstrip("\ufeff")])
    if len(lines) > MOST_SEGMENTS:
        problems.append(malformed("MSH", None, f"The message has more than {MOST_SEGMENTS} segments."))
        del lines[MOST_SEGMENTS:]
    rows: Counter[str] = Counter()
    segments = []
    for parts in lines:
        name, fields = _fields("\n".join(parts), separators)
        rows[name] += 1
        segments.append(Segment(name, rows[name], fields, separators))
        if len(parts) > 1:
            problems.append(odd(name, None, "The segment is broken over several lines.", row=rows[name]))
    return segments


def _meant(line: str, separators: Separators) -> str | None:
    """Give a line as the segment that it surely is, though it is indented or named in small letters; None for any other."""
    bare = line.lstrip(" \t\ufeff")
    name, mark = bare[:3].upper(), bare[3:4]
    return f"{name}{bare[3:]}" if mark == separators.field and name in _BARE else None


def _fields(line: str, separators: Separators) -> tuple[str, tuple[str, ...]]:
    fields = line.split(separators.field)
    name = fields[0].strip()[:3]
    if name in _HEADER_ROWS and len(fields) > 1:
        return name, (name, separators.field, *fields[1:])
    return name, (name, *fields[1:])
