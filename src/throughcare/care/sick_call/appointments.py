"""Appointments: who waits for a time, the clinic's day and week, one visit to book, move or cancel. Time and place alone. HTTP only."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.sick_call import actions, booking, policy
from throughcare.care.sick_call.booking_views import again_fields, reasons, rows, sides
from throughcare.care.sick_call.views import place_name
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.vocabulary import Role
from throughcare.ui import pages, wording
from throughcare.ui.forms import error_lines, intent_of, moment_of, whole_or_none
from throughcare.ui.shapes import KeyHint, PrintNote

ONE = "/people/<uuid:person_id>/appointments/<uuid:request_id>/"
WEEK = 7
FAR = timedelta(days=366)


@screen("GET", "/appointments/", policy=policy.APPOINTMENTS, name="appointments")
def appointments(request: Request) -> HttpResponse:
    """Show who waits for a time, the worst harm first, and the clinic's day or week beside it."""
    facility, on = _facility(request), _day_asked(request)
    waits, many = booking.waiting(request.lens, facility)
    week = request.GET.get("show") == "week"
    found = booking.days(request.lens, facility, on, WEEK if week else 1)
    saw(request, *(w.person_id for w in waits), *_seen(found))
    step = WEEK if week else 1
    context = {
        "waits": waits,
        "more": many - len(waits),
        "week": week,
        "days": [(day, _noon(day.on)) for day in found],
        "day": found[0],
        "rows": rows(found[0].slots),
        "on": _noon(on),
        "now": clock.now(),
        "before": _address(on - timedelta(days=step), week),
        "after": _address(on + timedelta(days=step), week),
        "as_day": _address(on, False),
        "as_week": _address(on, True),
        "sheet": f"{reverse('appointments_sheet')}?day={on}",
        "may_book": policy.BOOK.allows(request.lens),
        "keys": [KeyHint("j k", "move"), KeyHint("enter", "open"), KeyHint("p n", "days")],
    }
    return pages.page(request, "sick_call/appointments.html", context)


@screen("GET", "/appointments/sheet/", policy=policy.APPOINTMENTS, name="appointments_sheet", log="print")
def sheet(request: Request) -> HttpResponse:
    """Print the clinic's day: times, names, places."""
    facility, on = _facility(request), _day_asked(request)
    found = booking.days(request.lens, facility, on)
    saw(request, *_seen(found))
    paper = PrintNote(
        wording.t("appointments.sheet_title", day=f"{_noon(on):%A %d %b}"),
        as_of=clock.now(),
        facility=place_name(request.lens, facility),
        printed_by=request.lens.user_name,
        keep=wording.t("appointments.sheet_keep"),
    )
    return pages.page(request, "sick_call/appointments_sheet.html", {"paper": paper, "day": found[0]})


@screen("GET", ONE, policy=policy.APPOINTMENTS, name="appointment")
def appointment(request: Request, person_id: UUID, request_id: UUID) -> HttpResponse:
    """Show one visit to plan: what is free for this person, and what else is planned with them."""
    return _one(request, person_id, request_id)


@screen("POST", ONE, policy=policy.BOOK, name="appointment")
def plan(request: Request, person_id: UUID, request_id: UUID) -> HttpResponse:
    """Book a visit or move it, or take it off the day with a reason."""
    post, facility = request.POST, _facility(request)
    version = whole_or_none(post.get("version", ""))
    if version is None:
        raise Invalid("This page does not say which version it shows. Open it again. Nothing was changed.")
    try:
        if post.get("verb") == "cancel":
            actions.cancel_visit(
                actor=request.actor,
                intent=intent_of(request),
                person_id=person_id,
                request_id=request_id,
                reason=post.get("reason", ""),
                said_by=post.get("said_by", ""),
                words=_words(post.get("words", "")),
                version=version,
            )
            said = wording.t("appointments.cancelled")
        else:
            at = _moment(post.get("slot", ""), post.get("day", ""), post.get("time", ""))
            actions.schedule_visit(
                actor=request.actor,
                intent=intent_of(request),
                person_id=person_id,
                request_id=request_id,
                at=at,
                facility_id=facility,
                version=version,
            )
            said = wording.t("appointments.booked", at=f"{clock.local(at):%a %d %b %H:%M}")
    except (Invalid, Stale) as refused:
        return _one(request, person_id, request_id, refused)
    return pages.then(request, reverse("appointments"), said)


def _one(request: Request, person_id: UUID, request_id: UUID, refused: Invalid | Stale | None = None) -> HttpResponse:
    found = booking.one(request.lens, person_id, request_id, _facility(request))
    typed = request.POST.dict() if refused else {}
    wrong = refused.fields if refused else {}
    context = {
        "one": found,
        "w": found.waits,
        "errors": error_lines(refused),
        "typed": typed,
        "fields": again_fields(typed, wrong),
        "reasons": reasons(typed, wrong),
        "sides": sides(typed, wrong, request.lens.role is Role.SCHEDULER),
        "may_book": policy.BOOK.allows(request.lens),
        "here": reverse("appointment", kwargs={"person_id": person_id, "request_id": request_id}),
    }
    return pages.page(request, "sick_call/appointment.html", context, status=refused.status if refused else 200)


def _facility(request: Request) -> UUID:
    facility = request.posting.facility_id
    if facility is None:
        raise NotFound("Choose a facility first: appointments are planned facility by facility.")
    return facility


def _day_asked(request: Request) -> date:
    today = clock.today()
    try:
        on = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today + timedelta(days=int(booking.over(clock.now())))
    return min(max(on, today - FAR), today + FAR)


def _noon(on: date) -> datetime:
    return datetime.combine(on, time(12), clock.zone())


def _address(on: date, week: bool) -> str:
    return f"?day={on}&show=week" if week else f"?day={on}"


def _seen(found: list[booking.Day]) -> list[UUID]:
    return [v.person_id for day in found for v in day.visits] + [o.who.person_id for day in found for o in day.outside]


def _moment(slot: str, day: str, time_: str) -> datetime:
    """Read the slot that was chosen, or the day and time that were typed."""
    try:
        if slot:
            at = datetime.fromisoformat(slot)
            if at.tzinfo is not None:
                return at.astimezone(UTC)
        return moment_of(day, time_)
    except (ValueError, OverflowError):
        words = "Write the day and the time, as 14:30."
        raise Invalid(words, fields={"time": words}) from None


def _words(typed: str) -> str:
    if len(typed.strip()) > 240:
        words = "At most 240 letters. What you typed is kept."
        raise Invalid(words, fields={"words": words})
    return typed
