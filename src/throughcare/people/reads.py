"""Reading identity: find somebody, show who they are, and judge whether two charts are one person's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from throughcare.kernel import clock, db, statement
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Role, Verb
from throughcare.ledger import reads as ledger
from throughcare.people import family as kin
from throughcare.people.models import Alias, Identifier, MergeProposal, Person, SettledFact
from throughcare.people.rules import folded

NUMBER = "urn:throughcare:person"
LANGUAGES = {"en": "", "es": "Spanish", "pt": "Portuguese", "pl": "Polish", "ht": "Haitian Creole", "zh": "Chinese"}
# As many as are ranked; a search that finds more asks for another letter.
ENOUGH = 200
# Identity's own entries; a duty follows its cause and is settled where it stands.
_ABOUT_THE_LINK = frozenset({"Patient", "SettledFact", "Task"})


@dataclass(frozen=True, slots=True)
class Card:
    """Who somebody is, in the space of a banner. `person_id` is the chart that stands for all linked ones."""

    person_id: UUID
    family_name: str
    given: str
    used_name: str
    number: str
    birth_date: date | None
    estimated: bool
    age: int | None
    sex: str
    language: str
    needs_interpreter: bool
    deceased_at: datetime | None
    synthetic: bool
    version: int

    @property
    def name(self) -> str:
        """Give the name as lists show it."""
        return f"{self.family_name}, {self.given}" if self.given else self.family_name

    @property
    def seed(self) -> str:
        """Give what the drawn face is made of."""
        return str(self.person_id)

    @property
    def speaks(self) -> str:
        """Say the language where it isn't English, and whether an interpreter is needed."""
        spoken = LANGUAGES.get(self.language, self.language)
        if self.needs_interpreter:
            return f"{spoken or 'English'}, interpreter needed"
        return spoken


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, and whether there is more than is shown."""

    cards: list[Card]
    more: bool


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number, who gave it, and since when."""

    system: str
    value: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class AliasRow:
    """Another name."""

    name: str
    birth_date: date | None
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Linked:
    """A chart that is linked to this one."""

    person_id: UUID
    name: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Details:
    """Everything that is known of who somebody is."""

    card: Card
    middle: str
    race_ethnicity: str
    numbers: list[NumberRow]
    aliases: list[AliasRow]
    linked: list[Linked]
    stands_for: UUID | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two charts that may be one person's, with the evidence."""

    id: UUID
    a: Details
    b: Details
    reasons: list[str]
    source: str
    proposed_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another chart that may be this person's; its content is shown read-only at once (ruling 12)."""

    proposal_id: UUID
    card: Card
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Written:
    """A fact that was written while two charts were linked."""

    type: str
    id: UUID
    of: str
    action: str
    actor: str
    at: datetime
    verdict: str = ""
    why: str = ""


