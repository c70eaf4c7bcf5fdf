"""Checks due, one check on one page, and what follows it. HTTP only."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.substance_use import actions, measures, policy, reads, views
from throughcare.care.substance_use.rule_table import load_table
from throughcare.chart import reads as chart
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import Again
from throughcare.chart.views import measured
from throughcare.duties.actions import RefusalForm
from throughcare.kernel.errors import Invalid, NotFound, Refused
from throughcare.ui import pages
from throughcare.ui.forms import id_of, posted_of, whole_or_none
from throughcare.ui.shapes import FieldError, KeyHint
from throughcare.ui.wording import t

ONE = "/people/<uuid:person_id>/checks/"
CHECK = ONE + "<uuid:episode_id>/"


@screen("GET", "/checks/", policy=policy.CHECK, name="checks_board")
def board(request: Request) -> HttpResponse:
    """Show the checks and decisions that wait at this facility, worst first."""
    facility = request.posting.facility_id
    if facility is None:
        raise NotFound("Choose a facility first.")
    due = reads.board(request.lens, facility)
    saw(request, *{d.who.person_id for d in due})
    return pages.page_or_fragment(request, "substance_use/board.html", "rows", {"lanes": views.lanes(due)})


@screen("GET", ONE, policy=policy.CHECK, name="checks")
def person(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show what is followed, how the scores went, what the last check asks for, and the offers of treatment."""
    family = frame.family(request, person_id)
    followed = reads.of_person(request.lens, family)
    context = {
        "followed": [(f, views.clock_of(f)) for f in followed],
        "trends": _trends(request, family, followed),
        "vitals": [
            m for m in measured.lasts(chart.vitals(request.lens, family), person_id) if m.category == "vital-signs"
        ][:6],
        "offers": reads.offers(request.lens, family),
        "offers_now": any(f.episode.substance == "opioid" and f.episode.state == "active" for f in followed),
        "pregnant": reads.known_pregnant(request.lens, family),
        "may_decide": policy.DECIDE.allows(request.lens, person_id),
        "remember": {key: s.remember for key, s in load_table().substances.items()},
        "free": [s for s in load_table().substances if not _running(followed, s)],
        "last_words": views.last_words,
    }
    return frame.page(request, person_id, "substance_use/person.html", "checks", context, again)


@screen("POST", ONE, policy=policy.CHECK, name="checks")
def follow(request: Request, person_id: UUID) -> HttpResponse:
    """Begin monitoring, decide, end it by an order, or offer treatment."""

    def act(intent: UUID | None) -> Any:
        typed = frame.typed(request)
        about: dict[str, Any] = {"actor": request.actor, "intent": intent, "person_id": person_id}
        verb = typed.get("verb", "")
        if verb == "open":
            because, substance = typed.get("because", ""), typed.get("substance", "")
            return actions.open_monitoring(**about, substance=substance, because=because)
        if verb == "offer":
            return actions.offer_treatment(
                **about,
                answer=typed.get("answer", ""),
                wish=typed.get("wish", ""),
                words=typed.get("words", ""),
                pregnant=typed.get("pregnant") == "yes",
                interpreter=typed.get("interpreter", ""),
            )
        episode = _id(typed.get("episode", ""))
        if verb == "decide":
            decision, words = typed.get("decision", ""), typed.get("words", "")
            return actions.decide_care(**about, episode_id=episode, decision=decision, words=words)
        version = frame.version_of(request)
        return actions.end_monitoring(**about, episode_id=episode, version=version, why=typed.get("why", ""))

    return frame.attempt(
        request,
        act,
        lambda again: person(request, person_id=person_id, again=again),
        lambda _: frame.go(request, "checks", person_id, t("checks.written")),
    )


@screen("GET", ONE + "next/", policy=policy.CHECK, name="checks_next")
def next_check(request: Request, person_id: UUID) -> HttpResponse:
    """Show the check that is due first."""
    found = reads.to_check(request.lens, frame.family(request, person_id))
    return _check(request, person_id, found)


