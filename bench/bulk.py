"""Bulk export by CPU: microseconds a resource, of the process that makes it and of its database process, at two sizes.

Entries as in `bench.fhir` (100 observations a person); the whole way is timed: lens entry by entry, read log, compression,
encryption, the commit of each step. 50,000 resources a second are 20 microseconds each. SIZE=full: 1,000 and 5,000 people.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

from bench.doors import _empty_house
from bench.fhir import _fill, _token
from bench.measure import Figure, _worked

BUDGET = 20.0


def figures() -> Iterator[Figure]:
    """Give the cost of a resource when all are exported, and when a file is fetched."""
    from django.db import connection

    sizes = (1000, 5000) if os.environ.get("SIZE") == "full" else (50, 200)
    with _empty_house():
        filled = 0
        for people in sizes:
            _fill(people - filled)
            filled = people
            row, took, work = _exported(connection)
            each = 1e6 * work / row.resources
            how = f"{row.resources:,} resources of {people:,} people; {row.resources / took:,.0f} a second to the wall"
            yield Figure(f"bulk: exported, {people:,} people", round(each, 1), "CPU-µs a resource", BUDGET, how)
            began = time.process_time()
            size = _fetched(row)
            each = 1e6 * (time.process_time() - began) / row.resources
            yield Figure(
                f"bulk: fetched, {people:,} people", round(each, 2), "CPU-µs a resource", None, f"{size / 1e6:.1f} MB"
            )


def _exported(connection: Any) -> tuple[Any, float, float]:
    from throughcare.access import tokens
    from throughcare.exchange.bulk import actions, working
    from throughcare.exchange.bulk.asking import Wish
    from throughcare.exchange.bulk.models import Export

    bearer = tokens.bearer(_token(), fresh=True)
    assert bearer is not None
    wish = Wish(("Patient", "Observation"), None, ())
    id_ = actions.ask_export(actor=bearer.actor, bearer=bearer, asked=actions.Asked("system", "bench", wish))
    backend = connection.connection.info.backend_pid
    began, worked = time.perf_counter(), time.process_time() + _worked(backend)
    working.go_on(3600)
    work = time.process_time() + _worked(backend) - worked
    took = time.perf_counter() - began
    row = Export.objects.get(id=id_)
    assert row.state == "done" and row.resources, row.trouble
    return row, took, work


def _fetched(row: Any) -> int:
    from throughcare.exchange.bulk import files

    return sum(
        len(piece)
        for f in row.files.all()
        for piece in files.read(row.id, bytes(row.key), f.n, length=f.length, frames=f.frames)
    )
