"""Orders in force looked at again when the chart says something new: an allergy, a problem, a pregnancy, a kidney figure, a QTc.

What interrupts an order now and was not answered at it is kept with the order (`found_since`), and a prescriber decides anew
(MED-ANEW). It fails closed: a look that broke is itself what the prescriber is told. The recording of the fact never fails by it.
"""

import logging
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from throughcare.care.medications import checking
from throughcare.care.medications.actions.keeping import keep_override, order_of
from throughcare.care.medications.checking import Alert
from throughcare.care.medications.events import OrderAlertGone, OrderKept, OrderToDecideAnew
from throughcare.care.medications.models import MedicationOrder, OrderOverride
from throughcare.care.medications.policy import PRESCRIBERS
from throughcare.care.medications.rules.check_facts import Check
from throughcare.care.medications.rules.timing import from_json
from throughcare.chart.actions.keeping import write_gathered
from throughcare.kernel import clock, db
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.people.family import families, family

BROKE = "could-not-run:content:again"
BROKE_SAID = "The chart says something new, and this order could not be checked against it. Compare by eye, or call the pharmacy."
UNKNOWN = "could-not-run:content:product"
UNKNOWN_SAID = "An allergy was recorded after this order. "
NOT_ASKED = "could-not-run:allergy:not-asked"
STOP = "stop"
log = logging.getLogger(__name__)
Chain = list[MedicationOrder]
Found = list[tuple[Check, Alert]]


def look_again(person_id: UUID, about: frozenset[Check], because: UUID | None, *, resumed: UUID | None = None) -> None:
    """Check the person's orders in force against what is known now, inside an action.

    Only what the checks of `about` find is new; `because` is the entry, `resumed` a held order that goes on.
    """
    if db.known(_question(person_id)) is False:
        return
    rows = list(_in_force(family(person_id)).select_for_update().order_by("id"))
    chains = _chains(rows)
    if not chains:
        return
    write_gathered()  # the entry may have come a moment ago, with others
    found = _found(person_id, chains)
    for chain in chains:
        head = chain[0]
        if found is None:
            key = f"{BROKE}:{because}"
            now = [(Check.CONTENT, Alert(key, BROKE, "could-not-run", BROKE_SAID, "", "ruling 11", must_answer=True))]
            now += [(Check.CONTENT, _alert(one)) for one in _open(head)]
        else:
            now = [_of_this_allergy(check, a, about, because) for check, a in found[head.id]]
        _keep_found(chain, now, about, anew=resumed in {one.id for one in chain})


def ordered_ahead(people: Iterable[UUID]) -> dict[Hashable, Any]:
    """Ask once which of these people have orders in force, for `db.knowing`: of who has none, no new fact asks anything more."""
    own = {one: {one, *kin} for one, kin in families(people).items()}
    every = {one for kin in own.values() for one in kin}
    ordered = set(_in_force(every).values_list("person_id", flat=True)) if every else set()
    return {_question(one): bool(kin & ordered) for one, kin in own.items()}


def _question(person_id: UUID) -> Hashable:
    return "ordered", person_id


def _in_force(people: Iterable[UUID]) -> QuerySet[MedicationOrder]:
    return MedicationOrder.objects.filter(person_id__in=list(people), status="active", ends_at__gt=clock.now())


def _chains(rows: Sequence[MedicationOrder]) -> list[Chain]:
    """Give each medicine's orders in force, the present one first and those under which it goes on: it is decided once."""
    after: dict[UUID | None, Chain] = {}
    live = {row.id for row in rows}
    for row in rows:
        after.setdefault(row.replaces_id if row.replaces_id in live else None, []).append(row)
    chains = []
    for head in after.get(None, []):
        chain = [head]
        for one in chain:
            chain += after.get(one.id, [])
        chains.append(chain)
    return chains


def _found(person_id: UUID, chains: Sequence[Chain]) -> dict[UUID, Found] | None:
    """Check them all in one look; None where it broke."""
    try:
        with db.apart():
            return checking.check_again(person_id, {chain[0].id: _wanted(chain) for chain in chains})
    except Exception:
        log.exception("orders in force could not be looked at again")
        return None


def _wanted(chain: Chain) -> checking.Wanted:
    row = chain[0]
    return checking.Wanted(
        product=row.code,
        text=row.text,
        timing=from_json(row.timing),
        amount=row.amount,
        home_medicine_id=row.home_medicine_id,
        same=frozenset(one.id for one in chain),
    )


def _of_this_allergy(check: Check, alert: Alert, about: frozenset[Check], because: UUID | None) -> tuple[Check, Alert]:
    """A medicine that nobody can look up was passed before this allergy was known: that answer does not cover it."""
    if alert.key == UNKNOWN and Check.ALLERGY in about:
        return check, replace(alert, key=f"{UNKNOWN}:{because}", sentence=UNKNOWN_SAID + alert.sentence)
    return check, alert


