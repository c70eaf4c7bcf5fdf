"""Primary suppression: which counts of a draft may not be seen by themselves, and why (clinical.md 6.3, ruling 14)."""

from .cells import At, Cell, Counts, Draft, cell_at
from .tables import PERSON, Table

SMALL, COMPLEMENT, BASE = "small", "complement", "base"
REASONS = (SMALL, COMPLEMENT, BASE)
WHOLE = "whole"  # none or all of a small group: published as `small`, but not a count of 1 to 10


def hidden_at_first(draft: Draft) -> dict[Cell, str]:
    """Return the cells that must be hidden for what they say themselves, each with its reason."""
    found: dict[Cell, str] = {}
    for at, row in draft.rows.items():
        for quantity, why in _reasons(draft.table, at, row).items():
            found[cell_at(draft.table, quantity, draft.period.id, at)] = why
    return found


def is_about_persons(table: Table, at: At) -> bool:
    """Say whether a row states facts of health: the table does, or a stratum of it would."""
    if table.kind == PERSON:
        return True
    return any(one.reveals_health and node != one.top for one, node in zip(table.dimensions, at, strict=True))


def has_fair_base(table: Table, row: Counts) -> bool:
    """Say whether a row has enough people behind it for a percentage or a rate."""
    return table.unit == "count" or row.denominator >= table.rules.base


def _reasons(table: Table, at: At, row: Counts) -> dict[str, str]:
    if is_about_persons(table, at):
        return _of_persons(table, row)
    if has_fair_base(table, row) or row.denominator == 0:
        return {}
    return dict.fromkeys(table.quantities, BASE)


def _of_persons(table: Table, row: Counts) -> dict[str, str]:
    rules = table.rules
    met, *others = table.quantities
    counts = {met: row.numerator}
    if others:
        whole = int(row.denominator)
        counts |= {others[0]: whole - row.numerator, others[1]: whole}
    found = {name: SMALL for name, count in counts.items() if rules.is_small(count)}
    if others and 0 < row.denominator < rules.whole_group_below and row.numerator in (0, row.denominator):
        found |= {name: found.get(name, WHOLE) for name in (met, others[0])}
    return found
