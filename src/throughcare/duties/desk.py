"""The working set of the clock: the open duties of those whom some events concern, what is done to them, and one flush
at the end. One event or a year of them go the same way, so that bulk and single give the same rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from throughcare import ledger
from throughcare.duties import fhir, merging, rulebook, rules, turns
from throughcare.duties.models import Duty
from throughcare.duties.rule import Facts, LaneName, Rule
from throughcare.duties.rulebook import Rulebook
from throughcare.kernel import db, rows
from throughcare.kernel.events import Event
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import SubjectKind

AGENCY = derived("agency")
CHUNK = 1000
Key = tuple[str, UUID, UUID | None]


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new duty is made of, besides its rule."""

    subject_id: UUID
    person_id: UUID | None
    facility_id: UUID | None
    trigger: str
    cause: UUID
    opened_at: datetime
    facts: Facts
    ref: UUID | None = None
    about: UUID | None = None
    series_start: datetime | None = None
    due_at: datetime | None = None
    lane: LaneName | None = None
    owner_role: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Closing:
    """How and by what a duty closes."""

    outcome: str
    at: datetime
    by: str
    reason: str = ""
    event: str = ""
    ref: UUID | None = None
    facts: Facts | None = None


class Desk:
    """Open duties in memory; `hear` and the acts change them, `flush` writes rows and ledger entries."""

    def __init__(self) -> None:
        self.open: dict[Key, Duty] = {}
        self.by_subject: dict[UUID, dict[UUID, Duty]] = {}
        self.told: set[UUID] = set()
        self.family = merging.Families()
        self.added: list[Duty] = []
        self.changed: dict[UUID, Duty] = {}
        self.touched: dict[UUID, Duty] = {}
        self.waiting: set[tuple[UUID | None, str]] = set()
        # Where duties of these subjects are that no event concerns, where somebody asks: (id, opened, facility).
        self.placed: dict[UUID, list[tuple[UUID, datetime, UUID | None]]] = {}

    @classmethod
    def over(cls, events: Sequence[Event]) -> "Desk":
        """Lay out all that these events can touch: seven queries at most, however many they are."""
        desk = cls()
        turns.take(
            {p for e in events for p in (e.person_id, getattr(e, "loser_id", None)) if p},
            {e.facility_id for e in events if e.facility_id and _of_place(e)},
        )
        desk.family, people = merging.before(events)
        desk.lay(Duty.objects.filter(_concerned(events, people, desk.family), closed_at=None))
        desk._place_apart(events)
        causes = [
            c for e in events for rule, _ in rulebook.at(e.happened_at).opening.get(e.name, ()) if (c := cause(rule, e))
        ]
        for start in range(0, len(causes), CHUNK):
            found = Duty.objects.filter(cause__in=causes[start : start + CHUNK])
            desk.told.update(found.values_list("cause", flat=True))
        return desk

    def lay(self, duties: Iterable[Duty]) -> None:
        """Put open duties on the desk."""
        for duty in duties:
            self._place(duty)

    def _place_apart(self, events: Sequence[Event]) -> None:
        """An event that names no place opens its duty where the person's newest one is, whichever rule opened that."""
        placeless = {e.person_id for e in events if e.person_id and not e.facility_id}
        subjects = {s for p in placeless for s in self.family.of(p)}
        if subjects:
            found = Duty.objects.filter(subject_id__in=subjects, closed_at=None, facility_id__isnull=False)
            for subject, id_, opened, facility in found.values_list("subject_id", "id", "opened_at", "facility_id"):
                self.placed.setdefault(subject, []).append((id_, opened, facility))

    def placed_apart(self, subject: UUID) -> list[tuple[datetime, UUID | None]]:
        """Give since when and where open duties of a subject are that nothing was done to."""
        apart = (one for s in self.family.of(subject) for one in self.placed.get(s, ()))
        return [(opened, facility) for id_, opened, facility in apart if id_ not in self.touched]

    # --- acts -------------------------------------------------------------------------------------------------------------

    def of(self, subject: UUID) -> list[Duty]:
        """Give the open duties of a person with all linked charts, or of a place."""
        return [d for s in self.family.of(subject) for d in self.by_subject.get(s, {}).values()]

    def known(self, duty: Duty) -> Duty:
        """Give the desk's own copy of an open duty."""
        return self.by_subject[duty.subject_id][duty.id]

    def standing(self, rule_id: str, subject: UUID, about: UUID | None) -> Duty | None:
        """Give the open duty that would be doubled, if there is one."""
        return next((d for s in self.family.of(subject) if (d := self.open.get((rule_id, s, about)))), None)

    def begin(self, rule: Rule, opening: Opening) -> Duty:
        """Open a duty; where the same one is open already, that one stands, with its own due time."""
        standing = self.standing(rule.id, opening.subject_id, opening.about)
        if standing is not None:
            return standing
        duty = made(rule, opening)
        self._place(duty)
        self.added.append(duty)
        self.touched[duty.id] = duty
        self.waiting.add((duty.facility_id, duty.owner_role))
        record(duty)
        return duty

    def close(
        self, book: Rulebook, duty: Duty, closing: Closing, *, goes_on: bool = True, to: Duty | None = None
    ) -> None:
        """Close a duty with its outcome; open what follows it: the next of a series, or what a refusal re-arms."""
        self._lift(duty)
        at = max(closing.at, duty.opened_at)
        self.change(
            duty,
            closed_at=at,
            outcome=closing.outcome,
            closed_by=closing.by[:160],
            closed_event=closing.event,
            closed_ref=closing.ref,
            reason=closing.reason[:400],
            successor=to,
        )
        rule = book.rules.get(duty.rule)
        if goes_on and rule is not None and closing.outcome in ("done", "refused", "excused"):
            self._follow(book, rule, duty, at, {**duty.facts, **(closing.facts or {})})

    def convert(self, book: Rulebook, duty: Duty, closing: Closing, successor: str) -> Duty:
        """Close a duty as converted, naming the duty that takes over."""
        opening = replace(
            following(duty, closing.at),
            trigger=closing.event,
            cause=derived("convert", str(duty.cause), str(duty.version)),
            about=(duty.about or duty.ref) if book.rules[successor].each == "thing" else None,
            series_start=None,
            lane=None,
            owner_role="",
        )
        taker = self.begin(book.rules[successor], opening)
        self.close(book, duty, replace(closing, outcome="converted"), goes_on=False, to=taker)
        return taker

    def reopen(self, duty: Duty, reason: str) -> bool:
        """Restore a closed duty with its original times, unless the same duty is open again already."""
        if self.standing(duty.rule, duty.subject_id, duty.about):
            return False
        self.change(
            duty,
            closed_at=None,
            outcome="",
            closed_by="",
            closed_event="",
            closed_ref=None,
            reason=reason[:400],
            successor=None,
            reopened=duty.reopened + 1,
        )
        self._place(duty)
        self.waiting.add((duty.facility_id, duty.owner_role))
        return True

    def change(self, duty: Duty, **changes: Any) -> None:
        """Change fields of a duty, and keep the version."""
        for name, value in changes.items():
            setattr(duty, name, value)
        duty.version += 1
        self.touched[duty.id] = duty
        if duty._state.adding is False:
            self.changed[duty.id] = duty
        record(duty)

    def _follow(self, book: Rulebook, rule: Rule, duty: Duty, closed: datetime, facts: Facts) -> None:
        working = rulebook.place(duty.facility_id).working
        again, what = rule, None
        if duty.outcome == "refused" and (rearmed := rules.after_refusal(rule, closed, working=working)):
            again, what = book.rules[rearmed[0]], rearmed[1]
        if what is None and rule.recurrences:
            what = rules.next_occurrence(
                rule, series_start=duty.series_start, due=duty.due_at, closed=closed, working=working, facts=facts
            )
        if what is None:
            return
        self.begin(
            again,
            replace(
                following(duty, closed),
                cause=derived("next", str(duty.cause), str(duty.version)),
                facts=facts,
                due_at=what.due,
                why=what.reason,
                series_start=duty.series_start if again is rule else None,
                lane=following(duty, closed).lane if again is rule else None,
                owner_role=duty.owner_role if again is rule else "",
            ),
        )

    # --- rows -------------------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Write it: changes before additions, for a closed duty makes room for the same one opened anew."""
        rows.update(list(self.changed.values()), CHANGING)
        rows.insert(self.added)
        self.added, self.changed = [], {}

    def _place(self, duty: Duty) -> None:
        self.open[duty.rule, duty.subject_id, duty.about] = duty
        self.by_subject.setdefault(duty.subject_id, {})[duty.id] = duty

    def _lift(self, duty: Duty) -> None:
        self.open.pop((duty.rule, duty.subject_id, duty.about), None)
        self.by_subject.get(duty.subject_id, {}).pop(duty.id, None)


