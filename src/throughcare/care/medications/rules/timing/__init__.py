"""When an order is due: its structured timing, the same in clear words, and each dose that follows from it."""

from throughcare.care.medications.rules.timing.model import (
    AT_FIXED_TIMES,
    Dose,
    Kind,
    Scale,
    ScaleAnswer,
    ScaleRow,
    Step,
    Timing,
    TimingError,
    amounts,
    days_covered,
    doses_per_day,
    doses_per_week,
    scale_dose,
)
from throughcare.care.medications.rules.timing.occurring import Occurrence, lasting, occurrences
from throughcare.care.medications.rules.timing.parsing import from_json, to_json
from throughcare.care.medications.rules.timing.wording import dose_words, scale_words, words

__all__ = [
    "AT_FIXED_TIMES",
    "Dose",
    "Kind",
    "Occurrence",
    "Scale",
    "ScaleAnswer",
    "ScaleRow",
    "Step",
    "Timing",
    "TimingError",
    "amounts",
    "days_covered",
    "dose_words",
    "doses_per_day",
    "doses_per_week",
    "from_json",
    "lasting",
    "occurrences",
    "scale_dose",
    "scale_words",
    "to_json",
    "words",
]
