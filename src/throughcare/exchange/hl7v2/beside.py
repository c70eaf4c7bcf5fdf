"""The hand that charts stored messages, in a process of its own: it computes all the time, and storing must not wait for it.

It is one among several: the clock's hand charts too, and only one charts at a time. So nothing is lost where it ends.
"""

import logging
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from django.db import connection, connections

from throughcare.exchange.hl7v2 import actions

log = logging.getLogger(__name__)
AT_LEAST = 5.0  # seconds between two looks, where nobody is woken
STOP_SECONDS = 3.0


@contextmanager
def charting_beside() -> Iterator[Callable[[], None]]:
    """Have messages charted by a child of this process; gives what wakes it. It ends with this process, however that ends."""
    reading, writing = os.pipe()
    connections.close_all()  # a connection is one process's
    child = os.fork()
    if child == 0:
        os.close(writing)
        _chart_until_left(reading)
    os.close(reading)
    os.set_blocking(writing, False)

    def wake() -> None:
        with suppress(BlockingIOError, BrokenPipeError):  # it is awake, or gone; then the clock's hand charts
            os.write(writing, b".")

    try:
        wake()
        yield wake
    finally:
        os.close(writing)
        _end(child)


def _end(child: int) -> None:
    """Let the child end after what it has in hand; what takes too long is undone by the database and charted later."""
    until = time.monotonic() + STOP_SECONDS
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(child, signal.SIGTERM)
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            if time.monotonic() > until:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return
            time.sleep(0.02)


def _chart_until_left(pipe: int) -> NoReturn:
    """Chart what is stored, whenever woken; the other end of the pipe closes when the listener ends."""
    ending: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda n, _: ending.append(n))
    try:
        while not ending and _wait(pipe):
            try:
                while not ending and actions.chart_some():
                    pass
            except Exception as error:  # noqa: BLE001
                log.error("charting stopped for a moment: %s", type(error).__name__)
                connection.close()
    finally:
        os._exit(0)  # nothing of the listener's own ending is to be done twice


def _wait(pipe: int) -> bool:
    """Wait until somebody wakes us, or for a while; False when the listener is gone."""
    ready, _, _ = select.select([pipe], [], [], AT_LEAST)
    return not ready or bool(os.read(pipe, 65536))
