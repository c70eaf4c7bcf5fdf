"""The chart's pages, one file per kind of work; importing them opens their doors."""

from throughcare.chart.screens import (
    asking,
    documents,
    history,
    inbox,
    lists,
    measuring,
    notes,
    orders,
    own,
    own_notes,
    result_acts,
    specialists,
    summary,
    vaccines,
)

__all__ = [
    "asking",
    "documents",
    "history",
    "inbox",
    "lists",
    "measuring",
    "notes",
    "orders",
    "own",
    "own_notes",
    "result_acts",
    "specialists",
    "summary",
    "vaccines",
]
