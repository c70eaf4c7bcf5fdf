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
    # Only what a leaving stopped, when that leaving is undone (actions/leaving.py): as it stood, in force or held.
    ("stopped", "bring_back", "active"),
    ("stopped", "bring_back_held", "on-hold"),
)
LIVE = ("active", "on-hold")
# What an order can be that a way out of custody stopped.
LEFT = ("stopped", "entered-in-error")

PASS = Lifecycle(("open", "close", "closed"), ("closed", "reopen", "open"))

# A difference of a count holds up the closing of a shift until it is reported; explained, it is over.
DIFFERENCE = Lifecycle(
    ("found", "report", "reported"), ("reported", "report", "reported"), ("reported", "explain", "explained")
)
# A pack with its person; taken back, used up, lost.
PACK = Lifecycle(("kept", "take_back", "taken-back"), ("kept", "use_up", "used-up"), ("kept", "lose", "lost"))
REFILL = Lifecycle(("asked", "fill", "filled"), ("asked", "decline", "declined"))
SIGNED_HOW = ("paper", "mark")
# A move through a door, as medicines see it: over when no dose lies in its shadow any more, or each has its status.
CROSSING = Lifecycle(
    ("planned", "leave", "under_way"),
    ("planned", "cancel", "cancelled"),
    ("planned", "pass", "over"),
    ("under_way", "return", "returned"),
    ("under_way", "cancel", "cancelled"),
    ("under_way", "pass", "over"),
    ("returned", "pass", "over"),
    ("returned", "cancel", "cancelled"),
)
CROSSING_OPEN = ("planned", "under_way", "returned")

MODES = ("KOP", "DOT", "SELF-DOT")
PRIORITIES = ("stat", "urgent", "routine")
# How an order came to be; all but a written one wait for a signature.
SOURCES = ("written", "verbal", "telephone", "standing")

EXPECTED = "expected"
# The pass of a dose that has none: it was asked for.
AS_NEEDED = "prn"
# The count of a shift, or the biennial inventory at the opening or the close of business (21 CFR 1304.11).
COUNT_KINDS = ("shift", "opening", "closing")
