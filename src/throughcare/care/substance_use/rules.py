"""Withdrawal, followed by the hour: when the next check is due, who must be called, and why. Pure; clinical.md 3.3, WDR-01."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from throughcare.care.substance_use.rule_table import Substance, Withdrawal
from throughcare.chart.forms import Text

HOSPITAL, PROVIDER_NOW, PROVIDER_SHIFT, ROUTINE = "hospital", "provider_now", "provider_shift", "routine"
LEVELS = (HOSPITAL, PROVIDER_NOW, PROVIDER_SHIFT, ROUTINE)


@dataclass(frozen=True, slots=True)
class Vitals:
    """What was measured at one check; what was not measured is None. `again` is the pulse after minutes of rest."""

    temperature_c: Decimal | None = None
    systolic: Decimal | None = None
    pulse: Decimal | None = None
    pulse_again: Decimal | None = None
    respiration: Decimal | None = None
    weight_kg: Decimal | None = None
    standing_systolic: Decimal | None = None
    standing_pulse: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier check of the same episode."""

    at: datetime
    scored: bool
    score: int | None = None
    pulse: Decimal | None = None
    weight_kg: Decimal | None = None
    fluids_measured: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What one check found. `score` is the scale's own; None where an item could not be asked (`floor` is then certain)."""

    at: datetime
    score: int | None = None
    floor: int = 0
    vitals: Vitals = Vitals()
    signs: frozenset[str] = frozenset()
    prior_severe: bool = False
    cannot_stand: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a decision, in words, with where it comes from."""

    code: str
    level: str
    text: Text
    source: str = "clinical.md 3.3"


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows a check: how urgent, why, when the next is due and why then, and whether an order may now end it."""

    level: str
    reasons: tuple[Reason, ...]
    next_at: datetime
    next_why: Text
    may_end: bool = False
    mental_health_now: bool = False


@dataclass(frozen=True, slots=True)
class MayPutOff:
    """Whether a sleeping person may sleep on, and until when; or why they are woken."""

    ok: bool
    until: datetime
    why: Text


def next_due(
    substance: Substance, opened_at: datetime, found: Found, earlier: Sequence[Earlier], table: Withdrawal
) -> tuple[datetime, Text]:
    """Give when the next check is due, and why then: the shortest interval that the day, the score or a sign asks for."""
    age = found.at - opened_at
    step = next(s for s in substance.steps if s.until is None or age < s.until)
    options = [(step.every, _day(age, step.every))]
    known = found.score if found.score is not None else found.floor
    options += [(s.every, _score(known, s.every)) for s in substance.scores if known >= s.at_least]
    if substance.scale and found.score is None:
        options.append((table.unable_retry, _hours(_UNSCORED, table.unable_retry)))
    if _high_once(found, earlier, table):
        options.append((table.pulse_again, _hours(_PULSE_ONCE, table.pulse_again)))
    every, why = min(options, key=lambda o: o[0])
    return found.at + every, why


def decide(
    substance: Substance, opened_at: datetime, found: Found, earlier: Sequence[Earlier], table: Withdrawal
) -> Decision:
    """Say what a check means: every reason, the most urgent level among them, and when the next check is due."""
    named = _findings(found, earlier, table)
    reasons = [_of_score(substance, found)] if _of_score(substance, found) else []
    for code, text in named.items():
        level = HOSPITAL if code in substance.hospital else PROVIDER_NOW if code in substance.provider else ""
        if level:
            reasons.append(Reason(code, level, text))
    made = tuple(sorted((r for r in reasons if r), key=lambda r: LEVELS.index(r.level)))
    next_at, why = next_due(substance, opened_at, found, earlier, table)
    return Decision(
        level=made[0].level if made else ROUTINE,
        reasons=made,
        next_at=next_at,
        next_why=why,
        may_end=may_end(substance, opened_at, found, earlier) and not made,
        mental_health_now="suicidal" in found.signs,
    )


def may_end(substance: Substance, opened_at: datetime, found: Found, earlier: Sequence[Earlier]) -> bool:
    """Tell whether a prescriber may be asked for the order that ends it: long enough, or quiet often enough (3.3)."""
    long_enough = found.at - opened_at >= substance.least
    if substance.quiet_times == 0:
        return long_enough
    last = [e.score for e in sorted(earlier, key=lambda e: e.at) if e.scored]
    scores = [*last, found.score][-substance.quiet_times :]
    quiet = len(scores) == substance.quiet_times and all(s is not None and s < substance.quiet_below for s in scores)
    if substance.id == "opioid":
        return long_enough or quiet
    return long_enough and quiet


