"""What became of each row is said here, once for all: `met`; `late`, `open` (missed by the service), `refused` (by the person), `rest`
(where not to meet it is no miss); outside of those who count `excused`, `left`; and `time` for an exposure.
"""

from __future__ import annotations

from collections.abc import Callable

STATES = ("met", "late", "open", "refused", "rest", "excused", "left", "time")
OUT = ("excused", "left")


def name(state: str) -> str:
    """Write a state as its name."""
    return f"'{state}'"


def number(state: str) -> str:
    """Write a state as its number in `STATES`."""
    return f"{STATES.index(state)}::TINYINT"


def state(*, misses: bool, refusals: str, word: Callable[[str], str] = name) -> str:
    """Give the expression of what became of a core's row; `word` writes a state, by its name or by its number."""
    refused = f"WHEN cause = 'person' THEN {word('refused' if refusals == 'stays' else 'left')}"
    rest = (
        f"{refused} WHEN done_at IS NULL THEN {word('open')} ELSE {word('late')}" if misses else f"ELSE {word('rest')}"
    )
    return f"""CASE WHEN excluded THEN CASE WHEN cause = 'excused' THEN {word("excused")} ELSE {word("left")} END
                    WHEN ref IS NULL THEN {word("time")} WHEN hit THEN {word("met")} {rest} END"""
