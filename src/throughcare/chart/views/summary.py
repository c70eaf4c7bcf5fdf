"""The one-page summary as shapes: duties with their clocks, facts with what may be said of them, what is planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from throughcare.chart import forms, reads
from throughcare.chart import models as m
from throughcare.chart.policy import Sight
from throughcare.custody.reads import PlanRow
from throughcare.custody.reads.where import PLAN_WORDS
from throughcare.duties import views as duties
from throughcare.duties.reads import WorkItem
from throughcare.duties.titles import role_title
from throughcare.kernel import content
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.reads import Candidate
from throughcare.ui.shapes import Action, ClockShape


@dataclass(frozen=True, slots=True)
class Line:
    """One fact: what it says, what stands beside it, where it opens."""

    text: str
    note: str
    id: UUID
    kind: str
    entire: bool
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A chart that may be this person's, read only: its number, why it is thought so, and what matters in it."""

    number: str
    born: str
    reasons: str
    said: reads.Prior | None


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """What waits to be done, by whom, by when; `more` counts others of the same rule."""

    id: UUID
    title: str
    owner: str
    clock: ClockShape
    action: Action
    href: str
    more: int


def open_duties(items: Sequence[WorkItem]) -> list[OpenDuty]:
    """Draw a person's open duties, worst first; several of one rule stand as the first of them."""
    by_rule: dict[str, list[WorkItem]] = {}
    for item in items:
        by_rule.setdefault(item.rule, []).append(item)
    return [_duty(held[0], len(held) - 1) for held in by_rule.values()]


def _duty(item: WorkItem, more: int) -> OpenDuty:
    return OpenDuty(
        item.id,
        item.title,
        role_title(item.owner_role),
        duties.clock_of(item),
        duties.action_of(item),
        duties.duty_href(item),
        more,
    )


def problems(rows: Sequence[m.Condition], seen: Sight) -> list[Line]:
    """Draw the problem list."""
    return [
        Line(reads.words_of(seen, r), f"since {r.onset.year}" if r.onset else "", r.id, "Condition", seen.entire(r))
        for r in rows
    ]


def medicines(rows: Sequence[m.HomeMedicine], seen: Sight) -> list[Line]:
    """Draw home medicines; under a cut the name alone."""
    return [_medicine(r, seen.entire(r)) for r in rows]


def _medicine(row: m.HomeMedicine, entire: bool) -> Line:
    if not entire:
        return Line(row.text, "", row.id, "MedicationStatement", False)
    mark = {"verified": "", "not_found": "sought, not found", "unverified": "not verified"}[row.verified]
    note = " · ".join(x for x in (row.dose, f"last taken {row.last_taken}" if row.last_taken else "") if x)
    return Line(row.text, note, row.id, "MedicationStatement", True, mark)


def notes(rows: Sequence[m.Note], seen: Sight) -> list[Line]:
    """Draw the last notes; under a cut their kind and date alone."""
    titles = note_titles()
    return [
        Line(
            r.title if seen.entire(r) else titles.get(r.kind, r.kind),
            r.recorded_by.split(",")[0] if seen.entire(r) else "",
            r.id,
            "Composition",
            seen.entire(r),
        )
        for r in rows
    ]


def note_titles() -> Mapping[str, str]:
    """Give the titles of the kinds of notes that content offers."""
    return {kind.id: kind.title for kind in note_kinds()}


@dataclass(frozen=True, slots=True)
class NoteKind:
    """A kind of note: the class it belongs to, who may write it (nobody named: whoever writes the class)."""

    id: str
    title: str
    data_class: DataClass
    roles: frozenset[str]
    everyday: bool


def note_kinds() -> list[NoteKind]:
    """Give the kinds of notes: the everyday ones first, then those that clocks wait for (vocabulary/notes.toml)."""
    found: dict[str, NoteKind] = {}
    for path in ("chart/notes.toml", "vocabulary/notes.toml"):
        for row in content.rows(path, "note"):
            data_class, roles = DataClass(row["data_class"]), frozenset(row.get("roles", ()))
            kind = NoteKind(row["id"], row["title"], data_class, roles, path == "chart/notes.toml")
            found.setdefault(kind.id, kind)
    return list(found.values())


def form_title(name: str) -> str:
    """Give a form's title; one that content no longer has keeps its name."""
    if f"forms/{name}.json" not in content.names("forms", ".json"):
        return name
    return forms.load(name).title.en


def score_words(row: m.FormResponse) -> str:
    """Say a signed form's score: "14, moderate"; what was left open is said too."""
    score = row.score
    if not score:
        return ""
    if score["value"] is None or score["status"] != "final":
        return "incomplete, no score"
    scale = forms.load(row.form).scale
    band = next((b.text.en for b in scale.bands if b.key == score["band"]), "") if scale else ""
    value = score["value"].split(".")[0] if score["value"].endswith(".0") else score["value"]
    return f"{value}, {band}" if band else str(value)


def signed_forms(rows: Sequence[m.FormResponse], seen: Sight) -> list[tuple[m.FormResponse, str, str]]:
    """Draw the last signed forms with their scores; under a cut without them."""
    return [(r, form_title(r.form), score_words(r) if seen.entire(r) else "") for r in rows]


def plans(rows: Sequence[PlanRow]) -> list[tuple[PlanRow, str]]:
    """Say custody's plans as people do: "Court, Hartford"."""
    return [(r, f"{PLAN_WORDS.get(r.kind, r.kind.capitalize())}{', ' + r.place if r.place else ''}") for r in rows]


def earlier(candidates: Sequence[Candidate], said: Mapping[UUID, reads.Prior]) -> list[Earlier]:
    """Draw the charts that may be this person's; they are told by number, for on this page nobody else is named."""
    return [
        Earlier(
            number=c.card.number,
            born=c.card.birth_date.isoformat() if c.card.birth_date else "",
            reasons=", ".join(c.reasons),
            said=said.get(c.card.person_id),
        )
        for c in candidates
    ]
