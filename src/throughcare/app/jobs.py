"""What the clock's hand does: the jobs of all rooms, how often each runs, and one call that runs those due.

`throughcare tick` calls it; jobs are few, short and repeatable, so that one that was missed is made good by the next.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import close_old_connections

from throughcare.access import actions as access
from throughcare.access import labels
from throughcare.app import demo_clock, downtime_files, living, nightly
from throughcare.app.config import Mode, current
from throughcare.care.medications import actions as medications
from throughcare.care.mental_health import actions as mental_health
from throughcare.care.sick_call import actions as sick_call
from throughcare.duties import tick as duties
from throughcare.exchange.bulk import working
from throughcare.exchange.hl7v2 import actions as exchange
from throughcare.exchange.smart import actions as smart
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.ledger import anchors, formats, reads
from throughcare.ledger import labels as ledger_labels
from throughcare.people import seeking

log = logging.getLogger(__name__)


SLACK = timedelta(seconds=1)  # a hand that is a moment early does not skip a turn


@dataclass(frozen=True)
class Job:
    """One repeated piece of work."""

    name: str
    every: timedelta
    run: Callable[[], object]


def messages_due() -> object:
    """Chart the messages that were stored and not charted yet, and try those again that lay in the future when they came."""
    return exchange.chart_all() + exchange.retry_due(actor=exchange.FEED)


def lay_doses() -> object:
    """Lay out the doses of the next three days, in parcels, so that each lasts moments."""
    laid = 0
    while parcel := medications.lay_doses(actor=medications.CLOCK):
        laid += parcel
    while parcel := medications.lay_programme_doses(actor=medications.CLOCK):
        laid += parcel
    return laid


def look_at_orders() -> object:
    """Find doses without a status, tell of orders that end soon, complete those whose time is over."""
    found = medications.find_blanks(actor=medications.CLOCK) + medications.tell_ending_orders(actor=medications.CLOCK)
    return found + medications.end_orders(actor=medications.CLOCK)


def look_at_taking() -> object:
    """Look at how medicines are taken whose prescriber must know, in parcels."""
    looked = 0
    while parcel := medications.look_at_taking(actor=medications.CLOCK):
        looked += parcel
    return looked


def tell_of_visits() -> object:
    """Tell officers of today's visits that were booked on an earlier day."""
    return sick_call.tell_of_today()


def watch_doors() -> object:
    """Look at the moves that come near, and at medicines that lack something at a door."""
    return medications.watch_doors(actor=medications.CLOCK)


def look_at_watches() -> object:
    """Find running watches in which nobody was seen for longer than is allowed."""
    return mental_health.look_at_watches(actor=Actor.system("clock's hand"))


def write_downtime_sheets() -> object:
    """Keep the medicines' sheet of every open facility as a file that needs no network and no database."""
    return downtime_files.write(current().home / "downtime")


def missed_days() -> object:
    """Tell of observed treatments whose missed days block the old dose."""
    return medications.tell_missed_treatment(actor=medications.CLOCK)


def let_live() -> object:
    """In a demonstration, let the synthetic agency go on: people arrive, ask and move, staff work."""
    if current().mode is not Mode.DEMO:
        return 0
    return living.go_on()


def drop_anchor() -> object:
    """Sign the ledger's chain heads, if anything was written since the last anchor."""
    return anchors.drop(current().anchors)


def compare_entries() -> object:
    """Render what changed, and a share of the rest, from its rows again; say what differs from the ledger, by field."""
    report = formats.turn()
    for fault in report.faults:
        log.error("ledger: an entry is not what its row says: %s", fault)
    return report


def find_looks() -> object:
    """Find in the read log what somebody should be asked about."""
    return access.find_looks(actor=Actor.system("clock's hand"))


def lapse_labels() -> object:
    """Take away the labels that were said until a time that has come."""
    return ledger_labels.lapse(labels.bit_of())


def clear_sign_ins() -> object:
    """Forget sessions that are over and tries of secrets that no wait depends on any more."""
    return access.clear_sign_ins(actor=Actor.system("clock's hand"))


