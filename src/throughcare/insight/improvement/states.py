"""The life of a project and of a turn of it: plan, do, study, act. Nothing is skipped, and one turn at a time is open."""

from throughcare.kernel.lifecycle import Lifecycle

PROJECT = Lifecycle(("open", "adopt", "adopted"), ("open", "abandon", "abandoned"))
CYCLE = Lifecycle(("planned", "do", "done"), ("done", "study", "studied"), ("studied", "act", "acted"))
KINDS = ("process", "outcome")
ACTS = ("adopt", "adapt", "abandon")
MEETINGS = ("quality", "administrative", "staff")
# Until it is studied, a turn is owed on the day it was planned to be.
OWED = ("planned", "done")
