"""The packet that goes with a person: made, shown on paper, handed over; a programme's dose only by 42 CFR 2.51."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.care.emergency import actions, hospital_reads, hospital_views, paper, policy
from throughcare.custody import reads as custody
from throughcare.kernel.errors import Invalid, NotFound, Refused, Stale
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import t

ONE = "/people/<uuid:person_id>/packet/"


@screen("POST", ONE, policy=policy.PACKET, name="packet_make")
def make(request: Request, person_id: UUID) -> HttpResponse:
    """Make the packet as the record stands now."""
    where = custody.whereabouts(request.lens, [person_id]).get(person_id)
    facility = (where.facility_id if where else None) or request.posting.facility_id
    if facility is None:
        raise NotFound("Choose a facility first.")
    made = actions.make_packet(
        actor=request.actor, intent=intent_of(request), person_id=person_id, facility_id=facility
    )
    return pages.then(request, reverse("packet", kwargs={"person_id": person_id, "packet_id": made}))


@screen("GET", ONE + "<uuid:packet_id>/", policy=policy.PACKET, name="packet", log="print")
def packet(request: Request, person_id: UUID, packet_id: UUID) -> HttpResponse:
    """Show a packet on paper, as it was made."""
    return _page(request, person_id, packet_id)


@screen("GET", ONE + "<uuid:packet_id>/pdf/", policy=policy.PACKET, name="packet_pdf", log="print")
def packet_pdf(request: Request, person_id: UUID, packet_id: UUID) -> HttpResponse:
    """Give a packet as a PDF, word for word as it was made."""
    row, _ = hospital_reads.packet(request.lens, people.family(request.lens, person_id), packet_id)
    answer = HttpResponse(paper.pdf(row, mark=pages.copy_mark(request)), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="packet.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


@screen("POST", ONE + "<uuid:packet_id>/handed/", policy=policy.PACKET, name="packet_handed")
def handed(request: Request, person_id: UUID, packet_id: UUID) -> HttpResponse:
    """Say to whom it was given."""
    try:
        actions.hand_packet(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            packet_id=packet_id,
            to=request.POST.get("to", ""),
        )
    except (Invalid, Stale) as refused:
        return _page(request, person_id, packet_id, refused)
    return pages.then(request, reverse("packet", kwargs={"person_id": person_id, "packet_id": packet_id}))


@screen("POST", ONE + "<uuid:packet_id>/programme/", policy=policy.PROGRAMME, name="packet_programme")
def programme(request: Request, person_id: UUID, packet_id: UUID) -> HttpResponse:
    """Add a programme's dose in a medical emergency, with all that the law asks to be written."""
    said = {name: request.POST.get(name, "") for name in ("recipient", "affiliation", "nature")}
    try:
        actions.disclose_programme(
            actor=request.actor, intent=intent_of(request), person_id=person_id, packet_id=packet_id, **said
        )
    except (Invalid, Stale) as refused:
        return _page(request, person_id, packet_id, refused)
    return pages.then(request, reverse("packet", kwargs={"person_id": person_id, "packet_id": packet_id}))


def _page(request: Request, person_id: UUID, packet_id: UUID, refused: Refused | None = None) -> HttpResponse:
    family = people.family(request.lens, person_id)
    row, lines = hospital_reads.packet(request.lens, family, packet_id)
    note = PrintNote(
        t("emergency.packet"),
        as_of=row.made_at,
        facility=row.body["from"],
        printed_by=request.lens.user_name,
        keep=t("emergency.packet_keep"),
    )
    typed = {k: str(v) for k, v in request.POST.items()} if refused else {}
    context = {
        "paper": note,
        "packet": row,
        "said": row.body,
        "programme": lines,
        "person_id": person_id,
        "errors": error_lines(refused),
        "may_programme": policy.PROGRAMME.allows(request.lens),
        "fields": hospital_views.programme_fields(typed, refused.fields if refused else {}),
    }
    return pages.page(request, "emergency/packet.html", context, status=refused.status if refused else 200)
