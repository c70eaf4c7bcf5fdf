"""The lives of an order and of a pass. A dose's statuses are in `rules/statuses.py`: each dose ends in exactly one."""

from throughcare.kernel.lifecycle import Lifecycle

ORDER = Lifecycle(
    ("active", "hold", "on-hold"),
    ("on-hold", "resume", "active"),
    ("active", "stop", "stopped"),
    ("on-hold", "stop", "stopped"),
    ("active", "end", "completed"),
    ("on-hold", "end", "completed"),
    ("active", "mark_error", "entered-in-error"),
    ("on-hold", "mark_error", "entered-in-error"),
    ("stopped", "mark_error", "entered-in-error"),
)
LIVE = ("active", "on-hold")

PASS = Lifecycle(("open", "close", "closed"), ("closed", "reopen", "open"))

MODES = ("KOP", "DOT", "SELF-DOT")
PRIORITIES = ("stat", "urgent", "routine")
# How an order came to be; all but a written one wait for a signature.
SOURCES = ("written", "verbal", "telephone", "standing")

EXPECTED = "expected"
