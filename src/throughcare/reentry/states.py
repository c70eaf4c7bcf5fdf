"""The closed words of going home, and what may follow what."""

from throughcare.kernel.lifecycle import Lifecycle

# A plan is open, then finished; the person leaves with or without it; a release taken back opens it again.
PLAN = Lifecycle(
    ("open", "finish", "finished"),
    ("finished", "reopen", "open"),
    ("open", "leave", "left"),
    ("finished", "leave", "left"),
    ("left", "return", "open"),
    ("open", "cancel", "cancelled"),
    ("finished", "cancel", "cancelled"),
    ("left", "close", "closed"),
)
LIVE = ("open", "finished")
# A bridge is proposed by the standing rule, sent by a prescriber, or not needed; a release taken back withdraws it.
BRIDGE = Lifecycle(
    ("proposed", "send", "sent"),
    ("proposed", "decline", "declined"),
    ("proposed", "withdraw", "withdrawn"),
    ("sent", "withdraw", "withdrawn"),
)
APPOINTMENT = Lifecycle(
    ("planned", "keep", "kept"),
    ("planned", "miss", "missed"),
    ("planned", "cancel", "cancelled"),
)
STEP_OUTCOMES = ("done", "not_needed", "refused")
PACKET_OUTCOMES = ("handed", "refused", "sent")
DAYS = (1, 7, 30)
CHANNELS = ("phone", "text", "visit", "partner", "mail")
KEPT = ("", "yes", "no", "none_due", "unknown")
TAKING = ("", "yes", "some", "no", "none", "unknown")
