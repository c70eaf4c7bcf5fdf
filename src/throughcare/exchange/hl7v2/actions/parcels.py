"""A parcel of messages charted in one go: what each would ask is asked once for all, what each would write is written at the end.

Hopefully: without a savepoint for each. A message that must be held before anything of it is written is held here; where
one must be undone, the whole parcel is, and each message is charted by itself with its own savepoint (storing.py).
"""

from collections.abc import Hashable, Sequence
from typing import Any
from uuid import UUID

from throughcare.care.medications import actions as medications
from throughcare.chart import actions as chart
from throughcare.duties import actions as duties
from throughcare.exchange.hl7v2 import applying, panels, whom
from throughcare.exchange.hl7v2.actions.keeping import FEED, lock_all, numbers_of
from throughcare.exchange.hl7v2.actions.receiving import concluded
from throughcare.exchange.hl7v2.actions.settling import Undone, settle
from throughcare.exchange.hl7v2.actions.waiting import retry
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.holding import Applied, Hold
from throughcare.exchange.hl7v2.rules import type_of
from throughcare.exchange.models import Message
from throughcare.kernel import db, events, rows
from throughcare.kernel.errors import Refused

RESULTS = frozenset({"ORU", "OUL"})
# What charting a message changes of its row.
DECIDED = (
    *("version", "person_id", "stay_id", "facility_id", "status", "hold", "sentence", "waits_for", "left", "asks"),
    *("happened_at", "problems"),
)


def chart_together(messages: Sequence[tuple[Message, Facts]]) -> None:
    """Chart these in their order; raises Undone where one of them must be undone by itself."""
    lock_all(said for _, said in messages)
    keys: dict[str, None] = {}
    with db.knowing(_asked_ahead(messages)):
        with chart.gathered():
            for row, said in messages:
                row.version += 1
                if settle(row, said, attempt=_attempt):
                    raise Undone
                concluded(row, said)
                events.drain()
                if row.status != "held":
                    keys.update(dict.fromkeys(_keys(row, said)))
        rows.update([row for row, _ in messages], DECIDED)
    if keys:
        retry(list(keys))


def _attempt(row: Message, said: Facts) -> Applied:
    before = _written()
    try:
        applied = applying.apply(row, said, FEED)
        events.drain()
    except (Hold, Refused):
        if _written() != before:
            raise Undone from None
        raise
    except Exception as error:
        raise Undone from error
    return applied


def _written() -> tuple[int, ...]:
    """Count what an action leaves behind: entries, what was told of them, rows that wait."""
    work = db.unit()
    waiting = sum(map(len, work.gathered.values()))
    return len(work.entries), len(work.events), len(duties.gathered()), waiting


def _keys(row: Message, said: Facts) -> list[str]:
    keys = whom.keys(numbers_of(said))
    if row.person_id:
        keys += [whom.key_of(row.person_id), *whom.keys(whom.numbers_of(row.person_id))]
    return keys


def _asked_ahead(messages: Sequence[tuple[Message, Facts]]) -> dict[Hashable, Any]:
    """Ask for the people of all messages, and for what charting results asks of each."""
    people = whom.asked_ahead([number for _, said in messages for number in numbers_of(said)])
    ids: set[UUID] = {one.id for found in people.values() for one in found if hasattr(one, "id")}
    reports = [
        (said.sender[:160], filler)
        for _, said in messages
        if type_of(said) in RESULTS
        for filler in panels.fillers(said)
    ]
    numbers = whom.numbers_ahead(ids)
    return {**people, **numbers, **chart.results_ahead(ids, reports), **medications.ordered_ahead(ids)}
