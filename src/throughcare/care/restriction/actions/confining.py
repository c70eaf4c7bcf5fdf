"""Kept apart: told or seen by the move itself, reviewed by a nurse, walked to, let out, ended (RHU-01 to RHU-05)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare.care.restriction import rules
from throughcare.care.restriction.actions.keeping import (
    APART_ALERTS,
    apart,
    chosen,
    keep,
    only,
    stamp,
    tell,
)
from throughcare.care.restriction.events import (
    IsolationEvaluationDone,
    IsolationExamDone,
    OutOfCellRecorded,
    PlacementReviewed,
    RestrictiveHousingChanged,
    RestrictiveHousingEnded,
    RestrictiveHousingNoticed,
    RestrictiveHousingRoundDone,
    RestrictiveHousingStarted,
    TherapistCheckInDone,
)
from throughcare.care.restriction.models import Confinement, ConfinementVisit
from throughcare.care.restriction.policy import MEDICAL, NURSES, PRESCRIBERS, QMHP
from throughcare.care.restriction.rule_table import load_table
from throughcare.chart.actions import keeping as chart
from throughcare.custody import actions as custody
from throughcare.custody.homes import home_now
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.people.family import family

TELLERS = frozenset({Role.CUSTODY, Role.RN, Role.PROVIDER, Role.PSYCH})
# Who may do what is done for somebody kept apart, what else it counts as, and what the clocks hear of it.
VISITORS: dict[str, frozenset[Role]] = {
    "medical": MEDICAL,
    "mental_health": QMHP,
    "exam": PRESCRIBERS - QMHP,
    "evaluation": QMHP,
    "check_in": QMHP,
}
TOLD: dict[str, type[Any]] = {
    "exam": IsolationExamDone,
    "evaluation": IsolationEvaluationDone,
    "check_in": TherapistCheckInDone,
}


@action("restriction.tell_placement")
def tell_placement(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    tier: str = "",
    isolated: bool = False,
    planned: bool = False,
) -> UUID:
    """Tell health staff that somebody is, or is about to be, kept apart; told twice it is the same stretch."""
    only(actor, TELLERS, "Custody or clinical staff tell of a placement. Nothing was written.")
    wanted = chosen("contact", [tier] if tier else [], field="tier")
    row = apart(person_id) or _notice(actor, person_id, "told")
    if planned and row.state == "planned":
        row.bump(tier=wanted[0] if wanted else row.tier)
        keep(row)
    elif row.state == "planned":
        _start(row, wanted[0] if wanted else row.tier, isolated=isolated)
    elif wanted and (row.tier, row.isolated) != (wanted[0], isolated):
        _change(row, wanted[0], isolated=isolated)
    return row.id


@action("restriction.set_contact")
def set_contact(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    confinement_id: UUID,
    version: int | None = None,
    tier: str,
    isolated: bool,
) -> UUID:
    """Say how much contact there is, and whether it is isolated confinement: the rounds owed follow at once."""
    only(actor, TELLERS, "Custody or clinical staff say how much contact there is. Nothing was changed.")
    if not tier:
        raise Invalid("Say how much contact there is.", fields={"tier": "Say how much contact there is."})
    chosen("contact", [tier], field="tier")
    row = _open(confinement_id, person_id, version)
    if row.state == "planned":
        row.bump(tier=tier)
        keep(row)
    elif (row.tier, row.isolated) != (tier, isolated):
        _change(row, tier, isolated=isolated)
    return row.id


@action("restriction.review_placement")
def review_placement(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    confinement_id: UUID,
    items: Sequence[str] = (),
    words: str = "",
) -> UUID:
    """Keep what the record says against keeping somebody apart, and tell custody what to do, never why (RHU-01)."""
    only(actor, NURSES, "A registered nurse or a provider reviews the record. Nothing was written; call the nurse.")
    row = _open(confinement_id, person_id, None)
    found = chosen("contraindication", items, field="items")
    if not found and not words.strip():
        sentence = "Say what you read: a finding from the list, or in words that there is none."
        raise Invalid(sentence, fields={"words": sentence})
    _write(actor, row, "review", found, words)
    row.bump(reviewed_at=clock.now())
    keep(row)
    tell(actor, row.person_id, "housing_not_alone" if found else "housing_reviewed", APART_ALERTS, row.id)
    emit(PlacementReviewed(**_about(row)))
    return row.id


@action("restriction.record_visit")
def record_visit(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    confinement_id: UUID,
    kind: str,
    items: Sequence[str] = (),
    words: str = "",
) -> UUID:
    """Record a round, an examination, an evaluation or a check-in; words of dying begin constant observation at once."""
    if kind not in VISITORS:
        raise Invalid("Choose what you did.", fields={"kind": "Choose what you did."})
    only(actor, VISITORS[kind], "This is another profession's to do. Nothing was written.")
    row = _open(confinement_id, person_id, None)
    found = chosen("round", items, field="items")
    if not found:
        raise Invalid("Say what you saw.", fields={"items": "Say what you saw."})
    if (found != ["well"] or kind in ("exam", "evaluation")) and not words.strip():
        raise Invalid("Write what you found.", fields={"words": "Write what you found."})
    visit = _write(actor, row, kind, found, words)
    words_of = load_table().words("round")
    if any(words_of[key].acts for key in found):
        custody.raise_alert(actor=actor, person_id=row.person_id, template="watch_constant", reason_ref=visit.id)
    if kind in TOLD:
        emit(TOLD[kind](**_about(row)))
    emit(RestrictiveHousingRoundDone(**_about(row), kind="medical" if kind in ("medical", "exam") else "mental_health"))
    return visit.id


@action("restriction.record_out_of_cell")
def record_out_of_cell(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, confinement_id: UUID, minutes: int
) -> UUID:
    """Write down time out of the cell today; the day's duty is done when the minimum is reached (RHU-05)."""
    only(actor, {Role.CUSTODY}, "Custody writes down time out of the cell. Nothing was written.")
    if not 0 < minutes <= 24 * 60:
        raise Invalid("Give the minutes out of the cell, 1 to 1440.", fields={"minutes": "1 to 1440 minutes."})
    row = _open(confinement_id, person_id, None)
    visit = ConfinementVisit.objects.create(
        id=uuid7(), person_id=row.person_id, confinement=row, kind="out_of_cell", minutes=minutes, **stamp(actor)
    )
    keep(visit)
    enough = minutes_today(row) >= load_table().minutes_out
    emit(OutOfCellRecorded(**_about(row), enough=enough))
    return visit.id


