"""The life of a request for care (clinical.md 2.2): nothing leaves it without an answer to the person."""

from throughcare.kernel.lifecycle import Lifecycle

REQUEST = Lifecycle(
    ("submitted", "receive", "received"),
    ("received", "triage", "triaged"),
    ("triaged", "triage", "triaged"),
    ("triaged", "schedule", "scheduled"),
    ("scheduled", "schedule", "scheduled"),
    ("scheduled", "triage", "scheduled"),
    ("scheduled", "unschedule", "triaged"),
    ("triaged", "see", "seen"),
    ("scheduled", "see", "seen"),
    ("received", "see", "seen"),
    ("seen", "see", "seen"),
    ("seen", "answer", "closed"),
    ("triaged", "answer", "closed"),
    ("received", "withdraw", "withdrawn"),
    ("submitted", "withdraw", "withdrawn"),
    ("triaged", "withdraw", "withdrawn"),
    ("scheduled", "withdraw", "withdrawn"),
)
WAITING = ("submitted", "received", "triaged", "scheduled", "seen")