@screen("GET", ONE + "screen/", policy=policy.CHECK, name="checks_screen")
def look_again(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show the short look of the first three days."""
    context = {"substances": list(load_table().substances)}
    return frame.page(request, person_id, "substance_use/screen.html", "checks", context, again)


@screen("POST", ONE + "screen/", policy=policy.CHECK, name="checks_screen")
def looked_again(request: Request, person_id: UUID) -> HttpResponse:
    """Record the look: nothing found, or monitoring begins."""

    def act(intent: UUID | None) -> Any:
        found = [s for s in request.POST.getlist("substances") if s]
        if not found and request.POST.get("nothing") != "yes":
            raise Invalid("Say what you found, or that there was nothing.", fields={"substances": "Choose one."})
        return actions.screen_again(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            substances=found,
            words=request.POST.get("words", ""),
        )

    return frame.attempt(
        request,
        act,
        lambda again: look_again(request, person_id=person_id, again=again),
        lambda _: frame.go(request, "checks", person_id, t("checks.written")),
    )


@screen("GET", CHECK, policy=policy.CHECK, name="checks_one")
def one(request: Request, person_id: UUID, episode_id: UUID) -> HttpResponse:
    """Show one check: scale, vital signs, what is seen, on one page."""
    return _check(request, person_id, reads.to_check(request.lens, frame.family(request, person_id), episode_id))


@screen("POST", CHECK, policy=policy.CHECK, name="checks_one")
def record(request: Request, person_id: UUID, episode_id: UUID) -> HttpResponse:
    """Sign the check, or say why there was none: asleep, not possible, refused."""

    def act(intent: UUID | None) -> actions.CheckDone:
        typed = frame.typed(request)
        about: dict[str, Any] = {
            "actor": request.actor,
            "intent": intent,
            "person_id": person_id,
            "episode_id": episode_id,
        }
        verb = typed.get("verb", "")
        if verb == "asleep":
            breaths = whole_or_none(typed.get("respiration", ""), digits=2)
            return actions.record_asleep(**about, respiration=-1 if breaths is None else breaths)
        if verb == "unable":
            return actions.record_unable(**about, reason=typed.get("reason", ""), words=typed.get("words", ""))
        if verb == "refuse":
            return actions.record_refusal(**about, form=_refusal(typed))
        found = reads.to_check(request.lens, frame.family(request, person_id), episode_id)
        name = load_table().substances[found.episode.substance].scale
        return actions.record_check(
            **about,
            posted=views.of_form(name, posted_of(request)),
            taken=measures.read(typed),
            signs=[s for s in request.POST.getlist("signs") if s],
            words=typed.get("words", ""),
        )

    def back(again: Again) -> HttpResponse:
        found = reads.to_check(request.lens, frame.family(request, person_id), episode_id)
        return _check(request, person_id, found, again)

    return frame.attempt(request, act, back, lambda _: frame.go(request, "checks", person_id, t("checks.signed")))


def _check(request: Request, person_id: UUID, found: reads.Followed, again: Again | None = None) -> HttpResponse:
    family = frame.family(request, person_id)
    last = {code: rows[-1] for code, rows in chart.vitals(request.lens, family, each=12).items()}
    typed, wrong = (again.typed, again.wrong) if again else ({}, {})
    verb = typed.get("verb", "check")
    name = load_table().substances[found.episode.substance].scale
    posted: Mapping[str, list[str]] = views.of_form(name, posted_of(request)) if again else {}
    context: dict[str, Any] = {
        "one": found,
        "remember": load_table().substances[found.episode.substance].remember,
        "clock": views.clock_of(found),
        "scale": views.scale(name, posted, unfinished=bool(again) and verb == "check") if name else None,
        "vitals": views.vitals(typed, wrong, last, fluids=False),
        "fluids": views.vitals(typed, wrong, last, fluids=True),
        "fluids_open": any(k in wrong for k in ("weight", "standing_systolic", "standing_diastolic", "fluid_in")),
        "signs": views.signs(request.POST.getlist("signs") if again else (), wrong),
        "rest": views.rest(typed, wrong if verb == "check" else {}),
        "other": views.rest(typed if verb != "check" else {}, wrong if verb != "check" else {}),
        "refusal": views.refusal(typed if verb == "refuse" else {}, wrong if verb == "refuse" else {}),
        "verb": verb,
        "last_words": views.last_words(found.last),
        "keys": [KeyHint("s", t("checks.sign"))],
    }
    if again is not None:
        context["errors"] = _errors(again.refused, wrong)
    return frame.page(request, person_id, "substance_use/check.html", "checks", context, again)


def _errors(refused: Refused | None, wrong: Mapping[str, str]) -> list[FieldError]:
    if refused is None:
        return []
    return [FieldError(name, words) for name, words in wrong.items()] or [FieldError("", refused.sentence)]


def _refusal(typed: Mapping[str, str]) -> RefusalForm:
    return RefusalForm(
        risk_told=typed.get("risk_told", ""),
        capacity=typed.get("capacity", ""),
        witness=typed.get("witness", ""),
        signed_by_person=typed.get("signed_by_person") == "yes",
        second_witness=typed.get("second_witness", ""),
        said=typed.get("said", ""),
        interpreter=typed.get("interpreter", ""),
    )


def _trends(request: Request, family: tuple[UUID, ...], followed: list[reads.Followed]) -> list[Any]:
    names = {load_table().substances[f.episode.substance].scale for f in followed}
    found = []
    for name in sorted(n for n in names if n):
        rows = chart.trend(request.lens, family, f"score-{name}", limit=60)
        if rows:
            found.append(measured.trend(rows, ""))
    return found


def _running(followed: list[reads.Followed], substance: str) -> bool:
    return any(f.episode.substance == substance and f.episode.state == "active" for f in followed)


def _id(text: str) -> UUID:
    return id_of(text, Invalid("Open the page again: it does not say what it is about."))
