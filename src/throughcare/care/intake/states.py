"""The life of an arrival, and of each thing that answers set going."""

from throughcare.kernel.lifecycle import Lifecycle

ARRIVAL = Lifecycle(
    ("arrived", "look", "looked"),
    ("arrived", "send_out", "sent_out"),
    ("looked", "send_out", "sent_out"),
    ("sent_out", "clear", "looked"),
    ("arrived", "sign", "signed"),
    ("looked", "sign", "signed"),
    ("arrived", "leave", "left"),
    ("looked", "leave", "left"),
    ("sent_out", "leave", "left"),
)
EFFECT = Lifecycle(
    ("offered", "accept", "acted"),
    ("offered", "drop", "withdrawn"),
    ("acted", "withdraw", "withdrawn"),
    ("withdrawn", "call", "acted"),
    ("withdrawn", "offer", "offered"),
)
