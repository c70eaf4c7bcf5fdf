"""Staff files (who works here, what is owed of them, what ends) and who floats where tonight. HTTP only."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.custody import reads as custody
from throughcare.duties.rulebook import place
from throughcare.duties.titles import role_title
from throughcare.duties.views import clock_of
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound, Refused, Stale
from throughcare.kernel.vocabulary import Role
from throughcare.ui import pages
from throughcare.ui.forms import day_of, error_lines, id_of, intent_of
from throughcare.ui.shapes import ClockShape
from throughcare.workforce import actions, policy, rule_table, rules, staff_files, staff_reads

ONE = "/staff/<uuid:user_id>/"
STOPS = 3
LEAST_HOURS, MOST_HOURS = Decimal("0.1"), 9_999  # of one entry: what a file has room for


@screen("GET", "/staff/", policy=policy.STAFF, name="staff")
def staff(request: Request) -> HttpResponse:
    """Show who works here: whose licence is over, who owes what by when."""
    rows = [(m, clock_of(m.owed[0]) if m.owed else None) for m in staff_reads.members(request.lens)]
    return pages.page(request, "workforce/staff.html", {"rows": rows, "title_of": role_title})


@screen("GET", ONE, policy=policy.STAFF, name="staff_file")
def staff_file(request: Request, user_id: UUID) -> HttpResponse:
    """Show one member of staff."""
    return _file(request, user_id)


@screen("POST", ONE + "begin/", policy=policy.STAFF, name="staff_begin")
def begin(request: Request, user_id: UUID) -> HttpResponse:
    """Begin the file."""
    return _act(
        request,
        user_id,
        lambda about: staff_files.begin_file(**about, started_on=_day(request, "started_on")),
        "The file is begun. What is owed from the first day stands below.",
    )


@screen("POST", ONE + "entries/", policy=policy.STAFF, name="staff_done")
def done(request: Request, user_id: UUID) -> HttpResponse:
    """Write down a training or a review."""
    post = request.POST
    return _act(
        request,
        user_id,
        lambda about: staff_files.record_done(
            **about,
            done=staff_files.Done(post.get("kind", ""), _day(request, "on"), _hours(request), post.get("words", "")),
        ),
        "Kept.",
    )


@screen("POST", ONE + "credentials/", policy=policy.STAFF, name="staff_credential")
def credential(request: Request, user_id: UUID) -> HttpResponse:
    """Put down a licence or certificate, or renew one."""
    post = request.POST

    def put(about: dict[str, Any]) -> object:
        until = _day(request, "expires_on")
        if renewed := post.get("renews", ""):
            old = id_of(renewed, NotFound("There is no such licence in this file."))
            return staff_files.renew_credential(**about, credential_id=old, expires_on=until)
        return staff_files.record_credential(
            **about,
            kind=post.get("credential", ""),
            number=post.get("number", ""),
            expires_on=until,
        )

    return _act(request, user_id, put, "Kept. Its renewal is owed before it ends.")


@screen("GET", "/floats/", policy=policy.FLOATS, name="floats")
def floats(request: Request) -> HttpResponse:
    """Show who floats where tonight."""
    return _floats(request)


@screen("POST", "/floats/", policy=policy.FLOATS, name="floats")
def put_floating(request: Request) -> HttpResponse:
    """Put somebody on several sites of a night."""
    post = request.POST
    who, _, role = post.get("who", "").partition(" ")
    try:
        known = {str(user): (user, r) for user, _, r in staff_reads.floaters(request.lens)}
        if known.get(who, (None, ""))[1] != role or not role:
            raise Invalid("Choose who.", fields={"who": "Choose who."})
        actions.float_between(
            actor=request.actor,
            intent=intent_of(request),
            user_id=known[who][0],
            role=Role(role),
            stops=_stops(request),
            phone=post.get("phone", "")[:20],
        )
    except (Invalid, Stale) as refused:
        return _floats(request, refused)
    return pages.then(request, reverse("floats"), "On the roster of each site.")


def _floats(request: Request, refused: Refused | None = None) -> HttpResponse:
    context = {
        "rows": staff_reads.floats(request.lens),
        "who": [
            (f"{user} {role}", f"{name}, {role_title(role)}") for user, name, role in staff_reads.floaters(request.lens)
        ],
        "sites": [(str(f.id), f.short_name) for f in custody.facilities(request.lens, open_only=True)],
        "stops": range(STOPS),
        "typed": request.POST.dict() if refused else {},
        "errors": error_lines(refused),
        "title_of": role_title,
    }
    return pages.page(request, "workforce/floats.html", context, status=refused.status if refused else 200)


def _stops(request: Request) -> list[rules.Stop]:
    """Read the stops one after another: each begins when the one before ends, the first at its own hour, past midnight too."""
    post, found = request.POST, []
    at: datetime | None = None
    for n in range(STOPS):
        site, begins, ends = (post.get(f"{name}-{n}", "").strip() for name in ("site", "from", "until"))
        if not site and not ends:
            continue
        wrong = Invalid(
            "Give each site its own hours, such as 23:00 to 03:00.", fields={f"until-{n}": "Give the hours."}
        )
        spot = id_of(site, wrong)
        first = _next(begins, at or clock.now() - timedelta(hours=2), wrong) if begins or at is None else at
        at = _next(ends, first, wrong)
        found.append(rules.Stop(spot, first, at))
    return found


def _next(text: str, after: datetime, wrong: Invalid) -> datetime:
    """Give the next moment at which a clock on the wall shows this."""
    try:
        wall = datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  (a wall clock's time has no zone)
    except ValueError as error:
        raise wrong from error
    working = place(None).working
    day = working.day_of(after)
    at = working.moment(day, wall)
    return at if at >= after else working.moment(day + timedelta(days=1), wall)


# --- inside ---------------------------------------------------------------------------------------------------------------


def _act(request: Request, user_id: UUID, act: Callable[[dict[str, Any]], object], said: str) -> HttpResponse:
    staff_reads.file(request.lens, user_id)  # of the reader's sites, or not found
    try:
        act({"actor": request.actor, "intent": intent_of(request), "user_id": user_id})
    except (Invalid, Stale) as refused:
        return _file(request, user_id, refused)
    return pages.then(request, reverse("staff_file", args=[user_id]), said)


def _file(request: Request, user_id: UUID, refused: Refused | None = None) -> HttpResponse:
    found = staff_reads.file(request.lens, user_id)
    context = {
        "file": found,
        "owed": [(item, clock_of(item)) for item in found.member.owed],
        "endings": [(e, ClockShape(e.since, e.ends_at)) for e in found.endings],
        "kinds": rule_table.entries(),
        "credentials": {
            k: c for k, c in rule_table.credentials().items() if k not in {e.row.kind for e in found.endings}
        },
        "today": clock.today().isoformat(),
        "typed": request.POST.dict() if refused else {},
        "errors": error_lines(refused),
        "title_of": role_title,
    }
    return pages.page(request, "workforce/staff_file.html", context, status=refused.status if refused else 200)


def _day(request: Request, name: str) -> date:
    return day_of(request.POST.get(name, ""), Invalid("Give the day.", fields={name: "Give the day."}))


def _hours(request: Request) -> Decimal | None:
    text = request.POST.get("hours", "").strip()
    try:
        found = Decimal(text) if text else None
    except InvalidOperation:
        found = Decimal("NaN")
    if found is not None and not (found.is_finite() and LEAST_HOURS <= found <= MOST_HOURS):
        raise Invalid("Give the hours as a number, such as 2 or 1.5.", fields={"hours": "Give a number."})
    return found
