"""The warehouse brought up to date each night, in a process of its own, so that the clock's hand goes on meanwhile.

Once a day is over, the next look starts `throughcare warehouse update`. A look while it runs, or when nothing is missing, does nothing.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from datetime import timedelta

from throughcare.app.config import Mode, current
from throughcare.duties.working_time import working_time
from throughcare.insight import numbers
from throughcare.insight.warehouse import files
from throughcare.kernel import clock

log = logging.getLogger(__name__)
AFTER_MIDNIGHT = timedelta(minutes=30)  # what was charted late that evening is in by then, and other jobs are done
_started: list[subprocess.Popen[bytes]] = []


def missing() -> bool:
    """Tell whether a whole day is over that the warehouse does not have."""
    state = files.read(numbers.folder())
    yesterday = working_time().day_of(clock.now() - AFTER_MIDNIGHT) - timedelta(days=1)
    return state is None or state.last_day is None or state.last_day < yesterday


def bring_up_to_date() -> object:
    """Start an update where a day is missing and none runs; says how many it started. Tests make their own warehouses."""
    if current().mode is Mode.TEST or _running() or not missing():
        return 0
    guard = shutil.which("setpriv")  # it ends with the hand that started it
    before = [guard, "--pdeathsig", "TERM", "--"] if guard else []
    words = [*before, sys.executable, "-m", "throughcare.app", "warehouse", "update"]
    _started[:] = [subprocess.Popen(words, preexec_fn=_gently, stdout=subprocess.DEVNULL)]
    return 1


def _running() -> bool:
    for child in _started:
        code = child.poll()
        if code is None:
            return True
        if code:
            log.error("the warehouse was not brought up to date: the update ended with %s", code)
    _started.clear()
    return False


def _gently() -> None:
    os.nice(10)  # people at work come first
