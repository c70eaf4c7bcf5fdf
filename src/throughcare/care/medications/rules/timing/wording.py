"""A timing in clear words, English and Spanish: what the person reads, the nurse checks and the prescriber signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from throughcare.care.medications.rules.timing.model import DAY_CODES, Dose, Kind, Scale, Step, Timing
from throughcare.chart.forms.text import Text

PASS_NAMES: Mapping[str, Text] = {
    "morning": Text("morning", "mañana"),
    "noon": Text("noon", "mediodía"),
    "afternoon": Text("afternoon", "tarde"),
    "evening": Text("evening", "fin de la tarde"),
    "bedtime": Text("bedtime", "al acostarse"),
    "night": Text("night", "noche"),
    "breakfast": Text("breakfast", "el desayuno"),
    "lunch": Text("lunch", "el almuerzo"),
    "supper": Text("supper", "la cena"),
    "glucose": Text("glucose", "la glucosa"),
}
"""Names of the usual passes and meals, and of what a scale measures; a facility's own come in as `names`."""

UNIT_NAMES: Mapping[str, tuple[str, str, str, str]] = {
    "tablet": ("tablet", "tablets", "tableta", "tabletas"),
    "capsule": ("capsule", "capsules", "cápsula", "cápsulas"),
    "film": ("film", "films", "lámina", "láminas"),
    "lozenge": ("lozenge", "lozenges", "pastilla", "pastillas"),
    "puff": ("puff", "puffs", "inhalación", "inhalaciones"),
    "spray": ("spray", "sprays", "rociada", "rociadas"),
    "drop": ("drop", "drops", "gota", "gotas"),
    "patch": ("patch", "patches", "parche", "parches"),
    "units": ("unit", "units", "unidad", "unidades"),
    "dose": ("dose", "doses", "dosis", "dosis"),
    "syringe": ("syringe", "syringes", "jeringa", "jeringas"),
    "vial": ("vial", "vials", "vial", "viales"),
    "application": ("application", "applications", "aplicación", "aplicaciones"),
    "kit": ("kit", "kits", "kit", "kits"),
    "piece": ("piece", "pieces", "pieza", "piezas"),
    "key": ("key", "keys", "llave", "llaves"),
    "tube": ("tube", "tubes", "tubo", "tubos"),
    "device": ("device", "devices", "dispositivo", "dispositivos"),
}
"""Units that are counted, one and many, in both languages; measures as mg and mL are the same everywhere."""

DAYS = {
    "en": ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábados", "domingos"),
}
TIMES = {
    "en": ("", "once a day", "twice a day", "three times a day", "four times a day"),
    "es": ("", "una vez al día", "dos veces al día", "tres veces al día", "cuatro veces al día"),
}
UNITS = {
    ("days", "en"): ("every day", "every {n} days"),
    ("weeks", "en"): ("every week", "every {n} weeks"),
    ("months", "en"): ("every month", "every {n} months"),
    ("days", "es"): ("cada día", "cada {n} días"),
    ("weeks", "es"): ("cada semana", "cada {n} semanas"),
    ("months", "es"): ("cada mes", "cada {n} meses"),
}


def words(timing: Timing, language: str = "en", *, names: Mapping[str, Text] | None = None) -> str:
    """Say a timing in clear words; a pass that nobody named is shown by its code."""
    said = _Speaker("es" if language == "es" else "en", {**PASS_NAMES, **(names or {})})
    return said.timing(timing)


def dose_words(dose: Dose, language: str = "en") -> str:
    """Say a dose: `2 tablets`, `2 tabletas`, `0.5 mL`."""
    forms = UNIT_NAMES.get(dose.unit)
    if forms is None:
        return str(dose)
    place = (2 if language == "es" else 0) + (dose.value > 1 or dose.value == 0)
    return f"{_number(dose.value)} {forms[place]}"


def scale_words(scale: Scale, language: str = "en") -> tuple[str, ...]:
    """Say a sliding scale line by line, the calls to the prescriber first and last."""
    spanish = language == "es"
    call = "llame a quien receta" if spanish else "call the prescriber"
    above = "" if scale.above_amount is None else f"{dose_words(Dose(scale.above_amount, scale.unit), language)}, "
    return (
        f"{'menos de' if spanish else 'below'} {scale.call_below}: {call}",
        *(f"{row.low}–{row.high}: {dose_words(Dose(row.amount, scale.unit), language)}" for row in scale.rows),
        f"{'más de' if spanish else 'above'} {scale.call_above}: {above}{call}",
    )


