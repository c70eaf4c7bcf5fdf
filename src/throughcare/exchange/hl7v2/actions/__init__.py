"""The only writers of messages: keep the bytes, judge, apply if it can be applied, and say what became of it."""

from throughcare.exchange.hl7v2.actions.by_hand import (
    correct_message,
    dismiss_message,
    link_result,
    name_person,
    register_person,
    replay_message,
    settle_asking,
)
from throughcare.exchange.hl7v2.actions.keeping import FEED, Receipt
from throughcare.exchange.hl7v2.actions.receiving import (
    CLOCKS_APART,
    accepts,
    acknowledgement,
    receive,
    receive_message,
)
from throughcare.exchange.hl7v2.actions.storing import chart_all, chart_messages, chart_some, store_messages
from throughcare.exchange.hl7v2.actions.waiting import retry_due, retry_person, retry_place

__all__ = [
    "CLOCKS_APART",
    "FEED",
    "Receipt",
    "accepts",
    "acknowledgement",
    "chart_all",
    "chart_messages",
    "chart_some",
    "correct_message",
    "dismiss_message",
    "link_result",
    "name_person",
    "receive",
    "receive_message",
    "register_person",
    "replay_message",
    "retry_due",
    "retry_person",
    "retry_place",
    "settle_asking",
    "store_messages",
]
