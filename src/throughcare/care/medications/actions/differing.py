"""Differences between book and count: found, reported before the shift closes, explained; losses told to who must know.

Nothing here ever holds up a dose (ruling 11).
"""

from decimal import Decimal
from uuid import UUID

from throughcare import ledger
from throughcare.care.medications import states, stock_fhir
from throughcare.care.medications.events import (
    ControlledLossFound,
    ControlledLossTold,
    CountDiscrepancyFound,
    CountDiscrepancyReported,
)
from throughcare.care.medications.models import StockDifference, StockLot
from throughcare.care.medications.policy import ANSWERS_FOR_LOSSES
from throughcare.care.medications.rules import counting, tables
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import SubjectKind


def differ(
    actor: Actor, lot: StockLot, expected: Decimal, counted: Decimal, *, by_dose: bool = False
) -> StockDifference | None:
    """Open a difference for a lot, or bring the open one up to date; one that came out equal again stays to be explained."""
    row = StockDifference.objects.select_for_update().filter(stock=lot).exclude(state="explained").first()
    if row is not None:
        if not by_dose:
            _again(row, expected, counted)
        return row
    if counted == expected:
        return None
    row = StockDifference(
        stock=lot,
        facility_id=lot.facility_id,
        expected=expected,
        counted=counted,
        stands=not by_dose,
        found_at=clock.now(),
        found_by=actor.label(),
    )
    row.save(force_insert=True)
    _keep(row)
    emit(CountDiscrepancyFound(happened_at=row.found_at, facility_id=row.facility_id, ref=row.id))
    _tell_loss(row)
    return row


def _again(row: StockDifference, expected: Decimal, counted: Decimal) -> None:
    if counted == expected:
        row.bump(stands=False)
    elif counted - expected != row.counted - row.expected or not row.stands:
        row.bump(expected=expected, counted=counted, stands=True)
    else:
        return
    _keep(row)
    _tell_loss(row)


def _tell_loss(row: StockDifference) -> None:
    open_ = (
        StockDifference.objects.filter(facility_id=row.facility_id).exclude(state="explained").select_related("stock")
    )
    found = counting.loss_report([as_rule(d) for d in open_], tables.counting(), theft=row.theft)
    if found.tell:
        emit(
            ControlledLossFound(
                happened_at=clock.now(), facility_id=row.facility_id, ref=row.id, form_106=found.form_106
            )
        )


def as_rule(row: StockDifference) -> counting.Discrepancy:
    """Give a difference as the rules take it."""
    return counting.Discrepancy(
        row.stock.text,
        row.expected,
        row.counted,
        reported=row.reported_at is not None,
        explained=row.state == "explained",
        found_at=row.found_at,
        kind=row.stock.kind,
    )


@action("medications.report_difference")
def report_difference(
    *, actor: Actor, intent: UUID | None = None, difference_id: UUID, version: int, words: str, theft: bool = False
) -> None:
    """Report a difference: what was looked for and found. The shift may close after it (MED-07)."""
    if not words.strip():
        raise Invalid("Write what you looked for and found.", fields={"words": "Write what you looked for and found."})
    row = difference_of(difference_id, version)
    row.bump(
        state=states.DIFFERENCE.after(row.state, "report"),
        reported_at=clock.now(),
        reported_by=actor.label(),
        report=words.strip()[:600],
        theft=theft,
    )
    _keep(row)
    emit(CountDiscrepancyReported(happened_at=clock.now(), facility_id=row.facility_id, ref=row.id))
    _tell_loss(row)


@action("medications.tell_loss")
def tell_loss(*, actor: Actor, intent: UUID | None = None, difference_id: UUID, version: int, words: str) -> None:
    """Write down who was told of a loss, and the number of the federal form where one was sent (MED-08)."""
    if actor.role not in ANSWERS_FOR_LOSSES:
        raise NotAllowed("The pharmacist or the administrator writes down who was told.")
    if not words.strip():
        raise Invalid("Write who was told and when.", fields={"told": "Write who was told and when."})
    row = difference_of(difference_id, version)
    row.bump(told=words.strip()[:300], told_at=clock.now())
    _keep(row)
    emit(ControlledLossTold(happened_at=clock.now(), facility_id=row.facility_id, ref=row.id))


def difference_of(difference_id: UUID, version: int) -> StockDifference:
    """Fetch a difference to change it; a stale page is refused."""
    row = StockDifference.objects.select_for_update().filter(id=difference_id).first()
    if row is None:
        raise NotFound("There is no such difference here.")
    if row.version != version:
        raise Stale("Somebody changed this since you opened it. What you typed is still on your page.")
    return row


def keep_explained(row: StockDifference, actor: Actor, words: str) -> None:
    """Write down what explained a difference."""
    row.bump(
        state=states.DIFFERENCE.after(row.state, "explain"),
        explained_at=clock.now(),
        explained_by=actor.label(),
        explanation=words.strip()[:600],
    )
    _keep(row)


def _keep(row: StockDifference) -> None:
    ledger.record(
        type="StockDifference",
        id=row.id,
        subject=(SubjectKind.STOCK, row.stock_id),
        data_class=DataClass.CONTROLLED_COUNT,
        media="throughcare/stock-difference",
        body=stock_fhir.difference(row),
        happened_at=row.explained_at or row.reported_at or row.found_at,
    )
