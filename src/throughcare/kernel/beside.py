"""A child of this process that works beside it: begun the same way everywhere, by whoever watches over it."""

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import orjson
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

log = logging.getLogger(__name__)


def begin(work: Callable[[], object]) -> int:
    """Have a child do this work and end; gives its id. It ends with 0 only where the work was done.

    Call it before this process has threads: what another thread has locked stays locked in a child.
    """
    for one in connections.all(initialized_only=True):  # a connection is one process's, and so is a pool of them
        one.close()
        if one.settings_dict["OPTIONS"].get("pool"):
            cast(DatabaseWrapper, one).close_pool()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        work()
        code = 0
    except Exception as failure:  # noqa: BLE001  (its kind is logged, never its words)
        log.error("what was done beside failed: [%s]", type(failure).__name__)
    finally:
        os._exit(code)  # nothing of the parent's own ending is to be done twice


@contextmanager
def telling(work: Callable[[], Iterable[Any]]) -> Iterator[Callable[[], list[Any]]]:
    """Have a child do work that tells something as it goes; gives how to wait for all that it told, which stands if it dies."""
    reading, writing = os.pipe()

    def tell() -> None:
        os.close(reading)
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            for one in work():
                pipe.write(orjson.dumps(one) + b"\n")

    child = begin(tell)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        try:
            yield lambda: [orjson.loads(line) for line in pipe.read().split(b"\n")[:-1]]
        finally:
            pipe.close()  # whoever still writes ends
            os.waitpid(child, 0)
