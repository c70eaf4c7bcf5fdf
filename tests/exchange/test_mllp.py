"""The MLLP door over a real socket: answers, order, limits, faults of senders and of ourselves, and the end."""

import socket
import threading
import time

import pytest

from tests.exchange.messages import message
from tests.exchange.serving import judging, running
from throughcare.exchange.hl7v2.framing import Limits, frame
from throughcare.exchange.hl7v2.mllp import Client, send


def control_id(answer):
    return answer.split(b"\r")[1].split(b"|")[2]


def code(answer):
    return answer.split(b"\r")[1].split(b"|")[1]


def eventually(condition, within=3.0):
    until = time.monotonic() + within
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


def test_a_message_is_answered_with_its_id():
    with running() as door:
        answer = send("127.0.0.1", door.port, message("A01", control_id="M-1"))
    assert (code(answer), control_id(answer)) == (b"AA", b"M-1")


def test_many_messages_of_one_connection_are_answered_in_order():
    with running() as door, Client("127.0.0.1", door.port) as client:
        client.send_bytes(b"".join(frame(message("A08", control_id=f"M{n}")) for n in range(50)))
        assert [control_id(client.receive()) for _ in range(50)] == [f"M{n}".encode() for n in range(50)]


def test_a_message_in_drops_of_one_byte_is_answered():
    with running() as door, Client("127.0.0.1", door.port) as client:
        for byte in frame(message("A01")):
            client.send_bytes(bytes([byte]))
        assert code(client.receive()) == b"AA"


def test_the_answer_comes_after_the_handler_has_returned():
    done = threading.Event()

    def slow(raw):
        time.sleep(0.2)
        done.set()
        return judging(raw)

    with running(slow) as door:
        send("127.0.0.1", door.port, message("A01"))
        assert done.is_set()


def test_what_could_not_be_kept_is_not_answered_and_is_taken_when_sent_again():
    calls = []

    def failing(raw):
        calls.append(raw)
        if len(calls) == 1:
            raise RuntimeError("the database is away")
        return judging(raw)

    with running(failing) as door:
        with Client("127.0.0.1", door.port) as client, pytest.raises(ConnectionError):
            client.send(message("A01"))
        assert code(send("127.0.0.1", door.port, message("A01"))) == b"AA"
        assert door.server.counts["not stored"] == 1


def test_a_message_cut_off_is_counted_and_nothing_of_it_is_handled():
    seen = []
    with running(lambda raw: seen.append(raw) or judging(raw)) as door:
        with Client("127.0.0.1", door.port) as client:
            client.send_bytes(frame(message("A01"))[:60])
        assert eventually(lambda: door.server.counts["refused: cut off"] == 1)
        assert seen == []
        assert code(send("127.0.0.1", door.port, message("A01"))) == b"AA"


def test_a_frame_that_is_too_large_is_answered_and_the_connection_ended():
    with running(limits=Limits(message_bytes=2000)) as door, Client("127.0.0.1", door.port) as client:
        answer = client.send(message("A01", extra=("NTE|1||" + "x" * 5000,)))
        assert (code(answer), control_id(answer)) == (b"AR", b"C1")
        with pytest.raises(ConnectionError):
            client.receive()
        assert door.server.counts["refused: too large"] == 1


def test_noise_without_end_is_refused_and_counted():
    with running(limits=Limits(noise_bytes=1000)) as door, Client("127.0.0.1", door.port) as client:
        client.send_bytes(b"GET / HTTP/1.1\r\n" * 100)
        with pytest.raises(ConnectionError):
            client.receive()
        assert door.server.counts["refused: noise"] == 1


def test_a_frame_that_trickles_for_too_long_is_ended():
    with running(limits=Limits(frame_seconds=0.2)) as door, Client("127.0.0.1", door.port) as client:
        client.send_bytes(b"\x0bMSH|")
        with pytest.raises(ConnectionError):
            client.receive()
        assert door.server.counts["frame timeouts"] == 1


def test_a_quiet_connection_is_ended_in_time():
    with running(limits=Limits(idle_seconds=0.2)) as door, Client("127.0.0.1", door.port) as client:
        with pytest.raises(ConnectionError):
            client.receive()
        assert door.server.counts["idle"] == 1


def test_one_connection_too_many_is_refused_and_the_others_go_on():
    with running(limits=Limits(connections=1)) as door, Client("127.0.0.1", door.port) as first:
        assert code(first.send(message("A01"))) == b"AA"
        with pytest.raises(OSError), Client("127.0.0.1", door.port) as second:
            second.send(message("A01"))
        assert code(first.send(message("A01"))) == b"AA"
        assert door.server.counts["refused: too many connections"] == 1


def test_a_reset_by_the_sender_does_not_end_the_server():
    with running() as door:
        rude = socket.create_connection(("127.0.0.1", door.port))
        rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        rude.sendall(frame(message("A01")) * 20)
        rude.close()
        assert code(send("127.0.0.1", door.port, message("A01"))) == b"AA"


def test_stopping_answers_what_is_in_work_and_closes_the_rest():
    begun = threading.Event()

    def slow(raw):
        begun.set()
        time.sleep(0.4)
        return judging(raw)

    with running(slow) as door, Client("127.0.0.1", door.port) as busy, Client("127.0.0.1", door.port) as quiet:
        busy.send_bytes(frame(message("A01")))
        assert begun.wait(3)
        since = time.monotonic()
        door.stop()
        assert time.monotonic() - since < 3
        assert code(busy.receive()) == b"AA"
        with pytest.raises(ConnectionError):
            quiet.receive()
        with pytest.raises(OSError):
            Client("127.0.0.1", door.port)
