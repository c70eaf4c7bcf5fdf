"""Who hears what, in which order, and who fills which port. The only file that knows all rooms."""

from throughcare.duties import actions as duties
from throughcare.kernel import events
from throughcare.kernel.events import Event


def wire() -> None:
    """Wire every room; runs once at start, and may run again."""
    events.clear()
    # The clock hears everything, after those who were wired for the very event.
    events.on(Event, duties.hear)
