"""Which looks at records are worth a question (clinical.md 7.4): pure. A question is no accusation; a person answers it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

# Words that mark invented people; no part of a name.
_MARKS = frozenset({"sample", "test", "demo", "example", "specimen"})
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Detector:
    """One kind of question, with the agency's numbers."""

    id: str
    title: str
    limit: int = 0
    not_for: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Look:
    """All readings of one record by one reader on one day."""

    user_id: UUID
    user_name: str
    role: str
    person_id: UUID
    day: date
    first_at: datetime
    last_at: datetime
    pages: int
    by_reason: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """How many people's data one reader printed, exported or disclosed on one day."""

    user_id: UUID
    role: str
    day: date
    first_at: datetime
    last_at: datetime
    people: int


@dataclass(frozen=True, slots=True)
class Found:
    """One question to ask, and the number behind it."""

    detector: str
    user_id: UUID
    role: str
    day: date
    first_at: datetime
    last_at: datetime
    number: int
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """How a person is called: the words of their family names, and each whole name as words."""

    families: frozenset[str]
    wholes: frozenset[frozenset[str]]


def words(name: str) -> frozenset[str]:
    """Give the words of a name, without case, marks and punctuation."""
    return frozenset(w for w in _LETTERS.findall(name.casefold()) if w not in _MARKS)


def family_of(name: str) -> frozenset[str]:
    """Give the family name's words of `Family, Given` or `Given Family`."""
    family, comma, _ = name.partition(",")
    return words(family if comma else name.rsplit(maxsplit=1)[-1] if name.strip() else "")


def by_name(looks: Iterable[Look], called: Mapping[UUID, Called], common: frozenset[str]) -> Iterator[Found]:
    """Find looks at one's own record, and at that of somebody with the same, not too common, family name."""
    for look in looks:
        person = called.get(look.person_id)
        if person is None:
            continue
        if words(look.user_name) in person.wholes:
            yield _of(look, "own_record")
        elif (family_of(look.user_name) & person.families) - common:
            yield _of(look, "same_name")


def where(looks: Iterable[Look], detector: str, holds: Callable[[Look], bool]) -> Iterator[Found]:
    """Find each look of which this holds."""
    return (_of(look, detector) for look in looks if holds(look))


def too_many(looks: Iterable[Look], detector: str, limit: int) -> Iterator[Found]:
    """Find readers who opened more records in a day than the limit."""
    days: dict[tuple[UUID, date], list[Look]] = {}
    for look in looks:
        days.setdefault((look.user_id, look.day), []).append(look)
    for (user_id, day), of_day in days.items():
        if len(of_day) > limit:
            first, last = min(x.first_at for x in of_day), max(x.last_at for x in of_day)
            yield Found(detector, user_id, of_day[0].role, day, first, last, len(of_day))


def _of(look: Look, detector: str) -> Found:
    return Found(detector, look.user_id, look.role, look.day, look.first_at, look.last_at, look.pages, look.person_id)
