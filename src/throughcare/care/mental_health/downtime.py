"""The rounds on paper, for hours in which nothing else works: who, which door, the order, and empty lines to write on."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from throughcare.access import lenses
from throughcare.care.mental_health import views
from throughcare.care.mental_health.reads import board
from throughcare.custody import reads as custody
from throughcare.kernel import clock
from throughcare.kernel.ids import derived
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role
from throughcare.ui import pages
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import t

LINES = 14


def lines(lens: Lens, facility_id: UUID) -> list[dict[str, Any]]:
    """Give everybody on watch as a sheet needs them: door, name, level, what they may have, when last seen. No reason."""
    rows, phone = board.board(lens, facility_id), custody.facility(lens, facility_id).nurse_phone
    told = custody.alerts_of(lens, [line.watch.person_id for line in rows], phone=phone)
    return [
        {
            "person_id": line.watch.person_id,
            "name": line.who.name,
            "number": line.who.number,
            "place": line.where.words if line.where else "",
            "constant": line.watch.level == "constant",
            "last_seen_at": line.watch.last_seen_at,
            "observer": line.observer.observer if line.observer else "",
            "items": views.property_words(line.watch),
            "sentences": told.get(line.watch.person_id, []),
            "out_of_cell": views.words_of("out_of_cell", [line.watch.out_of_cell])[0],
        }
        for line in rows
    ]


def text(facility_id: UUID) -> str:
    """Draw the rounds for the file that is kept for a dead network, as the house itself; empty where nobody is on watch."""
    by = t("rounds.by_house")
    lens = lenses.make(derived("actor", "downtime"), by, Role.RN, facilities=frozenset({facility_id}))
    context, whose = sheet(lens, facility_id, by)
    if not whose:
        return ""
    request = HttpRequest()
    request.path = ""
    return pages.page(request, "mental_health/downtime.html", context).content.decode()


def sheet(lens: Lens, facility_id: UUID, printed_by: str) -> tuple[dict[str, Any], set[UUID]]:
    """Give the sheet of a facility, and whose data stands on it."""
    found, site = lines(lens, facility_id), custody.facility(lens, facility_id)
    paper = PrintNote(
        title=t("rounds.sheet"),
        as_of=clock.now(),
        facility=site.name,
        printed_by=printed_by,
        keep=t("rounds.sheet_keep"),
    )
    context = {"paper": paper, "people": found, "phone": site.nurse_phone, "empty": range(LINES)}
    return context, {row["person_id"] for row in found}
