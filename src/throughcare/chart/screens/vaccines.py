"""Vaccines: what was given, refused or reported, the place to record a dose, and the question to the registry. HTTP only."""

from collections.abc import Callable
from datetime import datetime, time
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.chart import actions, policy, ports, reads, vaccines
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import ONE, Again, fields
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid
from throughcare.ui.wording import t

NOON = time(12)


@screen("GET", ONE + "vaccines/", policy=policy.CHART, name="chart_vaccines")
def page(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show every dose with who tells it, and what the registry was asked."""
    family = frame.family(request, person_id)
    seen, rows = reads.vaccines(request.lens, family)
    context = {
        "rows": [(r, reads.words_of(seen, r), seen.entire(r)) for r in rows],
        "fields": fields("vaccine", again),
        "refused_fields": fields("vaccine_refused", again),
        "registry": ports.REGISTRY().said(request.lens, family),
    }
    return frame.page(request, person_id, "chart/vaccines.html", "chart_vaccines", context, again)


@screen("POST", ONE + "vaccines/", policy=policy.WRITE, name="chart_vaccines")
def record(request: Request, person_id: UUID) -> HttpResponse:
    """Record a dose given here, or told by the person or their papers; it can be taken back at once."""

    def act(intent: UUID | None) -> UUID:
        return actions.record_immunization(
            actor=request.actor, intent=intent, person_id=person_id, given=_given(request)
        )

    return _done(request, person_id, act, t("chart.vaccine_recorded"))


@screen("POST", ONE + "vaccines/refused/", policy=policy.WRITE, name="chart_vaccine_refused")
def refuse(request: Request, person_id: UUID) -> HttpResponse:
    """Record that a vaccine was offered and not given, and why."""

    def act(intent: UUID | None) -> UUID:
        code, why = request.POST.get("refused_vaccine", ""), request.POST.get("why_not", "").strip()
        text = vaccines.title(code, "refused_vaccine")
        if len(why) < 3:
            raise Invalid("Nothing was recorded.", fields={"why_not": "Say why, in the person's own words."})
        given = actions.Vaccine(text=text, given_at=clock.now(), code=code, status="not-done", why_not=why[:200])
        return actions.record_immunization(actor=request.actor, intent=intent, person_id=person_id, given=given)

    return _done(request, person_id, act, t("chart.vaccine_refused_recorded"))


@screen("POST", ONE + "vaccines/registry/", policy=policy.WRITE, name="chart_vaccines_registry")
def ask_registry(request: Request, person_id: UUID) -> HttpResponse:
    """Ask the registry what it knows of this person; the answer comes into this list by itself."""

    def act(intent: UUID | None) -> None:
        ports.REGISTRY().ask(request.actor, intent, person_id)

    def onward(_: None) -> HttpResponse:
        return frame.go(request, "chart_vaccines", person_id, t("chart.registry_asked"))

    return frame.attempt(request, act, lambda again: _shown(request, person_id, again), onward)


def _done(request: Request, person_id: UUID, act: Callable[[UUID | None], UUID], said: str) -> HttpResponse:
    def onward(id_: UUID) -> HttpResponse:
        undo = reverse("chart_take_back", kwargs={"person_id": person_id, "kind": "Immunization", "id": id_})
        return frame.go(request, "chart_vaccines", person_id, said, undo)

    return frame.attempt(request, act, lambda again: _shown(request, person_id, again), onward)


def _shown(request: Request, person_id: UUID, again: Again) -> HttpResponse:
    shown = getattr(page, "__wrapped__", page)
    answer: HttpResponse = shown(request, person_id, again)
    return answer


def _given(request: Request) -> actions.Vaccine:
    """Read a dose as it was typed: by the list, or in words; here, or as somebody says."""
    post = request.POST
    code, words, elsewhere = post.get("vaccine", ""), post.get("text", "").strip(), bool(post.get("elsewhere"))
    if not code and len(words) < 2:
        raise Invalid("Nothing was recorded.", fields={"vaccine": "Choose the vaccine, or write which it was."})
    source = post.get("source", "").strip()
    if elsewhere and len(source) < 2:
        raise Invalid(
            "Nothing was recorded.", fields={"source": "Say who tells it, such as: card, clinic, the person."}
        )
    day = frame.day(post.get("day", ""), "day")
    if day is None:
        raise Invalid("Nothing was recorded.", fields={"day": "Write the day on which it was given."})
    now = clock.now()
    today = clock.local(now).date() == day
    return actions.Vaccine(
        text=vaccines.title(code, "vaccine") if code else words[:200],
        given_at=now if today else datetime.combine(day, NOON, clock.local(now).tzinfo),
        code=code,
        system=actions.CVX if code else "",
        primary=not elsewhere,
        source=source[:160] if elsewhere else "",
        lot=post.get("lot", "").strip()[:60],
        expires=frame.day(post.get("expires", ""), "expires"),
        manufacturer=post.get("manufacturer", "").strip()[:120],
        site=post.get("site", "").strip()[:60],
    )
