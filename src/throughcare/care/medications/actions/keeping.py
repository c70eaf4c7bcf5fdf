"""What all writers of medicines share: fetching an order to change it, keeping rows in the ledger, writing charted doses."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from throughcare import ledger
from throughcare.care.medications import fhir, sealed_orders
from throughcare.care.medications.dose_ids import due_at_of
from throughcare.care.medications.models import Dose, MedicationOrder, OrderOverride
from throughcare.chart.actions.keeping import mine
from throughcare.kernel import statement
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.fhir import Json
from throughcare.kernel.vocabulary import DataClass

OWN_LINE = (
    "This dose is given under Observed doses, where the last dose and the person are checked first. Open it there."
)
# A dose is laid as version 1; charted for the first time it is 2, and whatever follows is more.
CHARTED_ONCE = 2
CHART_DOSES = """
UPDATE medications_dose d
   SET status = n.status, version = n.version, happened_at = n.happened_at, recorded_at = n.recorded_at,
       facility_id = n.facility_id, by = n.by, by_id = n.by_id, reason = n.reason, detail = n.detail::jsonb,
       amount = n.amount
  FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::uuid[],
              %s::text[], %s::uuid[], %s::text[], %s::text[], %s::numeric[])
       AS n(id, due_at, status, version, happened_at, recorded_at, facility_id, by, by_id, reason, detail, amount)
 WHERE d.id = n.id AND d.due_at = n.due_at AND d.due_at = ANY (%s::timestamptz[])
"""
_OF_DOSE = [field.attname for field in Dose._meta.concrete_fields]
_OF_ORDER = [field.attname for field in MedicationOrder._meta.concrete_fields]
# Every dose that is given asks this: written out, for composing it anew took longer than its answer.
DOSES = f"""
SELECT {", ".join(f'd."{name}"' for name in _OF_DOSE)}, {", ".join(f'o."{name}"' for name in _OF_ORDER)}
  FROM medications_dose d LEFT JOIN medications_medicationorder o ON o.id = d.order_id
 WHERE d.id = ANY (%s) AND d.due_at = ANY (%s) ORDER BY d.due_at, d.id FOR UPDATE OF d
"""  # noqa: S608


def order_of(person_id: UUID, order_id: UUID, version: int | None = None) -> MedicationOrder:
    """Fetch one person's order to change it; a stale page or another person's order is refused."""
    return mine(MedicationOrder, order_id, person_id, version, what="order")


def doses_of(person_id: UUID, ids: Sequence[UUID], *, sealed: bool = False) -> list[Dose]:
    """Fetch one person's doses to chart them, in the order asked for; another person's dose is refused.

    A dose of a sealed programme is charted at its own line alone (`sealed`), so that nothing of it is written in the open.
    """
    found = {row.id: row for row in doses_to_write(ids)}
    if any(i not in found for i in ids):
        raise NotFound(
            "A dose on this page is not due any more: its order was stopped or changed. Open the page again."
        )
    if any(row.person_id != person_id for row in found.values()):
        raise Stale("A dose on this page belongs to another person. Nothing was charted.")
    if not sealed and any(row.programme_order_id is not None for row in found.values()):
        raise Invalid(OWN_LINE)
    return [found[i] for i in dict.fromkeys(ids)]


def doses_to_write(ids: Sequence[UUID]) -> list[Dose]:
    """Fetch doses with their orders, and let nobody else write them until the end; whosever they are."""
    return (
        [_with_order(c) for c in statement.run(DOSES, [list(ids), sorted({due_at_of(i) for i in ids})])] if ids else []
    )


def _with_order(columns: Sequence[Any]) -> Dose:
    row = Dose.from_db(connection.alias, _OF_DOSE, columns[: len(_OF_DOSE)])
    if row.order_id is not None:
        row.order = MedicationOrder.from_db(connection.alias, _OF_ORDER, columns[len(_OF_DOSE) :])
    return row


def keep_order(row: MedicationOrder) -> None:
    """Keep the order's present state in the ledger."""
    ledger.record(
        type="MedicationRequest",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass(row.data_class),
        body=fhir.order(row),
        live=row.status != "entered-in-error",
    )


def keep_override(row: OrderOverride) -> None:
    """Keep the reason given to an alert."""
    ledger.record(
        type="AlertOverride",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.MEDICATION,
        body=fhir.override(row),
        media="throughcare/alert-override",
    )


def write_doses(rows: Sequence[Dose]) -> None:
    """Write charted doses in one statement, and keep each in the ledger."""
    if not rows:
        return
    statement.run(
        CHART_DOSES,
        [
            [r.id for r in rows],
            [r.due_at for r in rows],
            [r.status for r in rows],
            [r.version for r in rows],
            [r.happened_at for r in rows],
            [r.recorded_at for r in rows],
            [r.facility_id for r in rows],
            [r.by for r in rows],
            [r.by_id for r in rows],
            [r.reason for r in rows],
            [orjson.dumps(r.detail).decode() if r.detail else None for r in rows],
            [r.amount for r in rows],
            sorted({r.due_at for r in rows}),
        ],
    )
    for row in rows:
        keep_dose(row)


def keep_dose(row: Dose, *, error: bool = False) -> None:
    """Keep what became of a dose; an entry made in error stays readable and says so."""
    sealed = row.programme_order_id is not None
    product = sealed_orders.product_of(row.programme_order_id) if sealed else row.order.code if row.order else ""
    keep_rendered(row, fhir.dose(row, product), sealed=sealed, error=error)


def keep_rendered(row: fhir.Charted, body: Json, *, sealed: bool = False, error: bool = False) -> None:
    """Keep a dose that is rendered: for whoever renders many of an order."""
    if error:
        body["status"] = "entered-in-error"
    ledger.record(
        type="MedicationAdministration",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.PART2 if sealed else DataClass.MEDICATION,
        body=body,
        happened_at=row.happened_at,
        live=not error,
        first=row.version == CHARTED_ONCE,
    )