def _keep_found(chain: Chain, now: Found, about: frozenset[Check], *, anew: bool) -> None:
    head = chain[0]
    answered = {str(one["key"]) for row in chain for one in row.findings if one.get("must_answer")} | {
        str(one["key"]) for row in chain for one in row.found_since if one["reason"]
    }
    waiting = {str(one["key"]): one for one in _open(head)}
    standing = [a for c, a in now if a.key not in answered and (a.key in waiting or _is_new(c, a, about))]
    keys = {a.key for a in standing}
    # What was told of a medicine that nobody can look up stands until it is answered.
    left = [one for key, one in waiting.items() if key in keys or key.startswith(f"{UNKNOWN}:")]
    fresh = [a for a in standing if a.key not in waiting]
    if len(left) == len(waiting) and not fresh and not (anew and left):
        return
    at = clock.now().isoformat()
    kept = [one for one in head.found_since if one["reason"]]
    kept += [*left, *({**a.as_json(), "at": at, "reason": ""} for a in fresh)]
    _write([head], kept)
    open_now = _open(head)
    about_order: dict[str, Any] = {"person_id": head.person_id, "facility_id": head.facility_id, "ref": head.id}
    stops = any(one["grade"] == STOP for one in open_now)
    graver = stops and not any(one["grade"] == STOP for one in waiting.values())
    if waiting and (not open_now or graver):
        # The duty of a check that could not run is due later than that of one that stops.
        emit(OrderAlertGone(happened_at=clock.now(), **about_order))
    if open_now and (anew or not waiting or graver):
        emit(OrderToDecideAnew(happened_at=clock.now(), stop=stops, **about_order))


def _is_new(check: Check, alert: Alert, about: frozenset[Check]) -> bool:
    """Tell whether what was recorded can have made this: not what the chart never knew, or knows no more by the time that went."""
    if alert.key == NOT_ASKED:
        return False
    if check is Check.PREGNANCY and Check.CONDITION in about and alert.grade != STOP:
        return False
    return check in about or check is Check.CONTENT


def _open(row: MedicationOrder) -> list[dict[str, Any]]:
    return [one for one in row.found_since if not one["reason"]]


def _alert(kept: Mapping[str, Any]) -> Alert:
    return Alert(**{name: kept[name] for name in Alert.__slots__})


def _write(rows: Sequence[MedicationOrder], found: list[dict[str, Any]]) -> None:
    for row in rows:
        row.found_since = found
        # What the checks say is no fact of the order, so no version counts it.
        MedicationOrder.objects.filter(id=row.id).update(found_since=found)


@action("medications.keep_as_it_is")
def keep_as_it_is(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    order_id: UUID,
    version: int,
    reasons: Mapping[str, str],
) -> None:
    """Keep an order all the same: a reason for each alert that came since it was placed, each counted as one gone past."""
    if actor.role not in PRESCRIBERS:
        raise NotAllowed("Only a prescriber keeps an order past an alert. Call the one on call, or have it held.")
    row = order_of(person_id, order_id, version)
    waiting = _open(row)
    if not waiting:
        raise Stale("Nothing about this order waits for a decision any more. Open it again.")
    missing = {f"reason-{one['key']}": one["sentence"] for one in waiting if not reasons.get(one["key"], "").strip()}
    if missing:
        raise Invalid(next(iter(missing.values())), fields=missing)
    for one in waiting:
        _override(actor, row, _alert(one), reasons[one["key"]].strip()[:300])
    _write([row], [{**one, "reason": one["reason"] or reasons[one["key"]].strip()[:300]} for one in row.found_since])
    for following in MedicationOrder.objects.select_for_update().filter(replaces=row, status="active"):
        _write([following], [*following.found_since, *(one for one in row.found_since)])
    emit(OrderKept(happened_at=clock.now(), person_id=person_id, facility_id=row.facility_id, ref=row.id))


def _override(actor: Actor, row: MedicationOrder, alert: Alert, reason: str) -> None:
    now, said = clock.now(), alert.sentence
    if OrderOverride.objects.filter(order=row, rule=alert.rule[:80], said=said).exists():
        said = f"{said} ({clock.local(now):%Y-%m-%d %H:%M:%S})"  # gone past before, and found again
    kept = OrderOverride(id=uuid7(), person_id=row.person_id, order=row, rule=alert.rule[:80], grade=alert.grade)
    kept.said, kept.reason, kept.by, kept.by_id, kept.at = said, reason, actor.label(), actor.id, now
    kept.save(force_insert=True)
    keep_override(kept)
