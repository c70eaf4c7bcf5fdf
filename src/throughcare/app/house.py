"""Opening the house for a command: the database up, Django ready, the serving role in hand; and saying so in words."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from throughcare.app import config as configuration
from throughcare.app.config import Config, Misconfigured


class NotBuilt(Exception):
    """Raised where a command needs a room that this house does not have yet."""


class Forbidden(Exception):
    """Raised where a command may not be used on real people's records."""


@contextmanager
def database(config: Config) -> Iterator[Config]:
    """Have the configured database up meanwhile; the embedded one is started, and ended by whoever needs it last."""
    if not config.embedded:
        yield config
        return
    from throughcare.app.postgres import OWNER, Cluster

    cluster = Cluster(config.home)
    with cluster.running():
        os.environ["DATABASE_URL"], os.environ["OWNER_DATABASE_URL"] = cluster.url(), cluster.url(OWNER)
        configuration.current.cache_clear()
        yield configuration.current()


@contextmanager
def opened() -> Iterator[Config]:
    """Have the house ready for work in the serving role: configured, its database up, every port filled."""
    config = configuration.current()
    config.require()
    with database(config) as ready:
        django_ready()
        require_wired()
        let_collector_rest()
        yield ready


def require_wired() -> None:
    """Refuse to go on where a room declares a need that nobody fills."""
    from throughcare.kernel.ports import unfilled

    if empty := unfilled():
        raise Misconfigured(f"These ports stand empty: {', '.join(empty)}. app/wiring.py must fill them.")


def django_ready() -> None:
    """Load every room."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "throughcare.app.settings")
    import django

    django.setup()


def let_collector_rest() -> None:
    """Let the collector of cycles pass by what stays for ever, and look less often: it took a fifth of a write's work.

    What a request or a record brought is freed when it is done with; only cycles wait, and there are few.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def only_for_trying(config: Config, what: str) -> None:
    """Refuse in production, where people's records are real."""
    if config.production:
        raise Forbidden(f"`throughcare {what}` is for the demonstration and tests; in production it is refused.")


def room_function(name: str) -> Callable[..., Any]:
    """Find a room's function by its full name; say so plainly where the room is not there yet."""
    module, _, function = name.rpartition(".")
    try:
        found: Callable[..., Any] = getattr(import_module(module), function)
    except (ModuleNotFoundError, AttributeError) as missing:
        if isinstance(missing, ModuleNotFoundError) and not module.startswith(str(missing.name)):
            raise
        raise NotBuilt(f"This house has no {name} yet.") from missing
    return found


def say(sentence: str) -> None:
    """Tell the person at the terminal what is going on, beside what the command gives out."""
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201
