"""The verdict on a message: AR for the envelope, AE for what is missing or can't be read, AA for the rest."""

from itertools import pairwise

import pytest

from tests.exchange.messages import EVENTS, Arrival, message
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.rules import ANY_PROCESSING, Accepts, Answer, event_time, judge


def verdict(raw, accepts=ANY_PROCESSING):
    return judge(parse(raw), accepts)


@pytest.mark.parametrize("event", EVENTS)
def test_a_whole_message_is_accepted(event):
    assert verdict(message(event)).answer is Answer.ACCEPT


@pytest.mark.parametrize(
    ("change", "answer", "place"),
    [
        ((b"|ADT^A01^ADT_A01|", b"|BAR^P01^ORU_R01|"), Answer.REJECT, "MSH-9"),
        ((b"|ADT^A01^ADT_A01|", b"|ADT^A99|"), Answer.REJECT, "MSH-9"),
        ((b"|ADT^A01^ADT_A01|", b"||"), Answer.ERROR, "MSH-9"),
        ((b"|ADT^A01^ADT_A01|", b"|ADT|"), Answer.ERROR, "MSH-9"),
        ((b"|C1|", b"||"), Answer.ERROR, "MSH-10"),
        ((b"|C1|T|", b"|C1||"), Answer.ERROR, "MSH-11"),
        ((b"|C1|T|", b"|C1|X|"), Answer.REJECT, "MSH-11"),
        ((b"|2.5.1\r", b"|\r"), Answer.ERROR, "MSH-12"),
        ((b"|2.5.1\r", b"|3.0\r"), Answer.REJECT, "MSH-12"),
        ((b"^~\\&", b"&&&&"), Answer.ERROR, "MSH-2"),
        ((b"PID|1", b"PIX|1"), Answer.ERROR, "PID"),
        ((b"T0000001^^^CTDOC^MR", b""), Answer.ERROR, "PID-3"),
        ((b"Sample-Ortiz^Luis^^^^^L", b""), Answer.ERROR, "PID-5"),
        ((b"19900214", b"yesterday"), Answer.ERROR, "PID-7"),
        ((b"PV1|1", b"PVX|1"), Answer.ERROR, "PV1"),
        ((b"A^114^1^HARTFORD CC", b""), Answer.ERROR, "PV1-3"),
    ],
)
def test_what_is_wrong_decides_the_answer_and_is_named(change, answer, place):
    found = verdict(message("A01").replace(*change))
    assert found.answer is answer
    assert place in [problem.place for problem in found.reasons]


def test_without_a_header_it_is_rejected():
    assert verdict(b"PID|1||x\r").answer is Answer.REJECT


def test_a_message_about_two_people_is_an_error():
    assert verdict(message("A01", extra=("PID|2||T0000002^^^CTDOC^MR||Sample-Two^B",))).answer is Answer.ERROR


def test_several_messages_in_one_frame_are_an_error_and_none_is_applied():
    assert verdict(message("A01") + message("A02", control_id="C2")).answer is Answer.ERROR


def test_production_takes_production_only():
    assert verdict(message("A01", processing="T"), Accepts()).answer is Answer.REJECT
    assert verdict(message("A01", processing="P"), Accepts()).answer is Answer.ACCEPT


def test_the_event_s_own_time_wins_over_the_sender_s_clock():
    later = message("A01").replace(b"|T|2.5.1\r", b"|T|2.5.1\r", 1)
    times = [event_time(parse(later)).at for _ in range(2)]
    assert all(one == two == Arrival().at for one, two in pairwise(times))


def test_a_day_without_an_hour_gives_way_to_a_more_exact_time():
    raw = message("A01").replace(b"EVN|A01|20261102080000-0500||||20261102080000-0500", b"EVN|A01|20261101||||20261101")
    assert event_time(parse(raw)).at == Arrival().at
