"""Actions: the only writers. A page, a message, a tablet and the synthetic agency all call the same ones.

An action is a keyword-only function in a room's `actions.py`. The decorator gives it its transaction, its name in
the ledger, its events' handlers and exactly-once by intent: a client-made UUIDv7 for each thing somebody meant to do.
"""

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast, get_type_hints
from uuid import UUID

import msgspec
from django.db import connection

from throughcare.kernel import db, events
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import IntentReused
from throughcare.kernel.models import Intent

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Registered:
    """One action as the reference lists it."""

    name: str
    function: Callable[..., Any]


REGISTRY: dict[str, Registered] = {}


def action(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function an action called `room.verb_noun`.

    Parameters `actor` (required) and `intent` (optional) are the decorator's; the rest is the action's typed input.
    Raises IntentReused where one intent comes with two contents.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        if any(p.kind is not p.KEYWORD_ONLY for p in signature.parameters.values()):
            raise TypeError(f"[{name}] must take keyword arguments only")
        takes_intent = "intent" in signature.parameters

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = cast(Actor, kwargs["actor"])
            intent = cast(UUID | None, kwargs.get("intent")) if takes_intent else None
            with db.writing(actor) as work:
                # The outermost action names the entries, which are written when its transaction ends.
                work.action = work.action or name
                digest = _digest(name, kwargs) if intent else b""
                if intent is not None:
                    first = _first_result(intent, name, digest)
                    if first is not None:
                        return cast(R, msgspec.json.decode(first, type=_returns(function)))
                result = function(**kwargs)  # type: ignore[call-arg]
                events.drain()
                if intent is not None:
                    Intent.objects.create(
                        id=intent, action=name, digest=digest, result=msgspec.json.encode(result), at=work.now
                    )
            return result

        REGISTRY[name] = Registered(name, run)
        return run

    return decorate


def _returns(function: Callable[..., Any]) -> Any:
    return get_type_hints(function).get("return", None)


def _digest(name: str, kwargs: Any) -> bytes:
    content = {k: v for k, v in sorted(kwargs.items()) if k not in ("actor", "intent")}
    return hashlib.sha256(name.encode() + b"\x1f" + msgspec.json.encode(content, order="sorted")).digest()


def _first_result(intent: UUID, name: str, digest: bytes) -> bytes | None:
    # Sent twice at once, the second waits for what the first gives.
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 7))", [str(intent)])
    first = Intent.objects.filter(id=intent).first()
    if first is None:
        return None
    if first.action != name or bytes(first.digest) != digest:
        raise IntentReused(
            "This was sent before with other content. What came first is kept; open the page again to change it."
        )
    return bytes(first.result)
