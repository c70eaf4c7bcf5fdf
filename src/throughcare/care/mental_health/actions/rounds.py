"""Rounds: one look at one person, by whoever walks, once however often it is sent; and the clock's hand over all watches (SUI-02)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from throughcare.care.mental_health import rules, states
from throughcare.care.mental_health.actions import doors, findings, harm, ordering
from throughcare.care.mental_health.actions.keeping import Spot, keep, spot_of, the_watch
from throughcare.care.mental_health.events import WatchChecked
from throughcare.care.mental_health.models import Watch, WatchCheck, WatchFinding, WatchObserver
from throughcare.care.mental_health.rule_table import load_table
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import IntentReused, Invalid
from throughcare.kernel.events import emit
from throughcare.kernel.ids import derived

# How far back the detectors look: an afternoon's checks of one person, and the observer's other doors.
LAST_CHECKS = 40
ELSEWHERE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Round:
    """What one check came to: when the next one is, whether a code is to be called, and whether the watch still runs."""

    id: UUID
    at: datetime
    next_at: datetime | None
    code: bool
    running: bool


@action("mental_health.record_round")
def record_round(
    *,
    actor: Actor,
    id: UUID,
    watch_id: UUID,
    behaviour: str,
    door: str = "",
    note: str = "",
    happened_at: datetime | None = None,
    skew_seconds: int = 0,
    device: UUID | None = None,
    sequence: int | None = None,
    source: str = "",
    seen_by: str = "",
) -> Round:
    """Record that the person was seen; sent twice under one id it is done once.

    Without `happened_at` the time is the house's own. With it the check was made without a network: `happened_at` is the
    device's time, `skew_seconds` how far its clock was ahead of ours; it is kept at the corrected time, never later than now. `seen_by` is the name on a
    sheet of paper that somebody else enters.
    """
    table = load_table()
    if behaviour not in table.behaviours:
        raise Invalid("Choose what you saw. Nothing was recorded.", fields={"behaviour": "Choose what you saw."})
    row = the_watch(watch_id)
    if (same := WatchCheck.objects.filter(id=id).first()) is not None:
        return _as_before(same, actor, row, behaviour)
    now = clock.now()
    at = min(happened_at - timedelta(seconds=skew_seconds), now) if happened_at else now
    spot = spot_of(row.person_id)
    proof, code = doors.proof(door, spot)
    check = WatchCheck.objects.create(
        id=id,
        person_id=row.person_id,
        watch=row,
        facility_id=spot.facility_id or row.facility_id,
        place=spot.place,
        unit=spot.unit,
        at=at,
        received_at=now,
        behaviour=behaviour,
        note=note.strip()[:240],
        observer=f"{seen_by} (on paper, entered by {actor.name})"[:160] if seen_by else actor.label(),
        observer_id=derived("on paper", str(row.facility_id), seen_by.casefold()) if seen_by else actor.id,
        proof=proof,
        door=code,
        source=source or ("device" if device else "screen"),
        device_id=device,
        sequence=sequence,
        skew_seconds=skew_seconds,
    )
    keep(check)
    if row.state in states.RUNNING:
        _take_in(row, check)
        if table.behaviours[behaviour].code:
            harm.act_at_once(actor, row, check)
    _look(row, check, spot)
    return Round(check.id, at, row.next_check_at, table.behaviours[behaviour].code, row.state in states.RUNNING)


@action("mental_health.look_at_watches")
def look_at_watches(*, actor: Actor) -> int:
    """Find every running watch in which nobody saw the person for longer than is allowed; gives how many gaps are open now."""
    found = 0
    rows = Watch.objects.select_for_update().filter(state__in=states.RUNNING, rests_since=None)
    for row in rows.order_by("id"):
        found += findings.settle_gap(row, clock.now())
    return found


def _take_in(row: Watch, check: WatchCheck) -> None:
    """Move the watch on: the next check is drawn from this one, unless a later one came before it."""
    if check.at < row.last_seen_at:
        _explain(row, check)
        return
    if row.level == "staggered":
        findings.settle_gap(row, check.at)
        findings.end_gaps(row, check.at)
        row.bump(last_seen_at=check.at, next_check_at=ordering.next_check(check.at))
        keep(row)
    emit(WatchChecked(**ordering.about(row, check.at)))


def _explain(row: Watch, check: WatchCheck) -> None:
    """Close a gap that a check without a network fills; a gap that is only shortened is opened anew, in its true length."""
    table = load_table()
    for gap in WatchFinding.objects.filter(watch=row, kind="gap", state="open", since__lt=check.at, until__gt=check.at):
        until = gap.until or check.at
        times = row.checks.filter(at__gt=gap.since, at__lt=until).values_list("at", flat=True)
        left = rules.gaps([gap.since, *times], until, table.rounds.limit)
        if left != [(gap.since, until)]:
            findings.close(
                gap, "explain", "A check made without a network came later and lies in this gap.", "clock's hand"
            )
            for since, then in left:
                findings.open_finding(row, findings.gap("gap", since, then))


def _look(row: Watch, check: WatchCheck, spot: Spot) -> None:
    """Ask the detectors what this check gives away, and open what they find."""
    mine = [_seen(c) for c in row.checks.order_by("-at")[:LAST_CHECKS]]
    near = WatchCheck.objects.filter(
        observer_id=check.observer_id, at__gte=check.at - ELSEWHERE, at__lte=check.at + ELSEWHERE
    ).exclude(watch=row)
    posts = WatchObserver.objects.filter(observer_id=check.observer_id, since__lte=check.at).exclude(
        until__lte=check.at
    )
    holding = [(p.watch_id, p.since, p.until) for p in posts]
    new = _seen(check)
    if new not in mine:
        mine.append(new)
    for finding in rules.found(mine, [_seen(c) for c in near], holding, new, load_table().detectors):
        findings.open_finding(row, finding, check.observer)


def _seen(check: WatchCheck) -> rules.Seen:
    return rules.Seen(
        at=check.at,
        received_at=check.received_at,
        observer=check.observer_id,
        watch=check.watch_id,
        unit=check.unit,
        facility=check.facility_id,
        proven=check.proof != "none",
        source=check.source,
    )


def _as_before(same: WatchCheck, actor: Actor, row: Watch, behaviour: str) -> Round:
    if same.watch_id != row.id or same.behaviour != behaviour or same.observer_id != actor.id:
        raise IntentReused("This check was sent before with other content. What came first is kept.")
    code = load_table().behaviours[behaviour].code
    return Round(same.id, same.at, row.next_check_at, code, row.state in states.RUNNING)
