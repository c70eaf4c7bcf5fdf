"""ORM, OMG, OML: somebody outside asks for something. It is never ordered here by itself: a person decides (EXC-05)."""

from throughcare.exchange.hl7v2 import panels
from throughcare.exchange.hl7v2.charting import subject
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.holding import Applied
from throughcare.exchange.models import Message
from throughcare.kernel.actor import Actor

USED = frozenset({"MSH", "PID", "ORC", "OBR"})
ASKING = frozenset(
    {"", "NW", "RP", "XO", "CA", "DC"}
)  # ORC-1 (table 0119): what asks; the rest tells of an order of ours


def apply(row: Message, said: Facts, actor: Actor) -> Applied:
    """Keep the request with its person and put it on the board; news of an order of ours is kept alone."""
    person = subject.found(row, said)
    row.person_id = person.id
    found = panels.panels(said)
    controls = {one.part(1).upper() for one in said.segments if one.name == "ORC"} or {""}
    wanted = [panel.order.service.label for panel in found if panel.order.service.label]
    left = (*(f"Asked for: {one}" for one in wanted), *subject.uncharted(said, USED))
    if not controls & ASKING:
        return Applied("News of an order: kept.", left=left)
    return Applied("A request from outside: somebody decides.", left=left, asks="request")