def fluids_asked(found: Found, earlier: Iterable[Earlier], table: Withdrawal) -> bool:
    """Tell whether weight and standing blood pressure must be measured now: fluid is lost, and this shift has none (3.3)."""
    if "losing-fluid" not in _meanings(found.signs, table):
        return False
    measured = found.vitals.weight_kg is not None and (found.vitals.standing_systolic is not None or found.cannot_stand)
    recent = any(e.fluids_measured and found.at - e.at < table.fluids_each for e in earlier)
    return not (measured or recent)


def put_off(
    now: datetime, opened_at: datetime, earlier: Iterable[Earlier], respiration: Decimal | None, table: Withdrawal
) -> MayPutOff:
    """Say whether somebody asleep may sleep on: breathing counted and not slow, and the last check not too old (3.3)."""
    last = max((e.at for e in earlier if e.scored), default=None)
    if respiration is not None and respiration < table.respiration_low:
        return MayPutOff(False, now, _SLOW.filled(limit=table.respiration_low))
    if last is None or now - last >= table.wake_after:
        return MayPutOff(False, now, _hours(_WAKE, table.wake_after))
    until = min(now + table.asleep_retry, last + table.wake_after)
    return MayPutOff(True, until, _hours(_SLEEPS, table.wake_after))


def orthostatic(vitals: Vitals, table: Withdrawal) -> bool:
    """Tell whether standing up lowers the pressure or drives the pulse further than it should."""
    fall = _less(vitals.systolic, vitals.standing_systolic)
    rise = _less(vitals.standing_pulse, vitals.pulse)
    return (fall is not None and fall >= table.orthostatic_systolic) or (
        rise is not None and rise >= table.orthostatic_pulse
    )


def _findings(found: Found, earlier: Sequence[Earlier], table: Withdrawal) -> dict[str, Text]:
    """Give everything found, by the code that the table's lists name."""
    vitals, named = found.vitals, dict[str, Text]()
    for sign in table.signs:
        if sign.id in found.signs:
            named.setdefault(sign.finding, sign.text)
    if vitals.temperature_c is not None and vitals.temperature_c >= table.temperature_c:
        named["temperature"] = _HOT.filled(value=f"{vitals.temperature_c:.1f}", limit=f"{table.temperature_c:f}")
    if vitals.systolic is not None and vitals.systolic >= table.systolic:
        named["systolic"] = _PRESSED.filled(value=f"{vitals.systolic:f}", limit=f"{table.systolic:f}")
    if _high_twice(found, earlier, table):
        named["pulse"] = _PULSE_TWICE.filled(limit=f"{table.pulse:f}")
    if found.prior_severe:
        named["prior"] = _PRIOR
    dry = _dry(found, earlier, table)
    if dry:
        named["dehydrated"] = dry
    return named


def _dry(found: Found, earlier: Iterable[Earlier], table: Withdrawal) -> Text | None:
    if orthostatic(found.vitals, table):
        return _STANDING
    weights = [e.weight_kg for e in sorted(earlier, key=lambda e: e.at) if e.weight_kg]
    now = found.vitals.weight_kg
    if weights and now is not None and (weights[0] - now) * 100 >= weights[0] * table.weight_loss_percent:
        return _LIGHTER.filled(percent=f"{table.weight_loss_percent:f}")
    for sign in table.signs:
        if sign.finding == "dehydrated" and sign.id in found.signs:
            return sign.text
    return None


def _of_score(substance: Substance, found: Found) -> Reason | None:
    known, least = (found.score, "") if found.score is not None else (found.floor, "≥ ")
    said = {"score": f"{least}{known}", "scale": substance.scale.upper().replace("CIWA-AR", "CIWA-Ar")}
    if substance.hospital_at is not None and known >= substance.hospital_at:
        return Reason("score", HOSPITAL, _SCORE_HOSPITAL.filled(**said, limit=substance.hospital_at))
    if substance.provider_now_at is not None and known >= substance.provider_now_at:
        words = _MEDICATE if substance.id == "alcohol" else _SCORE_NOW
        return Reason("score", PROVIDER_NOW, words.filled(**said, limit=substance.provider_now_at))
    if substance.provider_shift_at is not None and known >= substance.provider_shift_at:
        return Reason("score", PROVIDER_SHIFT, _SCORE_SHIFT.filled(**said, limit=substance.provider_shift_at))
    return None


