"""The kiosk's page of a person's own medicines. HTTP only."""

from django.http import HttpResponse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.medications import policy
from throughcare.care.medications.reads import own
from throughcare.ui import pages


@screen("GET", "/kiosk/medicines/", policy=policy.OWN, name="kiosk_medicines")
def own_medicines(request: Request) -> HttpResponse:
    """Show a person what they take, what for, how, and when the next dose comes."""
    person_id, lang = request.lens.own(), pages.language_of(request)
    found = own.own_medicines(request.lens, person_id, lang)
    saw(request, person_id)
    return pages.page(request, "medications/kiosk_medicines.html", {"found": found}, lang=lang)
