"""The guard at every door, on screen: the board of moves, one person's moves with who covers what, and the paper that travels."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation

from throughcare.access.doors import Request, saw, screen
from throughcare.care.medications import actions, labels, policy
from throughcare.care.medications.actions import Covering
from throughcare.care.medications.actions.bags import bag_code
from throughcare.care.medications.reads import doors as reads
from throughcare.care.medications.rules.covering import Way
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import Again
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import intent_of, whole_or_none
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import t

ONE = "/people/<uuid:person_id>/medications/doors/"
MOVE = ONE + "<uuid:crossing_id>/"
# The way that stands first in the list of ways is the one that is usual; these are never confirmed on the form.
CHARTED = (Way.GIVE_EARLY.value,)


@screen("GET", "/medications/doors/", policy=policy.READ, name="doors")
def doors(request: Request, again: Again | None = None) -> HttpResponse:
    """Show the moves of today and tomorrow, those first for which a medicine lacks something."""
    rows, more = reads.board(request.lens, request.posting.facility_id)
    saw(request, *(r.who.person_id for r in rows))
    context = {
        "rows": rows,
        "more": more,
        "may_scan": policy.STOCK.allows(request.lens),
        "typed": again.typed if again else {},
        "errors": again.errors if again else [],
    }
    if again and again.refused:
        return pages.page(request, "medications/doors.html", context, status=again.refused.status)
    return pages.page_or_fragment(request, "medications/doors.html", "rows", context)


@screen("GET", ONE, policy=policy.READ, name="crossings")
def crossings(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show a person's moves, and for each medicine who has its supply, its next-dose time and its receiver."""
    found = reads.crossings(request.lens, frame.family(request, person_id))
    context = {
        "rows": found,
        "bag_code": bag_code,
        "may_cover": policy.STOCK.allows(request.lens, person_id),
        "may_give": policy.GIVE.allows(request.lens, person_id),
        "charted": CHARTED,
        "wrong": again.wrong if again else {},
    }
    return frame.page(request, person_id, "medications/crossings.html", "medications", context, again)


@screen("POST", "/medications/doors/bag/", policy=policy.STOCK, name="scan_bag")
def scan(request: Request) -> HttpResponse:
    """Scan a bag as it goes with the van, or as it comes; a code that is no bag's comes back with what to do."""
    try:
        actions.scan_bag(actor=request.actor, intent=intent_of(request), code=request.POST.get("code", ""))
    except (Invalid, NotFound) as refused:
        return doors(request, again=Again(frame.typed(request), refused))
    return pages.then(request, reverse("doors"), t("doors.bag_scanned"))


def _acting(request: Request, person_id: UUID, act: Callable[[UUID | None], Any], said: str) -> HttpResponse:
    return frame.attempt(
        request,
        act,
        lambda again: crossings(request, person_id=person_id, again=again),
        lambda _: frame.go(request, "crossings", person_id, t(said)),
    )


@screen("POST", MOVE, policy=policy.STOCK, name="cover_crossing")
def cover(request: Request, person_id: UUID, crossing_id: UUID) -> HttpResponse:
    """Confirm how each medicine is covered, and who receives."""

    def act(intent: UUID | None) -> Any:
        return actions.cover_crossing(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            crossing_id=crossing_id,
            version=frame.version_of(request),
            receiver=request.POST.get("receiver", ""),
            covered=_covered(frame.typed(request)),
        )

    return _acting(request, person_id, act, "doors.covered")


def _covered(typed: dict[str, str]) -> tuple[Covering, ...]:
    said = []
    for name, way in typed.items():
        line = name.removeprefix("way-")
        if name == line or not way:
            continue
        try:
            line_id = UUID(line)
        except ValueError:
            raise Invalid("This page names a medicine that can't be. Open it again.") from None
        said.append(Covering(line_id, way, _number(typed, line), typed.get(f"note-{line}", "")))
    return tuple(said)


def _number(typed: dict[str, str], line: str) -> int | None:
    text = typed.get(f"doses-{line}", "").strip()
    if not text:
        return None
    doses = whole_or_none(text, digits=4)
    if doses is None:
        raise Invalid("How many doses travel? Give a number.", fields={f"doses-{line}": "A number from 0 to 400."})
    return doses


@screen("POST", MOVE + "early/", policy=policy.GIVE, name="give_early")
def early(request: Request, person_id: UUID, crossing_id: UUID) -> HttpResponse:
    """Chart a dose given before its time, because the person leaves."""

    def act(intent: UUID | None) -> Any:
        try:
            line_id = UUID(request.POST.get("line", ""))
        except ValueError:
            raise Invalid("This page does not name the medicine. Open it again.") from None
        about: dict[str, Any] = {"person_id": person_id, "crossing_id": crossing_id, "line_id": line_id}
        return actions.give_early(actor=request.actor, intent=intent, **about)

    return _acting(request, person_id, act, "doors.given_early")


@screen("GET", MOVE + "summary/", policy=policy.READ, name="transfer_medicines", log="print")
def summary(request: Request, person_id: UUID, crossing_id: UUID) -> HttpResponse:
    """Print what the other side needs to go on: each medicine, its last and its next dose, what travels."""
    return _paper(request, person_id, crossing_id, "en", "medications/transfer_medicines.html", "doors.summary")


@screen("GET", MOVE + "list/", policy=policy.READ, name="release_medicines", log="print")
def release_list(request: Request, person_id: UUID, crossing_id: UUID) -> HttpResponse:
    """Print the list of medicines that a person takes home, in plain English or Spanish."""
    lang = "es" if request.GET.get("lang") == "es" else "en"
    return _paper(request, person_id, crossing_id, lang, "medications/release_medicines.html", "doors.home_list")


def _paper(request: Request, person_id: UUID, crossing_id: UUID, lang: str, template: str, title: str) -> HttpResponse:
    found, taken = reads.paper(request.lens, frame.family(request, person_id), crossing_id, lang)
    card = people.card(request.lens, person_id)
    with translation.override(lang):
        note = PrintNote(
            t(title), as_of=clock.now(), facility=found.source, printed_by=request.lens.user_name, keep=t("doors.keep")
        )
        bag = labels.of_number(bag_code(crossing_id))
        context = {"paper": note, "row": found, "taken": taken, "who": card, "lang": lang, "bag": bag}
        return pages.page(request, template, context)
