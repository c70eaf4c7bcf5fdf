"""Findings on how people were watched: opened by rule, answered by the administrator, never left out."""

from datetime import datetime
from uuid import UUID

from throughcare.care.mental_health import rules, states
from throughcare.care.mental_health.actions.keeping import keep, only
from throughcare.care.mental_health.events import WatchFindingAnswered, WatchFindingOpened
from throughcare.care.mental_health.models import Watch, WatchFinding, WatchObserver
from throughcare.care.mental_health.rule_table import load_table
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role


@action("mental_health.answer_finding")
def answer_finding(*, actor: Actor, intent: UUID | None = None, finding_id: UUID, answer: str) -> UUID:
    """Say what was found out and done about a finding; only then does it leave the list."""
    only(actor, frozenset({Role.HSA}), "The administrator answers findings. Nothing was changed.")
    if not answer.strip():
        raise Invalid("Write what you found out and did.", fields={"answer": "Write what you found out and did."})
    row = WatchFinding.objects.select_for_update().filter(id=finding_id).first()
    if row is None:
        raise NotFound("There is no such finding here.")
    if row.state != "open":
        raise Stale("This finding was answered already. What you typed is still on your page.")
    close(row, "answer", answer.strip()[:4000], actor.label())
    return row.id


def open_finding(row: Watch, found: rules.Finding, observer: str = "") -> WatchFinding:
    """Open a finding; the same thing again, while the first waits for its answer, is counted on it."""
    standing = WatchFinding.objects.select_for_update().filter(watch=row, kind=found.kind, key=found.key, state="open")
    known = standing.first()
    if known is not None:
        known.bump(times=known.times + 1, until=max(found.until, known.until or found.until))
        keep(known)
        return known
    finding = WatchFinding.objects.create(
        id=uuid7(),
        person_id=row.person_id,
        watch=row,
        facility_id=row.facility_id,
        kind=found.kind,
        key=found.key,
        since=found.since,
        until=found.until,
        observer_id=found.observer,
        observer=observer,
        reason=found.reason,
        found_at=clock.now(),
    )
    keep(finding)
    emit(
        WatchFindingOpened(
            happened_at=finding.found_at,
            person_id=row.person_id,
            facility_id=row.facility_id,
            ref=finding.id,
            kind=found.kind,
        )
    )
    return finding


def settle_gap(row: Watch, until: datetime) -> bool:
    """Record that nobody has seen the person for longer than is allowed, if that is so; it belongs to the moment it began.

    The clock's hand asks it every minute, and so does whatever ends a gap: it is noticed though the hand stood still.
    """
    late = overdue(row, until)
    if late is None:
        return False
    kind, since = late
    known = WatchFinding.objects.select_for_update().filter(watch=row, kind=kind, key=since.isoformat()).first()
    if known is None:
        open_finding(row, gap(kind, since, until))
    elif known.state == "open":
        known.bump(until=until, reason=gap(kind, since, until).reason)
        keep(known)
    return True


def end_gaps(row: Watch, at: datetime) -> None:
    """Let an open gap end where somebody saw the person, though we heard of it later; one within what is allowed is explained."""
    table = load_table()
    allowed = {"nobody": table.in_place, "gap": table.rounds.limit}
    for known in WatchFinding.objects.select_for_update().filter(
        watch=row, kind__in=allowed, state="open", since__lte=at, until__gt=at
    ):
        if at - known.since <= allowed[known.kind]:
            close(
                known,
                "explain",
                "Somebody saw the person in time; it was told later, without a network.",
                "clock's hand",
            )
        else:
            known.bump(until=at, reason=gap(known.kind, known.since, at).reason)
            keep(known)


def overdue(row: Watch, at: datetime) -> tuple[str, datetime] | None:
    """Give what kind of gap there is at this moment, and since when (SUI-01, SUI-02)."""
    table = load_table()
    if row.rests_since is not None:
        return None
    if row.level == "constant":
        if WatchObserver.objects.filter(watch=row, until=None).exists():
            return None
        asked = max(row.last_seen_at, row.level_since)
        if at - asked > table.in_place:
            return "nobody", asked
    return ("gap", row.last_seen_at) if at - row.last_seen_at > table.rounds.limit else None


def gap(kind: str, since: datetime, until: datetime) -> rules.Finding:
    """Say in words how long nobody saw the person."""
    minutes = int((until - since).total_seconds() // 60)
    words, source = ("without an observer", "SUI-01") if kind == "nobody" else ("between two checks", "SUI-02")
    return rules.Finding(kind, since.isoformat(), since, until, None, f"{minutes} minutes {words}.", source)


def close(row: WatchFinding, verb: str, answer: str, by: str) -> None:
    """Close a finding with its answer."""
    row.bump(state=states.FINDING.after(row.state, verb), answer=answer, answered_at=clock.now(), answered_by=by[:160])
    keep(row)
    emit(
        WatchFindingAnswered(happened_at=clock.now(), person_id=row.person_id, facility_id=row.facility_id, ref=row.id)
    )
