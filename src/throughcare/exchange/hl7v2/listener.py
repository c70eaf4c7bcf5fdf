"""`throughcare listen`: the MLLP door of the house, which answers each message after it is committed."""

import asyncio
import logging
import signal

from django.db import close_old_connections

from throughcare.exchange.hl7v2 import actions
from throughcare.exchange.hl7v2.acknowledge import acknowledge, too_large
from throughcare.exchange.hl7v2.framing import Limits
from throughcare.exchange.hl7v2.mllp import Server
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.rules import Answer
from throughcare.kernel import clock
from throughcare.kernel.ids import uuid7

log = logging.getLogger(__name__)
STOP_SECONDS = 3.0


def handle(raw: bytes) -> bytes:
    """Keep, apply and answer one message; raises where nothing could be kept."""
    close_old_connections()
    try:
        return actions.receive(raw, "mllp")[1]
    finally:
        close_old_connections()


def refuse(raw: bytes, reason: str) -> bytes:
    """Answer what is too large to be taken at all."""
    problem = too_large(Limits().message_bytes)
    return acknowledge(parse(raw).header, Answer.REJECT, (problem,), now=clock.now(), own_id=uuid7().hex[:20])


def serve(host: str, port: int) -> None:
    """Listen until TERM or INT; messages in work are finished and answered first."""
    server = asyncio.run(_serve(host, port))
    log.info("HL7 v2 door closed: %s", dict(server.counts))


async def _serve(host: str, port: int) -> Server:
    server = Server(handle, refuse)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await server.start(host, port)
    log.info("HL7 v2 door open on %s:%s", host, port)
    await ended.wait()
    await server.stop(STOP_SECONDS)
    return server
