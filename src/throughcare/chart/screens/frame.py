"""What stands around every page of a chart: the banner, the tabs that this reader has, and how a refused post comes back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request
from throughcare.access.policy import Policy
from throughcare.chart import banner, policy
from throughcare.chart.views import fields as views
from throughcare.kernel.errors import Invalid, Refused, Stale
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of
from throughcare.ui.shapes import Action, FieldError, FieldShape, Section
from throughcare.ui.wording import t

ONE = "/people/<uuid:person_id>/"
# Rooms above put their own page among the tabs (`also`).
TABS: list[tuple[str, Policy]] = [
    ("chart", policy.CHART),
    ("chart_results", policy.READ),
    ("chart_orders", policy.READ),
    ("chart_timeline", policy.READ),
    ("chart_notes", policy.READ),
    ("chart_problems", policy.CHART),
    ("chart_medicines", policy.TAKEN),
    ("chart_allergies", policy.CHART),
    ("chart_forms", policy.READ),
    ("chart_documents", policy.READ),
]


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


def also(name: str, door: Policy, *, after: str) -> None:
    """Put a room's page among the tabs of a chart, after the one named."""
    if (name, door) not in TABS:
        TABS.insert(next(i for i, (tab, _) in enumerate(TABS) if tab == after) + 1, (name, door))


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
        "tabs": tabs(request, person_id, tab),
        "may_write": policy.WRITE.allows(request.lens, person_id),
        "may_medicines": policy.MEDICINES.allows(request.lens, person_id),
        "typed": again.typed if again else {},
        "errors": again.errors if again else [],
    }
    status = again.refused.status if again and again.refused else 200
    return pages.page(request, template, {**around, **context}, status=status)


def fields(form: str, again: Again | None) -> list[FieldShape]:
    """Give the fields of one of the chart's small forms, as they were typed if they come back."""
    return views.asked(form, again.typed if again else {}, again.wrong if again else {})


def tabs(request: Request, person_id: UUID, current: str) -> list[Section]:
    """Give the tabs that this reader may open."""
    return [
        Section(t(f"chart.tab.{name}"), _at(name, person_id), "current" if name == current else "open")
        for name, door in TABS
        if door.allows(request.lens, person_id)
    ]


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


def typed(request: Request, secrets: Iterable[str] = ()) -> dict[str, str]:
    """Give what was typed, field by field; a secret never comes back to a page."""
    kept_back = {"csrfmiddlewaretoken", "intent", *secrets}
    return {name: str(value) for name, value in request.POST.items() if name not in kept_back}


def version_of(request: Request) -> int:
    """Read which version of an entry the page showed; a page without one is refused."""
    text = request.POST.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid("This page does not say which version it shows. Open it again; what you typed is below.")
    return int(text)


def go(request: Request, name: str, person_id: UUID, said: str, undo: str = "", **ids: Any) -> HttpResponse:
    """Go on to another page of this chart, and say there what was done, with the way back."""
    action = Action(t("chart.undo"), undo, "post") if undo else None
    return pages.then(request, reverse(name, kwargs={"person_id": person_id, **ids}), said, undo=action)


def _at(name: str, person_id: UUID) -> str:
    return reverse(name, kwargs={"person_id": person_id})