def _high(value: Decimal | None, table: Withdrawal) -> bool:
    return value is not None and value >= table.pulse


def _high_twice(found: Found, earlier: Iterable[Earlier], table: Withdrawal) -> bool:
    """Persistent: high now, and high again after rest or at the check before."""
    vitals = found.vitals
    if not _high(vitals.pulse, table):
        return False
    if vitals.pulse_again is not None:
        return _high(vitals.pulse_again, table)
    last = max((e for e in earlier if e.pulse is not None), key=lambda e: e.at, default=None)
    return last is not None and _high(last.pulse, table)


def _high_once(found: Found, earlier: Iterable[Earlier], table: Withdrawal) -> bool:
    rested = found.vitals.pulse_again is not None and not _high(found.vitals.pulse_again, table)
    return _high(found.vitals.pulse, table) and not rested and not _high_twice(found, earlier, table)


def _meanings(signs: Iterable[str], table: Withdrawal) -> frozenset[str]:
    by_id: Mapping[str, str] = {s.id: s.finding for s in table.signs}
    return frozenset(by_id[s] for s in signs if s in by_id)


def _less(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return a - b if a is not None and b is not None else None


def _day(age: timedelta, every: timedelta) -> Text:
    day, hours = age.days + 1, every // timedelta(hours=1)
    return Text(f"Day {day}: every {hours} hours.", f"Día {day}: cada {hours} horas.")


def _score(score: int, every: timedelta) -> Text:
    hours = every // timedelta(hours=1)
    en = "every hour" if hours == 1 else f"every {hours} hours"
    es = "cada hora" if hours == 1 else f"cada {hours} horas"
    return Text(f"Score {score}: {en}.", f"Puntaje {score}: {es}.")


def _hours(text: Text, span: timedelta) -> Text:
    return text.filled(hours=span // timedelta(hours=1))


_UNSCORED = Text(
    "Not all could be asked: try again within {hours} h.", "No se pudo preguntar todo: intente de nuevo en {hours} h."
)
_PULSE_ONCE = Text(
    "A high pulse, once: measure again within {hours} h.", "Pulso alto, una vez: mida otra vez en {hours} h."
)
_PULSE_TWICE = Text("Pulse {limit} or more, twice", "Pulso de {limit} o más, dos veces")
_HOT = Text("Temperature {value} °C ({limit} or more)", "Temperatura {value} °C ({limit} o más)")
_PRESSED = Text("Systolic pressure {value} ({limit} or more)", "Presión sistólica {value} ({limit} o más)")
_PRIOR = Text("Seizure or delirium in an earlier withdrawal", "Convulsión o delirio en una abstinencia anterior")
_STANDING = Text("Pressure falls or pulse rises on standing", "La presión baja o el pulso sube al ponerse de pie")
_LIGHTER = Text("{percent} % of weight lost since monitoring began", "Perdió {percent} % del peso desde que se vigila")
_SCORE_HOSPITAL = Text("{scale} {score} ({limit} or more)", "{scale} {score} ({limit} o más)")
_MEDICATE = Text("{scale} {score}: medicate at {limit} or more", "{scale} {score}: medicar desde {limit}")
_SCORE_NOW = Text("{scale} {score} ({limit} or more)", "{scale} {score} ({limit} o más)")
_SCORE_SHIFT = Text("{scale} {score} ({limit} or more)", "{scale} {score} ({limit} o más)")
_SLOW = Text(
    "Fewer than {limit} breaths a minute: wake now and call code if the person can't be woken. Naloxone at hand.",
    "Menos de {limit} respiraciones por minuto: despierte ya; si no despierta, llame código. Naloxona a mano.",
)
_WAKE = Text(
    "{hours} hours or more since the last check: wake the person and assess.",
    "{hours} horas o más desde la última revisión: despierte a la persona y evalúe.",
)
_SLEEPS = Text(
    "Asleep and breathing is no check; at the latest {hours} hours after the last one the person is woken.",
    "Dormida y respirando no es una revisión; a más tardar {hours} horas después de la última se le despierta.",
)
