"""The immunization registry as a chart asks it: whether it is connected, how the last question stands, and asking."""

from collections.abc import Sequence
from uuid import UUID

from throughcare.chart.ports import RegistrySaid
from throughcare.exchange.models import Delivery
from throughcare.exchange.outgoing import actions
from throughcare.exchange.outgoing.directory import receivers
from throughcare.kernel import db
from throughcare.kernel.actor import Actor
from throughcare.kernel.lens import Lens

QUESTION = "QBP^Q11"


class ImmunizationRegistry:
    """Asks through the queue of what is sent; the answer comes in at the door of messages."""

    def said(self, lens: Lens, family: Sequence[UUID]) -> RegistrySaid:
        """Give whether it can be asked, and how the last question stands."""
        receiver = receivers().get("registry")
        with db.reading(lens):
            asked = Delivery.objects.filter(person_id__in=family, trigger=QUESTION).order_by("-queued_at").first()
        connected = receiver is not None and receiver.takes(QUESTION)
        return RegistrySaid(connected, asked.queued_at, asked.state) if asked else RegistrySaid(connected)

    def ask(self, actor: Actor, intent: UUID | None, person_id: UUID) -> None:
        """Ask what it knows of this person, and what it holds to be due."""
        actions.ask_registry(actor=actor, intent=intent, person_id=person_id, forecast=True)
