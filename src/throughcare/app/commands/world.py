"""`throughcare world`: a synthetic agency in an empty database."""

from __future__ import annotations

import sys
import time

import click

from throughcare.app import config as configuration
from throughcare.app import house


@click.command("world")
@click.option(
    "--people", type=click.IntRange(1, 200_000), default=800, show_default=True, help="People in custody at the end."
)
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="Days of life before now.")
@click.option(
    "--doses",
    type=click.IntRange(0, 3650),
    default=3,
    show_default=True,
    help="Days of them with every dose on its sheet.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same agency.")
def command(people: int, days: int, doses: int, seed: int) -> None:
    """Fill an empty database with a synthetic agency."""
    house.only_for_trying(configuration.current(), "world")
    with house.opened():
        run = house.room_function("throughcare.world.build.run")
        run(people=people, days=days, doses=doses, seed=seed, progress=_Progress())


class _Progress:
    """Says how far it is: often on a terminal, every few seconds in a log."""

    def __init__(self) -> None:
        self._began = self._said = time.monotonic()

    def __call__(self, done: float, what: str = "") -> None:
        """Take the part done, from 0 to 1, and what is being done."""
        now = time.monotonic()
        if now - self._said < (0.2 if sys.stderr.isatty() else 5) and done < 1:
            return
        self._said = now
        click.echo(f"world: {done:4.0%} {what} ({now - self._began:.0f} s)", err=True)
