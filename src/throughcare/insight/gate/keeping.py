"""What an edition told, and the truth behind it, as bytes that are kept inside the house for the editions that follow."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from .board import FREE, Known, Told
from .cells import Cell
from .editions import Axis, Node
from .tables import Dimension, Period, Rules, Table


def to_bytes(told: Told) -> bytes:
    """Return what an edition told as bytes; the same edition gives the same bytes."""
    body = {
        "edition": told.edition,
        "tables": [[asdict(table), _period(period)] for table, period in told.tables],
        "cells": [[cell.quantity, cell.at, *_known(known)] for cell, known in sorted(told.cells.items())],
    }
    return zlib.compress(json.dumps(body, separators=(",", ":"), sort_keys=True).encode(), 9)


def from_bytes(content: bytes) -> Told:
    """Return what an edition told."""
    body = json.loads(zlib.decompress(content))
    cells = {
        Cell(quantity, tuple((name, node) for name, node in at)): Known(
            value, low, FREE if high is None else high, code
        )
        for quantity, at, value, low, high, code in body["cells"]
    }
    tables = tuple((_table(table), _period_from(period)) for table, period in body["tables"])
    return Told(body["edition"], tables, cells)


def _known(known: Known) -> tuple[int, float, float | None, str]:
    return known.value, known.low, None if known.high == FREE else known.high, known.code


def _period(period: Period) -> list[Any]:
    return [period.id, period.start.isoformat(), period.end.isoformat(), list(period.quarters)]


def _period_from(row: list[Any]) -> Period:
    return Period(row[0], date.fromisoformat(row[1]), date.fromisoformat(row[2]), tuple(row[3]))


def _table(row: Mapping[str, Any]) -> Table:
    dimensions = tuple(
        Dimension(_axis(one["axis"]), adds=one["adds"], reveals_health=one["reveals_health"])
        for one in row["dimensions"]
    )
    told = {
        "dimensions": dimensions,
        "rules": Rules(**row["rules"]),
        "periods": tuple(row["periods"]),
        "bands": tuple((low, high) for low, high in row["bands"]),
    }
    return Table(**{**row, **told})


def _axis(row: Mapping[str, Any]) -> Axis:
    return Axis(row["id"], row["title"], tuple(Node(**node) for node in row["nodes"]))
