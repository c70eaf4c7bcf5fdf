"""The roster CSV: one row per person in custody, in the layout that Connecticut published in 2018, with all its traps.

Pure: text in, rows and problems out. Published rows are people; in demonstration and test mode a row whose identifier
looks published is refused and nothing of it is kept. Source of the layout and of each trap: data.ct.gov b674-jy6w and
um73-fxm4 (accused and sentenced people), as described by those who used them.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from throughcare.exchange import letters

REQUIRED = ("IDENTIFIER", "LATEST ADMISSION DATE", "RACE", "GENDER", "AGE", "OFFENSE", "FACILITY")
PLACEHOLDER_BOND = Decimal(100)  # a bond below this stands for "none set"
LIFE_DAYS = 368897  # the number of days by which a life sentence is written
LONGEST_FIELD = 500
MOST_PROBLEMS = 200

_PUBLISHED = re.compile(r"ZZ[A-Z]{6}", re.IGNORECASE)
_CLASS = re.compile(r"\s+(AF|BF|CF|DF|F|AM|BM|CM|M)$")
_DAYS = (
    "%m/%d/%Y", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d",
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M",
)  # fmt: skip
_NULLS = frozenset({"", ".", "NULL", "N/A"})

# The one combined item of the file becomes the separate facts that the record keeps: race, and ethnicity.
_RACES = {
    "AMER IND": ("1002-5", ""),
    "ASIAN": ("2028-9", ""),
    "BLACK": ("2054-5", ""),
    "HISPANIC": ("", "2135-2"),
    "WHITE": ("2106-3", ""),
}


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """What is wrong with one row: the line of the file, the column, one sentence. It never repeats the row."""

    line: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as the file writes it: `is_life` has no days, and no days may also mean not yet counted."""

    end: date | None
    days: int | None
    is_life: bool
    special_parole_end: date | None


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person in custody on the day of the download. `admitted` may be an old, original date."""

    line: int
    identifier: str
    downloaded: date | None
    admitted: date
    race: str
    ethnicity: str
    sex: str
    age: int
    offense: str
    offense_class: str
    facility: str
    detainer: str
    bond: Decimal | None
    sentence: Sentence | None

    @property
    def legal_status(self) -> str:
        """Sentenced where the file has a sentence, else accused."""
        return "sentenced" if self.sentence else "accused"

    @property
    def has_plausible_admission(self) -> bool:
        """False where the date must not be read as one continuous stay: more than a year before the download."""
        return self.downloaded is None or (self.downloaded - self.admitted).days <= 365


@dataclass(frozen=True, slots=True)
class Roster:
    """All rows that could be read, and all problems; a row with a problem is not among the rows."""

    rows: tuple[RosterRow, ...]
    problems: tuple[RosterProblem, ...]
    refused_published: int
    read: int
    published_lines: frozenset[int] = frozenset()


class _Unreadable(Exception):
    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column = column
        self.sentence = sentence


class _Published(Exception):
    """The row's identifier has the shape of a published person's."""


def read(data: bytes, *, refuse_published: bool) -> Roster:
    """Read a roster file; what can't be read is a problem with its line, and the other rows are still read."""
    try:
        lines = _lines(_text(data))
        columns = [_heading(cell) for cell in next(lines, (1, 1, []))[2]]
        missing = [name for name in REQUIRED if name not in columns]
        if missing:
            return Roster((), (RosterProblem(1, missing[0], f"The column {missing[0]} is missing."),), 0, 0)
        return _rows(lines, columns, refuse_published)
    except csv.Error:
        return Roster((), (RosterProblem(1, "", "The file is not a readable CSV."),), 0, 0)


def without(data: bytes, lines: Collection[int]) -> bytes:
    """Give a file without these lines of it, as UTF-8: nothing of a row that is refused is kept."""
    kept = (line for n, line in enumerate(io.StringIO(_text(data), newline=""), 1) if n not in lines)
    return "".join(kept).encode()


def looks_published(identifier: str) -> bool:
    """True for the shape of identifiers in published files: eight letters that begin ZZ."""
    return _PUBLISHED.fullmatch(identifier.strip()) is not None


def _text(data: bytes) -> str:
    """Read a file of any encoding that spreadsheets write."""
    if data[:2] in letters.UTF16:
        return data.decode("utf-16", "replace")
    return letters.read(data.removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b""))