def families(lens: Lens, person_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Give for each id all ids of the same person, the one that stands for them first. One query, however many."""
    wanted = frozenset(person_ids)
    question = ("family", *wanted) if len(wanted) == 1 else ("families", wanted)
    return db.once(question, lambda: kin.families(wanted)) if wanted else {}


def family(lens: Lens, person_id: UUID) -> tuple[UUID, ...]:
    """Give all ids of one person."""
    found = families(lens, [person_id]).get(person_id)
    if found is None:
        raise NotFound("There is no such person here.")
    return found


COLUMNS = (
    "person_id", "family_name", "given", "used_name", "number", "birth_date", "estimated", "sex", "language",
    "needs_interpreter", "deceased_at", "synthetic", "version",
)  # fmt: skip
# Our own number before another system's.
CARDS = """
SELECT asked.id, p.id, p.family, p.given, p.used_name, coalesce(n.value, ''), p.birth_date, p.birth_date_estimated,
  p.sex, p.language, p.needs_interpreter, p.deceased_at, p.synthetic, p.version
FROM people_person asked
JOIN people_person p ON p.id = coalesce(asked.survivor_id, asked.id)
LEFT JOIN LATERAL (
  SELECT value FROM people_identifier WHERE person_id = p.id AND until IS NULL
  ORDER BY system = %s DESC, system, value LIMIT 1
) n ON true
WHERE asked.id = ANY (%s)
"""


def cards(lens: Lens, person_ids: Iterable[UUID]) -> dict[UUID, Card]:
    """Give a card for each id; a linked chart's id gives the card of the one that stands for it. One query.

    Where the matrix asks for consent, whoever gave none is absent: not named, not counted.
    """
    if not (wanted := list(known_to(lens, person_ids))):
        return {}
    return {own: Card(**_of(columns)) for own, *columns in statement.run(CARDS, [NUMBER, wanted])}


def _of(columns: Sequence[Any]) -> dict[str, Any]:
    known = dict(zip(COLUMNS, columns, strict=True))
    return {**known, "age": _age(known["birth_date"])}


def card(lens: Lens, person_id: UUID) -> Card:
    """Give one card."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS, person_id=person_id)
    found = cards(lens, [person_id]).get(person_id)
    if found is None:
        raise NotFound("There is no such person here.")
    return found


def known_to(lens: Lens, person_ids: Iterable[UUID]) -> set[UUID]:
    """Give those of these people whose identity this reader may know; refuse a role that may know nobody's."""
    wanted = set(person_ids)
    if lens.may(Verb.READ, DataClass.DEMOGRAPHICS):
        return wanted
    if not lens.could(Verb.READ, DataClass.DEMOGRAPHICS):
        lens.require(Verb.READ, DataClass.DEMOGRAPHICS)
    return {p for p in wanted if lens.may(Verb.READ, DataClass.DEMOGRAPHICS, person_id=p)}


def search(lens: Lens, text: str, *, within: QuerySet[Person] | None = None, limit: int = 20) -> Found:
    """Find people by fragments of a name, an alias or a number; whoever is hidden by `within` is not counted either.

    A reader for whom the matrix asks for consent finds only those who gave it.
    """
    words = folded(text).split()
    if not words or max(map(len, words)) < 2:
        return Found([], more=False)
    one_by_one = not lens.may(Verb.READ, DataClass.DEMOGRAPHICS)
    people = (within if within is not None else Person.objects.all()).select_related("survivor")
    for word in words:
        people = people.filter(search__contains=word)
    hits = list(people[: ENOUGH + 1])
    if one_by_one:
        hits = [p for p in hits if lens.may(Verb.READ, DataClass.DEMOGRAPHICS, person_id=p.id)]
    standing = {p.survivor_id or p.id: p.survivor or p for p in sorted(hits, key=lambda p: _rank(p, words))}
    shown = list(standing.values())[:limit]
    numbers = _numbers({p.id for p in shown})
    return Found([_card(p, numbers.get(p.id, "")) for p in shown], more=len(standing) > limit)


def details(lens: Lens, person_id: UUID) -> Details:
    """Give everything known of who one person is."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS, person_id=person_id)
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        raise NotFound("There is no such person here.")
    return _details([person])[person_id]


def proposals(lens: Lens, *, state: str = "open", limit: int = 50) -> list[Proposal]:
    """List pairs of charts that may be one person's, oldest first."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS)
    rows = list(
        MergeProposal.objects.filter(state=state).select_related("a", "b").order_by("proposed_at", "id")[:limit]
    )
    return _proposals(rows)


def proposal(lens: Lens, proposal_id: UUID) -> Proposal:
    """Give one pair."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS)
    rows = _proposals(list(MergeProposal.objects.filter(id=proposal_id).select_related("a", "b")))
    if not rows:
        raise NotFound("There is no such proposal.")
    return rows[0]


def candidates(lens: Lens, person_id: UUID) -> list[Candidate]:
    """Give the other charts that may be this person's and wait for somebody to decide (ruling 12)."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS, person_id=person_id)
    rows = list(MergeProposal.objects.filter(state="open").filter(Q(a_id=person_id) | Q(b_id=person_id)))
    others = {row.id: row.b_id if row.a_id == person_id else row.a_id for row in rows}
    known = cards(lens, others.values())
    return [Candidate(row.id, known[others[row.id]], list(row.reasons)) for row in rows if others[row.id] in known]


def written_since_merge(lens: Lens, loser_id: UUID) -> list[Written]:
    """List what was written on either chart while they were linked, newest first: a person says whose each fact is."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS, person_id=loser_id)
    link = (
        MergeProposal.objects.filter(Q(a_id=loser_id) | Q(b_id=loser_id), state__in=("merged", "unmerged"))
        .order_by("-decided_at")
        .first()
    )
    turns = [v for v in ledger.history(lens, "Patient", loser_id) if v.action in ("people.merge", "people.unmerge")]
    merged = next((v for v in turns if v.action == "people.merge"), None)
    if link is None or merged is None:
        return []
    until = turns[0].recorded_at if turns[0].action == "people.unmerge" else None
    other = link.b_id if link.a_id == loser_id else link.a_id
    names = {p.id: f"{p.family}, {p.given}" for p in Person.objects.filter(id__in=[loser_id, other])}
    rows = ledger.written_between(lens, [loser_id, other], merged.recorded_at, until)
    settled = {(f.type, f.fact): f for f in SettledFact.objects.filter(loser_id=loser_id)}
    newest: dict[tuple[str, UUID], Written] = {}
    for row in rows:
        key = (row.type, row.resource_id)
        if row.type in _ABOUT_THE_LINK or key in newest:
            continue
        done = settled.get(key)
        newest[key] = Written(
            row.type,
            row.resource_id,
            names.get(row.subject, ""),
            row.action,
            row.actor,
            row.recorded_at,
            done.verdict if done else "",
            done.why if done else "",
        )
    return list(newest.values())


def may_decide(lens: Lens) -> bool:
    """Tell whether this reader decides on duplicates: health information management does."""
    return lens.role in (Role.HIM, Role.HSA)


def _rank(person: Person, words: Sequence[str]) -> tuple[int, str, str]:
    text = f" {person.search}"
    starts = sum(f" {word}" in text for word in words)
    return (-starts, person.family, person.given)


def _numbers(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    rows = Identifier.objects.filter(person_id__in=list(person_ids), until=None).order_by("system", "value")
    for person_id, system, value in rows.values_list("person_id", "system", "value"):
        if system == NUMBER or person_id not in found:
            found[person_id] = value
    return found


def _card(p: Person, number: str) -> Card:
    return Card(
        person_id=p.id,
        family_name=p.family,
        given=p.given,
        used_name=p.used_name,
        number=number,
        birth_date=p.birth_date,
        estimated=p.birth_date_estimated,
        age=_age(p.birth_date),
        sex=p.sex,
        language=p.language,
        needs_interpreter=p.needs_interpreter,
        deceased_at=p.deceased_at,
        synthetic=p.synthetic,
        version=p.version,
    )


def _age(birth_date: date | None) -> int | None:
    today = clock.today()
    return clock.age_on(birth_date, today) if birth_date else None


def _details(people: Sequence[Person]) -> dict[UUID, Details]:
    ids = [p.id for p in people]
    numbers: dict[UUID, list[NumberRow]] = {own: [] for own in ids}
    for i in Identifier.objects.filter(person_id__in=ids).order_by("system", "value"):
        numbers[i.person_id].append(NumberRow(i.system, i.value, i.since, i.until))
    aliases: dict[UUID, list[AliasRow]] = {own: [] for own in ids}
    for a in Alias.objects.filter(person_id__in=ids).order_by("-at"):
        name = f"{a.family}, {a.given}" if a.given else a.family
        aliases[a.person_id].append(AliasRow(name, a.birth_date, a.source, a.at))
    linked: dict[UUID, list[Linked]] = {own: [] for own in ids}
    for p in Person.objects.filter(survivor_id__in=ids):
        if p.survivor_id is not None:
            linked[p.survivor_id].append(Linked(p.id, f"{p.family}, {p.given}", None))
    return {
        p.id: Details(
            card=_card(p, _primary(numbers[p.id])),
            middle=p.middle,
            race_ethnicity=p.race_ethnicity,
            numbers=numbers[p.id],
            aliases=aliases[p.id],
            linked=linked[p.id],
            stands_for=p.survivor_id,
        )
        for p in people
    }


def _primary(numbers: Sequence[NumberRow]) -> str:
    held = [n for n in numbers if n.until is None]
    return next((n.value for n in held if n.system == NUMBER), held[0].value if held else "")


def _proposals(rows: Sequence[MergeProposal]) -> list[Proposal]:
    known = _details([p for row in rows for p in (row.a, row.b)])
    return [
        Proposal(
            id=row.id,
            a=known[row.a_id],
            b=known[row.b_id],
            reasons=list(row.reasons),
            source=row.source,
            proposed_at=row.proposed_at,
            state=row.state,
        )
        for row in rows
    ]
