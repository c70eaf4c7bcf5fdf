"""What the exchange hears: when somebody arrives, leaves, is registered or linked here, what waited for it is tried again."""

from throughcare.exchange.hl7v2 import actions
from throughcare.kernel import db
from throughcare.kernel.events import Event


def try_waiting(event: Event) -> None:
    """Try the messages that wait for something about this person; while a message is being applied, it does that itself."""
    if event.person_id is not None and not db.unit().action.startswith("exchange."):
        actions.retry_person(actor=actions.FEED, person_id=event.person_id)
