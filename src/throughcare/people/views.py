"""From rows of identity to the shapes that pages draw."""

from collections.abc import Sequence

from django.urls import reverse

from throughcare.kernel.errors import Refused
from throughcare.people.reads import NUMBER, Candidate, Card, Details, Proposal
from throughcare.ui.jinja import day
from throughcare.ui.shapes import BannerShape, Cell, Column, FieldShape, Option, TableShape


def banner(card: Card, place: str = "") -> BannerShape:
    """Draw the banner of a page about identity."""
    return BannerShape(
        seed=card.seed,
        name=card.name,
        number=card.number,
        age=card.age,
        place=place,
        used_name=card.used_name,
        allergies_state="hidden",
        language=card.speaks,
    )


def facts(known: Details) -> list[tuple[str, str]]:
    """List what the chart says."""
    card = known.card
    born = day(card.birth_date) if card.birth_date else "not known"
    return [
        ("Family name", card.family_name),
        ("Given name", card.given or "–"),
        ("Middle name", known.middle or "–"),
        ("Goes by", card.used_name or "–"),
        ("Born", f"{born}, estimated" if card.estimated else born),
        ("Sex", card.sex),
        ("Language", card.speaks or "English"),
        ("Race or ethnicity", known.race_ethnicity or "–"),
    ]


def _giver(system: str) -> str:
    """Name who gave a number: this record, or the last part of the system's own name."""
    return "This record" if system == NUMBER else system.removeprefix("urn:").replace(":", " ")


def numbers(known: Details) -> TableShape:
    """Draw the numbers."""
    return TableShape(
        "Numbers",
        [Column("Number"), Column("Given by"), Column("Since"), Column("Until")],
        [[n.value, _giver(n.system), day(n.since), day(n.until) if n.until else "in use"] for n in known.numbers],
        empty="No number is on record.",
    )


def aliases(known: Details) -> TableShape:
    """Draw other names."""
    return TableShape(
        "Other names",
        [Column("Name"), Column("Born"), Column("Known from"), Column("Since")],
        [[a.name, day(a.birth_date) if a.birth_date else "–", a.source, day(a.at)] for a in known.aliases],
        empty="No other name is on record.",
    )


def candidates(rows: Sequence[Candidate]) -> list[tuple[str, str]]:
    """Say which other charts may be this person's, with the address of the comparison."""
    return [
        (
            f"{row.card.name}, {row.card.number}: {'; '.join(row.reasons)}",
            reverse("merge", kwargs={"proposal_id": row.proposal_id}),
        )
        for row in rows
    ]


def proposals(rows: Sequence[Proposal]) -> TableShape:
    """Draw the pairs that wait."""
    return TableShape(
        "Charts that may be one person's",
        [Column("Chart"), Column("Other chart"), Column("Because"), Column("Found by"), Column("Since")],
        [
            [
                Cell(row.a.card.name, href=reverse("merge", kwargs={"proposal_id": row.id}), note=row.a.card.number),
                Cell(row.b.card.name, note=row.b.card.number),
                "; ".join(row.reasons),
                row.source,
                day(row.proposed_at),
            ]
            for row in rows
        ],
        empty="No two charts wait for a decision.",
        caption_hidden=True,
    )


def compared(row: Proposal) -> TableShape:
    """Draw two charts side by side; what differs is marked. No drawn faces here: they are invented and would mislead."""
    left, right = dict(facts(row.a)), dict(facts(row.b))
    for side, known in ((left, row.a), (right, row.b)):
        side["Numbers"] = ", ".join(n.value for n in known.numbers) or "–"
        side["Other names"] = "; ".join(a.name for a in known.aliases) or "–"
    return TableShape(
        "Side by side",
        [Column("What", hidden=True), Column(row.a.card.name), Column(row.b.card.name)],
        [[name, left[name], Cell(right[name], meaning="" if left[name] == right[name] else "shift")] for name in left],
        caption_hidden=True,
    )


def choice(row: Proposal, chosen: str) -> FieldShape:
    """Ask what these two charts are."""
    return FieldShape(
        "decision",
        "What are these charts?",
        kind="radio",
        value=chosen,
        required=True,
        options=[
            Option(str(row.a.card.person_id), f"One person: keep {row.a.card.name}, {row.a.card.number}"),
            Option(str(row.b.card.person_id), f"One person: keep {row.b.card.name}, {row.b.card.number}"),
            Option("apart", "Two people"),
        ],
    )


def why(text: str, refused: Refused | None) -> FieldShape:
    """Ask for the reason."""
    error = refused.fields.get("why", "") if refused else ""
    return FieldShape(
        "why", "Why", value=text, required=True, width="full", max_length=200, error=error, hint="What you compared."
    )
