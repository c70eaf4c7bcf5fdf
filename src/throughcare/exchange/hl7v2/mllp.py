"""The MLLP door: a server that answers every whole message after its handler has returned, and a small client.

Messages of one connection are handled in order; connections side by side, in threads. Nothing that a sender does ends
the server. A message that was read whole is always answered, unless it could not be kept: then the connection ends
without an answer, for any answer would say that we have it, and at-least-once senders send again.
"""

import asyncio
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

from throughcare.exchange.hl7v2.framing import END, START, Abuse, Deframer, Limits, frame

log = logging.getLogger(__name__)

Handler = Callable[[bytes], bytes]
Refusal = Callable[[bytes, str], bytes]
Store = Callable[[bytes], "asyncio.Future[bytes] | None"]
_CHUNK = 64 * 1024


@dataclass(slots=True)
class Server:
    """An MLLP server. `handle` stores and answers one message, or raises; `refuse` answers what is too large to take.

    `store`, where there is one, is asked first: it takes a message without making its connection wait for the one before
    it, or leaves it to `handle`. So what a sender wrote without waiting is stored together, and answered in its order.
    """

    handle: Handler
    refuse: Refusal
    store: Store | None = None
    limits: Limits = field(default_factory=Limits)
    threads: int = 4
    tls: ssl.SSLContext | None = None
    counts: Counter[str] = field(default_factory=Counter)
    _server: asyncio.Server | None = None
    _pool: ThreadPoolExecutor | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self, host: str, port: int) -> int:
        """Open the door and give the port it listens on."""
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="hl7v2")
        self._server = await asyncio.start_server(self._accept, host, port, ssl=self.tls, limit=_CHUNK)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self, within: float = 8.0) -> None:
        """Take no more, let messages in work be answered, then close; at most `within` seconds."""
        self._stopping.set()
        if self._server is not None:
            self._server.close()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is served in a task")
        self.counts["connections"] += 1
        if len(self._tasks) >= self.limits.connections:
            self._refused("too many connections")
            writer.close()
            return
        self._tasks.add(task)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, TimeoutError, ssl.SSLError):
            self.counts["lost connections"] += 1
        except Exception as error:  # noqa: BLE001
            # its text may hold what the sender wrote, so only its kind is logged
            log.error("a connection failed: %s", type(error).__name__)
            self.counts["failed connections"] += 1
        finally:
            self._tasks.discard(task)
            writer.close()
            with suppress(ConnectionError, TimeoutError, ssl.SSLError):
                await asyncio.wait_for(writer.wait_closed(), 5)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        deframer = Deframer(self.limits, self.counts)
        begun: float | None = None
        while not self._stopping.is_set():
            data = await self._next_bytes(reader, begun)
            if data is None:
                break
            messages = deframer.feed(data)
            if messages and not await self._answer_all(messages, writer):
                return
            begun = None if messages else begun
            if deframer.abuse is not None:
                await self._abused(deframer.abuse, writer)
                return
            begun = begun or asyncio.get_running_loop().time() if deframer.is_inside else None
        if deframer.is_inside:
            self._refused("cut off")

    async def _next_bytes(self, reader: asyncio.StreamReader, begun: float | None) -> bytes | None:
        """More bytes; None at the end of the stream, when time is up, or when we stop."""
        now = asyncio.get_running_loop().time()
        patience = self.limits.idle_seconds if begun is None else begun + self.limits.frame_seconds - now
        reading = asyncio.ensure_future(reader.read(_CHUNK))
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({reading, stopping}, timeout=max(0, patience), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if reading.done():
            return reading.result() or None
        reading.cancel()
        with suppress(asyncio.CancelledError, ConnectionError):
            await reading
        if not self._stopping.is_set():
            self.counts["idle" if begun is None else "frame timeouts"] += 1
        return None

    async def _answer_all(self, messages: list[bytes], writer: asyncio.StreamWriter) -> bool:
        """Answer messages in their order, those that can be stored together at once; False where one was not kept."""
        stored: list[asyncio.Future[bytes]] = []
        for message in messages:
            taken = self._stored(message)
            if taken is not None:
                stored.append(taken)
                continue
            if not await self._answer_stored(stored, writer):
                return False
            stored = []
            answer = await self._answer(message)
            if answer is None:
                return False
            await self._write(writer, frame(answer))
        return await self._answer_stored(stored, writer)

    def _stored(self, message: bytes) -> "asyncio.Future[bytes] | None":
        if self.store is None:
            return None
        try:
            taken = self.store(message)
        except Exception as error:  # noqa: BLE001
            # what a glance breaks on is looked at whole, by the handler that keeps bytes before it thinks
            log.error("a message was not understood at a glance: %s", type(error).__name__)
            return None
        self.counts["messages"] += taken is not None
        return taken

    async def _answer_stored(self, stored: list["asyncio.Future[bytes]"], writer: asyncio.StreamWriter) -> bool:
        """Answer what is durable, up to the first that is not: what came after it is sent again, and known again."""
        if not stored:
            return True
        answers = await asyncio.gather(*stored, return_exceptions=True)
        kept: list[bytes] = []
        for answer in answers:
            if isinstance(answer, BaseException):
                break
            kept.append(frame(answer))
        if kept:
            await self._write(writer, b"".join(kept))
        self.counts["not stored"] += len(kept) < len(answers)
        return len(kept) == len(answers)

    async def _answer(self, message: bytes) -> bytes | None:
        """The handler's answer; None where nothing was kept, for then no answer may be given: the sender sends again."""
        self.counts["messages"] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self.handle, message)
        except Exception as error:  # noqa: BLE001
            # the handler keeps bytes before it thinks: coming here means that nothing was kept
            log.error("a message could not be stored: %s", type(error).__name__)
            self.counts["not stored"] += 1
            return None

    async def _abused(self, abuse: Abuse, writer: asyncio.StreamWriter) -> None:
        self._refused(abuse.reason)
        if abuse.head:
            await self._write(writer, frame(self.refuse(abuse.head, abuse.reason)))

    async def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        await asyncio.wait_for(writer.drain(), self.limits.write_seconds)

    def _refused(self, reason: str) -> None:
        self.counts[f"refused: {reason}"] += 1
        log.warning("connection refused: %s", reason)


class Client:
    """A sender that keeps its connection, as custody's system does."""

    def __init__(self, host: str, port: int, timeout: float = 10.0, tls: ssl.SSLContext | None = None) -> None:
        line = socket.create_connection((host, port), timeout)
        self._socket: socket.socket = tls.wrap_socket(line, server_hostname=host) if tls else line
        self._buffer = b""

    def send(self, message: bytes) -> bytes:
        """Send one message and give its acknowledgement; ConnectionError where the door closed without one."""
        self._socket.sendall(frame(message))
        return self.receive()

    def send_bytes(self, data: bytes) -> None:
        """Put bytes on the wire as they are, framed or not."""
        self._socket.sendall(data)

    def receive(self) -> bytes:
        """The next acknowledgement."""
        while bytes((END,)) not in self._buffer:
            data = self._socket.recv(_CHUNK)
            if not data:
                raise ConnectionError("the door closed without an acknowledgement")
            self._buffer += data
        answer, self._buffer = self._buffer.split(bytes((END,)), 1)
        return answer.lstrip(b"\r\n").removeprefix(bytes((START,)))

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def send(host: str, port: int, message: bytes, timeout: float = 10.0) -> bytes:
    """Send one message over a connection of its own and give the acknowledgement."""
    with Client(host, port, timeout) as client:
        return client.send(message)
