"""Every reading of documents from outside: those of a person, one beside the chart, and those that are nobody's yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from throughcare.care.medications import formulary
from throughcare.chart.models import Allergy, Condition, Encounter, HomeMedicine, Immunization, Observation
from throughcare.chart.policy import sight
from throughcare.exchange.documents import charting, matching, policy, whose
from throughcare.exchange.documents.ccda.found import KINDS, Attached, Item, Section, Who, item_of
from throughcare.exchange.documents.matching import Charted
from throughcare.exchange.documents.models import Received, Said
from throughcare.exchange.documents.reading import read
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people.models import Person

MOST = 50
_RECENT = 2000


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document of a person, with how many of its items wait, of those that this reader sees."""

    id: UUID
    kind: str
    title: str
    sender: str
    written: str
    received_at: datetime
    state: str
    open: int
    items: int
    protected: bool


@dataclass(frozen=True, slots=True)
class SaidRow:
    """One item as the page shows it: what it says, what the chart holds of it, what was decided."""

    id: UUID
    version: int
    n: int
    item: Item
    state: str
    decided_by: str
    decided_at: datetime | None
    why: str
    charted: str
    beside: str
    same: bool
    may_accept: bool
    directions: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The items of one kind."""

    kind: str
    rows: list[SaidRow]

    @property
    def open(self) -> int:
        """Count what waits."""
        return sum(row.state == "open" for row in self.rows)


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document beside the chart."""

    row: DocumentRow
    who: Who
    differs: list[str]
    odd: list[str]
    groups: list[Group]
    words: list[Section]
    hidden: bool
    attached: Attached | None
    number: str = ""
    replaced_by: UUID | None = None
    known: list[SaidRow] = field(default_factory=list)


def of_person(lens: Lens, family: Sequence[UUID]) -> list[DocumentRow]:
    """List a person's documents from outside, the newest first."""
    lens.require(Verb.READ, DataClass.CLINICAL, person_id=family[0])
    with db.reading(lens):
        rows = list(Received.objects.filter(person_id__in=family).defer("raw").order_by("-received_at")[:MOST])
        said = list(Said.objects.filter(document__in=rows).defer("item"))
    seen: dict[UUID, list[Said]] = {}
    for one in said:
        if policy.sees(lens, one):
            seen.setdefault(one.document_id, []).append(one)
    return [_row(row, seen.get(row.id, [])) for row in rows]


def _row(row: Received, said: Sequence[Said]) -> DocumentRow:
    return DocumentRow(
        row.id, row.kind, row.title, row.sender, row.written, row.received_at, row.state,
        sum(one.state == "open" for one in said), len(said), row.protected,
    )  # fmt: skip


def one(lens: Lens, family: Sequence[UUID], received_id: UUID) -> DocumentView:
    """Give a document with each item beside what the chart holds of it."""
    lens.require(Verb.READ, DataClass.CLINICAL, person_id=family[0])
    with db.reading(lens):
        row = Received.objects.filter(id=received_id, person_id__in=family).select_related("person").first()
        if row is None or row.person is None:
            raise NotFound("There is no such document in this chart.")
        every = list(row.items.order_by("n"))
        said = [one for one in every if policy.sees(lens, one)]
        chart = _chart(lens, family, row)
        newer = Received.objects.filter(person_id__in=family, replaces=row.number).exclude(number="").first()
    rows = [_said(one, chart) for one in said]
    hidden = len(said) < len(every)
    document = read(bytes(row.raw))
    words = [] if hidden else [one for one in document.sections if one.lines]
    return DocumentView(
        row=_row(row, said),
        who=document.who,
        differs=whose.against(document.who, row.person)[1],
        odd=list(row.odd),
        groups=[Group(kind, found) for kind in KINDS if (found := [r for r in rows if r.item.kind == kind])],
        words=words,
        hidden=hidden,
        attached=document.attached,
        number=row.number,
        replaced_by=newer.id if newer else None,
        known=[r for r in rows if r.state == "open" and r.same],
    )


def raw(lens: Lens, family: Sequence[UUID], received_id: UUID) -> Received:
    """Give a document's bytes to who may read all that its items say."""
    lens.require(Verb.READ, DataClass.CLINICAL, person_id=family[0])
    row = Received.objects.filter(id=received_id, person_id__in=family).first()
    if row is None or not all(policy.sees(lens, one) for one in row.items.defer("item")):
        raise NotFound("There is no such document in this chart.")
    return row


def _said(row: Said, chart: Sequence[Charted]) -> SaidRow:
    item = item_of(row.item)
    found = matching.match(item, contents_of(item), chart) if row.state == "open" else None
    nothing = item.negated or bool(item.unknown)
    return SaidRow(
        id=row.id,
        version=row.version,
        n=row.n,
        item=item,
        state=row.state,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        why=row.why,
        charted=row.charted_as,
        beside=found.line.words or found.line.text if found else "",
        same=bool(found and found.same) or (nothing and row.state == "open"),
        may_accept=not nothing,
        directions=charting.directions(item) if item.kind == "medicine" else "",
    )


def contents_of(item: Item) -> frozenset[str]:
    """Give the drugs in a medicine or an allergy, as the formulary knows them."""
    if item.kind not in ("medicine", "allergy"):
        return frozenset()
    codes = [one.code for one in (item.code, *item.also) if one.system == charting.RXNORM]
    return _contents(codes[0] if codes else "", item.code.text)


def _contents(rxcui: str, text: str) -> frozenset[str]:
    table = formulary.load()
    first = text.split(" ")[0].strip(",") if text else ""
    return (table.contents(rxcui) if rxcui else frozenset()) or table.said(text) or table.named(first)


