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

from throughcare.insight.measures.cases import Unreadable, history_of
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


class NoPeriod(ValueError):
    """A period that is not two times, the first before the second."""


def period_of(said: object) -> Span:
    """Make the span from the first moment of one day to the last of another; an instant stands for itself."""
    times = said if isinstance(said, list | tuple) and len(said) == 2 else ()
    found = [parse(time) if isinstance(time, str) else None for time in times]
    if len(found) != 2 or found[0] is None or found[1] is None or found[1].last < found[0].first:
        raise NoPeriod("its [period] is not two days, the first and the last (2026-01-01, 2026-12-31)")
    start, end = found[0], found[1]
    return Span(Point(start.first, start.first), Point(end.last, end.last))


def run_case(measure: Aligned, case: Mapping[str, Any], book: CodeBook) -> Mapping[str, int]:
    """Count one case: its Bundle, read into rows, judged for its period by the published measure's population."""
    who = Subject(history_of(case["bundle"]), period_of(case["period"]), book, measure.model)
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
    if not isinstance(case, dict):
        return Line(number, trouble="it is no JSON object")
    if lacking := next((name for name in ("case", "period", "bundle") if case.get(name) in (None, "")), ""):
        return Line(number, trouble=f"it has no [{lacking}]")
    if not isinstance(case["case"], str | int) or isinstance(case["case"], bool):
        return Line(number, trouble="its [case] is no name")
    try:
        return Line(number, str(case["case"]), run_case(measure, case, book))
    except MissingList:
        raise
    except (Unreadable, NoPeriod) as wrong:
        return Line(number, trouble=str(wrong))
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError) as wrong:
        return Line(number, trouble=f"its case can't be judged ({type(wrong).__name__})")
