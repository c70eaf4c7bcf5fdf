"""From what was typed of a result to its lines, each with its interpretation, and how urgent the whole is. Pure (LAB-01)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from throughcare.chart.actions.observations import Measured
from throughcare.chart.catalogue import Analyte
from throughcare.kernel.errors import Invalid
from throughcare.kernel.vocabulary import DataClass

LOINC = "http://loinc.org"
CRITICAL, ABNORMAL = frozenset({"HH", "LL", "AA"}), frozenset({"H", "L", "A"})
URGENCY = ("normal", "abnormal", "critical")
# What a reviewer can decide; none of them may be empty for a result that is not normal (clinical.md 2.10).
PLANS = ("letter", "discuss", "order", "refer", "no_change")
WITHOUT_WORDS = frozenset({"letter"})


def stands_open(plan: str, told: bool) -> bool:
    """Tell whether a person reads the values of a reviewed result at the kiosk: once told, or where normal and a letter goes.

    Whatever else a review decided is said by somebody first (LAB-02). [D]
    """
    return bool(plan) and (told or plan == "letter")


# How a value stands to the range that the laboratory gave, as a person reads it; a letter that stands nowhere says nothing.
COMPARED = {"N": "within", "H": "high", "HH": "high", "L": "low", "LL": "low", "A": "other", "AA": "other"}


def interpret(analyte: Analyte, value: Decimal | str) -> str:
    """Say how a value stands to its ranges, in HL7's letters; empty where it is normal."""
    if isinstance(value, str):
        return "A" if value in analyte.abnormal else ""
    if analyte.panic_low is not None and value <= analyte.panic_low:
        return "LL"
    if analyte.panic_high is not None and value >= analyte.panic_high:
        return "HH"
    if analyte.low is not None and value < analyte.low:
        return "L"
    return "H" if analyte.high is not None and value > analyte.high else ""


def urgency_of(interpretations: Iterable[str], said: str = "normal") -> str:
    """Give how urgent a result is: the worst of its lines, and never less than somebody said."""
    found = set(interpretations)
    worst = "critical" if found & CRITICAL else "abnormal" if found & ABNORMAL else "normal"
    return max(worst, said, key=URGENCY.index)


def columns(one: Measured) -> dict[str, Any]:
    """Give what a measurement says, by the names of the row's columns, to compare it with what stood there."""
    exponent = one.value.as_tuple().exponent if one.value is not None else 0
    places = min(max(0, -exponent), 4) if isinstance(exponent, int) else 0
    exact = one.value.quantize(Decimal("0.0001")) if one.value is not None else None
    return {
        "value": exact,
        "value_places": places,
        "unit": one.unit,
        "comparator": one.comparator,
        "value_text": one.value_text,
        "value_system": one.value_system,
        "value_code": one.value_code,
        "reference_range": one.reference_range,
        "remark": one.remark,
        "interpretation": one.interpretation,
    }


def said_before(row: Any) -> str:
    """Give what a line said before it is corrected, in the digits it was written with."""
    if row.value is not None:
        exact = row.value.quantize(Decimal(1).scaleb(-row.value_places))
        return f"{row.comparator}{exact} {row.unit}".strip()[:120]
    return str(row.value_text)[:120]


def read(analytes: Iterable[Analyte], typed: Mapping[str, str]) -> list[Measured]:
    """Read the lines of a result; refuses all of it, naming each field, where one can't be what was measured."""
    wrong: dict[str, str] = {}
    lines: list[Measured] = []
    for analyte in analytes:
        text = typed.get(f"a-{analyte.id}", "").strip()
        if not text:
            continue
        value = _value(analyte, text)
        if value is None:
            wrong[f"a-{analyte.id}"] = f"Write {analyte.title} as the laboratory did."
        else:
            lines.append(_line(analyte, value))
    if wrong:
        raise Invalid("The result is not filed yet. Everything you typed is kept.", fields=wrong)
    return lines


def check_plan(urgency: str, plan: str, words: str) -> None:
    """Refuse a review without a plan: a result that is not normal is never just filed (clinical.md 2.10)."""
    if plan not in PLANS:
        raise Invalid(
            "The result stays in the inbox.", fields={"plan": "Choose what follows from it, or say why nothing does."}
        )
    if urgency != "normal" and plan == "letter":
        raise Invalid(
            "The result is not normal, so a letter alone does not do. It stays in the inbox.",
            fields={"plan": "Choose to discuss, order, refer, or no change with the reason."},
        )
    if plan not in WITHOUT_WORDS and len(words.strip()) < 3:
        raise Invalid(
            "The result stays in the inbox.", fields={"words": "Say in a few words what follows, or why not."}
        )


def _value(analyte: Analyte, text: str) -> Decimal | str | None:
    if analyte.choices:
        return text if text in analyte.choices else None
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value < 1_000_000 else None


def _line(analyte: Analyte, value: Decimal | str) -> Measured:
    return Measured(
        LOINC,
        analyte.code,
        analyte.title,
        value if isinstance(value, Decimal) else None,
        analyte.unit,
        value_text=value if isinstance(value, str) else "",
        category="laboratory",
        interpretation=interpret(analyte, value),
        data_class=DataClass.RESULT,
    )
