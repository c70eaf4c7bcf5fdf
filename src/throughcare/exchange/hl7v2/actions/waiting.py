"""What waits is tried again: when its place, its person or its time has come, and when another message sets it free."""

from uuid import UUID

from throughcare.exchange.hl7v2 import whom
from throughcare.exchange.hl7v2.actions.keeping import (
    FEED,
    Receipt,
    bytes_of,
    close,
    keep,
    lock_people,
    numbers_of,
    settled,
    tell_of_asking,
)
from throughcare.exchange.hl7v2.actions.settling import settle
from throughcare.exchange.hl7v2.charting import results
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.holding import RETRIED
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.where import normal
from throughcare.exchange.models import Message
from throughcare.kernel import clock, events
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor

_MOST_WAITING = 500


@action("exchange.retry_place")
def retry_place(*, actor: Actor, code: str) -> int:
    """Try every message that waits for this place again; give how many could be applied."""
    return retry([f"place:{normal(code)}"[:300]])


@action("exchange.retry_person")
def retry_person(*, actor: Actor, person_id: UUID) -> int:
    """Try every message that waits for something about this person again; give how many could be applied."""
    return retry([whom.key_of(person_id), *whom.keys(whom.numbers_of(person_id))])


@action("exchange.retry_due")
def retry_due(*, actor: Actor) -> int:
    """Try messages again that lay in the future when they came, and do no more."""
    done = 0
    due = Message.objects.select_for_update().filter(status="held", hold="ahead", happened_at__lte=clock.now())
    for row in due.order_by("happened_at")[:_MOST_WAITING]:
        done += by_hand(row, parse(bytes_of(row)), actor).status == "applied"
    return done


def by_hand(row: Message, said: Facts, by: Actor) -> Receipt:
    """Try a held message as somebody asks, and what it sets free."""
    lock_people(said)
    if try_again(row, said, by=by):
        retry_waiting(row, said)
    return Receipt(row.id, row.status, row.answer, row.hold)


def retry_waiting(row: Message, said: Facts) -> None:
    """Try what waited for this message, its person or its numbers, until nothing more comes free."""
    retry(_keys(row, said))


def _keys(row: Message, said: Facts) -> list[str]:
    keys = whom.keys(numbers_of(said))
    if row.person_id:
        keys += [whom.key_of(row.person_id), *whom.keys(whom.numbers_of(row.person_id))]
    return keys


def retry(keys: list[str]) -> int:
    """Try what waits for these keys until nothing more comes free; give how many were applied."""
    wanted, done = set(keys), 0
    progress = True
    while progress:
        progress = False
        waiting = Message.objects.filter(status="held", hold__in=RETRIED, waits_for__in=wanted)
        for one in waiting.order_by("happened_at", "received_at").values_list("id", flat=True)[:_MOST_WAITING]:
            row = Message.objects.select_for_update().filter(id=one, status="held").first()
            if row is None:
                continue
            said = parse(bytes_of(row))
            if try_again(row, said, by=None):
                wanted.update(_keys(row, said))
                done, progress = done + 1, True
    return done


def try_again(row: Message, said: Facts, *, by: Actor | None) -> bool:
    """Try a held message; write what became of it. True when it is applied."""
    before = (row.hold, row.sentence)
    also = settle(row, said)
    if row.hold:
        if before != (row.hold, row.sentence) or by is not None:
            row.version += 1
            row.save()
            keep(row)
        return False
    free_also(also, by)
    _free(row, by)
    return True


def free_also(also: tuple[UUID, ...], by: Actor | None) -> None:
    """Settle messages that another one has made good: held ones, and results whose order it has named."""
    for free in Message.objects.select_for_update().filter(id__in=also, status="held", hold="out_of_order"):
        free.sentence = "Applied when what it waited for had come."
        _free(free, by)
    for asking in Message.objects.select_for_update().filter(id__in=also, asks="order"):
        if asking.person_id is None:
            continue
        reports = results.reports_of(asking.person_id, parse(bytes_of(asking)))
        if all(one.order_id is not None for one in reports):
            asking.asks = ""
            _free(asking, by)


def _free(row: Message, by: Actor | None) -> None:
    close(row, "applied", by or FEED, "")
    row.save()
    keep(row)
    events.emit(settled(row))
    tell_of_asking(row)
