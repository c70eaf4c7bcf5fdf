"""What custody's moves, identity's links and entries made in error do to duties: carry, convert, void, restore. No due time
changes.
"""

from uuid import UUID

from throughcare.duties import rules
from throughcare.duties.desk import Closing, Desk, actor_label
from throughcare.duties.events import LinkConflictFound
from throughcare.duties.models import Duty
from throughcare.duties.rulebook import CAME_TO, HEEDED, MOVES, Rulebook
from throughcare.kernel.events import Event, emit
from throughcare.kernel.ids import derived

SENTENCES = {"transfer": "transferred", "release": "released", "death": "died"}


def apply(desk: Desk, book: Rulebook, event: Event) -> frozenset[UUID]:
    """Apply a move to the person's open duties, before the event opens or closes anything itself; give what came back."""
    restored: frozenset[UUID] = frozenset()
    if event.person_id is None or event.name not in HEEDED:
        return restored
    if event.name in MOVES:
        _move(desk, book, event, MOVES[event.name])
    if event.name in CAME_TO:
        _carry(desk, book, event, event.facility_id)
    if event.name == "release_cancelled":
        restored = _restore(desk, book, event)
    if event.name == "told_in_error":
        restored = _untell(desk, book, event)
        _undo_openings(desk, book, event, {event.what})  # type: ignore[attr-defined]
    if event.name == "transfer_cancelled":
        _undo_openings(desk, book, event, {"transferred_in"})
    if event.name == "admission_cancelled":
        for duty in desk.of(event.person_id):
            desk.close(book, duty, _void(event), goes_on=False)
    if event.name == "people_merged":
        _merge(desk, event)
    if event.name == "people_unmerged":
        desk.family.part(event.loser_id)  # type: ignore[attr-defined]
    return restored


def _move(desk: Desk, book: Rulebook, event: Event, kind: str) -> None:
    for duty in desk.of(event.person_id):  # type: ignore[arg-type]
        rule = book.rules.get(duty.rule)
        effect, successor = "carry", ""
        if rule is not None:
            decision = rules.on_move(rule, kind)
            effect, successor = decision.effect, decision.successor
        closing = Closing("void", event.happened_at, actor_label(), SENTENCES[kind], event.name, event.ref)
        if effect == "convert" and successor in book.rules:
            desk.convert(book, duty, closing, successor)
        elif effect == "void":
            desk.close(book, duty, closing, goes_on=False)


def _carry(desk: Desk, book: Rulebook, event: Event, facility_id: UUID | None) -> None:
    """Let the duties go with the person: same times, owner now at the place where the person is; some stay where they arose."""
    for duty in desk.of(event.person_id):  # type: ignore[arg-type]
        rule = book.rules.get(duty.rule)
        if rule is not None and rule.on_move.transfer == "stay":
            continue
        if facility_id is not None and duty.facility_id != facility_id:
            desk.change(duty, facility_id=facility_id, owner=None)
            desk.waiting.add((facility_id, duty.owner_role))


def _untell(desk: Desk, book: Rulebook, event: Event) -> frozenset[UUID]:
    """Bring back what was closed by word of something that did not happen: owed since when it was owed."""
    rows = [d for d in _closed_by(desk, event, event.what) if d.closed_ref == event.ref]  # type: ignore[attr-defined]
    # The next of a series began with that closing: it goes, or the one that is owed could not come back.
    begun = {derived("next", str(d.cause), str(d.version)) for d in rows}
    for duty in desk.of(event.person_id):  # type: ignore[arg-type]
        if duty.cause in begun:
            desk.close(book, duty, _void(event), goes_on=False)
    return frozenset(d.id for d in rows if desk.reopen(d, "what closed it was charted in error"))


def _restore(desk: Desk, book: Rulebook, event: Event) -> frozenset[UUID]:
    """Bring back what the release closed, with its original due times; what the release opened is void (ruling 5)."""
    rows = _closed_by(desk, event, "released")
    of_this = [d for d in rows if event.ref is not None and d.closed_ref == event.ref] or _last(rows)
    successors = {d.successor_id for d in of_this if d.successor_id}
    restored = frozenset(d.id for d in of_this if desk.reopen(d, "the release was cancelled"))
    for duty in desk.of(event.person_id):  # type: ignore[arg-type]
        if duty.id in successors:
            desk.close(book, duty, _void(event), goes_on=False)
    _undo_openings(desk, book, event, {"released", "care_left_open"})
    return restored


def _closed_by(desk: Desk, event: Event, what: str) -> list[Duty]:
    """Give the person's duties that an event of this name closed, here and before.

    The older first: what two linked charts both owe comes back once, in whatever order the database found them.
    """
    family = desk.family.of(event.person_id)  # type: ignore[arg-type]
    lately = [d for d in desk.touched.values() if d.subject_id in family and d.closed_event == what]
    stored = Duty.objects.filter(person_id__in=family, closed_event=what).exclude(id__in=desk.touched)
    return sorted([*stored, *lately], key=lambda d: (d.opened_at, d.id))


def _last(rows: list[Duty]) -> list[Duty]:
    latest = max((d.closed_at for d in rows if d.closed_at), default=None)
    return [d for d in rows if d.closed_at == latest]


def _undo_openings(desk: Desk, book: Rulebook, event: Event, triggers: set[str]) -> None:
    for duty in desk.of(event.person_id):  # type: ignore[arg-type]
        if (
            duty.trigger in triggers
            and (event.ref is None or duty.ref == event.ref)
            and not _goes_on(book, duty, event)
        ):
            desk.close(book, duty, _void(event), goes_on=False)


def _goes_on(book: Rulebook, duty: Duty, event: Event) -> bool:
    """Tell whether a series stands though what began it was told in error: the same was told again since, and closed one."""
    rule, again = book.rules.get(duty.rule), duty.opened_at > duty.series_start
    told = getattr(event, "what", "")
    return rule is not None and again and any(t.event == told for t in rule.closes)


def _merge(desk: Desk, event: Event) -> None:
    """Link two charts' duties: each that is open in both becomes a duty to settle; none is closed by itself."""
    loser: UUID = event.loser_id  # type: ignore[attr-defined]
    survivor = event.person_id
    mine = {(d.rule, d.about): d for d in desk.of(survivor)}  # type: ignore[arg-type]
    doubled = [
        (d, mine[d.rule, d.about])
        for d in desk.of(loser)
        if (d.rule, d.about) in mine and d.id != mine[d.rule, d.about].id
    ]
    desk.family.join([survivor, loser])  # type: ignore[list-item]
    for theirs, stays in doubled:
        emit(
            LinkConflictFound(
                happened_at=event.happened_at,
                person_id=survivor,
                facility_id=stays.facility_id,
                ref=theirs.id,
                of=stays.id,
            )
        )


def _void(event: Event) -> Closing:
    return Closing("void", event.happened_at, actor_label(), event.name.replace("_", " "), event.name, event.ref)