class _Speaker:
    """One language with the names of a facility's passes."""

    def __init__(self, language: str, names: Mapping[str, Text]) -> None:
        self.language, self.names = language, names

    def timing(self, timing: Timing) -> str:
        match timing.kind:
            case Kind.PASSES:
                return f"{self._times(len(timing.passes))}: {self._slots(timing)}"
            case Kind.INTERVAL:
                return self._in(_hours_en(timing.hours), _hours_es(timing.hours))
            case Kind.WEEK_DAYS:
                return self._with_slots(self._days(timing.days), timing)
            case Kind.EVERY:
                return self._with_slots(self._every(timing.every, timing.unit), timing)
            case Kind.ONCE:
                return self._with_slots(self._in("once", "una sola vez"), timing)
            case Kind.STAT:
                return self._in("once, now", "una sola vez, ahora")
            case Kind.PRN:
                return self._as_needed(timing)
            case Kind.MEALS:
                return self._meals(timing)
            case Kind.STEPPED:
                return self._steps(timing.steps)
            case Kind.SLIDING:
                return self._sliding(timing)

    def _in(self, english: str, spanish: str) -> str:
        return spanish if self.language == "es" else english

    def _list(self, items: Sequence[str]) -> str:
        if len(items) < 2:
            return "".join(items)
        return f"{', '.join(items[:-1])} {self._in('and', 'y')} {items[-1]}"

    def _name(self, code: str) -> str:
        named = self.names.get(code)
        return named.said(self.language) if named else code.replace("_", " ")

    def _slots(self, timing: Timing) -> str:
        if not timing.doses:
            return self._list([self._name(code) for code in timing.passes])
        paired = zip(timing.passes, timing.doses, strict=True)
        return self._list([f"{self._name(code)} {dose_words(dose, self.language)}" for code, dose in paired])

    def _with_slots(self, said: str, timing: Timing) -> str:
        return f"{said}: {self._slots(timing)}" if timing.passes else said

    def _times(self, count: int) -> str:
        known = TIMES[self.language]
        return known[count] if count < len(known) else self._in(f"{count} times a day", f"{count} veces al día")

    def _days(self, days: Sequence[str]) -> str:
        said = self._list([DAYS[self.language][DAY_CODES.index(day)] for day in days])
        return self._in(said, f"los {said}")

    def _every(self, count: int, unit: str) -> str:
        one, many = UNITS[unit, self.language]
        return one if count == 1 else many.format(n=count)

    def _as_needed(self, timing: Timing) -> str:
        apart, most = _span(timing.min_interval_minutes), timing.max_in_24h
        return self._in(
            f"as needed, at least {apart} apart, at most {most} in 24 h",
            f"si hace falta, con al menos {apart} entre dosis y como máximo {most} en 24 h",
        )

    def _meals(self, timing: Timing) -> str:
        meals = self._slots(timing)
        if not timing.minutes_before:
            return self._in(f"with {meals}", f"con {meals}")
        minutes = timing.minutes_before
        return self._in(
            f"{minutes} minutes before {meals}", f"{minutes} minutos antes de {meals}".replace("de el ", "del ")
        )

    def _steps(self, steps: Sequence[Step]) -> str:
        said = [
            f"{dose_words(step.dose, self.language)} {self.timing(step.timing)}{self._lasting(step)}" for step in steps
        ]
        last = "" if steps[-1].days is None else self._in("; then stop", "; después se termina")
        return self._in("; then ", "; después ").join(said) + last

    def _lasting(self, step: Step) -> str:
        if step.days is None:
            return self._in(", and so on", ", y así sigue")
        if step.days == 1:
            return self._in(", for 1 day", ", por 1 día")
        return self._in(f", for {step.days} days", f", por {step.days} días")

    def _sliding(self, timing: Timing) -> str:
        if timing.base is None or timing.scale is None:
            raise ValueError("a sliding scale without its table can't be said")
        lines = "; ".join(scale_words(timing.scale, self.language))
        by = self._in("by", "según")
        return f"{self.timing(timing.base)}, {by} {self._name(timing.scale.measure)}: {lines}"


def _hours_en(hours: int) -> str:
    return "every hour" if hours == 1 else f"every {hours} hours"


def _hours_es(hours: int) -> str:
    return "cada hora" if hours == 1 else f"cada {hours} horas"


def _span(minutes: int) -> str:
    whole, rest = divmod(minutes, 60)
    return f"{whole} h" if whole and not rest else f"{whole} h {rest} min" if whole else f"{rest} min"


def _number(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
