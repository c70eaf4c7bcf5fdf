"""One hand at a time lets the demonstration's agency live: the ticker's, or that of `tick --to`, which then plays time forward."""

from __future__ import annotations

import fcntl
import os
from datetime import datetime
from pathlib import Path

from throughcare.app.config import current
from throughcare.world import live

_agency: live.Live | None = None


def go_on() -> int:
    """Let happen what happened since anybody last did; gives how many things did."""
    global _agency
    config = current()
    file = Path(config.home) / "lived-until"
    with file.open("a+") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        kept.seek(0)
        said = kept.read().split()
        until, by = (datetime.fromisoformat(said[0]), int(said[1])) if len(said) == 2 else (None, os.getpid())
        if _agency is None or by != os.getpid():
            _agency = live.begin((config.address, config.mllp_port))
            if _agency is None:
                return 0
        _agency.last = max(_agency.last, until) if until else _agency.last
        done = _agency.tick()
        kept.seek(0)
        kept.truncate()
        kept.write(f"{_agency.last.isoformat()} {os.getpid()}\n")
        return done
