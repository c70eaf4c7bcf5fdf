"""The pages of duties: the worklist, one duty, cover and assignment, the shift's handover. HTTP only."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from throughcare.access.doors import Request, enter, saw, screen
from throughcare.duties import actions, boards, handing, lateness, policy, reads, roster, views
from throughcare.duties.actions import RefusalForm
from throughcare.duties.roster import ShiftPlan
from throughcare.duties.titles import role_title
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, Refused
from throughcare.kernel.vocabulary import Role
from throughcare.ui import pages
from throughcare.ui.forms import id_of, intent_of, whole_or_none
from throughcare.ui.shapes import FieldError, KeyHint, PrintNote

ONE = "/work/duties/<uuid:duty_id>/"
FIELDS = ("risk_told", "capacity", "witness", "second_witness", "said", "interpreter")


@screen("GET", "/work/", policy=policy.WORK, name="work")
def work(request: Request) -> HttpResponse:
    """Show what is mine, worst harm first."""
    place = _place(request)
    more = request.GET.get("more", "")
    found = reads.worklist(request.lens, place, more=more)
    saw(request, *(g.person_id for held in found.groups.values() for g in held if g.person_id))
    told = boards.escalations(request.lens, place)
    boarded = policy.BOARD.allows(request.lens)
    late, keys = views.told_page(told, request.GET.get("told", ""))
    context = {
        "late": late,
        "late_all": sum(1 for e in told if e.duty),
        "pages": keys,
        "lanes": views.lanes(found, more_href=f"{reverse('work')}?"),
        "place": reads.facility_name(place),
        "role": role_title(request.lens.role.value),
        "told": told,
        "untold": boards.untold(request.lens, place),
        "gaps": boards.site_gaps(request.lens, place),
        "title_of": role_title,
        "clock_of": views.clock_of,
        "duty_href": views.duty_href,
        "handover": boards.open_handover(request.lens, place, request.lens.role.value) if place else None,
        "boards": boarded,
        "keys": [KeyHint("j k", "move"), KeyHint("enter", "open"), KeyHint("o", "handover")]
        + [KeyHint("c", "cover")] * boarded,
    }
    return pages.page_or_fragment(request, "duties/work.html", "rows", context)


# --- one duty -------------------------------------------------------------------------------------------------------------


@screen("GET", ONE, policy=policy.DUTY, name="duty")
def duty(request: Request, duty_id: UUID) -> HttpResponse:
    """Show one duty: by when and why, who can do it, everything that happened, what can be done with it."""
    return _duty(request, duty_id)


def _duty(
    request: Request, duty_id: UUID, *, typed: dict[str, str] | None = None, refused: Refused | None = None
) -> HttpResponse:
    found = lateness.duty_page(request.lens, duty_id)
    item = found.item
    others: list[reads.WorkItem] = []
    if item.person_id is not None:
        enter(request, item.person_id)
        others = [o for o in reads.of_person(request.lens, item.person_id) if o.id != duty_id]
    context = {
        "page": found,
        "item": item,
        "clock": views.clock_of(item),
        "do": views.action_of(item) if item.page and item.closed_at is None else None,
        "owner": role_title(item.owner_role),
        "others": [views.row(_alone(o, found.name, found.place)) for o in others if o.closed_at is None][:8],
        "title_of": role_title,
        "may_refuse": policy.REFUSE.allows(request.lens) and bool(found.rule and found.rule.refusal.allowed),
        "may_change": request.lens.role in actions.ANSWERABLE,
        "staff": found.there,
        "fields": views.fields(typed or {}, refused.fields if refused else {}),
        "versions": views.versions(found.versions),
        "errors": [FieldError(n, m) for n, m in refused.fields.items()] if refused else [],
        "refused_words": refused.sentence if refused else "",
        "wrong": refused.fields if refused else {},
        "keys": [KeyHint("d", "done"), KeyHint("e", "do it")],
    }
    return pages.page(request, "duties/duty.html", context, status=refused.status if refused else 200)


def _alone(item: reads.WorkItem, name: str, place: str) -> reads.WorkGroup:
    return reads.WorkGroup(item.subject_id, item.person_id, name, place, [item])


@screen("POST", ONE + "done/", policy=policy.DUTY, name="duty_done")
def done(request: Request, duty_id: UUID) -> HttpResponse:
    """Close a duty as done."""
    return _act(
        request,
        duty_id,
        lambda: actions.close_duty(
            actor=request.actor, intent=intent_of(request), duty_id=duty_id, version=_version(request)
        ),
    )


@screen("POST", ONE + "refuse/", policy=policy.REFUSE, name="duty_refuse")
def refuse(request: Request, duty_id: UUID) -> HttpResponse:
    """Sign a refusal."""
    given = {name: request.POST.get(name, "") for name in FIELDS}
    form = RefusalForm(**given, signed_by_person=request.POST.get("signed_by_person") == "yes")
    return _act(
        request,
        duty_id,
        lambda: actions.refuse_duty(
            actor=request.actor, intent=intent_of(request), form=form, duty_id=duty_id, version=_version(request)
        ),
    )


@screen("POST", ONE + "excuse/", policy=policy.DUTY, name="duty_excuse")
def excuse(request: Request, duty_id: UUID) -> HttpResponse:
    """Take a duty off the list for a reason: excused, or void where it should not stand."""
    act = actions.void_duty if request.POST.get("how") == "void" else actions.excuse_duty
    reason = request.POST.get("reason", "")
    return _act(
        request,
        duty_id,
        lambda: act(
            actor=request.actor, intent=intent_of(request), reason=reason, duty_id=duty_id, version=_version(request)
        ),
    )


@screen("POST", ONE + "reopen/", policy=policy.DUTY, name="duty_reopen")
def reopen(request: Request, duty_id: UUID) -> HttpResponse:
    """Put a duty back on the list with its original times."""
    reason = request.POST.get("reason", "")
    return _act(
        request,
        duty_id,
        lambda: actions.reopen_duty(actor=request.actor, intent=intent_of(request), duty_id=duty_id, reason=reason),
    )


@screen("POST", ONE + "assign/", policy=policy.DUTY, name="duty_assign")
def assign(request: Request, duty_id: UUID) -> HttpResponse:
    """Hand a duty to somebody who is there, or back to the shift."""
    to = request.POST.get("to", "")
    return _act(
        request,
        duty_id,
        lambda: actions.assign_duty(
            actor=request.actor,
            intent=intent_of(request),
            to=_id(to),
            duty_id=duty_id,
            version=_version(request),
        ),
    )


@screen("POST", ONE + "escalate/", policy=policy.DUTY, name="duty_escalate")
def escalate(request: Request, duty_id: UUID) -> HttpResponse:
    """Tell the administrator of a duty that cannot wait."""
    return _act(
        request,
        duty_id,
        lambda: actions.escalate_duty(actor=request.actor, intent=intent_of(request), duty_id=duty_id),
    )


@screen("POST", "/work/escalations/<uuid:escalation_id>/seen/", policy=policy.BOARD, name="escalation_seen")
def seen(request: Request, escalation_id: UUID) -> HttpResponse:
    """Note that it was seen."""
    boards.require(request.lens, "escalation", escalation_id)
    actions.see_escalation(actor=request.actor, intent=intent_of(request), escalation_id=escalation_id)
    return HttpResponseRedirect(reverse("work"))


# --- cover and assignment -------------------------------------------------------------------------------------------------


@screen("GET", "/work/cover/", policy=policy.BOARD, name="cover")
def cover(request: Request) -> HttpResponse:
    """Show who covers which role, and who has what."""
    return _cover(request)


def _cover(request: Request, refused: Refused | None = None) -> HttpResponse:
    place = _needed_place(request)
    everybody, there = boards.assignment(request.lens, place)
    waits, groups, keys = views.cover_page(everybody, request.GET.get("whose", ""), request.GET.get("after", ""))
    saw(request, *(g.person_id for g in groups if g.person_id))
    context = {
        "waits": waits,
        "pages": keys,
        "place": reads.facility_name(place),
        "facility_id": place,
        "roles": boards.cover_board(request.lens, place),
        "groups": [(g, views.row(g)) for g in groups],
        "there": there,
        "roster": boards.roster(request.lens, place),
        "told": boards.escalations(request.lens, place),
        "title_of": role_title,
        "may_plan": policy.ROSTER.allows(request.lens),
        "refused_words": refused.sentence if refused else "",
        "plan_fields": views.plan_fields(boards.colleagues(request.lens, place)),
        "keys": [KeyHint("j k", "move")],
    }
    return pages.page(request, "duties/cover.html", context, status=refused.status if refused else 200)


@screen("POST", "/work/assign/", policy=policy.BOARD, name="assign_person")
def assign_person(request: Request) -> HttpResponse:
    """Give all that waits for one person to somebody who is there, or back to the shift."""
    to = request.POST.get("to", "")
    for one in _ids(request.POST.getlist("duty")):
        reads.require(request.lens, one)
        try:
            actions.assign_duty(actor=request.actor, duty_id=one, to=_id(to))
        except Invalid as refused:
            return _cover(request, refused)
    return HttpResponseRedirect(reverse("cover"))


@screen("POST", "/work/roster/", policy=policy.ROSTER, name="roster_put")
def roster_put(request: Request) -> HttpResponse:
    """Put somebody on shift or on call."""
    try:
        plan = _plan(request)
        _require_posting(request, plan)
        roster.put_on_shift(actor=request.actor, intent=intent_of(request), plan=plan)
    except Invalid as refused:
        return _cover(request, refused)
    return HttpResponseRedirect(reverse("cover"))


@screen("POST", "/work/roster/<uuid:shift_id>/off/", policy=policy.ROSTER, name="roster_off")
def roster_off(request: Request, shift_id: UUID) -> HttpResponse:
    """End a shift."""
    boards.require(request.lens, "shift", shift_id)
    roster.take_off_shift(actor=request.actor, intent=intent_of(request), shift_id=shift_id)
    return HttpResponseRedirect(reverse("cover"))


def _require_posting(request: Request, plan: ShiftPlan) -> None:
    if plan.role not in policy.CLINICAL or roster.unposted(plan.user_id, plan.role, [_needed_place(request)]):
        raise Invalid(
            "They have no posting in this role here and would see nothing. Nothing was changed; choose again."
        )


def _plan(request: Request) -> ShiftPlan:
    user, _, role = request.POST.get("who", "").partition(" ")
    try:
        hours = min(float(request.POST.get("hours", "8")), 24.0)
        return ShiftPlan(
            UUID(user),
            Role(role),
            _needed_place(request),
            clock.now(),
            clock.now() + timedelta(hours=hours),
            request.POST.get("on_call") == "yes",
            request.POST.get("phone", "")[:20],
        )
    except ValueError as error:
        raise Invalid("Choose who, and for how many hours. Nothing was changed.") from error


# --- handover -------------------------------------------------------------------------------------------------------------


@screen("GET", "/work/handover/", policy=policy.DUTY, name="handover")
def handover(request: Request, refused: Refused | None = None) -> HttpResponse:
    """Show what this shift hands over and what must be done first; give it, or take the last one over."""
    place, role = _needed_place(request), request.lens.role.value
    sheet = boards.handover_sheet(request.lens, place, role)
    _saw_sheet(request, sheet)
    context = {
        "sheet": sheet,
        "lanes": views.lanes(sheet.work, more_href="?"),
        "waiting": boards.open_handover(request.lens, place, role),
        "me": request.lens.user_id,
        "role": role_title(role),
        "obstacles": boards.obstacles(request.lens, place, role),
        "refused_words": refused.sentence if refused else "",
        "notes": request.POST.get("notes", ""),
        "keys": [KeyHint("g", "give"), KeyHint("a", "accept"), KeyHint("p", "print")],
    }
    return pages.page(request, "duties/handover.html", context, status=refused.status if refused else 200)


@screen("POST", "/work/handover/", policy=policy.DUTY, name="handover")
def give(request: Request) -> HttpResponse:
    """Give the shift."""
    try:
        handing.give_handover(
            actor=request.actor,
            intent=intent_of(request),
            facility_id=_needed_place(request),
            role=request.lens.role,
            notes=request.POST.get("notes", ""),
        )
    except Invalid as refused:
        return handover(request, refused=refused)
    return HttpResponseRedirect(reverse("handover"))


@screen("POST", "/work/handover/<uuid:handover_id>/accept/", policy=policy.DUTY, name="handover_accept")
def accept(request: Request, handover_id: UUID) -> HttpResponse:
    """Take the shift over."""
    boards.require(request.lens, "handover", handover_id)
    handing.accept_handover(
        actor=request.actor,
        intent=intent_of(request),
        handover_id=handover_id,
        questions=request.POST.get("questions", ""),
    )
    return HttpResponseRedirect(reverse("work"))


@screen("GET", "/work/handover/sheet/", policy=policy.DUTY, name="handover_sheet", log="print")
def handover_sheet(request: Request) -> HttpResponse:
    """Print what this shift hands over."""
    place, role = _needed_place(request), request.lens.role.value
    sheet = boards.handover_sheet(request.lens, place, role)
    _saw_sheet(request, sheet)
    note = PrintNote(
        title=f"Handover: {role_title(role)}",
        as_of=clock.now(),
        facility=sheet.facility,
        printed_by=request.lens.user_name,
        keep="Until the end of the next shift; then shred.",
    )
    return pages.page(request, "duties/handover_sheet.html", {"sheet": sheet, "paper": note})


def _saw_sheet(request: Request, sheet: boards.HandoverSheet) -> None:
    saw(request, *(g.person_id for held in sheet.work.groups.values() for g in held if g.person_id))


# --- inside ---------------------------------------------------------------------------------------------------------------


def _place(request: Request) -> UUID | None:
    """Give the facility one works at; who works across the agency may name one."""
    if request.posting.facility_id is not None:
        return request.posting.facility_id
    return _id(request.GET.get("facility", "") or request.POST.get("facility", ""))


def _needed_place(request: Request) -> UUID:
    place = _place(request)
    if place is None:
        raise Invalid("This page is about one facility, and you work across all. Open it from a facility's page.")
    return place


def _id(text: str) -> UUID | None:
    if not text:
        return None
    return id_of(text, Invalid("Somebody was named who isn't on the list. Nothing was changed; choose again."))


def _ids(texts: list[str]) -> list[UUID]:
    return [found for text in texts if (found := _id(text)) is not None]


def _version(request: Request) -> int | None:
    return whole_or_none(request.POST.get("version", ""))


def _act(request: Request, duty_id: UUID, act: Callable[[], object]) -> HttpResponse:
    """Do it and go back to the list; where it is refused, show the page again with all that was typed."""
    person_id = reads.require(request.lens, duty_id)
    if person_id is not None:
        enter(request, person_id)
    try:
        act()
    except Invalid as refused:
        typed = {name: value for name, value in request.POST.items() if isinstance(value, str)}
        return _duty(request, duty_id, typed=typed, refused=refused)
    return HttpResponseRedirect(
        reverse("work") if request.POST.get("back") != "duty" else reverse("duty", args=[duty_id])
    )