def look_for_alike() -> object:
    """Lay charts before a person that are likely one person's."""
    return seeking.look_for_alike(actor=Actor.system("clock's hand"))


def carry_exports_on() -> object:
    """See that exports are carried on by a process of their own; a test carries its own on."""
    return working.go_on() if current().mode is Mode.TEST else working.beside()


def forget_numbers() -> object:
    """Forget the numbers of signed assertions that are over: none of them could be taken again."""
    return smart.forget_numbers(actor=Actor.system("clock's hand"))


def bring_numbers_up() -> object:
    """After each night, bring the warehouse and its numbers up to date, in a process of its own."""
    return nightly.bring_up_to_date()


# In the order in which they run where several are due: what a job writes, a later one sees.
JOBS: tuple[Job, ...] = (
    Job("let the synthetic agency live", timedelta(seconds=10), let_live),
    Job("apply messages whose time has come", timedelta(minutes=1), messages_due),
    Job("lay out doses", timedelta(minutes=30), lay_doses),
    Job("look at orders and doses", timedelta(minutes=5), look_at_orders),
    Job("find gaps in watches", timedelta(minutes=1), look_at_watches),
    Job("watch the doors for medicines", timedelta(minutes=5), watch_doors),
    Job("tell officers of today's visits", timedelta(minutes=15), tell_of_visits),
    Job("look at how medicines are taken", timedelta(days=1), look_at_taking),
    Job("count missed days", timedelta(hours=1), missed_days),
    Job("tell of late and uncovered duties", timedelta(minutes=1), duties.run),
    Job("carry exports on", timedelta(seconds=1), carry_exports_on),
    Job("write the sheets for downtime", timedelta(minutes=15), write_downtime_sheets),
    Job("make the months of doses ahead", timedelta(days=1), medications.make_months),
    Job("chain the read log", timedelta(minutes=1), reads.close_block),
    Job("anchor the ledger", timedelta(minutes=10), drop_anchor),
    Job("compare entries with their rows", timedelta(minutes=15), compare_entries),
    Job("end labels whose time is over", timedelta(minutes=10), lapse_labels),
    Job("find looks that somebody should be asked about", timedelta(hours=1), find_looks),
    Job("make the ledger's months ahead", timedelta(days=1), reads.make_months),
    Job("forget old sessions and tries of secrets", timedelta(days=1), clear_sign_ins),
    Job("look for charts that are one person's", timedelta(days=1), look_for_alike),
    Job("forget the numbers of assertions that are over", timedelta(minutes=10), forget_numbers),
    Job("bring the numbers up to date", timedelta(minutes=10), bring_numbers_up),
)


@dataclass
class Hand:
    """Remembers when each job last ran."""

    jobs: tuple[Job, ...] = JOBS
    ran: dict[str, datetime] = field(default_factory=dict)

    def run_due(self) -> int:
        """Run the jobs that are due now and give their number; one that fails is logged and hinders no other."""
        done = 0
        for job in self.jobs:
            now = clock.now()
            if job.name in self.ran and now - self.ran[job.name] < job.every - SLACK:
                continue
            self.ran[job.name] = now
            try:
                job.run()
            except Exception as failure:  # noqa: BLE001  (the hand must not stop; the kind of failure is logged, never its words)
                log.error("job failed: [%s] by [%s]", job.name, type(failure).__name__)
                continue
            done += 1
        close_old_connections()  # a broken one is not kept for the next round
        return done


def tick(to: datetime | None = None, hand: Hand | None = None) -> int:
    """Run what is due; with `to`, move the demonstration's clock there in steps, running what falls due on the way."""
    hand = hand or Hand()
    done = hand.run_due()
    if to is None:
        return done
    now = clock.now()
    step = max(timedelta(minutes=5), (to - now) / 300)
    while now < to:
        now = min(now + step, to)
        demo_clock.move_to(now)
        done += hand.run_due()
    return done
