"""How soon the embedded database is there: made, started again, recovered, ended."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Figure, seconds
from throughcare.app.postgres import Cluster


def figures() -> Iterator[Figure]:
    """Measure one cluster's life."""
    with tempfile.TemporaryDirectory() as home:
        cluster = Cluster(Path(home))
        yield Figure("embedded database: first start", seconds(cluster.start), "s", 5)
        os.kill(cluster.process() or 0, signal.SIGKILL)
        yield Figure("embedded database: after kill -9", seconds(cluster.start), "s", 20)
        yield Figure("embedded database: end", seconds(cluster.stop), "s", 5)
        yield Figure("embedded database: start again", seconds(cluster.start), "s", 2)
        cluster.stop()
