"""Serves the pages in a process of its own, for tests that look at them through a browser or over the wire."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from urllib.error import URLError
from urllib.request import urlopen

from throughcare.app.postgres import APP, Cluster


class Sites:
    """The sites of one test session, each with a port and, unless told otherwise, a database of its own."""

    def __init__(self, cluster: Cluster, copy: Callable[[str], AbstractContextManager[None]]) -> None:
        self._cluster, self._copy = cluster, copy
        self._held = ExitStack()
        self._count = 0

    def serve(self, database: str | None = None, **environment: str) -> str:
        """Serve a database, by default a fresh copy of the template, and give the site's address once it is ready."""
        self._count += 1
        name = database or f"copy_{os.getpid()}_site{self._count}"
        if not database:
            self._held.enter_context(self._copy(name))
        port = free_port()
        told = {
            **os.environ,
            "DATABASE_URL": self._cluster.url(APP, name),
            "THROUGHCARE_PORT": str(port),
            **environment,
        }
        process = subprocess.Popen([sys.executable, "-m", "throughcare.app", "serve"], env=told)
        self._held.callback(_end, process)
        address = f"http://127.0.0.1:{port}"
        _wait(process, f"{address}/readyz")
        return address

    def close(self) -> None:
        """End the sites and forget their databases."""
        self._held.close()


def free_port() -> int:
    """Give a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the site ended with {process.returncode} before it was ready")
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"{address} was not ready in a minute")
