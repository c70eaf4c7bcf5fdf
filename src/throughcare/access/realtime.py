"""The real clock. A demonstration's clock jumps; a sign-in's, a lock's and a code's do not."""

from datetime import UTC, datetime


def real_now() -> datetime:
    """Say what time it really is: aware, UTC."""
    return datetime.now(UTC)
