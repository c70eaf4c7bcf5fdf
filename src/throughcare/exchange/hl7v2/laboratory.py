"""From a panel of a message to a report as the chart takes it: statuses, codes, how each line stands, its class. No database."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from throughcare.chart import resulting
from throughcare.chart.actions import Line, Measured, Told
from throughcare.exchange import classing
from throughcare.exchange.hl7v2 import facts, judging, panels
from throughcare.exchange.hl7v2.holding import Hold
from throughcare.exchange.hl7v2.judging import LOINC, PATH
from throughcare.exchange.hl7v2.parse import CONNECTICUT
from throughcare.kernel import content
from throughcare.kernel.vocabulary import DataClass

WORDY = frozenset({"TX", "FT", "ST"})
# Many laboratories send every value as a string, or name no type: a plain number beside its unit is a quantity all the same.
UNTYPED = frozenset({"", "ST"})
QUANTITY = re.compile(r"(<=|>=|<|>)?\s*([+-]?\d{1,9}(?:\.\d{1,4})?)")
# OBX-11 (table 0085) and OBR-25 (table 0123) in FHIR's words; what a laboratory takes back is an error of its own.
LINE_STATUS = {
    "": "final", "F": "final", "U": "final", "P": "preliminary", "R": "preliminary", "S": "preliminary",
    "V": "preliminary", "B": "preliminary", "A": "preliminary", "I": "registered", "O": "registered", "N": "registered",
    "C": "corrected", "X": "cancelled", "D": "entered-in-error", "W": "entered-in-error",
}  # fmt: skip
REPORT_STATUS = {
    "F": "final", "M": "final", "C": "corrected", "K": "corrected", "P": "preliminary", "A": "preliminary",
    "R": "preliminary", "S": "registered", "I": "registered", "O": "registered", "X": "cancelled", "Y": "cancelled",
    "Z": "cancelled",
}  # fmt: skip


def told_of(panel: panels.Panel, sender: str, received: datetime, order_id: UUID | None, number: int) -> Told | None:
    """Give the report that a panel tells, or None where it says nothing yet; raises Hold for what this door can't chart."""
    service = panel.order.service
    title = service.label or (panel.told[0].observation.code.label if panel.told else "")
    if not panel.told and not panel.notes and panel.order.status != "X":
        return None
    system, code = judging.coded(service, sender)
    taken = panel.taken_at.at if panel.taken_at else received
    read = [_line(one, key, sender, taken, received) for key, one in _keyed(panel.told)]
    lines = tuple(line for line, _ in read)
    into = judging.class_of(system, code, judging.names(service))
    return Told(
        source=sender[:160],
        filler=panels.filler_of(panel),
        text=(title or f"Result {number}")[:160],
        system=system,
        code=code,
        status=status_of(panel, lines),
        by_lines=REPORT_STATUS.get(panel.order.status) != "cancelled",
        lines=lines,
        words="\n".join(panel.notes),
        specimen="; ".join(filter(None, panel.specimens))[:240],
        judged=all(sure for _, sure in read),
        data_class=_narrowest([into, *(line.measured.data_class for line in lines)]),
        said_at=_said_at(panel, received),
        effective_at=min(taken, received),
        order_id=order_id,
    )


def _said_at(panel: panels.Panel, received: datetime) -> datetime:
    """When the report was said: its own hour; the message's, where it says no more than that same day."""
    said = panel.said_at
    if said is None or (not said.is_exact and received.astimezone(CONNECTICUT).date() == said.day):
        return received
    return said.at


def status_of(panel: panels.Panel, lines: Sequence[Line]) -> str:
    """Give where a report stands: what it says of itself, and never further than its lines."""
    own = {line.status for line in lines}
    said = REPORT_STATUS.get(panel.order.status, "")
    if own and own <= {"cancelled", "entered-in-error"}:
        return "cancelled"
    if own & {"preliminary", "registered"} and said in ("", "final"):
        return "preliminary"
    if "corrected" in own and said in ("", "final"):
        return "corrected"
    return said or "final"


def urgency(found: Iterable[panels.Panel]) -> str:
    """Give how urgent results are that can't be charted yet: by their flags alone."""
    flags = (judging.meaning(flag) for panel in found for one in panel.told for flag in one.observation.flags)
    return resulting.urgency_of(flag for flag in flags if flag is not None)


def needs_order(sender: facts.Header | None) -> bool:
    """Tell whether this sender's results are expected to answer an order."""
    names = {sender.facility.upper(), sender.application.upper()} if sender else set()
    return not any(row["id"] in names and not row.get("needs_order", True) for row in content.rows(PATH, "sender"))


# --- lines -----------------------------------------------------------------------------------------------------------------


