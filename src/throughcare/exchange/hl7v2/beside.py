"""The hand that charts stored messages, in a process of its own: it computes all the time, and storing must not wait for it.

It is one among several: the clock's hand charts too, and only one charts at a time. So nothing is lost where it ends; and
where it ends before it should, another begins: its keeper, a process that does nothing else, sees to that.
"""

import logging
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from django.db import connection

from throughcare.exchange.hl7v2 import actions
from throughcare.kernel import beside

log = logging.getLogger(__name__)
AT_LEAST = 5.0  # seconds between two looks, where nobody is woken
STOP_SECONDS = 3.0
AGAIN = 0.5  # seconds before another begins where one has died: what kills at once must not fill the machine


@contextmanager
def charting_beside() -> Iterator[Callable[[], None]]:
    """Have messages charted by a child of this process; gives what wakes it. It ends with this process, however that ends."""
    reading, writing = os.pipe()

    def keep() -> None:
        os.close(writing)
        _keep(reading)

    keeper = beside.begin(keep)
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
        _end(keeper)


def _end(keeper: int) -> None:
    """Let the hand end after what it has in hand; what takes too long is undone by the database and charted later."""
    until = time.monotonic() + STOP_SECONDS + 1
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(keeper, signal.SIGTERM)
        while os.waitpid(keeper, os.WNOHANG) == (0, 0):
            if time.monotonic() > until:
                os.kill(keeper, signal.SIGKILL)
                os.waitpid(keeper, 0)
                return
            time.sleep(0.02)


def _keep(pipe: int) -> None:
    """Have a child chart, and another where it dies, until it ends in order: the listener has ended, or says so."""
    hand = 0
    ending: list[int] = []

    def end(number: int, _: object) -> None:
        ending.append(number)
        signal.setitimer(signal.ITIMER_REAL, STOP_SECONDS)
        _tell(hand, signal.SIGTERM)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    signal.signal(signal.SIGALRM, lambda *_: _tell(hand, signal.SIGKILL))
    while not ending:
        hand = beside.begin(partial(_chart_until_left, pipe))
        if ending:
            _tell(hand, signal.SIGTERM)
        _, status = os.waitpid(hand, 0)
        hand = 0
        if ending or status == 0:
            return
        log.error("charting ended with %s, and is begun again", os.waitstatus_to_exitcode(status))
        time.sleep(AGAIN)


def _tell(process: int, number: int) -> None:
    if process:
        with suppress(ProcessLookupError):
            os.kill(process, number)


def _chart_until_left(pipe: int) -> None:
    """Chart what is stored, whenever woken; the other end of the pipe closes when the listener ends."""
    ending: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda n, _: ending.append(n))
    while not ending:
        try:
            while not ending and actions.chart_some():
                pass
        except Exception as error:  # noqa: BLE001
            log.error("charting stopped for a moment: %s", type(error).__name__)
            connection.close()
        if not ending and not _wait(pipe):
            return


def _wait(pipe: int) -> bool:
    """Wait until somebody wakes us, or for a while; False when the listener is gone."""
    ready, _, _ = select.select([pipe], [], [], AT_LEAST)
    return not ready or bool(os.read(pipe, 65536))