CHANGING = [
    "version",
    "facility_id",
    "owner",
    "closed_at",
    "outcome",
    "closed_by",
    "closed_event",
    "closed_ref",
    "reason",
    "successor",
    "reopened",
]


def made(rule: Rule, opening: Opening) -> Duty:
    """Make the row of a new duty; its due time is what the rule says, and never changes after."""
    place = rulebook.place(opening.facility_id)
    held = rulebook.as_held(rule, place)
    opened, lane, owner, why, due = opening.opened_at, opening.lane, opening.owner_role, opening.why, opening.due_at
    not_before = None
    if due is None:
        try:
            said = rules.due_at(held, opened, facility_kind=place.kind, working=place.working, facts=opening.facts)
        except ValueError as error:
            # A row of content that forgot a case must not stop an arrival: the duty is due at once, and says why.
            said = rules.DueDecision(rule.id, rule.version, opened, rule.lane, rule.owner, str(error))
        due, lane, owner, why, not_before = (
            said.due,
            lane or said.lane,
            owner or said.owner,
            said.reason,
            said.not_before,
        )
    due = max(due, opened)
    return Duty(
        id=uuid7(),
        person_id=opening.person_id,
        subject_id=opening.subject_id,
        rule=rule.id,
        rule_version=rule.version,
        title=rule.title,
        data_class=rule.data_class,
        facility_id=opening.facility_id,
        owner_role=owner or rule.owner,
        lane=lane or rule.lane,
        trigger=opening.trigger,
        ref=opening.ref,
        about=opening.about,
        cause=opening.cause,
        facts=opening.facts,
        why=why[:200],
        series_start=opening.series_start or opened,
        opened_at=opened,
        soon_at=opened + timedelta(seconds=(due - opened).total_seconds() * rule.due_soon),
        due_at=due,
        not_before=not_before,
    )


