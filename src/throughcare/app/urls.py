"""All addresses: every room's doors, and the few pages of the house itself."""

from importlib import import_module

from throughcare.access import doors

ROOMS: tuple[str, ...] = (
    "throughcare.app.health",
    "throughcare.app.home_screens",
    "throughcare.access.screens",
    "throughcare.people.screens",
    "throughcare.custody.screens",
    "throughcare.duties.screens",
    "throughcare.devices.screens",
    "throughcare.chart.screens",
    "throughcare.care.intake.screens",
    "throughcare.care.intake.safety",
    "throughcare.care.medications.screens",
    "throughcare.care.emergency.screens",
    "throughcare.care.mental_health.screens",
    "throughcare.care.restriction.screens",
    "throughcare.care.grievances.screens",
    "throughcare.care.grievances.asked",
    "throughcare.care.grievances.kiosk",
    "throughcare.care.sick_call.appointments",
    "throughcare.care.grievances.ombuds",
    "throughcare.care.sick_call.kiosk",
    "throughcare.care.sick_call.screens",
    "throughcare.reentry.screens",
    "throughcare.care.substance_use.screens",
    "throughcare.workforce.screens",
    "throughcare.oversight.retention_screens",
    "throughcare.exchange.screens",
    "throughcare.insight.screens",
    "throughcare.exchange.outgoing.screens",
    "throughcare.exchange.incoming.screens",
    "throughcare.exchange.documents.screens",
    "throughcare.exchange.smart.screens",
    "throughcare.insight.gate.screens",
    "throughcare.insight.improvement.screens",
    "throughcare.insight.resources.screens",
    "throughcare.public.screens",
)

for _room in ROOMS:
    import_module(_room)

urlpatterns = doors.urlpatterns()
handler400 = "throughcare.app.errors.bad_request"
handler403 = "throughcare.app.errors.forbidden"
handler404 = "throughcare.app.errors.not_found"
handler500 = "throughcare.app.errors.failed"
