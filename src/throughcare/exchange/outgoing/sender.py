"""`throughcare send`: fills the queues from the ledger and sends what waits, over MLLP, until it is answered."""

import logging
import ssl
import time
from collections.abc import Callable

from throughcare.exchange.hl7v2.mllp import Client
from throughcare.exchange.models import Delivery
from throughcare.exchange.outgoing import actions
from throughcare.exchange.outgoing.directory import Receiver, receivers

log = logging.getLogger(__name__)
AT_ONCE = 200
TIMEOUT = 20.0
Connect = Callable[[Receiver], Client]


def connect(receiver: Receiver) -> Client:
    """Open a connection to a receiver; verified TLS unless the content says that the line is private."""
    return Client(receiver.host, receiver.port, TIMEOUT, tls=receiver.context())


def run_once(opening: Connect = connect) -> int:
    """Fill every queue, then send what is due to every open receiver; give how many were answered."""
    done = 0
    for code, receiver in receivers().items():
        if not receiver.is_open:
            continue
        actions.fill_queue(actor=actions.SENDER, code=code)
        done += _send(receiver, actions.waiting(code, AT_ONCE), opening)
    return done


def run(every: float = 2.0) -> None:
    """Send until the process is ended; a failure of one round is logged by its kind and hinders no later one."""
    while True:
        try:
            if run_once() < AT_ONCE:
                time.sleep(every)
        except Exception as failure:  # noqa: BLE001  (its words may hold what a receiver wrote)
            log.error("sending failed: %s", type(failure).__name__)
            time.sleep(every * 5)


def _send(receiver: Receiver, waiting: list[Delivery], opening: Connect) -> int:
    """Send in order over one connection; what does not come through stops this round, so that nothing overtakes it."""
    if not waiting:
        return 0
    done, line = 0, None
    try:
        for row in waiting:
            try:
                line = line or opening(receiver)
                answer = line.send(bytes(row.raw))
            except (OSError, ssl.SSLError) as failure:
                trouble = f"No connection, or no answer ({type(failure).__name__})."
                actions.note_trouble(
                    actor=actions.SENDER, delivery_id=row.id, trouble=trouble, max_tries=receiver.max_tries
                )
                break
            actions.note_answer(actor=actions.SENDER, delivery_id=row.id, answer=answer)
            done += 1
    finally:
        if line is not None:
            line.close()
    return done
