"""The acknowledgement: the sender's own control id, where the fault is, in the sender's own dialect."""

from datetime import UTC, datetime

import pytest

from tests.exchange.messages import message
from throughcare.exchange.hl7v2.acknowledge import acknowledge
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.rules import ANY_PROCESSING, judge

NOW = datetime(2026, 11, 2, 13, tzinfo=UTC)


def answer(raw):
    understood = parse(raw)
    found = judge(understood, ANY_PROCESSING)
    return acknowledge(understood.header, found.answer, found.problems, now=NOW, own_id="A1")


def test_an_accepted_message_is_answered_with_its_id():
    assert answer(message("A01", control_id="X\\T\\9")).split(b"\r") == [
        b"MSH|^~\\&|THROUGHCARE|CT|CUSTODY|CTDOC|20261102130000+0000||ACK^A01^ACK|A1|T|2.5.1",
        b"MSA|AA|X\\T\\9",
        b"",
    ]


def test_an_error_says_where_and_why():
    lines = answer(message("A01").replace(b"19900214", b"yesterday")).split(b"\r")
    assert lines[1] == b"MSA|AE|C1|PID-7: The date of birth can't be read."
    assert b"ERR||PID^1^7|102^Data type error^HL70357|E||||The date of birth can't be read." in lines


def test_older_versions_get_the_older_error_segment():
    lines = answer(message("A01", version="2.3").replace(b"PV1|1", b"ZV1|1")).split(b"\r")
    assert lines[2] == b"ERR|PV1^1^^101&Required field missing&HL70357"


def test_the_sender_s_separators_and_character_set_are_used():
    raw = (
        message("A01", control_id="Ñ1").decode().replace("MSH|^~\\&|", "MSH#*!$%#").replace("|", "#").replace("^", "*")
    )
    raw = raw.replace("#2.5.1\r", "#2.5.1######8859/1\r")
    lines = answer(raw.encode("latin-1")).split(b"\r")
    assert lines[0].startswith(b"MSH#*!$%#THROUGHCARE#CT#CUSTODY#CTDOC#")
    assert lines[1] == "MSA#AA#Ñ1".encode("latin-1")


@pytest.mark.parametrize("raw", [b"", b"nonsense", b"FHS|^~\\&|x\r"])
def test_what_is_no_message_is_rejected_in_the_standard_form(raw):
    assert answer(raw).split(b"\r")[1].startswith(b"MSA|AR||MSH: ")


def test_no_answer_repeats_what_the_sender_wrote_about_the_person():
    raw = message("A01").replace(b"19900214", b"Sample-Secret")
    assert b"Sample" not in answer(raw)
