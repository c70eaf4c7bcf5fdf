"""How a count is told: exactly, rounded at chance, or as a band; and what that lets one know.

Rounding is at chance but always the same for the same count at the same place (a keyed hash decides), so that asking twice,
or in two tables, tells nothing more. What rounding leaves open is part of the audit.
"""

import hashlib
import hmac

from .board import FREE
from .cells import Cell
from .tables import Table


def range_told(table: Table, cell: Cell, count: int, secret: bytes) -> tuple[float, float]:
    """Return the range that the public knows once the count is told in this table's way."""
    if table.rounding:
        near = rounded(table, cell, count, secret)
        return max(0, near - table.rounding + 1), near + table.rounding - 1
    if table.bands:
        return band_of(table, count)
    return count, count


def rounded(table: Table, cell: Cell, count: int, secret: bytes) -> int:
    """Return the count rounded up or down to the table's base, on average right, and the same each time."""
    base = table.rounding
    over = count % base
    if not over:
        return count
    text = "\x1f".join([cell.quantity, *(f"{name}={node}" for name, node in cell.at), str(count)])
    draw = int.from_bytes(hmac.new(secret, text.encode(), hashlib.sha256).digest()[:8]) / 2**64
    return count - over + (base if draw < over / base else 0)


def band_of(table: Table, count: int) -> tuple[float, float]:
    """Return the band that holds a count; a count that is in none is told exactly."""
    if table.bands and count > table.bands[-1][1]:
        return table.bands[-1][1] + 1, FREE
    return next(((low, high) for low, high in table.bands if low <= count <= high), (count, count))


def band_words(low: float, high: float) -> str:
    """Return how a band is written."""
    if high == FREE:
        return f"{int(low)}+"
    return str(int(low)) if low == high else f"{int(low)}–{int(high)}"