def _chart(lens: Lens, family: Sequence[UUID], document: Received) -> list[Charted]:
    """Give what the reader sees of the chart, as it is compared."""
    seen = sight(lens, family)
    made: list[Charted] = []
    for c in seen.of(Condition).exclude(status="entered-in-error"):
        made.append(Charted("problem", c.text, _code(c), words=f"{c.text} ({c.status})"))
    for a in seen.of(Allergy).exclude(status="entered-in-error"):
        made.append(Charted("allergy", a.text, _code(a), contents=_contents(a.code, a.text), words=a.text))
    for m in seen.of(HomeMedicine).exclude(status="entered-in-error"):
        words = f"{m.text} {m.dose}".strip()
        made.append(Charted("medicine", m.text, _code(m), contents=_contents(m.code, m.text), words=words))
    made += _ordered(lens, family)
    for v in seen.of(Immunization).exclude(status="entered-in-error"):
        day = _day(v.given_at)
        made.append(Charted("immunization", v.text, _code(v), day, words=f"{v.text}, {day}"))
    kinds = {"laboratory": "result", "vital-signs": "vital_sign", "social-history": "social_history"}
    measured = seen.of(Observation).exclude(status="entered-in-error").filter(category__in=kinds)
    for o in measured.order_by("-effective_at")[:_RECENT]:
        value = str(o.value.normalize()) if o.value is not None else o.value_text
        words = f"{o.text}: {value} {o.unit}".strip() + f", {_day(o.effective_at)}"
        made.append(Charted(kinds[o.category], o.text, _code(o), _day(o.effective_at), value, words=words))
    for e in seen.of(Encounter).exclude(status="entered-in-error").order_by("-started_at")[:_RECENT]:
        made.append(Charted("encounter", e.kind, day=_day(e.started_at), words=f"{e.kind}, {_day(e.started_at)}"))
    return made + _decided(lens, family, document)


def _ordered(lens: Lens, family: Sequence[UUID]) -> list[Charted]:
    """Give the medicines ordered here that the reader may see."""
    from throughcare.care.medications import states
    from throughcare.care.medications.models import MedicationOrder

    if not all(lens.may(Verb.READ, DataClass.MEDICATION, person_id=one) for one in family):
        return []
    rows = MedicationOrder.objects.filter(person_id__in=family, status__in=states.LIVE, data_class="medication")
    return [
        Charted(
            "medicine",
            o.text,
            codes=frozenset({(charting.RXNORM, o.code)}),
            contents=_contents(o.code, o.text),
            words=f"{o.text}, {o.sig}",
        )
        for o in rows
    ]


def _decided(lens: Lens, family: Sequence[UUID], document: Received) -> list[Charted]:
    """Give what was decided before of the same things, in other documents."""
    rows = Said.objects.filter(person_id__in=family).exclude(state="open").exclude(document=document)
    made = []
    for one in rows.order_by("-decided_at")[:_RECENT]:
        if policy.sees(lens, one):
            item = item_of(one.item)
            codes = frozenset((c.system, c.code) for c in (item.code, *item.also) if c.code)
            words = f"{item.code.text}: {one.state}, {_day(one.decided_at)}" if one.decided_at else item.code.text
            made.append(Charted(item.kind, item.code.text, codes, item.since[:10], item.value, words=words))
    return made


def _code(row: Condition | Allergy | HomeMedicine | Immunization | Observation) -> frozenset[tuple[str, str]]:
    return frozenset({(row.system, row.code)}) if row.code else frozenset()


def _day(at: datetime) -> str:
    return clock.local(at).date().isoformat()


# --- documents that are nobody's yet ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A document that waits for somebody to say whose it is."""

    id: UUID
    title: str
    kind: str
    sender: str
    written: str
    received_at: datetime
    door: str
    hold: str
    who: Who
    state: str = "waiting"
    version: int = 1


def held(lens: Lens) -> list[HeldRow]:
    """List the documents that are nobody's yet, the longest waiting first."""
    policy.HELD.require(lens)
    rows = Received.objects.filter(state="waiting").defer("raw").order_by("received_at")[:MOST]
    return [_held(row) for row in rows]


def number_held(lens: Lens) -> int:
    """Count them, for who may see them."""
    return Received.objects.filter(state="waiting").count() if policy.HELD.allows(lens) else 0


def held_one(lens: Lens, held_id: UUID) -> HeldRow:
    """Give one of them."""
    policy.HELD.require(lens)
    row = Received.objects.filter(id=held_id).defer("raw").first()
    if row is None:
        raise NotFound("There is no such document.")
    return _held(row)


def _held(row: Received) -> HeldRow:
    who = whose.who_of(row.said)
    return HeldRow(
        row.id, row.title, row.kind, row.sender, row.written, row.received_at, row.door, row.hold, who,
        row.state, row.version,
    )  # fmt: skip


def likely(lens: Lens, who: Who) -> list[UUID]:
    """Give whom it may be about: the same birth date and one word of the family name. A proposal for a person's eye."""
    policy.HELD.require(lens)
    day = whose.born(who)
    if day is None:
        return []
    rows = Person.objects.filter(birth_date=day, survivor=None)[:20]
    return [one.id for one in rows if "name" not in whose.against(who, one)[1]]


# --- one item ---------------------------------------------------------------------------------------------------------------


def said(lens: Lens, family: Sequence[UUID], said_id: UUID) -> Said:
    """Give one item of a person that the reader sees."""
    row = Said.objects.filter(id=said_id, person_id__in=family).first()
    if row is None or not policy.sees(lens, row):
        raise NotFound("There is no such item in this chart.")
    return row


def whose_item(lens: Lens, family: Sequence[UUID], said_id: UUID) -> UUID:
    """Give under which of a person's charts an item stands."""
    return said(lens, family, said_id).person_id
