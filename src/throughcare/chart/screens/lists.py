"""Problems, allergies and home medicines: the lists that say what a person has, must not have, and takes. HTTP only."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.chart import actions, policy, reads
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import ONE, Again, fields
from throughcare.chart.views import summary
from throughcare.kernel.errors import Invalid
from throughcare.ui.forms import intent_of
from throughcare.ui.wording import t

# Which list an entry's mark of error returns to; what is marked elsewhere returns to the summary.
LISTS = {
    "Condition": "chart_problems",
    "AllergyIntolerance": "chart_allergies",
    "MedicationStatement": "chart_medicines",
    "Immunization": "chart_vaccines",
    "Observation": "chart_results",
    "Composition": "chart_notes",
    "QuestionnaireResponse": "chart_forms",
}


# --- problems -------------------------------------------------------------------------------------------------------------


@screen("GET", ONE + "problems/", policy=policy.CHART, name="chart_problems")
def problems(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show the problem list, what is over, and the place to add one."""
    seen, rows = reads.problems(request.lens, frame.family(request, person_id))
    context = {
        "active": [(r, reads.words_of(seen, r), seen.entire(r)) for r in rows if r.status == "active"],
        "over": [(r, reads.words_of(seen, r)) for r in rows if r.status in ("resolved", "remission", "inactive")],
        "fields": fields("problem", again),
    }
    return frame.page(request, person_id, "chart/problems.html", "chart_problems", context, again)


@screen("POST", ONE + "problems/", policy=policy.WRITE, name="chart_problems")
def add_problem(request: Request, person_id: UUID) -> HttpResponse:
    """Put a problem on the list; it can be taken back at once."""

    def act(intent: UUID | None) -> UUID:
        return actions.add_condition(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            text=request.POST.get("text", ""),
            onset=frame.day(request.POST.get("onset", ""), "onset"),
            verification="provisional" if request.POST.get("provisional") else "confirmed",
        )

    def onward(id_: UUID) -> HttpResponse:
        undo = reverse("chart_take_back", kwargs={"person_id": person_id, "kind": "Condition", "id": id_})
        return frame.go(request, "chart_problems", person_id, t("chart.problem_added"), undo)

    return frame.attempt(request, act, _back(problems, request, person_id), onward)


@screen("POST", ONE + "problems/<uuid:condition_id>/", policy=policy.WRITE, name="chart_problem")
def change_problem(request: Request, person_id: UUID, condition_id: UUID) -> HttpResponse:
    """Say that a problem is over, or active again."""
    verb = request.POST.get("verb", "")

    def act(intent: UUID | None) -> None:
        if verb not in ("resolve", "remit", "deactivate", "recur"):
            raise Invalid("Choose what became of the problem. Nothing was changed.")
        actions.change_condition(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            condition_id=condition_id,
            version=frame.version_of(request),
            verb=verb,
        )

    return frame.attempt(
        request,
        act,
        _back(problems, request, person_id),
        lambda _: frame.go(request, "chart_problems", person_id, t(f"chart.problem_{verb}")),
    )


# --- allergies ------------------------------------------------------------------------------------------------------------