def _keyed(told: Sequence[panels.Told]) -> list[tuple[str, panels.Told]]:
    """Name each line by its code and sub-id, so that a correction finds it; lines of one text are joined."""
    found: dict[str, panels.Told] = {}
    for one in told:
        seen = one.observation
        base = f"{seen.code.code or seen.code.label}|{seen.sub_id}"[:110]
        key, n = base, 1
        while key in found:
            if seen.kind in WORDY and found[key].observation.kind == seen.kind and not seen.flags:
                found[key] = _joined(found[key], one)
                break
            n += 1
            key = f"{base}#{n}"
        else:
            found[key] = one
    return list(found.items())


def _joined(first: panels.Told, more: panels.Told) -> panels.Told:
    seen = first.observation
    values = (*seen.values, *more.observation.values)
    made = facts.Observation(
        seen.kind, seen.code, values, seen.sub_id, seen.unit, seen.reference_range, seen.flags, seen.status, seen.at
    )
    return panels.Told(made, [*first.notes, *more.notes], [*first.documents, *more.documents])


def _line(one: panels.Told, key: str, sender: str, taken: datetime, received: datetime) -> tuple[Line, bool]:
    seen = one.observation
    system, code = judging.coded(seen.code, sender)
    unit = (seen.unit.code or seen.unit.text) if seen.unit else ""
    number, words = _value(seen, one, unit)
    value = next((v.code for v in seen.values if v.code), None) if len(seen.values) == 1 else None
    value_system, value_code = judging.coded(value, sender) if value else ("", "")
    standing, sure = judging.standing(
        seen, code if system == LOINC else "", number, value.label if value else words, unit
    )
    measured = Measured(
        system=system,
        code=code,
        text=(seen.code.label or "Result")[:160],
        value=number,
        unit=unit if number is not None else "",
        comparator=_comparator(seen) if number is not None else "",
        value_text=words,
        value_system=value_system,
        value_code=value_code,
        reference_range=seen.reference_range[:120],
        remark="\n".join(one.notes),
        category="laboratory",
        interpretation=standing,
        data_class=judging.class_of(system, code, judging.names(seen.code)),
        effective_at=min(_at(seen, taken), received),  # nothing was found before it came
    )
    status = LINE_STATUS.get(seen.status.upper(), "final")
    silent = not words and number is None and not one.documents
    return Line(key, measured, status), sure or (silent and status in ("registered", "cancelled"))


def _at(seen: facts.Observation, taken: datetime) -> datetime:
    """When it was observed: as the line says, unless it says only the day on which the specimen's hour is known."""
    if seen.at is None or (not seen.at.is_exact and taken.astimezone(CONNECTICUT).date() == seen.at.day):
        return taken
    return seen.at.at


def _value(seen: facts.Observation, one: panels.Told, unit: str) -> tuple[Decimal | None, str]:
    """Give the number, or the words where it is none or does not fit: no digit is ever lost."""
    if one.documents:
        return None, "See the document."
    if len(seen.values) == 1 and seen.values[0].number is not None and seen.kind in ("NM", "SN"):
        number = seen.values[0].number
        exponent = number.as_tuple().exponent
        plain = seen.kind == "NM" or seen.values[0].text == f"{seen.values[0].comparator}{number}"
        fits = isinstance(exponent, int) and exponent >= -4 and number.copy_abs() < Decimal(10) ** 9
        if plain and fits and len(unit) <= 40 and _comparator(seen) in ("", "<", "<=", ">", ">="):
            return number, ""
    said = "\n".join(value.text for value in seen.values)
    if len(seen.values) == 1 and seen.kind in UNTYPED and (found := QUANTITY.fullmatch(said)) and 0 < len(unit) <= 40:
        return Decimal(found[2]), ""
    # A unit belongs to what is counted: 5-10 /HPF. Of words alone ("see note") it says nothing.
    counted = seen.kind in ("NM", "SN") or (len(said) <= 40 and any(letter.isdigit() for letter in said))
    return None, f"{said} {unit}".strip() if counted and said else said


def _comparator(seen: facts.Observation) -> str:
    value = seen.values[0]
    found = value.comparator or (re.match(r"(<=|>=|<|>)?", value.text) or [""])[0] or ""
    return "" if found == "=" else str(found)


def _narrowest(classes: Iterable[DataClass]) -> DataClass:
    """Give the narrowest class that a report's tests ask for: the whole is shown only to who may see each of its parts."""
    found = list(classes)
    if any(classing.is_sealed(one) for one in found):
        raise Hold(
            "not_taken",
            "This belongs to a sealed record, which no message can write to. Whoever keeps that record enters it.",
        )
    return next((one for one in found if one is not DataClass.RESULT), DataClass.RESULT)
