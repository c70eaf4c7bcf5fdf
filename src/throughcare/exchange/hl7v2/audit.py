"""The account of everything that was received: every message has exactly one fate, and every fate its message."""

from dataclasses import dataclass

from django.db import connection

from throughcare.exchange.models import STATUSES


@dataclass(frozen=True, slots=True)
class Account:
    """How many messages were received, and what became of them; `faults` are sentences on what does not add up."""

    received: int
    counts: dict[str, int]
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """True when received = to be charted + applied + repeated + held + refused, and nothing is half kept."""
        return not self.faults and self.received == sum(self.counts.values())

    def lines(self) -> list[str]:
        """The account as it is printed."""
        parts = " + ".join(f"{self.counts[status]} {status}" for status in STATUSES)
        sign = "=" if self.received == sum(self.counts.values()) else "≠"
        return [f"{self.received} received {sign} {parts}", *self.faults]


# Counted independently of the status column: what was kept as bytes, and what points to bytes kept before.
_RECEIVED = "SELECT count(*) FROM exchange_message WHERE raw IS NOT NULL OR repeat_of_id IS NOT NULL"
_BY_STATUS = "SELECT status, count(*) FROM exchange_message GROUP BY status"
_FAULTS = {
    "messages whose bytes are not those that were received": (
        "SELECT count(*) FROM exchange_message WHERE raw IS NOT NULL AND sha256(raw) <> digest"
    ),
    "repeats of a message with other bytes": (
        "SELECT count(*) FROM exchange_message r JOIN exchange_message m ON m.id = r.repeat_of_id"
        " WHERE r.digest <> m.digest OR m.repeat_of_id IS NOT NULL"
    ),
    "held messages that say no reason": (
        "SELECT count(*) FROM exchange_message WHERE status = 'held' AND (hold = '' OR sentence = '')"
    ),
    "messages answered AA that were refused, and by nobody": (
        "SELECT count(*) FROM exchange_message WHERE status = 'refused' AND answer = 'AA' AND settled_by = ''"
    ),
    "messages applied or held that were not answered AA": (
        "SELECT count(*) FROM exchange_message WHERE status IN ('applied', 'held') AND answer <> 'AA'"
    ),
}


def run() -> Account:
    """Count what was received and what became of it. Counts only: nothing of any message is shown."""
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVED)
        received = cursor.fetchone()[0]
        cursor.execute(_BY_STATUS)
        found = dict(cursor.fetchall())
        faults = []
        for sentence, query in _FAULTS.items():
            cursor.execute(query)
            count = cursor.fetchone()[0]
            if count:
                faults.append(f"{count} {sentence}")
    counts = {status: found.get(status, 0) for status in STATUSES}
    return Account(received, counts, tuple(faults))
