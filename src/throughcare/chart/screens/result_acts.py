"""What is done with results beside their review: normals signed together, calls about critical values, the letter."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation

from throughcare.access.doors import Request, saw, screen
from throughcare.chart import actions, inbox, policy
from throughcare.chart.screens import frame
from throughcare.chart.screens.inbox import RESULT, inbox_page, result_page
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import intent_of
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import t

ANSWERS = {"yes": True, "no": False}


@screen("POST", "/results/sign/", policy=policy.REVIEW, name="results_sign")
def sign(request: Request) -> HttpResponse:
    """Sign the chosen normal results together, each with a letter; only those that stand in the reader's own list."""
    mine = inbox.inbox(request.lens, request.posting.facility_id).mine
    allowed = {w.report.id: w.who.person_id for w in mine if inbox.is_plain(w.report)}
    chosen = [one for one in allowed if str(one) in request.POST.getlist("reports")]
    saw(request, *(allowed[one] for one in chosen))
    try:
        done = actions.review_normals(actor=request.actor, intent=intent_of(request), report_ids=chosen)
    except Invalid as refused:
        return inbox_page(request, refused)
    return pages.then(request, reverse("results_inbox"), t("chart.signed_together", n=done))


@screen("POST", RESULT + "call/", policy=policy.ENTER, name="chart_result_call")
def call(request: Request, person_id: UUID, report_id: UUID) -> HttpResponse:
    """Keep a call about a critical value: who told whom, and whether it was read back."""
    return frame.attempt(
        request,
        lambda intent: actions.log_critical_call(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            report_id=report_id,
            caller=request.POST.get("caller", ""),
            told=request.POST.get("told", ""),
            read_back=ANSWERS.get(request.POST.get("read_back", "")),
            words=request.POST.get("call_words", ""),
        ),
        lambda again: result_page(request, person_id, report_id, again),
        lambda _: frame.go(request, "chart_result", person_id, t("chart.call_kept"), report_id=report_id),
    )


@screen("GET", RESULT + "letter/", policy=policy.ENTER, name="chart_result_letter")
def letter(request: Request, person_id: UUID, report_id: UUID) -> HttpResponse:
    """Print the letter to the person, in English or Spanish; it says what was looked at only to whom it is handed."""
    found = inbox.report(request.lens, frame.family(request, person_id), report_id)
    if found is None or found[0].reviewed_at is None:
        raise NotFound("There is no such reviewed result here.")
    report, _ = found
    card = people.cards(request.lens, [person_id])[person_id]
    with translation.override("es" if request.GET.get("lang") == "es" else "en"):
        paper = PrintNote(title=t("result_letter.title"), as_of=clock.now(), facility="")
        plan = t(f"result_letter.plan.{report.plan}")
        context = {"who": card, "report": report, "plan": plan, "paper": paper}
        return pages.page(request, "chart/result_letter.html", context)
