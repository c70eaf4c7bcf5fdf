"""What one check found: alerts, gaps, and what nobody wrote facts for."""

from __future__ import annotations

from dataclasses import dataclass, field

from throughcare.care.medications.rules.check_facts import Alert, CouldNotRun


@dataclass(slots=True)
class Found:
    """The findings of one check, gathered while it runs."""

    alerts: list[Alert] = field(default_factory=list)
    gaps: list[CouldNotRun] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
