"""What an officer sees of a code: where, what to do, what comes through the gate; never what it is. HTTP only."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.emergency import actions, policy, reads, views
from throughcare.care.emergency.screens import posting
from throughcare.custody import reads as custody
from throughcare.kernel.errors import Invalid, Stale
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of

ONE = "/custody/codes/<uuid:code_id>/"


@screen("GET", "/custody/codes/", policy=policy.OFFICER, name="custody_codes")
def codes(request: Request) -> HttpResponse:
    """Show where a code runs or ran in the last day."""
    return pages.page(request, "emergency/officer_codes.html", {"rows": reads.officers_codes(request.lens)})


@screen("GET", ONE, policy=policy.OFFICER, name="custody_code")
def code(request: Request, code_id: UUID) -> HttpResponse:
    """Show what to do."""
    return _page(request, code_id)


@screen("POST", ONE + "stamp/", policy=policy.OFFICER, name="custody_code_stamp")
def stamp(request: Request, code_id: UUID) -> HttpResponse:
    """Stamp what passes the gate."""
    reads.officers_view(request.lens, code_id)
    try:
        actions.stamp(
            actor=request.actor, intent=intent_of(request), code_id=code_id, kind=request.POST.get("kind", "")
        )
    except (Invalid, Stale) as refused:
        return _page(request, code_id, refused)
    return pages.then(request, reverse("custody_code", kwargs={"code_id": code_id}), "Stamped.")


@screen("POST", ONE + "person/", policy=policy.OFFICER, name="custody_code_person")
def person(request: Request, code_id: UUID) -> HttpResponse:
    """Say who it is."""
    row, _ = reads.officers_view(request.lens, code_id)
    who = posting.id_of(request.POST.get("person", ""))
    if row.person_id is not None or who not in custody.whereabouts(request.lens, [who]):
        return _page(request, code_id, Stale("Somebody has said who it is already. Health staff can put it right."))
    actions.attach_person(actor=request.actor, intent=intent_of(request), code_id=code_id, person_id=who)
    return pages.then(request, reverse("custody_code", kwargs={"code_id": code_id}), "Health staff know who it is.")


def _page(request: Request, code_id: UUID, refused: Invalid | Stale | None = None) -> HttpResponse:
    row, held = reads.officers_view(request.lens, code_id)
    asked = request.GET.get("who", "")
    found = custody.find(request.lens, asked, limit=8)[0] if asked and row.person_id is None else []
    saw(request, *(f.who.person_id for f in found))
    context = {
        "code": row,
        "told": views.officers_sentences(row, held),
        "taps": views.officers_taps(row),
        "errors": error_lines(refused),
        "found": found,
        "asked": asked,
        "ask_who": row.person_id is None and not row.drill,
    }
    if refused is not None:
        return pages.page(request, "emergency/officer.html", context, status=refused.status)
    return pages.page_or_fragment(request, "emergency/officer.html", "live", context)
