"""The round on a phone at the door: scan, two taps, next. Officers and nurses use it; nothing on it says why. HTTP only."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.mental_health import actions, policy, views
from throughcare.care.mental_health.along import ROUND
from throughcare.care.mental_health.reads import board as reading
from throughcare.care.mental_health.rule_table import load_table
from throughcare.custody import reads as custody
from throughcare.devices import going_along
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, Refused
from throughcare.kernel.ids import uuid7
from throughcare.kernel.lens import Lens
from throughcare.ui import pages
from throughcare.ui.forms import id_or_none, intent_of
from throughcare.ui.shapes import Viewer
from throughcare.ui.wording import t

TEMPLATE = "mental_health/rounds.html"


@screen("GET", "/rounds/", policy=policy.ROUNDS, name="rounds")
def rounds(request: Request) -> HttpResponse:
    """Show the round: the one to be seen next first; a scanned door or a touched line opens its person below."""
    facility = request.posting.facility_id
    if facility is None:
        return pages.page(request, TEMPLATE, {**EMPTY, **along(request.lens), "no_facility": True})
    code, chosen = views.door_code(request.GET.get("code", "")), id_or_none(request.GET.get("watch", ""))
    said = ""
    if code and chosen is None:
        place, behind = reading.behind_door(request.lens, facility, code)
        chosen = behind[0] if len(behind) == 1 else None
        said = "" if behind else t("rounds.nobody_here", place=place) if place else t("rounds.unknown_door")
    return _page(request, facility, chosen=chosen, door=request.GET.get("code", "")[:40], said=said)


@screen("GET", "/rounds/shell/", policy=policy.ROUNDS, name="rounds_shell")
def shell(request: Request) -> HttpResponse:
    """Give the page without anybody on it, for hours without a network."""
    return pages.page(
        request, "mental_health/rounds_shell.html", {**along(request.lens), "viewer": Viewer(), "nav": ()}
    )


@screen("GET", "/rounds/state/", policy=policy.ROUNDS, name="rounds_state")
def state(request: Request) -> HttpResponse:
    """Say that the house answers, and what time it is there."""
    return JsonResponse({"as_of": clock.now().isoformat(), "csrf": get_token(request)})


@screen("POST", "/rounds/check/", policy=policy.ROUNDS, name="rounds_check")
def check(request: Request) -> HttpResponse:
    """Record one look; then the round again, without a page load."""
    facility = _here(request)
    row = _on_round(request, facility)
    door, note = request.POST.get("door", "")[:40], request.POST.get("note", "")
    try:
        done = actions.record_round(
            actor=request.actor,
            id=intent_of(request) or uuid7(),
            watch_id=row.watch.id,
            behaviour=request.POST.get("behaviour", ""),
            door=door,
            note=note,
        )
    except Refused as refused:
        return _page(
            request, facility, chosen=row.watch.id, door=door, said=refused.sentence, note=note, status=refused.status
        )
    words = t("rounds.recorded", who=views.short_name(row.who), at=views.hhmm(done.at))
    return _done(request, facility, words, row if done.code else None)


@screen("POST", "/rounds/post/", policy=policy.ROUNDS, name="rounds_post")
def post(request: Request) -> HttpResponse:
    """Take over a constant observation, or leave it."""
    facility = _here(request)
    row = _on_round(request, facility)
    told, door = request.POST.get("told", ""), request.POST.get("door", "")[:40]
    try:
        if request.POST.get("verb") == "leave":
            actions.leave_post(
                actor=request.actor,
                intent=intent_of(request),
                person_id=row.watch.person_id,
                watch_id=row.watch.id,
            )
            words = t("rounds.left", who=views.short_name(row.who))
        else:
            actions.take_post(
                actor=request.actor,
                intent=intent_of(request),
                person_id=row.watch.person_id,
                watch_id=row.watch.id,
                told=told,
                door=door,
            )
            words = t("rounds.taken", who=views.short_name(row.who))
    except Refused as refused:
        return _page(
            request, facility, chosen=row.watch.id, door=door, said=refused.sentence, told=told, status=refused.status
        )
    return _done(request, facility, words)


def along(lens: Lens) -> dict[str, Any]:
    """Give what the round's script needs to go on without a network. Nobody's data."""
    rounds_ = load_table().rounds
    return {
        "tablet": going_along.needs(ROUND, lens),
        "words": going_along.wordings("rounds.js."),
        "law": {
            "state": reverse("rounds_state"),
            "behaviours": [{"key": b.key, "text": b.text, "code": b.code} for b in load_table().behaviours.values()],
            "earliest": int(rounds_.earliest.total_seconds()),
            "latest": int(rounds_.latest.total_seconds()),
            "alarm": int(rounds_.alarm.total_seconds()),
            "limit": int(rounds_.limit.total_seconds()),
        },
    }


EMPTY: dict[str, Any] = {
    "no_facility": False,
    "lines": [],
    "one": None,
    "behaviours": [],
    "door": "",
    "said": "",
    "done": "",
    "code_for": None,
    "code_person": "",
    "typed": {"note": "", "told": ""},
    "intent": "",
}


def _page(
    request: Request,
    facility: UUID,
    *,
    chosen: UUID | None = None,
    door: str = "",
    said: str = "",
    done: str = "",
    code_for: reading.Line | None = None,
    note: str = "",
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    lines = reading.rounds(request.lens, facility)
    saw(request, *(line.watch.person_id for line in lines))
    one = next((line for line in lines if line.watch.id == chosen), None)
    alerts: list[custody.AlertLine] = []
    if one is not None:
        phone = custody.facility(request.lens, facility).nurse_phone
        found = custody.alerts_of(request.lens, [one.watch.person_id], phone=phone)
        alerts = found.get(one.watch.person_id, [])
    context = {
        **EMPTY,
        **along(request.lens),
        "lines": [views.round_line(line, request.lens.user_id) for line in lines],
        "one": views.round_one(one, request.lens.user_id, alerts) if one else None,
        "behaviours": list(load_table().behaviours.values()),
        "door": door,
        "said": said,
        "done": done,
        "code_for": views.short_name(code_for.who) + " · " + code_for.place if code_for else None,
        "code_person": code_for.watch.person_id if code_for else "",
        "typed": {"note": note, "told": told},
    }
    return pages.page_or_fragment(request, TEMPLATE, "all", context, status=status)


def _done(request: Request, facility: UUID, words: str, code_for: reading.Line | None = None) -> HttpResponse:
    if request.headers.get("HX-Request") == "true" or code_for is not None:
        return _page(request, facility, done=words, code_for=code_for)
    return pages.then(request, reverse("rounds"), words)


def _here(request: Request) -> UUID:
    facility = request.posting.facility_id
    if facility is None:
        raise Invalid("Choose a facility first: a round is walked facility by facility. Nothing was recorded.")
    return facility


def _on_round(request: Request, facility: UUID) -> reading.Line:
    watch_id = id_or_none(request.POST.get("watch", ""))
    if watch_id is None:
        raise Invalid("Choose the person first. Nothing was recorded.")
    return reading.one_of_round(request.lens, facility, watch_id)
