"""Finding somebody by a fragment of a name, an alias, a number or a cell, among those whom the reader may find."""

import re
from dataclasses import dataclass
from uuid import UUID

from throughcare.custody.policy import housed_now, visible_people
from throughcare.custody.reads.where import Whereabouts, whereabouts
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people

CELL = re.compile(r"[A-Za-z]{1,4}-?[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """One hit: who, and where now."""

    who: people.Card
    where: Whereabouts | None


def find(lens: Lens, text: str, *, limit: int = 20) -> tuple[list[FoundPerson], bool]:
    """Give the people who match, those in a cell of that name first, and whether there are more."""
    found = people.search(lens, text, within=visible_people(lens), limit=limit)
    if not lens.may(Verb.READ, DataClass.DEMOGRAPHICS):
        return [FoundPerson(c, None) for c in found.cards], found.more
    in_cell = _in_cell(lens, text.strip(), limit)
    cards = people.cards(lens, in_cell)
    cards.update({c.person_id: c for c in found.cards})
    ordered = list(dict.fromkeys([*(cards[i].person_id for i in in_cell), *(c.person_id for c in found.cards)]))
    by_root = {c.person_id: c for c in cards.values()}
    places = whereabouts(lens, ordered[:limit])
    return [FoundPerson(by_root[i], places.get(i)) for i in ordered[:limit]], found.more or len(ordered) > limit


def _in_cell(lens: Lens, text: str, limit: int) -> list[UUID]:
    if not CELL.fullmatch(text):
        return []
    code = text.upper() if "-" in text else re.sub(r"([A-Z]+)([0-9]+)", r"\1-\2", text.upper())
    rows = housed_now(lens).filter(bed__cell__code__startswith=code, confirmed=True)
    return list(rows.order_by("bed__cell__code").values_list("person_id", flat=True)[:limit])
