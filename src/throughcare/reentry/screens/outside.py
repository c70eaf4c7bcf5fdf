"""Pages of those outside: the parole officer's, the person's own at the kiosk, and the page behind a code on paper. HTTP only."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from throughcare.access import lenses
from throughcare.access import policy as access
from throughcare.access.doors import Request, saw, screen
from throughcare.kernel.actor import Actor
from throughcare.kernel.vocabulary import Role
from throughcare.reentry import actions, policy
from throughcare.reentry.actions import linking
from throughcare.reentry.reads import handed, packet, parole
from throughcare.ui import pages
from throughcare.ui.forms import day_or_none

PAROLE_ONE = "/parole/<uuid:person_id>/"
HOLDER = Actor.system("holder of a paper")


@screen("GET", "/parole/", policy=policy.PAROLE, name="parole")
def find(request: Request) -> HttpResponse:
    """Find a person under supervision by their number."""
    asked = request.GET.get("number", "").strip()
    found = parole.find(request.lens, asked) if asked else None
    if found is not None:
        return HttpResponseRedirect(reverse("parole_person", kwargs={"person_id": found}))
    return pages.page(request, "reentry/parole_find.html", {"asked": asked}, status=404 if asked else 200)


@screen("GET", PAROLE_ONE, policy=policy.PAROLE, name="parole_person")
def supervised(request: Request, person_id: UUID) -> HttpResponse:
    """Show a parole officer when and where, devices and accommodations; more where a consent says so."""
    found = parole.one(request.lens, person_id)
    saw(request, person_id)
    return pages.page(request, "reentry/parole.html", {"row": found})


@screen("GET", "/kiosk/packet/", policy=policy.MINE, name="kiosk_packet")
def mine(request: Request) -> HttpResponse:
    """Show a person their own packet, whole: their own copy is theirs."""
    person_id, lang = request.lens.own(), pages.language_of(request)
    found = packet.packet(request.lens, person_id, lang)
    saw(request, person_id)
    return pages.page(request, "reentry/kiosk_packet.html", {"packet": found}, lang=lang)


@screen("GET", "/papers/<str:token>/", policy=access.PUBLIC, name="papers")
def papers(request: Request, token: str) -> HttpResponse:
    """Ask who holds the paper for their birth date; a code that has ended says so, and says no more."""
    return _ask(request, token)


@screen("POST", "/papers/<str:token>/", policy=access.PUBLIC, name="papers")
def opened(request: Request, token: str) -> HttpResponse:
    """Open what was handed over, to who knows the birth date."""
    packet_id = actions.open_link(actor=HOLDER, token=token, born=day_or_none(request.POST.get("born", "")))
    if packet_id is None:
        return _ask(request, token, wrong=True)
    person_id = handed.person_of(packet_id)
    lens = lenses.make(person_id, "holder", Role.PATIENT, facilities=None, person_id=person_id)
    row, found = handed.own(lens, packet_id)
    context = {"packet": found, "open": True, "found": True, "wrong": False}
    return pages.page(request, "reentry/papers.html", context, lang=row.lang)


def _ask(request: Request, token: str, *, wrong: bool = False) -> HttpResponse:
    is_open = linking.is_open(token)
    context = {"packet": None, "open": is_open, "found": False, "wrong": wrong and is_open}
    status = 422 if wrong and is_open else 200 if is_open else 404
    return pages.page(request, "reentry/papers.html", context, status=status, lang=pages.language_of(request))
