"""The answer to a message: MSA-2 is the sender's MSH-10 exactly, ERR says which segment and field, nothing names a person."""

from datetime import datetime

from throughcare.exchange.hl7v2.facts import Header
from throughcare.exchange.hl7v2.problems import Code, Problem
from throughcare.exchange.hl7v2.rules import Answer
from throughcare.exchange.hl7v2.wire import STANDARD, Separators

_MOST_ERRORS = 20
_OLD_ERR = ("2.1", "2.2", "2.3", "2.3.1", "2.4")  # before 2.5 an ERR segment has one field, ERR-1


def acknowledge(
    header: Header | None, answer: Answer, problems: tuple[Problem, ...], *, now: datetime, own_id: str
) -> bytes:
    """Build the acknowledgement, in the sender's own separators and character set where the sender had any."""
    marks = header.separators if header else STANDARD
    version = header.version if header and header.version else "2.5.1"
    lines = [_msh(header, marks, version, now, own_id), _msa(header, answer, problems, marks)]
    lines += [_err(problem, marks, version) for problem in problems[:_MOST_ERRORS]]
    codec = header.codec if header else "utf-8"
    return "".join(f"{line}\r" for line in lines).encode(codec, "replace")


def _msh(header: Header | None, marks: Separators, version: str, now: datetime, own_id: str) -> str:
    receiver = header.receiver_raw if header and any(header.receiver_raw) else ("THROUGHCARE", "")
    sender = header.sender_raw if header else ("", "")
    kind = marks.component.join(("ACK", header.event, "ACK")) if header and header.event else "ACK"
    processing = header.processing_raw if header and header.processing_raw else "P"
    at = now.strftime("%Y%m%d%H%M%S%z")
    fields = ("MSH", marks.encoding_characters, *receiver, *sender, at, "", kind, own_id, processing, version)
    return marks.field.join(fields)


def _msa(header: Header | None, answer: Answer, problems: tuple[Problem, ...], marks: Separators) -> str:
    control_id = header.control_id_raw if header else ""
    stopping = next((problem for problem in problems if problem.stops), None)
    text = _safe(f"{stopping.place}: {stopping.sentence}", marks) if stopping and answer is not Answer.ACCEPT else ""
    return marks.field.join(("MSA", answer.value, control_id, *([text] if text else [])))


def _err(problem: Problem, marks: Separators, version: str) -> str:
    where = [problem.segment, str(problem.row)] + ([] if problem.field is None else [str(problem.field)])
    if version in _OLD_ERR:
        coded = marks.subcomponent.join((problem.code.value, problem.code.meaning, "HL70357"))
        return marks.field.join(("ERR", marks.component.join([*where, *[""] * (3 - len(where)), coded])))
    coded = marks.component.join((problem.code.value, problem.code.meaning, "HL70357"))
    sentence = _safe(problem.sentence, marks)
    place = marks.component.join(where)
    return marks.field.join(("ERR", "", place, coded, problem.severity.value, "", "", "", sentence))


def _safe(text: str, marks: Separators) -> str:
    escapes = {
        marks.escape: "E",
        marks.field: "F",
        marks.component: "S",
        marks.repetition: "R",
        marks.subcomponent: "T",
    }
    return "".join(f"{marks.escape}{escapes[c]}{marks.escape}" if c in escapes else c for c in text)


def too_large(limit: int) -> Problem:
    """More bytes than this door takes in one frame."""
    return Problem("MSH", None, f"The message is larger than {limit} bytes; it was not kept.", Code.SEGMENT_SEQUENCE)
