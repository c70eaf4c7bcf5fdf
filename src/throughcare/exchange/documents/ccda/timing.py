"""How a medicine is taken: when, how often, whether only as needed, how much at most. In plain words, as written."""

from collections.abc import Iterator
from typing import Any

from throughcare.exchange.documents.ccda.datatypes import code_of, number_of, quantity

# Events by which doses are timed (HL7 V3 TimingEvent).
EVENTS = {
    "HS": "at bedtime", "WAKE": "on waking", "AC": "before meals", "ACM": "before breakfast", "ACD": "before lunch",
    "ACV": "before dinner", "PC": "after meals", "PCM": "after breakfast", "PCD": "after lunch", "PCV": "after dinner",
    "IC": "between meals", "ICM": "between breakfast and lunch", "ICD": "between lunch and dinner",
    "ICV": "between dinner and bedtime", "C": "with meals", "CM": "with breakfast", "CD": "with lunch", "CV": "with dinner",
}  # fmt: skip


def times(node: Any) -> list[Any]:
    """Give the times of a statement, those of an expression each for itself."""
    return [part for one in node.findall("effectiveTime") for part in (one.findall("comp") or [one])]


def often(node: Any, texts: dict[str, str]) -> str:
    """Give how often: `every 4-6 h as needed (Wheezing)`. What is only taken as needed never stands without that."""
    said = [next(filter(None, map(_frequency, times(node))), "")]
    reasons = [_needed(one, texts) for one in node.findall("precondition")]
    if any(one is not None for one in reasons):
        known = ", ".join(one for one in reasons if one)
        said.append(f"as needed ({known})" if known else "as needed")
    return " ".join(filter(None, said))


def amount(node: Any) -> str:
    """Give the dose with its rate and the most of it: `5 mg, 10 mL/h, at most 4 in 1 d`."""
    dose, rate = (" ".join(quantity(node.find(name))).strip() for name in ("doseQuantity", "rateQuantity"))
    return ", ".join(filter(None, (dose, rate, *_most(node))))


def _frequency(node: Any) -> str:
    period, event = node.find("period"), node.find("event")
    if period is not None:
        ends = [period.get("value"), *(one.get("value") for name in ("low", "high") for one in period.findall(name))]
        units = [period.get("unit"), *(one.get("unit") for one in period)]
        said = list(dict.fromkeys(filter(None, map(number_of, ends))))
        if said:
            return f"every {'-'.join(said[-2:])} {next(filter(None, units), '')}".strip()
    code = str(event.get("code") or "") if event is not None else ""
    return EVENTS.get(code, f"at {code}" if code else "")


def _needed(condition: Any, texts: dict[str, str]) -> str | None:
    """Give for what a dose is taken, empty where only that there is a condition is said; None where there is none."""
    value = condition.find("criterion/value")
    if value is None:
        return ""
    return code_of(value, texts).text[:80] or (None if value.get("nullFlavor") else "")


def _most(node: Any) -> Iterator[str]:
    for one in node.findall("maxDoseQuantity"):
        most, within = (" ".join(quantity(one.find(name))).strip() for name in ("numerator", "denominator"))
        if most and within:
            yield f"at most {most} in {within}"
