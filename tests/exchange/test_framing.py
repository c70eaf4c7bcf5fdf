"""Finding messages in a stream, whatever the network does to it."""

from hypothesis import given
from hypothesis import strategies as st

from throughcare.exchange.hl7v2.framing import Deframer, Limits, frame

ONE, TWO = b"MSH|^~\\&|one\rPID|1\r", b"MSH|^~\\&|two\rPID|2\r"


def all_of(stream, *, limits=None, cut=None):
    deframer = Deframer(limits or Limits())
    pieces = cut or [stream]
    return [message for piece in pieces for message in deframer.feed(piece)], deframer


def test_several_messages_come_out_in_order():
    assert all_of(frame(ONE) + frame(TWO))[0] == [ONE, TWO]


def test_a_half_message_waits_for_its_end():
    deframer = Deframer(Limits())
    assert deframer.feed(frame(ONE)[:9]) == []
    assert deframer.is_inside
    assert deframer.feed(frame(ONE)[9:]) == [ONE]
    assert not deframer.is_inside


def test_a_forgotten_carriage_return_and_noise_between_frames_are_passed_over():
    messages, deframer = all_of(b"\r\nhello" + frame(ONE)[:-1] + b"\r\n\x00noise" + frame(TWO))
    assert messages == [ONE, TWO]
    assert deframer.counts == {"noise bytes": 10}


def test_a_sender_that_starts_again_in_the_middle_is_heard_from_its_new_start():
    messages, deframer = all_of(frame(ONE)[:9] + frame(TWO))
    assert messages == [TWO]
    assert deframer.counts == {"cut off": 1}


def test_a_vertical_tab_inside_a_text_is_text():
    message = ONE + b"NTE|1||a\x0bb\r"
    assert all_of(frame(message))[0] == [message]


def test_a_frame_that_is_too_large_is_abuse_after_the_messages_before_it():
    messages, deframer = all_of(frame(ONE) + frame(b"x" * 200), limits=Limits(message_bytes=100))
    assert messages == [ONE]
    assert deframer.abuse.reason == "too large"
    assert deframer.feed(frame(TWO)) == []


def test_a_frame_that_never_ends_is_abuse_as_soon_as_it_is_too_large():
    _, deframer = all_of(b"", limits=Limits(message_bytes=100), cut=[b"\x0bMSH", *[b"y" * 10] * 11])
    assert deframer.abuse.reason == "too large"
    assert deframer.abuse.head.startswith(b"MSH")


def test_noise_without_end_is_abuse():
    _, deframer = all_of(b"z" * 101, limits=Limits(noise_bytes=100))
    assert deframer.abuse.reason == "noise"


CONTENT = st.binary(max_size=40).map(lambda body: b"MSH|" + body.replace(b"\x1c", b"").replace(b"\x0b", b""))
NOISE = st.binary(max_size=10).map(lambda body: body.replace(b"\x0b", b""))


@given(st.lists(st.tuples(NOISE, CONTENT)), st.data())
def test_messages_come_out_whole_however_the_stream_is_cut(parts, data):
    stream = b"".join(noise + frame(message) for noise, message in parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert all_of(stream, cut=pieces)[0] == [message for _, message in parts]


@given(st.lists(st.binary(max_size=60)))
def test_any_bytes_in_any_pieces_are_read_the_same(pieces):
    assert all_of(b"", cut=pieces)[0] == all_of(b"".join(pieces))[0]
