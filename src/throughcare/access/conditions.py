"""The conditions of the matrix (clinical.md 7.3): what each word in a cell means, and how it is decided.

A condition is a *test* (is it met for this person, this author, this reader?) or a *cut* (it is met, and what is shown
is a projection of the entry: see `projections`). A word that stands nowhere here stops the start.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from throughcare.access import holdings
from throughcare.access.ports import CARE
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Role


@dataclass(slots=True)
class Asked:
    """One question put to a condition."""

    bench: "Bench"
    lens: Lens
    data_class: DataClass
    person_id: UUID | None
    author_id: UUID | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One word of the matrix: its meaning in a sentence, its test, and the projection it cuts by."""

    name: str
    meaning: str
    test: Callable[[Asked], bool]
    projection: str = ""


def _always(_: Asked) -> bool:
    return True


def _never(_: Asked) -> bool:
    return False


def _need(asked: Asked) -> bool:
    lens, person = asked.lens, asked.person_id
    if person is None:
        return False
    return person in lens.reasoned or person in lens.opened or asked.bench.cares(lens, person)


def _author(asked: Asked) -> bool:
    return asked.author_id is not None and asked.author_id == asked.lens.user_id


def _own(asked: Asked) -> bool:
    if asked.lens.role is Role.PATIENT:
        return asked.person_id is not None and asked.person_id == asked.lens.person_id
    return _author(asked)


def _source(asked: Asked) -> bool:
    return asked.lens.role in (Role.CUSTODY, Role.TRANSPORT)


def _consent(*kinds: str) -> Callable[[Asked], bool]:
    def test(asked: Asked) -> bool:
        if asked.person_id is None:
            return False
        opened = asked.bench.consented(asked.lens, asked.person_id)
        return any(cls is asked.data_class and (not kinds or kind in kinds) for kind, cls in opened)

    return test


def _tpo(asked: Asked) -> bool:
    return asked.person_id in asked.lens.emergencies or _consent()(asked)


def _authority(kind: str) -> Callable[[Asked], bool]:
    return lambda asked: asked.person_id in asked.bench.authorities(asked.lens).get(kind, frozenset())


def _training(name: str) -> Callable[[Asked], bool]:
    return lambda asked: name in asked.lens.trainings


_LIST = (
    Condition("consent", "A consent in force opens this class to the reader's role (42 CFR 2.31; 7.4).", _consent()),
    Condition("tpo", "The same, or a medical emergency written down as 42 CFR 2.51 asks.", _tpo),
    Condition(
        "criminal_justice_consent",
        "A criminal-justice consent in force (42 CFR 2.35); no other kind of consent counts.",
        _consent("part2_criminal_justice"),
    ),
    Condition(
        "separate_consent",
        "A consent for SUD counselling notes alone, in force (42 CFR 2.31(b)).",
        _consent("part2_counselling"),
    ),
    Condition("sample", "The person is in a quality sample drawn for this reader.", _authority("sample")),
    Condition("audit", "The person is in an audit given to this reader.", _authority("audit")),
    Condition("court_order", "A court's order, on file, names the person and the reader.", _authority("court_order")),
    Condition("law", "A duty or power by law, cited on file, names the person and the reader.", _authority("law")),
    Condition("trained", "The reader's posting names the training in Part 2.", _training("part2")),
    Condition("committee", "The reader's posting names the review committee.", _training("committee")),
    Condition("forensic_team", "The reader's posting names the forensic team.", _training("forensic_team")),
    Condition("need", "The reader has a task with this person now, or gave a reason for opening the record.", _need),
    Condition("author", "The reader wrote this entry.", _author),
    Condition("own", "Staff: the reader wrote this entry. Patient: it is about the reader.", _own),
    Condition("own_reply", "The reader wrote this reply.", _author),
    Condition("sexual_safety", "The entry is about sexual safety: its class says so, else it stays closed.", _never),
    Condition("source", "The reader is custody, whose own facts these are: their feed, or an officer's hand.", _source),
    Condition("dose_only", "What is given, how much and when; nothing else.", _always, "dose"),
    Condition("med_name_only", "The medicine's name; nothing else.", _always, "medicine_name"),
    Condition("accommodation", "The accommodation as an imperative; not its reason.", _always, "operational"),
    Condition("housing", "What housing needs as an imperative; not its reason.", _always, "operational"),
    Condition("place_and_time", "Place and time; not the reason.", _always, "place_time"),
    Condition("hidden_offsite_date", "Whole, but without the date of a visit outside.", _always, "no_offsite_date"),
    Condition("incident_only", "That there was an incident, where and when; no care.", _always, "incident"),
    Condition("accounting", "Role, purpose and date of each look (ruling 10).", _own, "accounting"),
    Condition("aggregate_min_11", "Counts of 11 and more, through the publish gate; never a row.", _never),
)
CONDITIONS = {condition.name: condition for condition in _LIST}


