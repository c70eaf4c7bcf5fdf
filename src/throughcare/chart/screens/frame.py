"""What stands around every page of a chart: the banner, the parts that this reader has, and how a refused post comes back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_date

from throughcare.access import policy as access_policy
from throughcare.access.doors import Request
from throughcare.access.policy import Policy
from throughcare.chart import banner, policy
from throughcare.chart.views import fields as views
from throughcare.kernel.errors import Invalid, Refused, Stale
from throughcare.kernel.lens import Lens
from throughcare.people import policy as people_policy
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of, whole_or_none
from throughcare.ui.shapes import Action, FieldError, FieldShape, Part, Section
from throughcare.ui.wording import t

ONE = "/people/<uuid:person_id>/"
# The pages of a chart by what somebody would call them: a group of the bar, and in it each page with its door.
# Rooms above put their own pages in (`also`). A page that the reader may not open is not listed, nor is an empty group.
PARTS: dict[str, list[tuple[str, Policy]]] = {
    "summary": [
        ("chart", policy.CHART),
        ("chart_timeline", policy.READ),
        ("person_details", people_policy.DETAILS),
    ],
    "problems": [("chart_problems", policy.CHART), ("chart_allergies", policy.CHART), ("chart_vaccines", policy.CHART)],
    "medicines": [("chart_medicines", policy.TAKEN)],
    "results": [("chart_results", policy.READ), ("chart_orders", policy.READ)],
    "notes": [("chart_notes", policy.READ), ("chart_forms", policy.READ), ("own_notes", policy.OWN_NOTES)],
    "documents": [("chart_documents", policy.READ)],
    "mind": [],
    "substances": [],
    "plans": [],
    "access": [
        ("consents", access_policy.CONSENTS_READ),
        ("representatives", access_policy.REPRESENTATIVES_READ),
        ("who-looked", access_policy.WHO_LOOKED),
    ],
}


@dataclass(frozen=True, slots=True)
class Again:
    """A post that was refused: what was typed, and what is wrong with it."""

    typed: Mapping[str, str]
    refused: Refused | None = None

    @property
    def wrong(self) -> Mapping[str, str]:
        """Give what is wrong, field by field."""
        return self.refused.fields if self.refused else {}

    @property
    def errors(self) -> list[FieldError]:
        """Give the lines of the summary at the top."""
        return error_lines(self.refused)


def also(name: str, door: Policy, *, group: str, before: str = "") -> None:
    """Put a room's page into a group of the chart's parts: last, or before the page named."""
    pages_there = PARTS[group]
    if (name, door) not in pages_there:
        at = next((i for i, (page_name, _) in enumerate(pages_there) if page_name == before), len(pages_there))
        pages_there.insert(at, (name, door))


def family(request: Request, person_id: UUID) -> tuple[UUID, ...]:
    """Give all ids under which this person's facts stand."""
    return people.family(request.lens, person_id)


def page(
    request: Request, person_id: UUID, template: str, tab: str, context: Mapping[str, Any], again: Again | None = None
) -> HttpResponse:
    """Render a page of one person's chart; a refused post comes back with what was typed and what to do."""
    around = {
        "banner": banner.of(request.lens, person_id),
        "person_id": person_id,
        "chart_parts": parts(request.lens, person_id, tab),
        "may_write": policy.WRITE.allows(request.lens, person_id),
        "may_medicines": policy.MEDICINES.allows(request.lens, person_id),
        "typed": again.typed if again else {},
        "errors": again.errors if again else [],
        # A browser forgets a chosen file: the page that asked for one says so.
        "file_again": t("chart.file_again") if request.FILES else "",
    }
    status = again.refused.status if again and again.refused else 200
    return pages.page(request, template, {**around, **context}, status=status)


def fields(form: str, again: Again | None) -> list[FieldShape]:
    """Give the fields of one of the chart's small forms, as they were typed if they come back."""
    return views.asked(form, again.typed if again else {}, again.wrong if again else {})


def parts(lens: Lens, person_id: UUID, current: str) -> list[Part]:
    """Give the groups that this reader has, each with the pages of it that he may open."""
    found = []
    for group, doors in PARTS.items():
        listed = [
            Section(t(f"chart.tab.{name}"), _at(name, person_id), "current" if name == current else "open")
            for name, door in doors
            if door.allows(lens, person_id)
        ]
        if listed:
            found.append(Part(t(f"chart.group.{group}"), listed))
    return found


def around(lens: Lens, name: str, person_id: UUID) -> list[Part]:
    """Give the parts around a page of a lower floor; none where it is no page of a chart."""
    known = any(name == page_name for doors in PARTS.values() for page_name, _ in doors)
    return parts(lens, person_id, name) if known else []


def attempt(
    request: Request,
    act: Callable[[UUID | None], Any],
    back: Callable[[Again], HttpResponse],
    onward: Callable[[Any], HttpResponse],
    *,
    secrets: Iterable[str] = (),
) -> HttpResponse:
    """Do what was posted; where it is refused as it stands, give the page back with everything typed but the secrets."""
    try:
        done = act(intent_of(request))
    except (Invalid, Stale) as refused:
        return back(Again(typed(request, secrets), refused))
    return onward(done)


def day(text: str, field: str) -> date | None:
    """Read a day as it was typed; None where nothing was."""
    if not text.strip():
        return None
    try:
        found = parse_date(text.strip())
    except ValueError:
        found = None
    if found is None:
        raise Invalid("One date can't be read. Everything you typed is kept.", fields={field: "Write a date."})
    return found


def typed(request: Request, secrets: Iterable[str] = ()) -> dict[str, str]:
    """Give what was typed, field by field; a secret never comes back to a page."""
    kept_back = {"csrfmiddlewaretoken", "intent", *secrets}
    return {name: str(value) for name, value in request.POST.items() if name not in kept_back}


def version_of(request: Request) -> int:
    """Read which version of an entry the page showed; a page without one is refused."""
    return version_in(typed(request))


def version_in(said: Mapping[str, str]) -> int:
    """Read the same of what was typed."""
    version = whole_or_none(said.get("version", ""))
    if version is None:
        raise Invalid("This page does not say which version it shows. Open it again; what you typed is below.")
    return version


def go(request: Request, name: str, person_id: UUID, said: str, undo: str = "", **ids: Any) -> HttpResponse:
    """Go on to another page of this chart, and say there what was done, with the way back."""
    action = Action(t("chart.undo"), undo, "post") if undo else None
    return pages.then(request, reverse(name, kwargs={"person_id": person_id, **ids}), said, undo=action)


def _at(name: str, person_id: UUID) -> str:
    return reverse(name, kwargs={"person_id": person_id})
