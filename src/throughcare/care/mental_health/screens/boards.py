"""The watch board of a facility, what waits for a professional, findings, door tags, and the sheet for hours without a network."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.mental_health import actions, downtime, policy, views
from throughcare.care.mental_health.reads import board as reads
from throughcare.care.mental_health.reads import person as of_person
from throughcare.custody import reads as custody
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.ui import pages
from throughcare.ui.forms import intent_of
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import t


@screen("GET", "/watch/", policy=policy.BOARD, name="watch_board")
def board(request: Request) -> HttpResponse:
    """Show who is on watch here, the one to be seen next first, and who comes on watch."""
    facility = _site(request)
    here, coming = reads.board(request.lens, facility), reads.coming(request.lens, facility)
    saw(request, *(line.watch.person_id for line in [*here, *coming]))
    context = {
        "rows": views.board_rows(here),
        "coming": [(views.board_rows([line])[0], line.going_at) for line in coming],
        "may_decide": policy.DECIDE.allows(request.lens),
        "may_answer": policy.FINDINGS.allows(request.lens),
        "may_tag": policy.TAGS.allows(request.lens),
    }
    return pages.page_or_fragment(request, "mental_health/board.html", "rows", context)


@screen("GET", "/watch/owed/", policy=policy.DECIDE, name="watch_owed")
def owed(request: Request) -> HttpResponse:
    """Show what waits for a mental health professional: assessments, visits after a watch, acts to class."""
    found = of_person.owed(request.lens, request.posting.facility_id)
    saw(request, *(one.who.person_id for one in found))
    return pages.page(request, "mental_health/owed.html", {"rows": views.owed_rows(found)})


@screen("GET", "/watch/findings/", policy=policy.FINDINGS, name="watch_findings")
def findings(request: Request) -> HttpResponse:
    """Show gaps, and signs that rounds were written and not walked, until they are answered."""
    return _findings(request)


@screen("POST", "/watch/findings/<uuid:finding_id>/", policy=policy.FINDINGS, name="watch_finding")
def answer(request: Request, finding_id: UUID) -> HttpResponse:
    """Answer a finding."""
    known = {row.id for row, _ in reads.findings(request.lens, request.posting.facility_id)}
    if finding_id not in known:
        raise NotFound("There is no such finding here, or it was answered already.")
    try:
        actions.answer_finding(
            actor=request.actor,
            intent=intent_of(request),
            finding_id=finding_id,
            answer=request.POST.get("answer", ""),
        )
    except (Invalid, Stale) as refused:
        return _findings(request, wrong=(finding_id, refused.sentence), status=refused.status)
    return pages.then(request, reverse("watch_findings"), t("watch.said.answered"))


@screen("GET", "/watch/doors/", policy=policy.TAGS, name="watch_doors")
def doors(request: Request) -> HttpResponse:
    """Choose a unit, and print the tags of its doors."""
    facility = _site(request)
    units = custody.units(request.lens, facility)
    unit = next((u for u in units if u.code == request.GET.get("unit", "")), None)
    paper = PrintNote(title=t("watch.tags"), as_of=clock.now(), facility=unit.name if unit else "")
    context = {
        "units": units,
        "unit": unit,
        "paper": paper,
        "tags": reads.tags(request.lens, facility, unit.code) if unit else [],
    }
    return pages.page(request, "mental_health/tags.html" if unit else "mental_health/tag_units.html", context)


@screen("POST", "/watch/doors/", policy=policy.TAGS, name="watch_doors_make")
def make(request: Request) -> HttpResponse:
    """Give the doors of a unit their tags, where they have none."""
    unit = request.POST.get("unit", "")[:20]
    actions.make_door_tags(actor=request.actor, intent=intent_of(request), facility_id=_site(request), unit=unit)
    return pages.then(request, reverse("watch_doors") + f"?unit={unit}")


@screen("GET", "/watch/downtime/", policy=policy.BOARD, name="watch_downtime")
def sheet(request: Request) -> HttpResponse:
    """Print the rounds of a facility for hours without a network."""
    context, shown = downtime.sheet(request.lens, _site(request), request.lens.user_name)
    saw(request, *shown)
    return pages.page(request, "mental_health/downtime.html", context)


def _findings(request: Request, wrong: tuple[UUID, str] | None = None, status: int = 200) -> HttpResponse:
    found = reads.findings(request.lens, request.posting.facility_id, closed=20)
    saw(request, *(who.person_id for _, who in found))
    context = {
        "open": [(row, who) for row, who in found if row.state == "open"],
        "closed": [(row, who) for row, who in found if row.state != "open"],
        "wrong": wrong,
        "typed": request.POST.get("answer", "") if wrong else "",
    }
    return pages.page(request, "mental_health/findings.html", context, status=status)


def _site(request: Request) -> UUID:
    facility = request.posting.facility_id
    if facility is None:
        raise NotFound("Choose a facility first: people are watched facility by facility.")
    return facility