def following(duty: Duty, at: datetime) -> Opening:
    """Give what a duty that follows another takes over from it."""
    return Opening(
        subject_id=duty.subject_id,
        person_id=duty.person_id,
        facility_id=duty.facility_id,
        trigger=duty.trigger,
        cause=duty.cause,
        opened_at=at,
        facts=duty.facts,
        ref=duty.ref,
        about=duty.about,
        series_start=duty.series_start,
        lane=duty.lane,  # type: ignore[arg-type]
        owner_role=duty.owner_role,
    )


def subject_of(rule: Rule, event: Event) -> UUID | None:
    """Say whose duty an event's would be: the person's, the place's or the member of staff's."""
    if rule.subject == "person":
        return event.person_id
    if rule.subject == "staff":
        return getattr(event, "staff_id", None) or event.ref
    return event.facility_id or AGENCY


def cause(rule: Rule, event: Event) -> UUID | None:
    """Give what identifies an event to a rule, so that it opens once however often it is told."""
    subject = subject_of(rule, event)
    if subject is None:
        return None
    return derived("duty", rule.id, event.name, str(subject), str(event.ref), event.happened_at.isoformat())


def _concerned(events: Sequence[Event], people: set[UUID], family: merging.Families) -> Q:
    """Filter to the open duties that these events can touch: all of whom a move or a link concerns; else those of the rules
    that hear the event, and of a rule that counts things those of the very things. A board, or a chart, may hold thousands.
    """
    whole: set[UUID] = set()
    subjects: set[UUID] = set()
    plain: set[str] = set()
    things: set[str] = set()
    about: set[UUID] = set()
    for e in events:
        if getattr(e, "loser_id", None) is not None:
            whole |= people
        elif e.person_id and e.name in rulebook.HEEDED:
            whole.update(family.of(e.person_id))
        book = rulebook.at(e.happened_at)
        heard = {r.id: r for part in (book.opening, book.closing, book.ending) for r, _ in part.get(e.name, ())}
        subjects.update(s for r in heard.values() if (one := subject_of(r, e)) for s in family.of(one))
        heard |= {
            r.refusal.rearms_as: book.rules[r.refusal.rearms_as] for r in [*heard.values()] if r.refusal.rearms_as
        }
        counted = {id_ for id_, r in heard.items() if r.each == "thing" and e.name not in rulebook.WHOLE_PERSON}
        things |= counted
        plain |= heard.keys() - counted
        about.update(UUID(str(ref)) for ref in (e.ref, *e.payload().get("refs", ())) if ref)
    wanted = Q(subject_id__in=list(whole)) | Q(subject_id__in=list(subjects), rule__in=list(plain))
    return wanted | Q(subject_id__in=list(subjects), rule__in=list(things), about__in=list(about))


def _of_place(event: Event) -> bool:
    return any(rule.subject == "facility" for rule, _ in rulebook.at(event.happened_at).opening.get(event.name, ()))


def record(duty: Duty) -> None:
    """Keep the duty as it now stands: in the chain of its person or member of staff, else of its place, else of the agency."""
    kind = _chain(duty)
    ledger.record(
        type="Task",
        id=duty.id,
        person_id=duty.person_id,
        subject=(kind, duty.subject_id),
        data_class=DataClass(duty.data_class),
        body=fhir.task(duty),
        happened_at=duty.closed_at or duty.opened_at,
    )


def _chain(duty: Duty) -> SubjectKind:
    if duty.person_id:
        return SubjectKind.PERSON
    if duty.subject_id == AGENCY:
        return SubjectKind.AGENCY
    rule = rulebook.at(duty.opened_at).rules.get(duty.rule)
    return SubjectKind.STAFF if rule is not None and rule.subject == "staff" else SubjectKind.PLACE


def actor_label() -> str:
    """Name who acts in the open unit of work."""
    return db.unit().actor.label()