def require_known(name: str) -> None:
    """Stop the start on a condition that nobody defined: silence would mean everything or nothing."""
    if name and name not in CONDITIONS:
        raise LookupError(f"the matrix uses a condition that access/conditions.py does not define: [{name}]")


def projection_of(name: str) -> str:
    """Give the projection that a condition cuts by; none where it shows whole."""
    return CONDITIONS[name].projection if name else ""


@dataclass(slots=True)
class Bench:
    """Judges for one lens, and remembers what it has asked: a list of rows costs what one row of each person costs."""

    _cares: dict[UUID, bool] = field(default_factory=dict)
    _consented: dict[UUID, holdings.Opened] = field(default_factory=dict)
    _ended: dict[UUID, datetime | None] = field(default_factory=dict)
    _authorities: dict[str, frozenset[UUID]] | None = None

    def met(
        self, lens: Lens, condition: str, data_class: DataClass, person_id: UUID | None, author_id: UUID | None
    ) -> bool:
        """Tell whether the condition is met; a word that nobody defined is not."""
        known = CONDITIONS.get(condition)
        return known is not None and known.test(Asked(self, lens, data_class, person_id, author_id))

    def cares(self, lens: Lens, person_id: UUID) -> bool:
        """Tell whether a care relationship holds."""
        if person_id not in self._cares:
            self._cares[person_id] = CARE().holds(lens, person_id)
        return self._cares[person_id]

    def consented(self, lens: Lens, person_id: UUID) -> holdings.Opened:
        """Give what the person's consents open to the lens' role."""
        if person_id not in self._consented:
            self._consented[person_id] = _given(lens, person_id) | holdings.consented(lens.role, person_id)
        return self._consented[person_id]

    def learn_consents(self, lens: Lens, families: Mapping[UUID, Iterable[UUID]]) -> None:
        """Ask at once what many people's consents open, for a list that will ask it of each; whom it knows it leaves."""
        unknown = {one: family for one, family in families.items() if one not in self._consented}
        if unknown:
            found = holdings.consented_of(lens.role, unknown)
            self._consented |= {one: _given(lens, one) | opened for one, opened in found.items()}

    def authorities(self, lens: Lens) -> dict[str, frozenset[UUID]]:
        """Give the people whom samples, audits, orders and laws open to the reader."""
        if self._authorities is None:
            self._authorities = holdings.authorities(lens.user_id)
        return self._authorities

    def segment_ended(self, person_id: UUID) -> bool:
        """Tell whether custody's part has ended (ruling 9)."""
        if person_id not in self._ended:
            self._ended[person_id] = CARE().segment_ended(person_id)
        return self._ended[person_id] is not None


def _given(lens: Lens, person_id: UUID) -> holdings.Opened:
    return frozenset(("given", cls) for cls in lens.consented.get(person_id, ()))


def bench_of(lens: Lens) -> Bench:
    """Give the lens' own judge, who remembers; a lens without one gets a judge for this question."""
    return lens.judge if isinstance(lens.judge, Bench) else Bench()
