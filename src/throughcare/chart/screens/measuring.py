"""Recording a set of vital signs: what was measured is written, what was not is left empty. HTTP only."""

from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, screen
from throughcare.chart import actions, measuring, policy, reads
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import ONE, Again
from throughcare.chart.views import measured
from throughcare.ui.wording import t


@screen("GET", ONE + "vitals/", policy=policy.WRITE, name="chart_vitals")
def vitals(request: Request, person_id: UUID) -> HttpResponse:
    """Show the set of vital signs to record, with the last of each beside it."""
    return _vitals(request, person_id)


@screen("POST", ONE + "vitals/", policy=policy.WRITE, name="chart_vitals")
def record(request: Request, person_id: UUID) -> HttpResponse:
    """Record the set."""

    def act(intent: UUID | None) -> list[UUID]:
        found = measuring.read(frame.typed(request))
        return actions.observe(actor=request.actor, intent=intent, person_id=person_id, measured=found)

    return frame.attempt(
        request,
        act,
        lambda again: _vitals(request, person_id, again),
        lambda done: frame.go(request, "chart", person_id, t("chart.vitals_recorded", n=len(done))),
    )


def _vitals(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    family = frame.family(request, person_id)
    last = {code: rows[-1] for code, rows in reads.vitals(request.lens, family, each=12).items()}
    typed, wrong = (again.typed, again.wrong) if again else ({}, {})
    context = {"questions": measured.questions(typed, wrong, last)}
    return frame.page(request, person_id, "chart/vitals.html", "chart_results", context, again)