@screen("GET", ONE + "allergies/", policy=policy.CHART, name="chart_allergies")
def allergies(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show allergies, and the places to add one or to say that none is known."""
    rows = reads.allergies(request.lens, frame.family(request, person_id))
    context = {"rows": rows, "any": any(not r.none_known for r in rows), "fields": fields("allergy", again)}
    return frame.page(request, person_id, "chart/allergies.html", "chart_allergies", context, again)


@screen("POST", ONE + "allergies/", policy=policy.WRITE, name="chart_allergies")
def add_allergy(request: Request, person_id: UUID) -> HttpResponse:
    """Record an allergy, or that the person was asked and none is known."""
    none = request.POST.get("none") == "yes"

    def act(intent: UUID | None) -> UUID | None:
        if none:
            return actions.no_known_allergies(actor=request.actor, intent=intent, person_id=person_id)
        return actions.add_allergy(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            text=request.POST.get("text", ""),
            reaction=request.POST.get("reaction", ""),
            criticality="high" if request.POST.get("severe") else "",
        )

    def onward(id_: UUID | None) -> HttpResponse:
        undo = ""
        if id_ is not None:
            undo = reverse("chart_take_back", kwargs={"person_id": person_id, "kind": "AllergyIntolerance", "id": id_})
        return frame.go(request, "chart_allergies", person_id, t("chart.allergy_added"), undo)

    return frame.attempt(request, act, _back(allergies, request, person_id), onward)


# --- home medicines ---------------------------------------------------------------------------------------------------------


@screen("GET", ONE + "medicines/", policy=policy.TAKEN, name="chart_medicines")
def medicines(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show what the person takes as said or verified, and the places to add and to verify."""
    family = frame.family(request, person_id)
    seen, rows = reads.medicines(request.lens, family)
    context = {
        "stopped": reads.stopped_medicines(request.lens, family),
        "lines": list(zip(rows, summary.medicines(rows, seen), strict=True)),
        "fields": fields("medicine", again),
    }
    return frame.page(request, person_id, "chart/medicines.html", "chart_medicines", context, again)


@screen("POST", ONE + "medicines/", policy=policy.MEDICINES, name="chart_medicines")
def add_medicine(request: Request, person_id: UUID) -> HttpResponse:
    """Record a medicine from outside; its clocks start now (INT-04)."""

    def act(intent: UUID | None) -> UUID:
        return actions.report_medicine(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            text=request.POST.get("text", ""),
            dose=request.POST.get("dose", ""),
            last_taken=request.POST.get("last_taken", ""),
            pharmacy=request.POST.get("pharmacy", ""),
            critical=bool(request.POST.get("critical")),
        )

    return frame.attempt(
        request,
        act,
        _back(medicines, request, person_id),
        lambda _: frame.go(request, "chart_medicines", person_id, t("chart.medicine_added")),
    )


@screen("POST", ONE + "medicines/<uuid:medicine_id>/", policy=policy.MEDICINES, name="chart_medicine")
def verify_medicine(request: Request, person_id: UUID, medicine_id: UUID) -> HttpResponse:
    """Record that a medicine was verified, or sought and not found."""

    def act(intent: UUID | None) -> None:
        actions.verify_medicine(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            medicine_id=medicine_id,
            version=frame.version_of(request),
            found=request.POST.get("found") == "yes",
            how=request.POST.get("how", ""),
        )

    return frame.attempt(
        request,
        act,
        _back(medicines, request, person_id),
        lambda _: frame.go(request, "chart_medicines", person_id, t("chart.medicine_verified")),
    )


# --- entered in error -----------------------------------------------------------------------------------------------------


@screen("POST", ONE + "entries/<slug:kind>/<uuid:id>/error/", policy=policy.WRITE, name="chart_mark_error")
def mark_error(request: Request, person_id: UUID, kind: str, id: UUID) -> HttpResponse:
    """Mark an entry as entered in error, with the reason; it stays, and says so."""

    def act(intent: UUID | None) -> None:
        actions.mark_error(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            kind=kind,
            id=id,
            version=frame.version_of(request),
            why=request.POST.get("why", ""),
        )

    back = {"AllergyIntolerance": allergies, "MedicationStatement": medicines}.get(kind, problems)
    onward = LISTS.get(kind, "chart")
    return frame.attempt(
        request,
        act,
        _back(back, request, person_id),
        lambda _: frame.go(request, onward, person_id, t("chart.marked_error")),
    )


@screen("POST", ONE + "entries/<slug:kind>/<uuid:id>/take-back/", policy=policy.WRITE, name="chart_take_back")
def take_back(request: Request, person_id: UUID, kind: str, id: UUID) -> HttpResponse:
    """Undo what the same person has just added: it is marked as an error, for nothing ever vanishes."""
    actions.take_back(actor=request.actor, intent=intent_of(request), person_id=person_id, kind=kind, id=id)
    return frame.go(request, LISTS.get(kind, "chart"), person_id, t("chart.taken_back"))


def _back(show: Callable[..., HttpResponse], request: Request, person_id: UUID) -> Callable[[Again], HttpResponse]:
    shown = getattr(show, "__wrapped__", show)
    return lambda again: shown(request, person_id, again)
