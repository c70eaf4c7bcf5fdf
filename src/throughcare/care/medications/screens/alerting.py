"""What the checks of orders said, and what was answered: for who keeps the rules. HTTP only."""

from django.http import HttpResponse

from throughcare.access.doors import Request, screen
from throughcare.care.medications import formulary, policy
from throughcare.care.medications.reads import alerting as reads
from throughcare.ui import pages


@screen("GET", "/medicines/alerts/", policy=policy.ALERTS, name="medication_alerts")
def alerts(request: Request) -> HttpResponse:
    """Show how often the checks interrupted at one's facility, which rules spoke, and why prescribers went past them."""
    place = request.posting.facility_id
    found = reads.heard(request.lens, [place] if place else None)
    context = {
        "found": found,
        "budget": reads.BUDGET,
        "edition": formulary.load().edition,
        "days": reads.LOOKS_BACK.days,
    }
    return pages.page(request, "medications/alerts.html", context)
