"""What the rules ask of a medicine: its classes, as the formulary says them, without the formulary itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Traits:
    """The classes of one medicine. `schedule` is 2 to 5 for a controlled substance, else 0; `minimum` its least interval."""

    time_critical: bool = False
    critical: bool = False
    """One missed dose is told the prescriber (MED-03); continued before the next dose on arrival (INT-04)."""
    opioid_treatment: bool = False
    schedule: int = 0
    psychotropic: bool = False
    hiv: bool = False
    insulin: bool = False
    anticonvulsant: bool = False
    anticoagulant: bool = False
    never_kop: bool = False
    rescue: bool = False
    """A rescue medicine stays with the person always."""
    minimum: timedelta | None = None

    @property
    def controlled(self) -> bool:
        """Tell whether the medicine is a controlled substance."""
        return self.schedule > 0

    @property
    def pages_supervisor(self) -> bool:
        """Tell whether a missed pass of this medicine pages a supervisor (clinical.md 2.3, lockdown)."""
        return self.insulin or self.anticonvulsant or self.opioid_treatment or self.anticoagulant
