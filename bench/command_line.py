"""How soon the console command answers."""

import subprocess
import sys
from collections.abc import Iterator

from bench.measure import Figure, best


def figures() -> Iterator[Figure]:
    """Measure `throughcare --help` in a cold process."""
    command = [sys.executable, "-m", "throughcare.app", "--help"]
    taken = best(lambda: subprocess.run(command, check=True, capture_output=True), 10)
    yield Figure("throughcare --help", taken, "ms", 200, "best of 10, cold process")
