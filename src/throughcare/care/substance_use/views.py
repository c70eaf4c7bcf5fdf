"""The room's pages as they are drawn: lanes, the questions beside a scale, what a check came to. No queries."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.urls import reverse

from throughcare.care.substance_use.measures import EXTRAS, UNTAKEN
from throughcare.care.substance_use.models import Check
from throughcare.care.substance_use.reads import Due, Followed
from throughcare.care.substance_use.rule_table import load_table
from throughcare.chart import forms
from throughcare.chart.models import Observation
from throughcare.chart.questions import whole
from throughcare.chart.units import said
from throughcare.chart.views import measured
from throughcare.duties import views as duties
from throughcare.kernel import clock
from throughcare.ui.shapes import Action, ClockShape, DutyRow, FieldShape, Lane, Option
from throughcare.ui.wording import t

Typed = Mapping[str, str]
FIRST = ("systolic", "diastolic", "pulse", "temperature", "respiration", "saturation")
FLUIDS = ("weight",)


def lanes(due: Sequence[Due]) -> list[Lane]:
    """Draw the board's three lanes."""
    found = []
    for key in ("now", "shift", "later"):
        rows = [_row(d) for d in due if d.lane == key]
        found.append(Lane(key, rows, empty=t(f"checks.empty.{key}"), count=len(rows)))
    return found


def _row(due: Due) -> DutyRow:
    name = "checks_next" if due.rule.startswith("WDR-01-") else "checks"
    href = reverse(name, kwargs={"person_id": due.who.person_id})
    if name == "checks_next":
        href = reverse("checks_one", kwargs={"person_id": due.who.person_id, "episode_id": due.episode.id})
    verb = t("checks.verb.check") if name == "checks_next" else t("checks.verb.decide")
    return DutyRow(
        who=due.who.name,
        what=f"{t(f'checks.of.{due.episode.substance}')} · {last_words(due.last)}"
        if name == "checks_next"
        else t(f"checks.rule.{due.rule}"),
        clock=ClockShape(due.opened_at, due.due_at, soon_at=due.soon_at),
        action=Action(verb, href, hint=due.who.name),
        href=reverse("checks", kwargs={"person_id": due.who.person_id}),
        seed=due.who.seed,
        mark=t("checks.waits") if due.last is not None and due.last.level == "hospital" else "",
        id=str(due.duty_id),
    )


def last_words(last: Check | None) -> str:
    """Say the last score in a few words."""
    if last is None:
        return t("checks.first")
    if last.score is None:
        return t("checks.unscored")
    return t("checks.last_score", score=last.score)


def clock_of(one: Followed) -> ClockShape | None:
    """Draw the clock of the next check."""
    if one.opened_at is None or one.due_at is None:
        return None
    return ClockShape(one.opened_at, one.due_at, soon_at=one.soon_at)


def scale(name: str, posted: Mapping[str, list[str]], *, unfinished: bool) -> dict[str, Any]:
    """Give the scale's lines as they are asked, with what was answered if the page comes back."""
    form = forms.load(name)
    answers = forms.parse(form, dict(posted), zone=clock.zone(), now=clock.now())
    return {"form": form, **whole(forms.render(form, answers, lang="en", unfinished=unfinished, ahead=True))}


def of_form(name: str, posted: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Keep of what was posted the scale's own answers."""
    if not name:
        return {}
    known = {item.link_id for item in forms.load(name).walk()} | {"form"}
    return {k: v for k, v in posted.items() if k.split("~")[0].split(":")[0] in known}


def vitals(typed: Typed, wrong: Typed, last: Mapping[str, Observation], *, fluids: bool) -> list[FieldShape]:
    """Give the vital signs to measure: the needed ones, or those of lost fluid."""
    wanted = FLUIDS if fluids else FIRST
    usual = {f.name: f for f in measured.questions(typed, wrong, last)}
    extra = [
        FieldShape(
            one.id,
            one.title,
            "number",
            value=typed.get(one.id, ""),
            error=wrong.get(one.id, ""),
            unit=said(one.unit),
            width="s",
            max_length=5,
            quiet=True,
        )
        for one in EXTRAS
        if (one.id == "pulse_again") is not fluids
    ]
    return [*(replace(usual[name], quiet=True) for name in wanted), *extra]


def signs(chosen: Sequence[str], wrong: Typed) -> FieldShape:
    """Give what may be seen beside the scale."""
    options = [Option(s.id, s.text.en) for s in load_table().signs]
    return FieldShape(
        "signs",
        t("checks.signs"),
        "checks",
        value=list(chosen),
        options=options,
        error=wrong.get("signs", ""),
        inline=True,
        quiet=True,
    )


def rest(typed: Typed, wrong: Typed) -> dict[str, FieldShape]:
    """Give the page's other questions by name."""
    choose = Option("", "—")
    asked = [
        FieldShape(
            "untaken",
            t("checks.untaken"),
            "select",
            options=[choose, *_options("untaken", UNTAKEN)],
            quiet=True,
            width="m",
        ),
        FieldShape(
            "cannot_stand",
            t("checks.standing"),
            "checks",
            options=[Option("yes", t("checks.cannot_stand"))],
            quiet=True,
        ),
        FieldShape("words", t("checks.words"), "text", max_length=400, quiet=True),
        FieldShape(
            "respiration", t("checks.breaths"), "number", unit=said("/min"), width="s", max_length=2, required=True
        ),
        FieldShape(
            "reason",
            t("checks.why_not"),
            "select",
            options=[choose, *_options("unable", UNABLE)],
            required=True,
            width="m",
        ),
    ]
    return {f.name: _filled(f, typed, wrong) for f in asked}


UNABLE = ("intoxicated", "unsafe", "no_interpreter", "away", "other")


def _options(kind: str, values: Sequence[str]) -> list[Option]:
    return [Option(v, t(f"checks.{kind}.{v}")) for v in values]


def _filled(field: FieldShape, typed: Typed, wrong: Typed) -> FieldShape:
    return replace(field, value=typed.get(field.name, ""), error=wrong.get(field.name, ""))


def refusal(typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Give the questions of a signed refusal, the same as on a duty's own page."""
    fields = duties.fields(typed, wrong)
    names = ("risk_told", "said", "capacity", "interpreter", "signed_by_person", "witness", "second_witness")
    return [fields[name] for name in names]
