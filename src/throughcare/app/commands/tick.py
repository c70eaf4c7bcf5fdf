"""`throughcare tick`: the clock's hand. What falls due is done by whoever calls this, once or every so often."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import click

from throughcare.app import house


@click.command("tick")
@click.option(
    "--to",
    metavar="ISO",
    help="Move the demonstration's clock to this time (with zone), running what falls due on the way.",
)
@click.option("--every", type=click.IntRange(1, 3600), metavar="SECONDS", help="Go on, once every so many seconds.")
def command(to: str | None, every: int | None) -> None:
    """Run what has fallen due, once or every so often."""
    moment = _moment(to) if to else None
    if to:
        from throughcare.app.config import current

        house.only_for_trying(current(), "tick --to")
    with house.opened():
        from throughcare.app import jobs

        hand = jobs.Hand()
        done = jobs.tick(moment, hand)
        click.echo(f"tick: {done} jobs run")
        while every:
            time.sleep(every)
            jobs.tick(None, hand)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"[{text}] is no time. Write it as 2026-03-01T05:00:00-05:00.", param_hint="--to"
        ) from None
    if moment.tzinfo is None:
        raise click.BadParameter(f"[{text}] has no zone. Write it as {text}-05:00 or {text}Z.", param_hint="--to")
    return moment.astimezone(UTC)
