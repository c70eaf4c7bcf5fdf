"""The measures that are aligned with published ones: by our id and by theirs, and cases run through them. Pure but for reading."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from throughcare.insight.measures.cases import NoPatient, history_of
from throughcare.insight.measures.codes import CodeBook, MissingList
from throughcare.insight.measures.points import Point, Span, parse
from throughcare.insight.measures.populations import (
    DENOMINATOR,
    EXCEPTION,
    EXCLUSION,
    INITIAL,
    NUMERATOR,
    Group,
    tally,
)
from throughcare.insight.measures.subject import Subject

PLAIN = (INITIAL, DENOMINATOR, NUMERATOR)
EXCLUDING = (INITIAL, DENOMINATOR, EXCLUSION, NUMERATOR)
EXCEPTING = (*EXCLUDING, EXCEPTION)

Population = Callable[[Subject], Sequence[Group]]


@dataclass(frozen=True, slots=True)
class Aligned:
    """One measure: our id, the published one's, the populations it counts, and where its code is."""

    id: str
    source: str
    populations: tuple[str, ...]
    module: str
    model: str
    function: str = "ecqm"

    @property
    def ecqm(self) -> Population:
        """Load the published measure's own population."""
        found: Population = getattr(import_module(f"throughcare.insight.measures.quality.{self.module}"), self.function)
        return found


MEASURES = (
    Aligned("Q-DEP", "CMS2", EXCEPTING, "depression_screening", "6.0.0"),
    Aligned("Q-GSD9", "CMS122", EXCLUDING, "glycaemia", "6.0.0"),
    Aligned("Q-AMM", "CMS128", EXCLUDING, "antidepressants", "4.1.1"),
    Aligned("Q-IET", "CMS137", EXCLUDING, "substance_use_treatment", "4.1.1"),
    Aligned("Q-TOB", "CMS138", EXCLUDING, "tobacco", "4.1.1"),
    Aligned("Q-REM12", "CMS159", EXCLUDING, "depression_remission", "6.0.0"),
    Aligned("Q-SRA", "CMS161", PLAIN, "suicide_risk", "4.1.1", "ecqm_adult"),
    Aligned("Q-CBP", "CMS165", EXCLUDING, "blood_pressure", "6.0.0"),
    Aligned("Q-SRY", "CMS177", PLAIN, "suicide_risk", "4.1.1", "ecqm_youth"),
    Aligned("Q-HIVsupp", "CMS314", PLAIN, "hiv_suppression", "4.1.1"),
    Aligned("Q-HIVscreen", "CMS349", EXCEPTING, "hiv_screening", "6.0.0"),
)


def find(name: str) -> Aligned | None:
    """Find a measure by our id, or by the published one's with or without its letters; case doesn't matter."""
    wanted = name.strip().casefold()
    return next(
        (m for m in MEASURES if wanted in (m.id.casefold(), m.source.casefold(), m.source.casefold()[3:])), None
    )


def period_of(first: str, last: str) -> Span:
    """Make the span from the first moment of one day to the last of another; an instant stands for itself."""
    start, end = parse(first), parse(last)
    if start is None or end is None:
        raise ValueError(f"[{first}] to [{last}] is no period")
    return Span(Point(start.first, start.first), Point(end.last, end.last))


def run_case(measure: Aligned, case: Mapping[str, Any], book: CodeBook) -> Mapping[str, int]:
    """Count one case: its Bundle, read into rows, judged for its period by the published measure's population."""
    first, last = case["period"]
    who = Subject(history_of(case["bundle"]), period_of(first, last), book, measure.model)
    return tally(measure.ecqm(who), measure.populations)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file of cases: its counts, or what is wrong with it."""

    number: int
    case: str = ""
    populations: Mapping[str, int] = field(default_factory=dict)
    trouble: str = ""


def run_file(measure: Aligned, path: Path, book: CodeBook) -> Iterator[Line]:
    """Judge a file of cases, line by line; a broken line is told and the others go on. Refuses where a list is missing."""
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
    with gzip.open(path, "rb") if zipped else path.open("rb") as lines:
        number = 0
        try:
            for number, text in enumerate(lines, 1):
                if text.strip():
                    yield _judged(measure, number, text, book)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            yield Line(number + 1, trouble="the file breaks off here")


def _judged(measure: Aligned, number: int, text: bytes, book: CodeBook) -> Line:
    try:
        case = json.loads(text)
    except (ValueError, RecursionError):
        return Line(number, trouble="it is not JSON")
    try:
        return Line(number, str(case["case"]), run_case(measure, case, book))
    except MissingList:
        raise
    except KeyError as missing:
        return Line(number, trouble=f"it has no {missing}")
    except (NoPatient, ValueError, TypeError, AttributeError, IndexError, OverflowError) as wrong:
        return Line(number, trouble=f"its case can't be read ({wrong})")
