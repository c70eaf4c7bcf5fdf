"""A child of this process: its connections are its own, with a pool of them as without; what it told stands when it dies."""

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from throughcare.kernel import beside

pytestmark = pytest.mark.database_copy


@pytest.fixture
def pooled() -> Iterator[str]:
    """Give a way to the test's database that keeps a pool, as every mode but this one does."""
    one = connections["default"].copy("pooled")
    one.settings_dict["OPTIONS"] = {
        **one.settings_dict["OPTIONS"],
        "pool": {"min_size": 1, "max_size": 2, "timeout": 5},
    }
    one.settings_dict["CONN_MAX_AGE"] = 0
    connections.settings["pooled"] = one.settings_dict
    connections["pooled"] = one
    yield "pooled"
    one.close()
    one.close_pool()
    del connections["pooled"], connections.settings["pooled"]


def backend(alias: str, seconds: float = 0) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), pg_sleep(%s)", [seconds])
        found: int = cursor.fetchone()[0]
    connections[alias].close()
    return found


def test_children_have_connections_of_their_own(pooled: str) -> None:
    mine = backend(pooled)

    def asks() -> Iterator[Any]:
        for _ in range(3):
            yield backend(pooled, 0.1)

    with beside.telling(asks) as first, beside.telling(asks) as second:
        theirs, others = set(first()), set(second())
    assert theirs and others, "a child could not ask"
    assert mine not in theirs | others
    assert not theirs & others
    assert backend(pooled), "the parent can't ask any more"


def test_what_a_child_told_before_it_died_stands() -> None:
    def tells() -> Iterator[Any]:
        yield {"done": 1}
        os.kill(os.getpid(), signal.SIGKILL)
        yield {"done": 2}

    with beside.telling(tells) as all_told:
        assert all_told() == [{"done": 1}]


def test_a_child_whose_work_fails_ends_with_one() -> None:
    def fails() -> None:
        raise RuntimeError("no")

    child = beside.begin(fails)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            assert os.waitstatus_to_exitcode(status) == 1
            return
        time.sleep(0.01)
    pytest.fail("the child did not end")
