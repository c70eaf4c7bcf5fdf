"""Reading bytes into segments: separators, line ends, encodings, escapes, and what is no message at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.messages import message
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.wire import STANDARD, Separators, read, split_batch, unescape

PLAIN = message("A01")


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\r", b"\n\r\n"])
def test_any_line_end_reads_the_same(end):
    assert parse(PLAIN.replace(b"\r", end)).people == parse(PLAIN).people


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"\x00 ", b"\r\n\xef\xbb\xbf"])
def test_what_stands_before_the_header_is_passed_over(before):
    assert parse(before + PLAIN).people == parse(PLAIN).people


def test_own_separators_are_honoured():
    own = PLAIN.replace(b"MSH|^~\\&|", b"MSH#*!$%#").replace(b"|", b"#").replace(b"^", b"*")
    assert parse(own).people == parse(PLAIN).people
    assert read(own).separators == Separators("#", "*", "!", "$", "%")


@pytest.mark.parametrize("marks", [b"&&&&", b"^~\\\\&", b"", b"^~\\a", b"^~\\&|&&"])
def test_separators_that_are_not_all_different_are_a_problem_at_msh_2(marks):
    wire = read(b"MSH|" + marks + b"|A|B\rPID|1\r")
    expected = [] if marks == b"^~\\&|&&" else ["MSH-2"]
    assert [problem.place for problem in wire.problems] == expected


@pytest.mark.parametrize(
    ("declared", "codec", "name"),
    [
        ("UNICODE UTF-8", "utf-8", "Sample-Muñoz"),
        ("8859/1", "iso8859_1", "Sample-Muñoz"),
        ("8859/15", "iso8859_15", "Sample-Žižka"),
        ("", "utf-8", "Sample-Muñoz"),
        ("", "cp1252", "Sample-Muñoz"),
        ("GB 18030-2000", "gb18030", "Sample-王"),
    ],
)
def test_the_character_set_of_msh_18_is_read(declared, codec, name):
    text = PLAIN.decode().replace("|2.5.1\r", f"|2.5.1||||||{declared}\r").replace("Sample-Ortiz", name)
    read_as = parse(text.encode(codec))
    assert read_as.people[0].names[0].family == name


def test_text_not_in_its_character_set_is_read_and_warned_about():
    text = PLAIN.decode().replace("|2.5.1\r", "|2.5.1||||||UNICODE UTF-8\r").replace("Ortiz", "Muñoz")
    problems = parse(text.encode("latin-1")).problems
    assert [(p.place, p.stops) for p in problems] == [("MSH-18", False)]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f", "a|b^c&d~e\\f"),
        ("one\\.br\\two\\.sp2\\three", "one\ntwo\n\nthree"),
        ("\\H\\loud\\N\\ quiet", "loud quiet"),
        ("\\X4142\\", "AB"),
        ("\\XC3B1\\", "ñ"),
        ("\\Xzz\\ \\unknown\\ \\", "\\Xzz\\ \\unknown\\ \\"),
        ("C:\\Temp", "C:\\Temp"),
        ("\x00nul\x0bvt", "nul vt"),
    ],
)
def test_escapes_say_what_the_sender_meant(sent, meant):
    assert unescape(sent, STANDARD) == meant


def test_a_line_break_inside_a_note_belongs_to_the_note():
    sent = PLAIN + b"NTE|1||first line\nsecond line\rAL1|1|DA|^PENICILLIN\r"
    understood = parse(sent)
    assert understood.notes[0].text == "first line\nsecond line"
    assert len(understood.allergies) == 1


def test_a_note_can_not_pose_as_a_second_person_unnoticed():
    sent = PLAIN + b"NTE|1||note\nPID|1||T0000009^^^CTDOC^MR||Sample-Other^X\r"
    assert len(parse(sent).people) == 2  # and rules refuse a message about two people


@pytest.mark.parametrize(
    "raw", [b"", b"\x00", b"MSH", b"MSH\r", b"PID|1", b"FHS|^~\\&|x", b"hello", b"{}", b"\xff\xfe"]
)
def test_what_is_no_message_has_no_header_and_one_problem(raw):
    understood = parse(raw)
    assert understood.header is None
    assert len(understood.problems) == 1


def test_a_batch_file_is_cut_into_its_messages():
    file = b"FHS|^~\\&|x\rBHS|^~\\&|x\r" + PLAIN + message("A02", control_id="C2") + b"BTS|2\rFTS|1\r"
    assert split_batch(file) == [PLAIN, message("A02", control_id="C2")]
    assert split_batch(b"\x0b" + PLAIN + b"\x1c\r\x0b" + PLAIN + b"\x1c\r") == [PLAIN, PLAIN]


def test_a_file_without_any_message_is_kept_as_one_piece():
    assert split_batch(b"not a message") == [b"not a message"]
    assert split_batch(b" \r\n") == []


@given(st.binary(max_size=400))
def test_any_bytes_can_be_read(raw):
    parse(raw)
    parse(b"MSH|^~\\&|" + raw)


@given(st.data())
def test_a_damaged_message_can_be_read(data):
    raw = bytearray(PLAIN)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
        if not raw:
            break
    parse(bytes(raw))
