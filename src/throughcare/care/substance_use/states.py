"""The life of an episode of withdrawal monitoring: only an order ends it; release lets go of it, and a cancelled release takes it back."""

from throughcare.kernel.lifecycle import Lifecycle

EPISODE = Lifecycle(
    ("active", "end", "finished"),
    ("active", "leave", "left"),
    ("left", "come_back", "active"),
)
KINDS = ("scored", "asleep", "unable", "refused")
ANSWERS = ("accepted", "declined", "later", "unable")
