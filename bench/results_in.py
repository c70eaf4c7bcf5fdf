"""ORU over MLLP: messages stored and acknowledged, and messages with five results in the chart, per second; beside
nothing, a thousand and ten thousand messages that wait on the board.

    python -m bench.results_in [MESSAGES] [CONNECTIONS]

Makes a house of its own for it, and ends it.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

CODES = ("2951-2^Sodium", "2823-3^Potassium", "2160-0^Creatinine", "2345-7^Glucose", "1742-6^ALT")
PEOPLE = 100
LONGEST = 12.0  # seconds that one measurement may take; what is not done by then is not counted
_n = count(1)


def oru(number: str) -> bytes:
    """Give one message with five results of one person."""
    n = next(_n)
    at = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y%m%d%H%M%S+0000")
    lines = [
        f"MSH|^~\\&|BENCH|CTDOC|THROUGHCARE|CT|{at}||ORU^R01^ORU_R01|B{n}|T|2.5.1",
        f"PID|1||{number}^^^CTDOC^MR||Sample-Bench^{number}||19900101|M",
        f"OBR|1||BF{n}|24323-8^Metabolic panel^LN|||{at}|||||||||||||||{at}|||F",
        *(f"OBX|{i}|NM|{code}^LN||4.{i}|mmol/L|1-9|N|||F" for i, code in enumerate(CODES, 1)),
    ]
    return "".join(f"{line}\r" for line in lines).encode()


def main(messages: int, connections: int) -> None:
    """Measure in a house of its own, and print."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {"THROUGHCARE_MODE": "demo", "THROUGHCARE_HOME": str(Path(scratch) / "home")}
        subprocess.run([sys.executable, "-m", "throughcare.app", "setup"], check=True, capture_output=True)
        from throughcare.app import house

        with house.opened():
            _measure(messages, connections)


def _measure(messages: int, connections: int) -> None:
    from throughcare.exchange.hl7v2 import listener
    from throughcare.exchange.hl7v2.mllp import Server
    from throughcare.kernel.actor import Actor
    from throughcare.people.actions import Demographics, Number, register

    known = [f"T9{i:06d}" for i in range(PEOPLE)]
    for number in known:
        who = Demographics("Sample-Bench", number, None, "male", synthetic=True)
        register(actor=Actor.feed("bench"), demographics=who, numbers=[Number("urn:throughcare:person", number)])
    print(f"{messages} messages, {connections} connections", flush=True)
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    desk = listener.Desk()
    server = Server(listener.handle, listener.refuse, store=desk.take)
    port = asyncio.run_coroutine_threadsafe(server.start("127.0.0.1", 0), loop).result()
    desk.open()
    for waiting in (0, 1_000, 10_000):
        _hold(waiting)
        _say("stored and acknowledged", waiting, lambda: _send_all(port, known, messages, connections))
        _say("the same by one sender who does not wait", waiting, lambda: _pour(port, known, messages))
        _say("five results in the chart", waiting, _chart)
    desk.close()
    asyncio.run_coroutine_threadsafe(server.stop(2), loop).result()


def _hold(number: int) -> None:
    """Let so many messages wait for the records office."""
    from throughcare.duties.actions import hear_many
    from throughcare.exchange.events import ResultHeld
    from throughcare.kernel import clock
    from throughcare.kernel.actor import Actor
    from throughcare.kernel.ids import uuid7

    for _ in range(0, number, 1_000):
        held = [ResultHeld(happened_at=clock.now(), ref=uuid7(), hold="unknown_person") for _ in range(1_000)]
        hear_many(actor=Actor.system("bench"), events=held)


def _say(what: str, waiting: int, work: Callable[[], int]) -> None:
    began, worked = time.perf_counter(), time.process_time() + _database()
    done = work()
    seconds, worked = time.perf_counter() - began, time.process_time() + _database() - worked
    rate, each = done / seconds, 1000 * worked / done
    print(
        f"{what}, {waiting} on the board: {rate:.0f} a second of {done}, {each:.2f} CPU-ms each, sender's too",
        flush=True,
    )


def _database() -> float:
    """Give what the database's processes of this house have worked, in seconds."""
    from bench.measure import _worked
    from throughcare.app.config import current

    found = 0.0
    for one in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (one / "cwd").resolve().is_relative_to(current().home):
                found += _worked(int(one.name))
    return found


def _chart() -> int:
    """Chart what is stored, for as long as a measurement may take."""
    from throughcare.exchange.hl7v2 import actions

    done, until = 0, time.perf_counter() + LONGEST
    while time.perf_counter() < until and (some := actions.chart_some()):
        done += some
    return done


def _pour(port: int, numbers: list[str], messages: int) -> int:
    from throughcare.exchange.hl7v2.framing import frame
    from throughcare.exchange.hl7v2.mllp import Client

    lot = b"".join(frame(oru(numbers[i % len(numbers)])) for i in range(messages))
    with Client("127.0.0.1", port, 60) as client:
        threading.Thread(target=client.send_bytes, args=(lot,)).start()
        return sum(b"MSA|AA" in client.receive() for _ in range(messages))


def _send_all(port: int, numbers: list[str], messages: int, connections: int) -> int:
    from throughcare.exchange.hl7v2.mllp import Client

    lots = [[oru(numbers[(c + i) % len(numbers)]) for i in range(messages // connections)] for c in range(connections)]
    until = time.perf_counter() + LONGEST

    def send(lot: list[bytes]) -> int:
        done = 0
        with Client("127.0.0.1", port, 60) as client:
            for one in lot:
                if time.perf_counter() > until:
                    break
                done += b"MSA|AA" in client.send(one)
        return done

    with ThreadPoolExecutor(connections) as pool:
        return sum(pool.map(send, lots))


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:3] or ("400", "4")))
