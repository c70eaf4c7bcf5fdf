"""Applying a message to a savepoint: what fails is undone, and the message is held with the reason."""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.db import OperationalError, connection, transaction

from throughcare.custody.refusals import Ahead, AlreadyIn, NotIn, OutOfOrder, Overlaps
from throughcare.duties import actions as duties
from throughcare.exchange.hl7v2 import applying, whom
from throughcare.exchange.hl7v2.actions.keeping import FEED
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.holding import Applied, Hold
from throughcare.exchange.models import Message
from throughcare.kernel import db, events
from throughcare.kernel.errors import Refused
from throughcare.people.models import Person

log = logging.getLogger(__name__)


class Undone(Exception):
    """Raised in a parcel where a message must be undone by itself: the whole parcel is, and each goes by itself."""


def settle(row: Message, said: Facts, attempt: "Callable[[Message, Facts], Applied] | None" = None) -> tuple[UUID, ...]:
    """Apply to a savepoint, or by another way; set on the row what it came to. Gives the messages that it set free."""
    row.hold, row.sentence, row.waits_for, row.asks = "", "", "", ""
    before = (row.person_id, row.stay_id)
    try:
        applied = (attempt or _attempt)(row, said)
    except Hold as hold:
        row.hold, row.sentence, row.waits_for = hold.hold, hold.sentence, hold.waits_for
    except (AlreadyIn, NotIn, OutOfOrder, Overlaps) as refused:
        row.hold, row.sentence = "out_of_order", refused.sentence
        row.waits_for = whom.key_of(row.person_id) if row.person_id else ""
    except Ahead as refused:
        row.hold, row.sentence = "ahead", refused.sentence
    except Refused as refused:
        row.hold, row.sentence = "not_taken", refused.sentence
    except (OperationalError, Undone):
        raise
    except Exception as error:  # noqa: BLE001
        # whatever it is, the message must outlive it; its text may hold what the sender wrote, so only its kind is logged
        log.error("message %s could not be applied: %s", row.id, kind_of(error))
        row.hold, row.sentence = "failed", "Something of ours failed while this was applied. It is kept; try it again."
    else:
        row.sentence, row.left, row.asks = applied.sentence, list(applied.left), applied.asks
        return applied.also
    if row.hold in ("two_people", "other_person", "unknown_person", "failed") or not _exists(row.person_id):
        row.person_id, row.stay_id = before
    row.stay_id = before[1]
    return ()


def _attempt(row: Message, said: Facts) -> Applied:
    events.drain()  # what was told before must not fall with this part
    work, later = db.unit(), duties.gathered()
    entries, told, heard = len(work.entries), len(work.events), len(later)
    try:
        with transaction.atomic():
            applied = applying.apply(row, said, FEED)
            events.drain()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            return applied
    except BaseException:
        del work.entries[entries:]
        del work.events[told:]
        del later[heard:]
        raise


def kind_of(error: Exception) -> str:
    """What failed and where, without its text: that may hold what the sender wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "throughcare" in frame.filename] or frames
    return f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}"


def _exists(person_id: UUID | None) -> bool:
    return person_id is not None and Person.objects.filter(id=person_id).exists()
