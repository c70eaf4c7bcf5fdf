"""What the rules ask of a medicine: its classes, as the formulary says them, without the formulary itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from throughcare.care.medications.formulary_rows import Product


@dataclass(frozen=True, slots=True)
class Traits:
    """The classes of one medicine. `schedule` is 2 to 5 for a controlled substance, else 0; `minimum` its least interval."""

    time_critical: bool = False
    door: bool = False
    """No dose of it may be lost at a door; wider than the narrow window of a time-critical medicine."""
    critical: bool = False
    """One missed dose is told the prescriber (MED-03); continued before the next dose on arrival (INT-04)."""
    opioid_treatment: bool = False
    opioid_line: bool = False
    """Dosed day by day on the line, behind the last-dose gate; not a depot, not naltrexone."""
    schedule: int = 0
    psychotropic: bool = False
    hiv: bool = False
    insulin: bool = False
    anticonvulsant: bool = False
    anticoagulant: bool = False
    never_kop: bool = False
    injected: bool = False
    rescue: bool = False
    """A rescue medicine stays with the person always."""
    minimum: timedelta | None = None

    @property
    def controlled(self) -> bool:
        """Tell whether the medicine is a controlled substance."""
        return self.schedule > 0

    @property
    def leased(self) -> bool:
        """Tell whether a dose is leased to one device offline: a second one would kill."""
        return self.controlled or self.opioid_line or self.insulin

    @property
    def pages_supervisor(self) -> bool:
        """Tell whether a missed pass of this medicine pages a supervisor (clinical.md 2.3, lockdown)."""
        return self.insulin or self.anticonvulsant or self.opioid_treatment or self.anticoagulant


SCHEDULES = {"": 0, "CI": 1, "CII": 2, "CIII": 3, "CIV": 4, "CV": 5}


def of_product(product: Product, *, minimum: timedelta | None = None) -> Traits:
    """Read the classes of a product of the formulary; the minimum interval is the order's."""
    return Traits(
        time_critical=product.window == "time_critical",
        door=product.has("door"),
        critical=bool(product.critical),
        opioid_treatment=product.has("moud"),
        opioid_line=product.has("last_dose_gate"),
        schedule=SCHEDULES[product.schedule],
        psychotropic=product.has("psychotropic"),
        hiv=product.critical == "hiv",
        insulin=product.critical == "insulin",
        anticonvulsant=product.critical == "anticonvulsant",
        anticoagulant=product.critical == "anticoagulant",
        never_kop=product.has("never_kop"),
        injected=product.injected,
        rescue=product.route == "inhaled" and "(rescue)" in product.drug_class,
        minimum=minimum,
    )
