"""The only writers of documents: taking them in, deciding on their items, sending ours."""

from throughcare.exchange.documents.actions.deciding import accept, is_known, reject, reopen
from throughcare.exchange.documents.actions.receiving import (
    Receipt,
    assign,
    receive,
    receive_answer,
    receive_said_beside,
    set_aside,
)

__all__ = [
    "Receipt",
    "accept",
    "assign",
    "is_known",
    "receive",
    "receive_answer",
    "receive_said_beside",
    "reject",
    "reopen",
    "set_aside",
]
