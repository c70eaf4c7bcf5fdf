"""`throughcare listen`: the MLLP door of the house, which answers each message after it is committed."""

import asyncio
import logging
import queue
import signal
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.db import close_old_connections, connection

from throughcare.exchange.hl7v2 import actions
from throughcare.exchange.hl7v2.acknowledge import acknowledge, too_large
from throughcare.exchange.hl7v2.actions.storing import Came
from throughcare.exchange.hl7v2.beside import charting_beside
from throughcare.exchange.hl7v2.framing import Limits
from throughcare.exchange.hl7v2.mllp import Server
from throughcare.exchange.hl7v2.parse import glance, parse
from throughcare.exchange.hl7v2.rules import Answer, judge
from throughcare.kernel import clock
from throughcare.kernel.ids import uuid7

log = logging.getLogger(__name__)
STOP_SECONDS = 3.0
TOGETHER = 200
DOOR = "mllp"


@dataclass(slots=True)
class _Waiting:
    """A message that is to be stored, and who waits for its answer on which loop."""

    came: Came
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[bytes]"


def handle(raw: bytes) -> bytes:
    """Keep, apply and answer one message; raises where nothing could be kept."""
    close_old_connections()
    try:
        return actions.receive(raw, DOOR)[1]
    finally:
        close_old_connections()


@dataclass(slots=True)
class Desk:
    """Stores clinical messages that come at the same moment by one commit; whoever charts them is woken after that."""

    woken: Callable[[], object] = lambda: None
    _came: "queue.SimpleQueue[_Waiting | None]" = field(default_factory=queue.SimpleQueue)
    _ending: threading.Event = field(default_factory=threading.Event)
    _hand: threading.Thread | None = None

    def open(self) -> None:
        """Begin to store."""
        self._hand = threading.Thread(target=self._store, daemon=True, name="hl7v2-store")
        self._hand.start()

    def close(self) -> None:
        """End after what is in hand."""
        self._ending.set()
        self._came.put(None)
        if self._hand is not None:
            self._hand.join(STOP_SECONDS)

    def take(self, raw: bytes) -> "asyncio.Future[bytes] | None":
        """Take a message that is answered when it is durable; None where it goes the whole way before it is answered."""
        said = glance(raw)
        came = Came(raw, said, judge(said, actions.accepts()))
        if not came.can_wait or self._ending.is_set():
            return None
        loop = asyncio.get_running_loop()
        waiting = _Waiting(came, loop, loop.create_future())
        self._came.put(waiting)
        return waiting.answer

    def _store(self) -> None:
        while (first := self._came.get()) is not None:
            parcel = [first, *self._more()]
            answers: list[bytes | None]
            try:
                answers = list(_stored(parcel))
            except Exception as error:  # noqa: BLE001
                log.error("messages could not be stored together: %s", type(error).__name__)
                connection.close()
                answers = [_stored_alone(one) for one in parcel]
            _tell(parcel, answers)
            self.woken()
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


def _stored(parcel: Sequence[_Waiting]) -> list[bytes]:
    came = [one.came for one in parcel]
    receipts = actions.store_messages(actor=actions.FEED, came=came, door=DOOR)
    return [actions.acknowledgement(r, c.said, c.verdict) for r, c in zip(receipts, came, strict=True)]


def _stored_alone(one: _Waiting) -> bytes | None:
    """Store one message of a parcel that broke: what breaks again is not answered, and takes none of the others with it."""
    try:
        return _stored([one])[0]
    except Exception as error:  # noqa: BLE001
        # whatever it is, nobody is told that it was kept: their connection ends, and they send again
        log.error("a message could not be stored: %s", type(error).__name__)
        connection.close()
        return None


def _tell(parcel: Sequence[_Waiting], answers: Sequence[bytes | None]) -> None:
    """Give the answers to those who wait, each loop woken once."""
    told: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[bytes], bytes | None]]] = {}
    for one, answer in zip(parcel, answers, strict=True):
        told.setdefault(one.loop, []).append((one.answer, answer))
    for loop, them in told.items():
        with suppress(RuntimeError):  # its loop has ended, and nobody waits any more
            loop.call_soon_threadsafe(_settle, them)


def _settle(them: Sequence[tuple["asyncio.Future[bytes]", bytes | None]]) -> None:
    for waiting, answer in them:
        if waiting.done():
            continue
        if answer is None:
            waiting.set_exception(ConnectionError("not stored"))
        else:
            waiting.set_result(answer)


def refuse(raw: bytes, reason: str) -> bytes:
    """Answer what is too large to be taken at all."""
    problem = too_large(Limits().message_bytes)
    return acknowledge(parse(raw).header, Answer.REJECT, (problem,), now=clock.now(), own_id=uuid7().hex[:20])


def context(certificate: Path | None, callers: Path | None) -> ssl.SSLContext | None:
    """Give what the door shows and asks for under TLS; none where it speaks plainly."""
    if certificate is None:
        return None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(certificate)
    if callers is not None:
        made.load_verify_locations(callers)
        made.verify_mode = ssl.CERT_REQUIRED
    return made


def serve(host: str, port: int, *, certificate: Path | None = None, callers: Path | None = None) -> None:
    """Listen until TERM or INT; messages in work are finished and answered first.

    With a certificate over TLS alone, and with `callers` only to who shows a certificate that those signed.
    """
    tls = context(certificate, callers)
    with charting_beside() as woken:
        desk = Desk(woken)
        desk.open()
        try:
            server = asyncio.run(_serve(host, port, desk, tls))
        finally:
            desk.close()
    log.info("HL7 v2 door closed: %s", dict(server.counts))


async def _serve(host: str, port: int, desk: Desk, tls: ssl.SSLContext | None) -> Server:
    server = Server(handle, refuse, store=desk.take, tls=tls)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await server.start(host, port)
    log.info("HL7 v2 door open on %s:%s%s", host, port, " under TLS" if tls else "")
    await ended.wait()
    await server.stop(STOP_SECONDS)
    return server
