"""The sheet for hours in which nothing else works: every due dose of a facility on paper, drawn with or without a request."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from throughcare.access import lenses
from throughcare.care.medications import pass_views, views
from throughcare.care.medications.reads import opioid_treatment, passes
from throughcare.custody import reads as custody
from throughcare.kernel import clock
from throughcare.kernel.ids import derived
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role
from throughcare.people import reads as people_reads
from throughcare.ui import pages
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import t

AHEAD = timedelta(hours=12)
TEMPLATE = "medications/downtime.html"


def sheet(lens: Lens, facility_id: UUID, printed_by: str) -> tuple[dict[str, Any], set[UUID]]:
    """Give the sheet of a facility for twelve hours, and whose data stands on it."""
    found = passes.line(lens, facility_id, ahead=AHEAD)
    expected = passes.coming(lens, facility_id, ahead=AHEAD)
    people = [p for p in [*found.people, *expected] if p.doses or p.as_needed]
    paper = PrintNote(
        title=t("medications.downtime.title"),
        as_of=clock.now(),
        facility=found.facility.name,
        url="",
        printed_by=printed_by,
        keep=t("medications.downtime.keep"),
    )
    rows = [_drawn(p) for p in people]
    seen = _observed(lens, facility_id)
    watches = _watches(lens, facility_id, found.facility.nurse_phone)
    return {
        "observed": seen,
        "watches": watches,
        "paper": paper,
        "people": rows,
        "urgent": [p for p in rows if any(d["leased"] or d["critical"] for d in p["doses"])],
        "phone": found.facility.nurse_phone,
        "passes": found.spans,
    }, {p.who.person_id for p in people} | {r["id"] for r in (*seen, *watches)}


def _observed(lens: Lens, facility_id: UUID) -> list[dict[str, Any]]:
    """Give the doses of the observed line that this reader may see, by person; a programme's stay away from who may not."""
    due = [d for d in opioid_treatment.line(lens, facility_id) if d.treatment.sealed is not None]
    cards = people_reads.cards(lens, [d.person_id for d in due])
    return [
        {
            "id": d.person_id,
            "who": cards[d.person_id],
            "text": d.treatment.text,
            "sig": d.treatment.sig,
            "due_at": d.due_at,
            "status": "" if d.status == "expected" else t(f"observed.status.{d.status}"),
        }
        for d in due
        if d.person_id in cards
    ]


def _watches(lens: Lens, facility_id: UUID, phone: str) -> list[dict[str, Any]]:
    """Give who is watched and how, in the sentences that officers have: what to do, first aid, whom to call."""
    told = custody.alerts_of(lens, custody.housed(lens, facility_id), phone=phone)
    watched = [(i, alert) for i, alerts in told.items() for alert in alerts if alert.group == "watch"]
    who = people_reads.cards(lens, [i for i, _ in watched])
    where = custody.whereabouts(lens, who)
    return [{"id": i, "who": who[i], "where": where.get(i), "alert": alert} for i, alert in watched if i in who]


def _drawn(found: passes.PassPerson) -> dict[str, Any]:
    drawn = pass_views.person(found)
    for dose, row in zip(drawn["doses"], found.doses, strict=True):
        dose["due_at"] = row.due_at
        dose["status_words"] = views.status_words(row.status) if row.recorded_at else ""
    for asked in drawn["as_needed"]:
        free = pass_views.moment(asked["earliest"])
        asked["not_before"] = free if free and free > clock.now() else None
    return drawn


def text(facility_id: UUID) -> str:
    """Draw the sheet for the file that is kept for a dead network, as the house itself."""
    name = t("medications.downtime.by_house")
    context: Mapping[str, Any] = sheet(_house(Role.RN, facility_id), facility_id, name)[0]
    return _page(context)


def observed_text(facility_id: UUID) -> str:
    """Draw the sheet of the observed line for its own file, as who gives there sees it; empty where nobody is due."""
    name, lens = t("medications.downtime.by_house"), _house(Role.LPN, facility_id)
    due = _observed(lens, facility_id)
    if not due:
        return ""
    whole = sheet(lens, facility_id, name)[0]
    return _page({**whole, "people": [], "urgent": [], "watches": [], "observed": due})


def _house(role: Role, facility_id: UUID) -> Lens:
    name = t("medications.downtime.by_house")
    return lenses.make(derived("actor", "downtime"), name, role, facilities=frozenset({facility_id}))


def _page(context: Mapping[str, Any]) -> str:
    request = HttpRequest()
    request.path = ""
    return pages.page(request, TEMPLATE, context).content.decode()
