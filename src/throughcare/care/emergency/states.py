"""The life of a code, and of a trip to hospital (clinical.md 2.8)."""

from throughcare.kernel.lifecycle import Lifecycle

CODE = Lifecycle(
    ("open", "end", "ended"),
    ("ended", "debrief", "debriefed"),
)
TRIP = Lifecycle(
    ("out", "arrive", "at_ed"),
    ("out", "admit", "admitted"),
    ("out", "observe", "observation"),
    ("at_ed", "admit", "admitted"),
    ("at_ed", "observe", "observation"),
    ("observation", "admit", "admitted"),
    ("out", "discharge", "discharged"),
    ("at_ed", "discharge", "discharged"),
    ("admitted", "discharge", "discharged"),
    ("observation", "discharge", "discharged"),
    ("out", "return", "returned"),
    ("at_ed", "return", "returned"),
    ("admitted", "return", "returned"),
    ("observation", "return", "returned"),
    ("discharged", "return", "returned"),
    ("returned", "review", "reviewed"),
    ("reviewed", "answer", "done"),
    ("out", "leave_custody", "closed"),
    ("at_ed", "leave_custody", "closed"),
    ("admitted", "leave_custody", "closed"),
    ("observation", "leave_custody", "closed"),
    ("discharged", "leave_custody", "closed"),
)
OUT = ("out", "at_ed", "admitted", "observation", "discharged")
BACK = ("returned", "reviewed")
