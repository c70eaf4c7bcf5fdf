"""The life of a code, and of a trip to hospital (clinical.md 2.8)."""

from throughcare.kernel.lifecycle import Lifecycle

CODE = Lifecycle(
    ("open", "end", "ended"),
    ("ended", "debrief", "debriefed"),
)
