"""Who hears what, in which order, and who fills which port. The only file that knows all rooms."""

from throughcare.kernel import events


def wire() -> None:
    """Wire every room; runs once at start, and may run again."""
    events.clear()
