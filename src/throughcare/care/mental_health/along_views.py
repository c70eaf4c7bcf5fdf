"""The round as a phone draws it without a network: plain values in JSON. No queries, no HTTP."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from throughcare.care.mental_health import views
from throughcare.care.mental_health.reads.board import Line
from throughcare.care.mental_health.rule_table import load_table
from throughcare.custody.reads import AlertLine
from throughcare.kernel import clock
from throughcare.kernel.lens import Lens


def round_of(lens: Lens, lines: Sequence[Line], alerts: Mapping[UUID, Sequence[AlertLine]]) -> dict[str, Any]:
    """Give the round: its limits, what may be seen, and everybody on it in the order of their turn."""
    table = load_table()
    return {
        "as_of": clock.now().isoformat(),
        "minutes": {
            name: getattr(table.rounds, name).total_seconds() / 60 for name in ("earliest", "latest", "alarm", "limit")
        },
        "behaviours": [{"key": b.key, "text": b.text, "code": b.code} for b in table.behaviours.values()],
        "people": [_person(lens, line, alerts.get(line.watch.person_id, ())) for line in lines],
    }


def _person(lens: Lens, line: Line, alerts: Sequence[AlertLine]) -> dict[str, Any]:
    drawn = views.round_one(line, lens.user_id, alerts)
    shown = drawn.line
    return {
        "watch": str(line.watch.id),
        "person": str(line.watch.person_id),
        "name": shown.name,
        "number": drawn.number,
        "place": shown.place,
        "unit": line.where.unit if line.where else "",
        "out": shown.out,
        "constant": shown.constant,
        "rests": shown.rests,
        "observer": shown.observer,
        "mine": shown.mine,
        "next": shown.next_at.isoformat(),
        "alarm": shown.alarm_at.isoformat(),
        "limit": line.due_at.isoformat(),
        "sentences": [[s for s in (a.do, a.first_aid, a.call, a.until) if s] for a in drawn.sentences],
        "may_not": drawn.taken,
        "may_use": drawn.watched,
        "may_have": drawn.given,
        "out_of_cell": drawn.out_of_cell,
    }
