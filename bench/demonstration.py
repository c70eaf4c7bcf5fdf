"""How soon the demonstration is ready, how much memory it takes, how soon it ends."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench.measure import Figure
from tests.serving import free_port


def figures() -> Iterator[Figure]:
    """Measure a first and a second start on a home of their own."""
    with tempfile.TemporaryDirectory() as home:
        for which, budget in (("first", 60.0), ("second", 15.0)):
            process, took = _ready(home)
            yield Figure(f"demonstration: {which} start", took, "s", budget, "800 people, 30 days")
            yield Figure(
                f"demonstration: memory after {which} start",
                _memory(process.pid),
                "MB",
                1000,
                "PSS of all processes, database too",
            )
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait()
            yield Figure(f"demonstration: end after {which} start", time.monotonic() - began, "s", 10)


def _ready(home: str) -> tuple[subprocess.Popen[bytes], float]:
    port = free_port()
    told = {
        **os.environ,
        "THROUGHCARE_HOME": home,
        "THROUGHCARE_PORT": str(port),
        "THROUGHCARE_MLLP_PORT": str(free_port()),
    }
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "throughcare.app", "demo"], env=told)
    while process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return process, time.monotonic() - began
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the demonstration ended before it was ready")


def _memory(root: int) -> float:
    """Give the megabytes of a process and all its descendants, shared pages counted by their share."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    family, before = {root}, 0
    while len(family) != before:
        before = len(family)
        family |= {child for child, parent in parents.items() if parent in family}
    return sum(_pss(process) for process in family) / 1024


def _pss(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