@action("restriction.end_placement")
def end_placement(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, confinement_id: UUID, version: int | None = None
) -> UUID:
    """Say that somebody is not kept apart any more, or was not placed after all."""
    only(actor, TELLERS | {Role.HSA}, "Custody says when it ends. Nothing was changed.")
    row = _open(confinement_id, person_id, version)
    end(actor, row)
    return row.id


def follow(actor: Actor, person_id: UUID) -> None:
    """Let the house of the person begin or end a stretch: a unit that keeps apart is told by the move itself."""
    home = home_now(family(person_id))
    row, restricted = apart(person_id), home.unit_kind in load_table().unit_kinds
    if restricted:
        row = row or _notice(actor, person_id, "unit")
        if row.state == "planned":
            _start(row, row.tier, isolated=False)
        elif (row.facility_id, row.place) != (home.facility_id, home.place):
            row.bump(facility_id=home.facility_id, place=home.place)
            keep(row)
    elif row is not None and ((row.origin == "unit" and row.state == "running") or row.facility_id != home.facility_id):
        end(actor, row)


def end(actor: Actor, row: Confinement) -> None:
    """End a stretch, and what custody was told because of it."""
    row.bump(state="ended", until=clock.now(), ended_by=actor.label())
    keep(row)
    tell(actor, row.person_id, "", APART_ALERTS, row.id)
    emit(RestrictiveHousingEnded(**_about(row)))


def minutes_today(row: Confinement) -> int:
    """Count the minutes out of the cell of this local day."""
    day = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    kept = row.visits.filter(kind="out_of_cell", at__gte=day).values_list("minutes", flat=True)
    return sum(m for m in kept if m)


def _notice(actor: Actor, person_id: UUID, origin: str) -> Confinement:
    home = home_now(family(person_id))
    if home.facility_id is None:
        raise Invalid("This person is not in a facility now. Nothing was written.")
    row = Confinement.objects.create(
        id=uuid7(),
        person_id=person_id,
        facility_id=home.facility_id,
        place=home.place,
        state="planned",
        origin=origin,
        tier=load_table().unknown,
        noticed_at=clock.now(),
        noticed_by=actor.label(),
    )
    keep(row)
    emit(RestrictiveHousingNoticed(**_about(row)))
    return row


def _start(row: Confinement, tier: str, *, isolated: bool) -> None:
    now = clock.now()
    row.bump(
        state="running", since=now, tier=tier, isolated=isolated, isolated_since=now if isolated else row.isolated_since
    )
    keep(row)
    emit(
        RestrictiveHousingStarted(
            **_about(row),
            tier=tier,
            isolated_confinement=isolated,
            thirty_of_sixty_reached_at=_reached(row, now) if isolated else None,
        )
    )


def _change(row: Confinement, tier: str, *, isolated: bool) -> None:
    began, ended, now = isolated and not row.isolated, row.isolated and not isolated, clock.now()
    other = tier != row.tier
    row.bump(tier=tier, isolated=isolated, isolated_since=now if began else row.isolated_since)
    keep(row)
    emit(
        RestrictiveHousingChanged(
            **_about(row),
            tier=tier,
            isolated_confinement=isolated,
            thirty_of_sixty_reached_at=_reached(row, now) if began else None,
            tier_changed=other,
            isolation_began=began,
            isolation_ended=ended,
        )
    )


def _reached(row: Confinement, now: datetime) -> datetime | None:
    """Give the end of the day on which isolated days reach their limit in any span, where earlier days make it sooner."""
    table = load_table()
    before = Confinement.objects.filter(
        person_id__in=family(row.person_id), isolated_since__isnull=False, state="ended"
    )
    stretches = [
        (clock.local(one.isolated_since).date(), clock.local(one.until).date())
        for one in before.exclude(id=row.id)
        if one.isolated_since and one.until
    ]
    day = rules.cap_day(clock.local(now).date(), stretches, most=table.days_of_span, span=table.span_days)
    if day is None:
        return None
    local = clock.local(now)
    return local.replace(year=day.year, month=day.month, day=day.day, hour=23, minute=59, second=0, microsecond=0)


def _write(actor: Actor, row: Confinement, kind: str, items: list[str], words: str) -> ConfinementVisit:
    visit = ConfinementVisit.objects.create(
        id=uuid7(),
        person_id=row.person_id,
        confinement=row,
        kind=kind,
        items=items,
        words=words.strip()[:4000],
        **stamp(actor),
    )
    keep(visit)
    return visit


def _open(confinement_id: UUID, person_id: UUID, version: int | None) -> Confinement:
    row = chart.mine(Confinement, confinement_id, person_id, version, what="stretch")
    if row.state == "ended":
        raise Invalid("This stretch is over. Nothing was written.")
    return row


def _about(row: Confinement) -> dict[str, Any]:
    return {"happened_at": clock.now(), "person_id": row.person_id, "facility_id": row.facility_id, "ref": row.id}
