"""Runs an MLLP server in a thread of its own, so that a test can talk to it over a real socket."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count

from throughcare.exchange.hl7v2.acknowledge import acknowledge, too_large
from throughcare.exchange.hl7v2.framing import Limits
from throughcare.exchange.hl7v2.mllp import Handler, Server
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.rules import ANY_PROCESSING, Answer, judge

_own_ids = count(1)


class Running:
    """A running server: where it listens, what it counted, and how to stop it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.port: int = self._run(server.start("127.0.0.1", 0))

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def stop(self, within: float = 8.0) -> None:
        """Stop gracefully."""
        self._run(self.server.stop(within))

    def close(self) -> None:
        """Stop, and end the thread."""
        self.stop(1.0)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


def judging(raw: bytes) -> bytes:
    """A handler that keeps nothing and answers by the verdict alone."""
    message = parse(raw)
    verdict = judge(message, ANY_PROCESSING)
    return _ack(message.header, verdict.answer, verdict.problems)


def refusing(raw: bytes, reason: str) -> bytes:
    """An answer to what is too large to take."""
    return _ack(parse(raw).header, Answer.REJECT, (too_large(0),))


def _ack(header, answer, problems):
    return acknowledge(header, answer, problems, now=datetime.now(UTC), own_id=f"A{next(_own_ids)}")


@contextmanager
def running(handle: Handler = judging, **options) -> Iterator[Running]:
    """Have a server up for a while."""
    limits = options.pop("limits", Limits())
    server = Running(Server(handle, refusing, limits=limits, **options))
    try:
        yield server
    finally:
        server.close()
