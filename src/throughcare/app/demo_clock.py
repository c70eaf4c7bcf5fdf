"""The demonstration's clock: real time plus an offset that all its processes share. Never used in production."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from throughcare.app.config import Config, current
from throughcare.kernel import clock
from throughcare.kernel.errors import Refused

LOOK_EVERY = 0.2  # seconds for which an offset once read holds


class _Offset:
    """Reads the offset from its file, seldom."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._looked = -LOOK_EVERY
        self._value = timedelta()

    def __call__(self) -> timedelta:
        """Give the offset."""
        if time.monotonic() - self._looked >= LOOK_EVERY:
            self._looked = time.monotonic()
            try:
                self._value = timedelta(seconds=float(self.file.read_text()))
            except (FileNotFoundError, ValueError):
                self._value = timedelta()
        return self._value

    def write(self, value: timedelta) -> None:
        """Set the offset for all processes of this home."""
        draft = self.file.with_name(f".{self.file.name}.{os.getpid()}")
        draft.write_text(f"{value.total_seconds()}\n")
        draft.replace(self.file)
        self._looked = -LOOK_EVERY


def install(config: Config) -> None:
    """Let this process read the demonstration's time; in production, do nothing."""
    if not config.production:
        offset = _offset(config)
        clock.install(lambda: datetime.now(UTC) + offset())


def move_to(moment: datetime) -> None:
    """Set the clock forward to `moment`; back it never goes, since what was recorded would lie in the future."""
    config = current()
    if config.production:
        raise Refused("The clock can't be moved in production.")
    if moment < clock.now():
        raise Refused(f"The clock stands at [{clock.now().isoformat()}] already, and can't go back.")
    _offset(config).write(moment - datetime.now(UTC))


_offsets: dict[Path, _Offset] = {}


def _offset(config: Config) -> _Offset:
    file = config.home / "clock-offset"
    return _offsets.setdefault(file, _Offset(file))
