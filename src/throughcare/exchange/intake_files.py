"""`throughcare import`: the file door for HL7 v2 messages, clinical documents, custody rosters and FHIR R4 of other systems.

Each file is recognised by its content, never by its name. Everything is kept; what can't be used is listed.
"""

import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from throughcare.exchange import actions, bundles, letters, roster, sharing
from throughcare.exchange.actions import FILE_DOOR
from throughcare.exchange.documents import actions as documents
from throughcare.exchange.documents import inbox
from throughcare.exchange.fhir.writing import filing
from throughcare.exchange.hl7v2 import actions as hl7v2
from throughcare.exchange.hl7v2.wire import miscounted, split_batch
from throughcare.kernel import beside, clock
from throughcare.kernel.errors import Refused

LARGEST = 256 * 1024 * 1024
_SHOWN = 20
_HL7 = re.compile(rb"[\x0b\s\x00]*(?:\xef\xbb\xbf)?(?:MSH|FHS|BHS)[^A-Za-z0-9\r\n]")
# A whole object in the first line that is not empty; a Bundle laid out in lines is told by that already.
_LINE = re.compile(rb"\s*\{[^\r\n]*\}[ \t\f\v]*[\r\n]")
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<|\xff\xfe<\0|\xfe\xff\0<")
_PUBLISHED_LINE = re.compile(rb"(?im)^[^\r\n]*(?:^|[,;\t|])[ \"]*ZZ[A-Z]{6}[ \"]*(?:[,;\t|]|$)[^\r\n]*(?:\r?\n|$)")


@dataclass(slots=True)
class Report:
    """What became of the files: lines for the console, and whether everything could be used."""

    told: list[str] = field(default_factory=list)
    sound: bool = True

    def lines(self) -> list[str]:
        """The report as it is printed; it names files and counts, and nobody."""
        return self.told

    def say(self, line: str) -> None:
        """Add a line."""
        self.told.append(line)

    def fault(self, line: str) -> None:
        """Add a line on something that could not be used."""
        self.told.append(line)
        self.sound = False


def run(paths: Sequence[Path], *, hands: int = 1) -> Report:
    """Take in files and folders; give the report. A file that fails does not hinder the others.

    With several hands, Bundles that say nothing of one another are taken in by processes of their own; rows and report are
    the same.
    """
    report = Report()
    lines = Lines()
    bundles_: list[tuple[Path, sharing.About]] = []
    for path in _files(paths, report):
        raw = _bytes(path, report)
        if raw is None:
            continue
        if hands > 1 and (tie := sharing.tie(raw)) is not None:
            bundles_.append((path, tie))
            continue
        _share_out(bundles_, report, hands)  # what is no Bundle comes in its place among them
        _take(path, raw, report, lines)
    _share_out(bundles_, report, hands)
    _charted(lines, report)
    return report


@dataclass(slots=True)
class Lines:
    """The lines of a bulk export's files, which are charted together: new ones, those that came before, and the new files."""

    resources: list[tuple[str, Any]] = field(default_factory=list)
    known: list[tuple[str, Any]] = field(default_factory=list)
    new: list[UUID] = field(default_factory=list)


def _charted(lines: Lines, report: Report) -> None:
    """Chart the lines of all files together; a file that brought nothing new is done with."""
    if lines.resources:
        _chart("bulk export", lines.new, lines.resources, report, known=lines.known)
    else:
        for file_id in lines.new:
            actions.say_of_file(actor=FILE_DOOR, file_id=file_id, understood={}, left={}, problems=[])


