"""`throughcare listen`: the MLLP door of the house, which answers each message after it is committed."""

import asyncio
import logging
import queue
import signal
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from uuid import UUID

from django.db import close_old_connections, connection

from throughcare.exchange.hl7v2 import actions
from throughcare.exchange.hl7v2.acknowledge import acknowledge, too_large
from throughcare.exchange.hl7v2.actions.storing import Came
from throughcare.exchange.hl7v2.framing import Limits
from throughcare.exchange.hl7v2.mllp import Server
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.rules import Answer, judge
from throughcare.kernel import clock
from throughcare.kernel.ids import uuid7

log = logging.getLogger(__name__)
STOP_SECONDS = 3.0
TOGETHER = 200
PATIENCE = 30.0
DOOR = "mllp"
_Waiting = tuple[Came, "Future[UUID | None]"]


def handle(raw: bytes) -> bytes:
    """Keep, apply and answer one message; raises where nothing could be kept."""
    close_old_connections()
    try:
        return actions.receive(raw, DOOR)[1]
    finally:
        close_old_connections()


@dataclass(slots=True)
class Desk:
    """Stores clinical messages that come at the same moment by one commit, and charts them after they are answered."""

    _came: "queue.SimpleQueue[_Waiting | None]" = field(default_factory=queue.SimpleQueue)
    _to_chart: threading.Event = field(default_factory=threading.Event)
    _ending: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def open(self, *, charting: bool = True) -> None:
        """Begin: one hand stores, one charts; what an earlier run left is charted first."""
        hands = (self._store, self._chart) if charting else (self._store,)
        self._threads = [threading.Thread(target=one, daemon=True) for one in hands]
        self._to_chart.set()
        for one in self._threads:
            one.start()

    def close(self) -> None:
        """End after what is in hand; what is stored and not charted yet is charted by the clock's hand, or the next run."""
        self._ending.set()
        self._came.put(None)
        self._to_chart.set()
        for one in self._threads:
            one.join(STOP_SECONDS)

    def handle(self, raw: bytes) -> bytes:
        """Answer one message when it is durable; raises where nothing could be kept."""
        said = parse(raw)
        came = Came(raw, said, judge(said, actions.accepts()))
        if not came.can_wait or self._ending.is_set():
            return handle(raw)
        waiting: Future[UUID | None] = Future()
        self._came.put((came, waiting))
        id_ = waiting.result(PATIENCE)
        if id_ is None:  # it was here before
            return handle(raw)
        receipt = actions.Receipt(id_, "received", came.verdict.answer.value)
        return actions.acknowledgement(receipt, said, came.verdict)

    def _store(self) -> None:
        while (first := self._came.get()) is not None:
            parcel = [first, *self._more()]
            try:
                ids = actions.store_messages(actor=actions.FEED, came=[one for one, _ in parcel], door=DOOR)
            except Exception as error:  # noqa: BLE001
                # whatever it is, nobody is told that it was kept: their connection ends, and they send again
                log.error("messages could not be stored: %s", type(error).__name__)
                connection.close()
                for _, waiting in parcel:
                    waiting.set_exception(ConnectionError("not stored"))
                continue
            self._to_chart.set()
            for (_, waiting), id_ in zip(parcel, ids, strict=True):
                waiting.set_result(id_)
        connection.close()

    def _more(self) -> list[_Waiting]:
        """Take what else has come meanwhile; nobody is waited for."""
        found: list[_Waiting] = []
        while len(found) < TOGETHER:
            try:
                one = self._came.get_nowait()
            except queue.Empty:
                break
            if one is None:
                self._came.put(None)
                break
            found.append(one)
        return found

    def _chart(self) -> None:
        while not self._ending.is_set():
            self._to_chart.wait(5.0)
            self._to_chart.clear()
            try:
                while not self._ending.is_set() and actions.chart_some():
                    pass
            except Exception as error:  # noqa: BLE001
                log.error("charting stopped for a moment: %s", type(error).__name__)
                connection.close()
        connection.close()


def refuse(raw: bytes, reason: str) -> bytes:
    """Answer what is too large to be taken at all."""
    problem = too_large(Limits().message_bytes)
    return acknowledge(parse(raw).header, Answer.REJECT, (problem,), now=clock.now(), own_id=uuid7().hex[:20])


def serve(host: str, port: int) -> None:
    """Listen until TERM or INT; messages in work are finished and answered first."""
    desk = Desk()
    desk.open()
    try:
        server = asyncio.run(_serve(host, port, desk))
    finally:
        desk.close()
    log.info("HL7 v2 door closed: %s", dict(server.counts))


async def _serve(host: str, port: int, desk: Desk) -> Server:
    server = Server(desk.handle, refuse)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await server.start(host, port)
    log.info("HL7 v2 door open on %s:%s", host, port)
    await ended.wait()
    await server.stop(STOP_SECONDS)
    return server
