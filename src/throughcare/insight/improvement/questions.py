"""The questions that the workspace's forms ask, with what was typed and what was wrong. Input shape only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from throughcare.insight.improvement import states
from throughcare.insight.measures.definitions import Definition
from throughcare.ui.shapes import FieldShape, Option
from throughcare.ui.wording import t

Words = Mapping[str, str]


def project(
    measures: Sequence[Definition], places: Sequence[tuple[str, str]], typed: Words, wrong: Words
) -> list[FieldShape]:
    """Ask what a project is about."""
    chosen = tuple(Option(m.id, f"{m.title} ({m.id})") for m in measures)
    kinds = tuple(Option(k, t(f"improvement.study.{k}")) for k in states.KINDS)
    return [
        _text("title", typed, wrong, longest=120),
        _long("aim", typed, wrong),
        _one("measure", "select", chosen, typed, wrong),
        _one("kind", "radio", kinds, typed, wrong),
        _one("facility", "select", _places(places, whole=True), typed, wrong, required=False),
        _day("due_on", typed, wrong),
    ]


def meeting(places: Sequence[tuple[str, str]], typed: Words, wrong: Words) -> list[FieldShape]:
    """Ask about a meeting that was held."""
    kinds = tuple(Option(k, t(f"improvement.meeting.{k}")) for k in states.MEETINGS)
    return [
        _one("meeting_kind", "radio", kinds, typed, wrong),
        _one("meeting_facility", "select", _places(places, whole=False), typed, wrong),
        _day("held_on", typed, wrong),
        _text("disciplines", typed, wrong, longest=240),
        _long("decided", typed, wrong),
    ]


def annotation(typed: Words, wrong: Words) -> list[FieldShape]:
    """Ask what was changed when."""
    return [
        _day("since", typed, wrong),
        _text("words", typed, wrong, longest=240),
        _check("new_limits", typed),
    ]


def target(measure: Definition, typed: Words, wrong: Words) -> list[FieldShape]:
    """Ask for a target."""
    unit = measure.unit if measure.is_rate else "%"
    return [
        FieldShape(
            "value",
            t("improvement.ask.value"),
            "number",
            typed.get("value", ""),
            error=wrong.get("value", ""),
            required=True,
            unit=unit,
            width="s",
        ),
        _day("target_since", typed, wrong),
        _text("target_why", typed, wrong, longest=240),
    ]


def step(name: str, typed: Words, wrong: Words) -> list[FieldShape]:
    """Ask what the next step of a turn needs."""
    if name == "plan":
        return [_long("change", typed, wrong), _long("prediction", typed, wrong), _day("due_on", typed, wrong)]
    if name == "do":
        return [_long("did", typed, wrong), _day("did_on", typed, wrong), _check("new_limits", typed)]
    if name == "study":
        both = (Option("yes", t("improvement.as_predicted.yes")), Option("no", t("improvement.as_predicted.no")))
        return [_long("saw", typed, wrong), _one("as_predicted", "radio", both, typed, wrong)]
    acts = tuple(Option(a, t(f"improvement.act.{a}")) for a in states.ACTS)
    return [_one("act", "radio", acts, typed, wrong), _long("act_words", typed, wrong, required=False)]


def conclusion(typed: Words, wrong: Words) -> list[FieldShape]:
    """Ask how a project ends."""
    ways = tuple(Option(a, t(f"improvement.act.{a}")) for a in ("adopt", "abandon"))
    return [_one("how", "radio", ways, typed, wrong), _long("learned", typed, wrong)]


def _places(places: Sequence[tuple[str, str]], *, whole: bool) -> tuple[Option, ...]:
    first = Option("", t("improvement.whole_agency") if whole else t("improvement.choose"))
    return (first, *(Option(facility, title) for facility, title in places))


def _text(name: str, typed: Words, wrong: Words, *, longest: int) -> FieldShape:
    return FieldShape(
        name,
        t(f"improvement.ask.{name}"),
        "text",
        typed.get(name, ""),
        error=wrong.get(name, ""),
        required=True,
        max_length=longest,
    )


def _long(name: str, typed: Words, wrong: Words, *, required: bool = True) -> FieldShape:
    return FieldShape(
        name,
        t(f"improvement.ask.{name}"),
        "textarea",
        typed.get(name, ""),
        hint=t(f"improvement.hint.{name}"),
        error=wrong.get(name, ""),
        required=required,
        rows=3,
        max_length=2000,
    )


def _day(name: str, typed: Words, wrong: Words) -> FieldShape:
    label = t(f"improvement.ask.{name}")
    return FieldShape(name, label, "date", typed.get(name, ""), error=wrong.get(name, ""), required=True)


def _check(name: str, typed: Words) -> FieldShape:
    return FieldShape(name, t(f"improvement.ask.{name}"), "check", "yes" if typed.get(name) else "", quiet=True)


def _one(
    name: str,
    kind: str,
    options: tuple[Option, ...],
    typed: Words,
    wrong: Words,
    *,
    required: bool = True,
) -> FieldShape:
    return FieldShape(
        name,
        t(f"improvement.ask.{name}"),
        kind,  # type: ignore[arg-type]
        typed.get(name, ""),
        error=wrong.get(name, ""),
        required=required,
        options=options,
        quiet=not required,
        inline=kind == "radio",
    )
