"""Labels by hand: an author labels higher than the rules did, never lower."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from throughcare.access import labels
from throughcare.access.realtime import real_now
from throughcare.kernel import db
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Refused
from throughcare.ledger import labels as ledger_labels


@action("access.say_label")
def say_label(*, actor: Actor, kind: str, id: UUID, label: str, until: datetime | None = None) -> None:
    """Say that an entry is more sensitive than the rules know, for good or until a time."""
    if until is not None and until <= real_now():
        raise Invalid("Nothing was changed.", fields={"until": "Choose an end that is still to come."})
    ledger_labels.say(kind, id, label, _bit(label), until=until)


@action("access.take_label_back")
def take_label_back(*, actor: Actor, kind: str, id: UUID, label: str, why: str) -> None:
    """Take back a label that somebody said by hand; what a rule said stays."""
    bit = _bit(label)
    if len(why.strip()) < 3:
        raise Invalid("The label stays.", fields={"why": "Say why, in a few words."})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM ledger_label WHERE type = %s AND id = %s AND label = %s AND by LIKE 'rule %%'",
            [kind, id, label],
        )
        if cursor.fetchone():
            raise Refused("A rule gave this label. It stays while the code stands; correct the code if it is wrong.")
    db.unit().reason = why.strip()
    ledger_labels.say(kind, id, label, bit, ends=True)


def _bit(label: str) -> int:
    bit = labels.bit_of().get(label)
    if bit is None:
        raise Invalid("Nothing was changed.", fields={"label": "Choose a label from the list."})
    return bit
