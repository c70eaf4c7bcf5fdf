"""What a code writes into the chart of the person: an encounter, the vital signs, and a signed note of its timeline."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from throughcare.care.emergency import words
from throughcare.care.emergency.models import Code
from throughcare.care.emergency.rule_table import load_table
from throughcare.care.emergency.rules import Stamped
from throughcare.chart import actions as chart
from throughcare.chart import measuring
from throughcare.kernel.actor import Actor

MEASURED = ("systolic", "diastolic", "pulse", "respiration", "saturation", "temperature", "glucose")


def write(actor: Actor, row: Code, person_id: UUID, held: Sequence[Stamped]) -> None:
    """Write the code into the chart, once."""
    encounter = chart.record_encounter(
        actor=actor, person_id=person_id, kind="emergency", started_at=row.called_at, ended_at=row.ended_at
    )
    measured = [m for s in held if s.kind in ("vitals", "glucose") for m in _measured(s)]
    if measured:
        chart.observe(actor=actor, person_id=person_id, measured=measured, encounter_id=encounter)
    note = chart.draft_note(
        actor=actor,
        person_id=person_id,
        kind="emergency",
        title="Emergency",
        text=_text(row, held),
        encounter_id=encounter,
        happened_at=row.called_at,
    )
    chart.sign_note(actor=actor, person_id=person_id, note_id=note)


def _measured(stamp: Stamped) -> list[chart.Measured]:
    typed = {name: stamp.said(name) for name in MEASURED if stamp.said(name)}
    return [replace(m, effective_at=stamp.at) for m in measuring.read(typed)] if typed else []


def _text(row: Code, held: Sequence[Stamped]) -> str:
    table = load_table()
    lines = [f"Code called {words.clock_time(row.called_at)} by {row.called_by}, {row.place}."]
    if row.complaint:
        lines.append(f"Seen as: {table.complaints.get(row.complaint, row.complaint)}.")
    lines += [f"{words.clock_time(s.at)} {words.said(s, table)} ({s.by})" for s in held]
    lines += [
        f"{name.capitalize()}: {text}"
        for name in ("situation", "background", "assessment", "recommendation")
        if (text := getattr(row, name))
    ]
    ended = table.endings[row.ending].title if row.ending in table.endings else row.ending
    lines.append(f"Ended {words.clock_time(row.ended_at)}: {ended}.{f' {row.plan}' if row.plan else ''}")
    return "\n".join(lines)
