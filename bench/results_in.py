"""ORU over MLLP: messages stored and acknowledged, and messages with five results in the chart, per second.

    python -m bench.results_in [MESSAGES] [CONNECTIONS]

Takes whichever database the house's configuration names: run it in a home of its own (THROUGHCARE_HOME), never in one that counts.
"""

import asyncio
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from throughcare.app import house

CODES = ("2951-2^Sodium", "2823-3^Potassium", "2160-0^Creatinine", "2345-7^Glucose", "1742-6^ALT")


def oru(n: int, number: str) -> bytes:
    """Give one message with five results of one person."""
    at = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y%m%d%H%M%S+0000")
    lines = [
        f"MSH|^~\\&|BENCH|CTDOC|THROUGHCARE|CT|{at}||ORU^R01^ORU_R01|B{n}|T|2.5.1",
        f"PID|1||{number}^^^CTDOC^MR||Sample-Bench^{number}||19900101|M",
        f"OBR|1||BF{n}|24323-8^Metabolic panel^LN|||{at}|||||||||||||||{at}|||F",
        *(f"OBX|{i}|NM|{code}^LN||4.{i}|mmol/L|1-9|N|||F" for i, code in enumerate(CODES, 1)),
    ]
    return "".join(f"{line}\r" for line in lines).encode()


def main(messages: int, connections: int, people: int = 100) -> None:
    """Measure and print two figures."""
    with house.opened():
        from throughcare.exchange.hl7v2 import listener
        from throughcare.exchange.hl7v2.mllp import Client, Server
        from throughcare.kernel.actor import Actor
        from throughcare.people.actions import Demographics, Number, register

        run = str(time.time_ns())[-7:]
        feed = Actor.feed("bench")
        known = [f"T9{i:06d}{run}" for i in range(people)]
        for number in known:
            who = Demographics("Sample-Bench", number, None, "male", synthetic=True)
            register(actor=feed, demographics=who, numbers=[Number("urn:throughcare:person", number)])
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, daemon=True).start()
        server = Server(listener.handle, listener.refuse, threads=connections)
        port = asyncio.run_coroutine_threadsafe(server.start("127.0.0.1", 0), loop).result()
        for title, numbers in (
            ("stored and acknowledged, person unknown", ["T8" + run]),
            ("five results in the chart", known),
        ):
            lots = [
                [oru(int(run) * 100_000 + c * 10_000 + i + (0 if len(numbers) == 1 else 5_000), numbers[i % len(numbers)])
                 for i in range(messages // connections)]
                for c in range(connections)
            ]  # fmt: skip
            began = time.perf_counter()
            with ThreadPoolExecutor(connections) as pool:
                done = sum(pool.map(lambda lot: _send(Client("127.0.0.1", port, 60), lot), lots))
            taken = time.perf_counter() - began
            print(f"{title}: {done} messages in {taken:.1f} s, {done / taken:.0f} a second, {connections} connections")
        asyncio.run_coroutine_threadsafe(server.stop(2), loop).result()


def _send(client: object, lot: list[bytes]) -> int:
    from throughcare.exchange.hl7v2.mllp import Client

    if not isinstance(client, Client):
        raise TypeError("a client")
    with client:
        return sum(b"MSA|AA" in client.send(one) for one in lot)


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:3] or ("400", "4")))