def _lines(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Give each row that says something with the first and the last line of the file in which it stands."""
    first = next((line for line in io.StringIO(text) if "IDENTIFIER" in line.upper()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t|", key=first.count), strict=False)
    before, begun = 0, False
    for cells in reader:
        # What a spreadsheet writes above the names of the columns (its separator, empty lines) is none of them.
        begun = begun or "IDENTIFIER" in (_heading(cell) for cell in cells)
        if begun and any(cell.strip() for cell in cells):
            yield before + 1, reader.line_num, cells
        before = reader.line_num


def _heading(cell: str) -> str:
    """Read a column's name as published, or as the publisher's interface writes it: `latest_admission_date`."""
    return " ".join(cell.replace("_", " ").replace("\ufeff", "").upper().split())


def _rows(lines: Iterable[tuple[int, int, list[str]]], columns: list[str], refuse_published: bool) -> Roster:
    rows: list[RosterRow] = []
    problems: list[RosterProblem] = []
    published, total = list[int](), 0
    refused = 0
    seen: set[tuple[str, date | None]] = set()
    for number, last, cells in lines:
        total += 1
        try:
            row = _row(number, _values(cells, columns), refuse_published)
            if (row.identifier, row.downloaded) in seen:
                raise _Unreadable("IDENTIFIER", "The same person stands twice on the same day; the first row is used.")
            seen.add((row.identifier, row.downloaded))
            rows.append(row)
        except _Published:
            refused += 1
            published += range(number, last + 1)
        except _Unreadable as problem:
            problems.append(RosterProblem(number, problem.column, problem.sentence))
    if refused:
        sentence = f"{refused} rows carry identifiers of a published file; they were refused and not kept."
        problems.insert(0, RosterProblem(0, "IDENTIFIER", sentence))
    return Roster(tuple(rows), tuple(problems), refused, total, frozenset(published))


def _values(cells: list[str], columns: list[str]) -> dict[str, str]:
    if len([cell for cell in cells[len(columns) :] if cell.strip()]):
        raise _Unreadable("", "The row has more cells than the header.")
    values = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
    too_long = next((name for name, value in values.items() if len(value) > LONGEST_FIELD), None)
    if too_long is not None:
        raise _Unreadable(too_long, f"The value is longer than {LONGEST_FIELD} characters.")
    return values


def _row(line: int, values: Mapping[str, str], refuse_published: bool) -> RosterRow:
    identifier = values.get("IDENTIFIER", "")
    if identifier.upper() in _NULLS:
        raise _Unreadable("IDENTIFIER", "There is no identifier of the person.")
    if refuse_published and looks_published(identifier):
        raise _Published
    race, ethnicity = _race(values)
    offense, offense_class = split_offense(values.get("OFFENSE", ""))
    admitted = _date(values, "LATEST ADMISSION DATE")
    if admitted is None:
        raise _Unreadable("LATEST ADMISSION DATE", "The date of admission is missing.")
    facility = values.get("FACILITY", "")
    if facility.upper() in _NULLS:
        raise _Unreadable("FACILITY", "The facility is missing.")
    detainer = values.get("DETAINER", "").upper()
    return RosterRow(
        line=line,
        identifier=identifier,
        downloaded=_date(values, "DOWNLOAD DATE"),
        admitted=admitted,
        race=race,
        ethnicity=ethnicity,
        sex=_sex(values),
        age=_age(values),
        offense=offense,
        offense_class=offense_class,
        facility=re.sub(r"\s+", " ", facility).upper(),
        detainer="" if detainer in _NULLS or detainer == "NONE" else detainer,
        bond=_bond(values),
        sentence=_sentence(values),
    )


def split_offense(text: str) -> tuple[str, str]:
    """The controlling offence and its class code, which stands at the end of a padded field."""
    text = text.strip()
    match = _CLASS.search(text)
    words = text[: match.start()] if match else text
    return re.sub(r"\s+", " ", words).strip(), match[1] if match else ""


def _race(values: Mapping[str, str]) -> tuple[str, str]:
    text = values.get("RACE", "").upper()
    if text in _NULLS:
        return "", ""
    if text not in _RACES:
        raise _Unreadable("RACE", "The race is not one of the five values of this layout.")
    return _RACES[text]


def _sex(values: Mapping[str, str]) -> str:
    text = values.get("GENDER", "").upper()
    if text not in ("M", "F"):
        raise _Unreadable("GENDER", "The gender is neither M nor F.")
    return text


def _age(values: Mapping[str, str]) -> int:
    text = values.get("AGE", "")
    if not re.fullmatch(r"\d{1,3}", text) or not 10 <= int(text) <= 120:
        raise _Unreadable("AGE", "The age is not a number of years between 10 and 120.")
    return int(text)


def _bond(values: Mapping[str, str]) -> Decimal | None:
    text = values.get("BOND AMOUNT", "").replace("$", "").replace(",", "")
    if text.upper() in _NULLS:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise _Unreadable("BOND AMOUNT", "The bond is not an amount of money.") from None
    if not amount.is_finite() or amount < 0 or amount > 10**9:
        raise _Unreadable("BOND AMOUNT", "The bond is not an amount of money.")
    return None if amount < PLACEHOLDER_BOND else amount


def _sentence(values: Mapping[str, str]) -> Sentence | None:
    if "SENTENCE DAYS" not in values and "END SENTENCE DATE" not in values:
        return None
    text = values.get("SENTENCE DAYS", "").replace(",", "")
    if text.upper() not in _NULLS and not re.fullmatch(r"\d{1,7}", text):
        raise _Unreadable("SENTENCE DAYS", "The length of the sentence is not a number of days.")
    days = int(text) if text.upper() not in _NULLS else None
    is_life = days == LIFE_DAYS
    return Sentence(
        end=_date(values, "END SENTENCE DATE"),
        days=None if is_life or not days else days,
        is_life=is_life,
        special_parole_end=_date(values, "SPECIAL PAROLE END DATE"),
    )


def _date(values: Mapping[str, str], column: str) -> date | None:
    text = values.get(column, "")
    if text.upper() in _NULLS:
        return None
    for form in _DAYS:
        try:
            found = datetime.strptime(text, form).date()  # noqa: DTZ007  (a calendar day has no zone)
        except ValueError:
            continue
        if found.year >= 1900:
            return found
    raise _Unreadable(column, "The date can't be read.")
