"""Taking a move back: what it opened is cancelled, what it closed runs again, and nothing else changes."""

from throughcare.custody.making import Places
from throughcare.custody.models import Away, LegalStatus, Move, Placement
from throughcare.custody.refusals import NotIn, OutOfOrder
from throughcare.custody.standing import Said, Standing

UNDONE_BY_TRANSFER_CANCEL = frozenset(
    {"transfer", "internal", "court_out", "hospital_out", "furlough", "escape", "return"}
)


def last_of(standing: Standing, kinds: frozenset[str]) -> Move:
    """Give the last move if it is of these kinds; refuse to take back what others were built upon."""
    if standing.stay is None or standing.last is None:
        raise NotIn("There is nothing to take back for this person. Nothing was changed.")
    if standing.last.kind not in kinds:
        raise OutOfOrder(
            "Something else was recorded after it. Nothing was changed; take that back first, or say what is right."
        )
    return standing.last


def undo(standing: Standing, places: Places, at: Said, move: Move, why: str) -> bool:
    """Take back the last move. Tells whether the bed that runs again must be settled anew."""
    standing.change(move, cancelled_at=at.now, cancelled_by=at.actor.label(), cancel_why=why[:200])
    for model in (Placement, Away, LegalStatus):
        for row in model._default_manager.filter(opened_by=move, cancelled=False):
            standing.change(row, cancelled=True, until=row.until or max(row.since, at.happened_at))
    unsettled = False
    reopened: list[Placement | Away | LegalStatus] = []
    for model in (Placement, Away, LegalStatus):
        reopened += model._default_manager.filter(closed_by=move, cancelled=False)
    for row in reopened:
        if isinstance(row, Placement) and row.confirmed and row.bed_id and places.taken(row.bed_id, row.person_id):
            row.confirmed, unsettled = False, True
        standing.change(row, until=None, closed_by=None)
    stay = standing.any_stay()
    if move.kind == "release" and stay.state == "ended":
        standing.change(stay, state="open", ended_at=None)
    if move.kind == "admit":
        standing.change(stay, state="cancelled")
    standing.placement = next((r for r in reopened if isinstance(r, Placement)), None)
    standing.segments = list(LegalStatus.objects.filter(stay=stay).order_by("since", "id"))
    changed = {row.id: row for row in standing.changed.values() if isinstance(row, LegalStatus)}
    standing.segments = [changed.get(s.id, s) for s in standing.segments]
    return unsettled
