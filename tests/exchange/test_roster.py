"""The roster CSV: every trap of its layout, and rows that look published are refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.exchange.roster import looks_published, read, split_offense

ACCUSED = (
    "DOWNLOAD DATE,IDENTIFIER,LATEST ADMISSION DATE,RACE,GENDER,AGE,BOND AMOUNT,OFFENSE,FACILITY,"
    "DETAINER" + " " * 50 + "\r\n"
)
SENTENCED = (
    "DOWNLOAD DATE,IDENTIFIER,LATEST ADMISSION DATE,RACE,GENDER,AGE,OFFENSE,FACILITY,DETAINER,"
    "END SENTENCE DATE,SENTENCE DAYS,SPECIAL PAROLE END DATE" + " " * 40 + "\r\n"
)
PADDED = '"ASSAULT, THIRD DEGREE                 AM"'


def accused(
    *,
    identifier="T0000001",
    admitted="10/28/2026",
    race="HISPANIC ",
    gender="M",
    age="34",
    bond="2500",
    offense=PADDED,
    facility="HARTFORD CC  ",
    detainer="NONE   ",
):
    cells = ("11/02/2026", identifier, admitted, race, gender, age, bond, offense, facility, detainer)
    return ACCUSED + ",".join(cells) + "\r\n"


def sentenced(end="06/01/2027", days="730", parole="."):
    row = f"11/02/2026,T0000002,05/01/2025,BLACK,M,51,{PADDED},CHESHIRE CI,SPECIAL PAROLE,{end},{days},{parole}\r\n"
    return SENTENCED + row


def only(text):
    roster = read(text.encode(), refuse_published=True)
    assert roster.problems == ()
    return roster.rows[0]


def test_a_row_of_accused_people_is_read():
    row = only(accused())
    assert (row.identifier, row.admitted, row.downloaded) == ("T0000001", date(2026, 10, 28), date(2026, 11, 2))
    assert (row.sex, row.age, row.facility, row.detainer, row.legal_status) == ("M", 34, "HARTFORD CC", "", "accused")
    assert (row.offense, row.offense_class, row.bond) == ("ASSAULT, THIRD DEGREE", "AM", Decimal(2500))


def test_a_row_of_sentenced_people_is_read():
    row = only(sentenced())
    assert (row.sentence.end, row.sentence.days, row.sentence.is_life) == (date(2027, 6, 1), 730, False)
    assert (row.sentence.special_parole_end, row.legal_status, row.detainer) == (None, "sentenced", "SPECIAL PAROLE")


@pytest.mark.parametrize(
    ("days", "expected", "is_life"), [("368897", None, True), ("0", None, False), ("", None, False)]
)
def test_life_and_no_days_are_told_apart(days, expected, is_life):
    sentence = only(sentenced(end="", days=days)).sentence
    assert (sentence.days, sentence.is_life, sentence.end) == (expected, is_life, None)


@pytest.mark.parametrize(
    ("bond", "expected"),
    [("1", None), ("99.99", None), ("100", Decimal(100)), ("$9,000,009", Decimal(9000009)), ("", None), (".", None)],
)
def test_a_bond_below_100_is_a_placeholder(bond, expected):
    assert only(accused(bond=f'"{bond}"')).bond == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MURDER                                 AF", ("MURDER", "AF")),
        ("FAILURE TO APPEAR, FIRST DEGREE  DF", ("FAILURE TO APPEAR, FIRST DEGREE", "DF")),
        ("VIOLATION OF PROBATION OR COND DISCHG ", ("VIOLATION OF PROBATION OR COND DISCHG", "")),
        ("ILLEGAL OPERATION   F", ("ILLEGAL OPERATION", "F")),
        ("", ("", "")),
    ],
)
def test_the_class_code_stands_at_the_end_of_the_offence(text, expected):
    assert split_offense(text) == expected


@pytest.mark.parametrize(
    ("race", "expected"),
    [
        ("AMER IND", ("1002-5", "")),
        ("ASIAN", ("2028-9", "")),
        ("BLACK", ("2054-5", "")),
        ("HISPANIC", ("", "2135-2")),
        ("WHITE", ("2106-3", "")),
    ],
)
def test_the_combined_item_becomes_race_or_ethnicity(race, expected):
    row = only(accused(race=race))
    assert (row.race, row.ethnicity) == expected


def test_dates_may_be_american_or_iso():
    assert only(accused(admitted="2026-10-28T00:00:00.000")).admitted == date(2026, 10, 28)


@pytest.mark.parametrize(
    "said",
    [
        "2026-10-28",
        "2026-10-28 00:00:00",
        "2026/10/28",
        "10/28/2026 12:00:00 AM",
        "10/28/2026 00:00",
        "10/28/2026 00:00:00",
    ],
)
def test_a_day_is_read_as_spreadsheets_write_it(said):
    assert only(accused(admitted=said)).admitted == date(2026, 10, 28)


@pytest.mark.parametrize("said", ["28/10/2026", "10/28/26", "2026-02-30", "46323"])
def test_a_day_that_could_be_another_is_not_guessed(said):
    assert read(accused(admitted=said).encode(), refuse_published=True).problems[0].column == "LATEST ADMISSION DATE"


def cells(text, mark):
    """The same file with another mark between its cells; a comma within quotes stays."""
    return "\r\n".join(
        '"'.join(part.replace(",", mark) if n % 2 == 0 else part for n, part in enumerate(line.split('"')))
        for line in text.split("\r\n")
    )


WRITTEN = {
    "semicolons": cells(accused(), ";").encode(),
    "tabs": cells(accused(), "\t").encode(),
    "tabs in UTF-16": cells(accused(), "\t").encode("utf-16"),
    "bars": cells(accused(), "|").encode(),
    "its separator named": b"sep=;\r\n" + cells(accused(), ";").encode(),
    "empty lines above": b"\r\n\r\n" + accused().encode(),
    "mark of UTF-8": b"\xef\xbb\xbf" + accused().encode(),
    "names as the interface writes them": accused().replace(ACCUSED.strip(), ACCUSED.strip().lower().replace(" ", "_")).encode(),
    "line feeds alone": accused().replace("\r\n", "\n").encode(),
    "a line break within a cell": accused(offense='"ASSAULT, THIRD\r\nDEGREE                 AM"').encode(),
}  # fmt: skip


@pytest.mark.parametrize("how", WRITTEN)
def test_a_file_is_read_however_it_was_saved(how):
    roster = read(WRITTEN[how], refuse_published=True)
    assert roster.problems == ()
    (row,) = roster.rows
    told = (row.identifier, row.facility, row.offense, row.offense_class, row.legal_status)
    assert told == ("T0000001", "HARTFORD CC", "ASSAULT, THIRD DEGREE", "AM", "accused")


def test_columns_may_stand_in_any_order_and_more_may_stand_beside_them():
    names = ["EXTRA", "FACILITY", "OFFENSE", "AGE", "GENDER", "RACE", "LATEST ADMISSION DATE", "IDENTIFIER"]
    row = only(",".join(names) + "\r\nx,HARTFORD CC,LARCENY,34,M,WHITE,10/28/2026,T0000001\r\n")
    assert (row.identifier, row.age, row.downloaded) == ("T0000001", 34, None)


def test_a_row_is_named_by_its_line_though_one_before_it_is_broken_over_two():
    text = accused(offense='"ASSAULT\r\nTWICE"') + accused(identifier="T0000002", age="x").split("\r\n")[1]
    assert [(one.line, one.column) for one in read(text.encode(), refuse_published=True).problems] == [(4, "AGE")]


def test_an_old_admission_is_not_read_as_one_stay():
    assert only(accused(admitted="01/05/2019")).has_plausible_admission is False


@pytest.mark.parametrize("identifier", ["ZZHRWCLL", "zzbcehjl", " ZZJSRWBE "])
def test_identifiers_that_look_published_are_refused_and_not_kept(identifier):
    roster = read(accused(identifier=identifier).encode(), refuse_published=True)
    assert (roster.rows, roster.refused_published) == ((), 1)
    assert identifier.strip() not in str(roster)


def test_own_numbers_do_not_look_published():
    assert not looks_published("T0000001")
    assert not looks_published("ZZTOP")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"age": "4"}, "AGE"),
        ({"age": "old"}, "AGE"),
        ({"gender": "X"}, "GENDER"),
        ({"race": "MARTIAN"}, "RACE"),
        ({"admitted": "13/45/2026"}, "LATEST ADMISSION DATE"),
        ({"admitted": ""}, "LATEST ADMISSION DATE"),
        ({"bond": "much"}, "BOND AMOUNT"),
        ({"bond": "NaN"}, "BOND AMOUNT"),
        ({"facility": ""}, "FACILITY"),
        ({"identifier": ""}, "IDENTIFIER"),
        ({"offense": "X" * 600}, "OFFENSE"),
    ],
)
def test_what_can_not_be_read_is_a_problem_with_its_line_and_the_others_are_read(change, column):
    good = accused(identifier="T0000009").split("\r\n")[1]
    roster = read((accused(**change) + good + "\r\n").encode(), refuse_published=True)
    assert [(problem.line, problem.column) for problem in roster.problems] == [(2, column)]
    assert [row.identifier for row in roster.rows] == ["T0000009"]


def test_the_same_person_twice_on_a_day_counts_once():
    row = accused().split("\r\n")[1]
    roster = read((accused() + row + "\r\n").encode(), refuse_published=True)
    assert (len(roster.rows), len(roster.problems), roster.read) == (1, 1, 2)


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n", '"'])
def test_a_file_of_another_layout_is_one_problem(text):
    assert len(read(text.encode(), refuse_published=True).problems) == 1


@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(data):
    read(data, refuse_published=True)
    read(ACCUSED.encode() + data, refuse_published=True)