def _take(path: Path, raw: bytes, report: Report, gathered: Lines) -> None:
    if raw[:2] in letters.UTF16 and not _XML.match(raw):  # a document of XML says itself how it is written
        raw = raw.decode("utf-16", "replace").encode()
    lines = _ndjson(raw)
    if lines is not None:
        _lines(path, raw, lines, report, gathered)
    elif _HL7.match(raw):
        _messages(path, raw, report)
    elif raw.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{":
        _bundle(path, raw, report, gathered)
    elif _XML.match(raw):
        _document(path, raw, report)
    elif b"IDENTIFIER" in raw[:2000].upper() and b"FACILITY" in raw[:2000].upper():
        _roster(path, raw, report)
    else:
        actions.keep_file(actor=FILE_DOOR, raw=raw, name=path.name, kind="unknown")
        report.fault(f"{path}: not HL7 v2, C-CDA, a roster or FHIR; kept as it is")


def _lines(
    path: Path,
    raw: bytes,
    lines: list[tuple[str, Any]],
    report: Report,
    gathered: Lines,
    kept: UUID | None = None,
) -> None:
    broken = [str(n) for n, (_, one) in enumerate(lines, 1) if one is None]
    every, lines = len(lines), [one for one in lines if _is_resource(one[1])]
    if broken:
        which = ", ".join(broken[:_SHOWN])
        report.fault(
            f"{path}: {len(broken)} lines can't be read as JSON ({which}); kept in the file: ask for them again"
        )
    if every > len(lines) + len(broken):
        more = every - len(lines) - len(broken)
        report.say(f"{path}: {more} lines are no resources (an export's log has such); kept in the file")
    kept = kept or actions.keep_file(actor=FILE_DOOR, raw=raw, name=path.name, kind="ndjson")
    if kept is None:
        gathered.known += lines
        report.say(f"{path}: the same file came before; nothing of it was changed")
    else:
        gathered.resources += lines
        gathered.new.append(kept)
        report.say(f"{path}: {len(lines)} resources")


# --- several hands --------------------------------------------------------------------------------------------------------


def _share_out(files: list[tuple[Path, sharing.About]], report: Report, hands: int) -> None:
    """Take in Bundles, in several hands where they allow it; the report names them in their order."""
    shares = sharing.shared_out([tie for _, tie in files], hands)
    paths = [path for path, _ in files]
    files.clear()
    told: dict[int, Report] = {}
    if len(shares) < 2:
        told = {n: _taken(paths[n]) for share in shares for n in share}
    else:
        with ExitStack() as stack:
            by = [stack.enter_context(beside.telling(partial(_hand, paths, share))) for share in shares]
            told = {n: Report(lines, sound) for said in by for n, lines, sound in said()}
    for n, path in enumerate(paths):
        one = told.get(n) or Report([f"{path}: who took it in ended before it was done; see what is here of it"], False)
        report.told += one.told
        report.sound = report.sound and one.sound


def _hand(paths: Sequence[Path], share: Sequence[int]) -> Iterator[tuple[int, list[str], bool]]:
    for n in share:
        one = _taken(paths[n])
        yield n, one.told, one.sound


def _taken(path: Path) -> Report:
    report = Report()
    raw = _bytes(path, report)
    if raw is not None:
        lines = Lines()
        _take(path, raw, report, lines)
        _charted(lines, report)
    return report


def _files(paths: Sequence[Path], report: Report) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))
        elif path.is_file():
            yield path
        else:
            report.fault(f"{path}: there is no such file")


def _bytes(path: Path, report: Report) -> bytes | None:
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
                raw = file.read(LARGEST + 1)
    except (OSError, EOFError) as error:
        report.fault(f"{path}: can't be read ({type(error).__name__}); nothing was taken from it")
        return None
    if len(raw) > LARGEST:
        report.fault(f"{path}: larger than {LARGEST // 1024 // 1024} MiB; nothing was taken from it")
        return None
    if not raw.strip():
        report.fault(f"{path}: empty")
        return None
    return raw


# --- HL7 v2 ---------------------------------------------------------------------------------------------------------------


def _messages(path: Path, raw: bytes, report: Report) -> None:
    counts: Counter[str] = Counter()
    messages = split_batch(raw)
    for message in messages:
        receipt, _ = hl7v2.receive(message, "file")
        counts[receipt.status] += 1
    words = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    line = f"{path}: {len(messages)} messages: {words}"
    if counts["held"] or counts["refused"]:
        report.fault(f"{line}; see the exceptions board")
    else:
        report.say(line)
    for odd in miscounted(raw):
        report.fault(f"{path}: {odd}")


# --- documents ------------------------------------------------------------------------------------------------------------


def _document(path: Path, raw: bytes, report: Report) -> None:
    try:
        receipt = documents.receive(actor=FILE_DOOR, raw=raw, name=path.name)
    except Refused as refused:
        actions.keep_file(actor=FILE_DOOR, raw=raw, name=path.name, kind="xml")
        report.fault(f"{path}: {refused.sentence} The file is kept as it is")
        return
    counts = inbox.tally(receipt.id)
    line = f"{path}: clinical document: {_words(counts) or 'no items'}"
    if receipt.again:
        report.say(f"{path}: the same document came before; nothing was changed")
    elif receipt.state == "waiting":
        report.fault(f"{line}; whose it is, is not known: see the exceptions board")
    else:
        report.say(f"{line}; they wait for a clinician, nothing is charted yet")


# --- roster ---------------------------------------------------------------------------------------------------------------


