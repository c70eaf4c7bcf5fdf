"""The life of a watch and of a finding on it (clinical.md 2.6): begun by anyone, ended by one profession alone."""

from throughcare.kernel.lifecycle import Lifecycle

# Preliminary: begun by an answer or by any clinician, in force, and waiting for a mental health professional's order.
WATCH = Lifecycle(
    ("preliminary", "order", "ordered"),
    ("ordered", "order", "ordered"),
    ("preliminary", "end", "ended"),
    ("ordered", "end", "ended"),
    ("ended", "restore", "ordered"),
)
RUNNING = ("preliminary", "ordered")
FINDING = Lifecycle(("open", "answer", "answered"), ("open", "explain", "explained"))
FOLLOW_UP = Lifecycle(("open", "do", "done"), ("open", "let_go", "converted"), ("converted", "restore", "open"))
LEVELS = ("staggered", "constant")
# Sentences that custody is told for each level (content/custody/alerts.toml).
ALERTS = {"staggered": "watch_staggered", "constant": "watch_constant"}
LEVEL_OF = {template: level for level, template in ALERTS.items()}
