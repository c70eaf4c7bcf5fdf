"""The first page and each role's home; in the demonstration, becoming somebody."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.csrf import csrf_exempt

from throughcare.access import policy
from throughcare.access.doors import screen
from throughcare.app import become, personas
from throughcare.kernel.errors import NotFound, Refused
from throughcare.kernel.vocabulary import Role
from throughcare.ui import gallery as ui_gallery
from throughcare.ui import pages

HOMES = {
    Role.CUSTODY: "custody_board",
    Role.TRANSPORT: "movements",
    Role.PATIENT: "kiosk",
    Role.HIM: "exceptions",
    Role.OPERATOR: "messages",
    Role.COMMUNITY: "find",
    Role.PAROLE: "parole",
    Role.SCHEDULER: "appointments",
    Role.OMBUDS: "ombuds",
    Role.PREA: "safety",
}


@screen("GET", "/", policy=policy.PUBLIC, name="home")
def home(request: Any) -> HttpResponse:
    """Lead each reader to their work; a visitor of the demonstration chooses who to be."""
    if request.lens is not None:
        return HttpResponseRedirect(_home_of(request.lens.role))
    if settings.THROUGHCARE_DEMO:
        return HttpResponseRedirect("/demo/")
    return HttpResponseRedirect("/sign-in/")


@screen("GET", "/demo/", policy=policy.PUBLIC, name="demo")
def demo(request: HttpRequest) -> HttpResponse:
    """Ask: who do you want to be?"""
    _only_in_demo()
    cards = [
        {"persona": persona, "role": card.role.value, "facility": str(place.id) if place else ""}
        for card, persona, place in personas.cards()
    ]
    return pages.page(request, "app/demo.html", {"cards": cards})


@screen("POST", "/demo/become", policy=policy.PUBLIC, name="demo_become")
@csrf_exempt
def demo_become(request: HttpRequest) -> HttpResponse:
    """Sign in as a role at a facility (and, for a patient, as a person). Refused in production."""
    _only_in_demo()
    role = request.POST.get("role", "")
    if role not in set(Role):
        raise Refused(f"There is no role [{role[:20]}]. Choose one of {', '.join(Role)}.")
    posting = become.become(
        request, Role(role), facility=request.POST.get("facility", ""), person=request.POST.get("person", "")
    )
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"role": role, "posting": str(posting.id), "session": request.session.session_key})
    return HttpResponseRedirect(_home_of(Role(role)))


@screen("GET", "/gallery/", policy=policy.PUBLIC, name="gallery")
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component in every state."""
    return ui_gallery.gallery(request)


def _only_in_demo() -> None:
    if not settings.THROUGHCARE_DEMO:
        raise NotFound("There is no such page.")


def _home_of(role: Role) -> str:
    try:
        return reverse(HOMES.get(role, "work"))
    except NoReverseMatch:
        return reverse("demo") if settings.THROUGHCARE_DEMO else "/account/"