def _roster(path: Path, raw: bytes, report: Report) -> None:
    read = roster.read(raw, refuse_published=bool(settings.THROUGHCARE_DEMO))
    if read.published_lines:  # nothing of them is kept, not even in the verbatim file
        raw = roster.without(raw, read.published_lines)
    if settings.THROUGHCARE_DEMO:  # nor of a row that could not be read to its end
        raw = _PUBLISHED_LINE.sub(b"", raw)
    file_id = actions.keep_file(actor=FILE_DOOR, raw=raw, name=path.name, kind="roster")
    counts: Counter[str] = Counter()
    today = clock.local(clock.now(), "America/New_York").date()
    problems = [_sentence(problem.line, problem.column, problem.sentence) for problem in read.problems]
    for row in read.rows:
        try:
            counts[actions.take_roster_row(actor=FILE_DOOR, row=row, today=today)] += 1
        except Refused as refused:
            problems.append(_sentence(row.line, "", refused.sentence))
    report.say(f"{path}: roster of {read.read} rows: " + (_words(counts) or "none could be used"))
    _say_problems(path, problems, report)
    if file_id is not None:
        actions.say_of_file(actor=FILE_DOOR, file_id=file_id, understood=counts, left={}, problems=problems[:1000])


def _sentence(line: int, column: str, sentence: str) -> str:
    place = f"line {line}, {column}" if column and line else f"line {line}" if line else column
    return f"{place}: {sentence}" if place else sentence


def _say_problems(path: Path, problems: Sequence[str], report: Report) -> None:
    for problem in problems[:_SHOWN]:
        report.fault(f"{path}: {problem}")
    if len(problems) > _SHOWN:
        report.fault(f"{path}: and {len(problems) - _SHOWN} more, kept beside the file")


# --- FHIR -----------------------------------------------------------------------------------------------------------------


def _ndjson(raw: bytes) -> list[tuple[str, Any]] | None:
    """The lines of a bulk export, one JSON object each; what can't be read is None in its place; None for any other file.

    Its first line stands for what the file is: a last one that was cut off, or one that is broken, spoils no other.
    """
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if not _LINE.match(raw):
        return None
    lines = [line for line in raw.splitlines() if line.strip()]
    if len(lines) < 2 or not isinstance(_line(lines[0]), dict):
        return None
    return [("", _line(line)) for line in lines]


def _line(line: bytes) -> Any:
    try:
        return _json(line)
    except (ValueError, RecursionError):
        return None


def _is_resource(one: Any) -> bool:
    return isinstance(one, dict) and bool(one.get("resourceType"))


def _bundle(path: Path, raw: bytes, report: Report, gathered: Lines) -> None:
    file_id = actions.keep_file(actor=FILE_DOOR, raw=raw, name=path.name, kind="fhir")
    if file_id is None:
        report.say(f"{path}: the same file came before; nothing was changed")
        return
    try:
        document = _json(raw)
    except (ValueError, RecursionError):
        lines = [("", _line(line)) for line in raw.splitlines() if line.strip()]
        if sum(_is_resource(one) for _, one in lines) * 2 > len(lines):  # an export whose first line is the broken one
            _lines(path, raw, lines, report, gathered, file_id)
        else:
            _odd(path, file_id, "not readable as JSON", report)
        return
    if not isinstance(document, dict) or not document.get("resourceType"):
        _odd(path, file_id, "not a FHIR resource", report)
        return
    _chart(str(path), [file_id], list(bundles.entries(document)), report)


def _odd(path: Path, file_id: UUID, what: str, report: Report) -> None:
    actions.say_of_file(actor=FILE_DOOR, file_id=file_id, understood={}, left={}, problems=[what])
    report.fault(f"{path}: {what}; kept as it is")


def _chart(
    name: str,
    files: Sequence[UUID],
    resources: Sequence[filing.Addressed],
    report: Report,
    *,
    known: Sequence[filing.Addressed] = (),
) -> None:
    became = actions.chart_files(actor=FILE_DOOR, files=files, resources=resources, known=known)
    understood = became.understood
    if became.kept:
        report.say(f"{name}: kept as sent {_words(became.kept)}")
    else:
        report.say(f"{name}: only what is understood was charted, the rest is in the file: {became.why_not}")
    report.say(f"{name}: charted {_words(understood.charted) or 'nothing'}")
    by_reason: dict[str, dict[str, int]] = {}
    for kind_and_reason, count in understood.left.items():
        kind, reason = kind_and_reason.split(": ", 1)
        by_reason.setdefault(reason, {})[kind] = count
    for reason, counts in sorted(by_reason.items()):
        report.say(f"{name}: kept, not charted ({reason}): {_words(counts)}")
    for problem in became.problems:
        report.fault(f"{name}: {problem}")


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))


def _json(raw: bytes) -> Any:
    return json.loads(raw, parse_float=Decimal)
