"""What this room's pages draw, as shapes for the components; no HTTP, no queries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from throughcare.care.grievances import policy, rules
from throughcare.care.grievances.models import Grievance
from throughcare.care.grievances.reads import Line, Site
from throughcare.care.grievances.rule_table import load_table
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid
from throughcare.kernel.lens import Lens
from throughcare.people.reads import Card
from throughcare.ui.forms import id_of, moment_of
from throughcare.ui.jinja import day
from throughcare.ui.shapes import Cell, ClockShape, Column, FieldShape, Option, TableShape
from throughcare.ui.wording import t


def clock_of(line: Line) -> ClockShape | None:
    """Draw the clock of the next step."""
    return ClockShape(line.row.appealed_at or line.row.filed_at, line.due_at) if line.due_at else None


def lines(found: Sequence[Line], caption: str) -> TableShape:
    """Draw complaints: number, about what, whose, which step, when filed, the clock."""
    about = load_table().about
    return TableShape(
        caption,
        [Column(t(f"grievances.{name}")) for name in ("number", "about", "person", "step", "filed", "clock")],
        [
            [
                Cell(x.row.receipt, href=reverse("grievance", kwargs={"grievance_id": x.row.id})),
                about[x.row.about].en if x.row.about in about else x.row.about,
                Cell(x.who.name, note=x.who.number),
                t(f"grievances.state.{x.row.state}"),
                day(x.row.filed_at),
                Cell("", clock=clock_of(x)),
            ]
            for x in found
        ],
        empty=t("grievances.none"),
        caption_hidden=True,
    )


def waited(days: int) -> str:
    """Say how long the oldest waits, in whole days."""
    return t("grievances.days", n=days) if days else t("grievances.no_day")


def sites(found: Sequence[Site], caption: str) -> TableShape:
    """Draw how many complaints wait at each site, how many of them late, for how long."""
    counts = [Column(t(f"grievances.{name}"), numeric=True) for name in ("waiting", "late", "oldest")]
    return TableShape(
        caption,
        [Column(t("grievances.site")), *counts],
        [[s.name, str(s.waiting), str(s.late), waited(s.oldest)] for s in found],
        empty=t("grievances.none"),
        caption_hidden=True,
    )


def steps(row: Grievance) -> list[tuple[str, datetime, str]]:
    """Give what became of a complaint, step by step, for staff: what, when, by whom."""
    found = [
        ("filed", row.filed_at, ""),
        ("received", row.received_at, row.received_by),
        ("logged", row.logged_at, row.logged_by),
        ("answered", row.answered_at, row.answered_by),
        ("appealed", row.appealed_at, ""),
        ("decided", row.decided_at, row.decided_by),
        ("withdrawn", row.withdrawn_at, ""),
    ]
    return [(t(f"grievances.step.{name}"), at, by) for name, at, by in found if at is not None]


def own_steps(row: Grievance, lang: str) -> list[tuple[str, datetime]]:
    """Give what became of a complaint in the person's words."""
    at = {
        "received": row.received_at,
        "logged": row.logged_at,
        "answered": row.answered_at,
        "appealed": row.appealed_at,
        "decided": row.decided_at,
        "withdrawn": row.withdrawn_at,
    }
    return [(t(f"complaint.step.{name}", lang=lang), when) for name, when in at.items() if when is not None]


def answers(row: Grievance, lang: str) -> list[tuple[str, str]]:
    """Give the answers to a person in their language: what was found, and the words."""
    found, said = load_table().findings, []
    if row.finding:
        said.append((found[row.finding].said(lang), row.answer_es if lang == "es" and row.answer_es else row.answer_en))
    if row.decision:
        words = row.decision_es if lang == "es" and row.decision_es else row.decision_en
        said.append((found[row.decision].said(lang), words))
    return said


def may_appeal(row: Grievance) -> bool:
    """Tell whether the person may ask now that it is heard again."""
    answered = clock.local(row.answered_at).date() if row.answered_at else None
    return rules.may_appeal(row.state, answered, clock.today(), load_table().appeal_days)


def next_step(lens: Lens, row: Grievance, typed: Mapping[str, str], refused: Invalid | None) -> dict[str, Any]:
    """Give the form of the next step to who answers; nothing to who only reads."""
    wrong = refused.fields if refused else {}
    if not policy.ANSWER.allows(lens):
        return {"step": "", "fields": []}
    if row.state == "filed" or (row.state == "logged" and not row.owner):
        staff = FieldShape("staff", t("grievances.staff"), value=typed.get("staff", ""), hint=t("grievances.staff_hint"),
                           error=wrong.get("staff", ""), max_length=80)  # fmt: skip
        return {"step": "log", "fields": [staff]}
    if row.state == "logged":
        return {"step": "answer", "fields": _answer_fields(row, typed, wrong)}
    if row.state == "appealed" and rules.may_answer(lens.user_id, row.about_id, [row.answered_by_id]).may:
        return {"step": "decide", "fields": _answer_fields(row, typed, wrong)}
    return {"step": "", "fields": []}


def _answer_fields(row: Grievance, typed: Mapping[str, str], wrong: Mapping[str, str]) -> list[FieldShape]:
    found = [Option(f.key, f.en) for f in load_table().findings.values()]
    spanish = FieldShape("answer_es", t("grievances.answer_es"), "textarea", typed.get("answer_es", ""), rows=4,
                         error=wrong.get("answer_es", ""), required=row.language == "es")  # fmt: skip
    return [
        FieldShape("finding", t("grievances.finding"), "radio", typed.get("finding", ""), options=found, required=True,
                   error=wrong.get("finding", "")),
        FieldShape("answer_en", t("grievances.answer_en"), "textarea", typed.get("answer_en", ""), rows=4, required=True,
                   error=wrong.get("answer_en", ""), hint=t("grievances.answer_hint")),
        *([spanish] if row.language == "es" else []),
    ]  # fmt: skip


def answer_of(post: Mapping[str, str]) -> dict[str, Any]:
    """Read an answer as it was typed."""
    return {name: post.get(name, "") for name in ("finding", "answer_en", "answer_es")}


def slip_fields(typed: Mapping[str, str], found: Sequence[Card], wrong: Mapping[str, str]) -> list[FieldShape]:
    """Give the form for a complaint on paper or said aloud."""
    who = [Option(str(c.person_id), f"{c.name} · {c.number}") for c in found]
    about = [Option(c.key, c.en) for c in load_table().about.values()]
    came = (Option("paper", t("grievances.came.paper")), Option("verbal", t("grievances.came.verbal")))
    tongues = (Option("en", "English"), Option("es", "Spanish"))

    def of(name: str, kind: Any = "text", value: str = "", **more: Any) -> FieldShape:
        label, error = t(f"grievances.field.{name}"), wrong.get(name, "")
        return FieldShape(name, label, kind, typed.get(name, value), error=error, **more)

    return [
        of("person", "radio", options=who, required=True),
        of("channel", "radio", "paper", options=came, inline=True, required=True),
        of("language", "radio", "en", options=tongues, inline=True, required=True),
        of("about", "select", options=about, required=True),
        of("words", "textarea", required=True, rows=5),
        of("words_in_english", "textarea", rows=3),
        of("health", "textarea", rows=2, hint=t("grievances.field.health_hint")),
        of("day", "date", width="s"),
    ]


def own_fields(typed: Mapping[str, str], wrong: Mapping[str, str], lang: str) -> list[FieldShape]:
    """Give the kiosk's questions, in the person's language."""
    about = [Option(c.key, c.said(lang)) for c in load_table().about.values()]

    def of(name: str, kind: Any, **more: Any) -> FieldShape:
        label, error = t(f"complaint.{name}", lang=lang), wrong.get(name, "")
        return FieldShape(name, label, kind, typed.get(name, ""), error=error, **more)

    return [
        of("about", "radio", options=about, required=True),
        of("words", "textarea", required=True, rows=6, max_length=8000),
        of("health", "textarea", rows=3, max_length=8000, quiet=True, hint=t("complaint.health_hint", lang=lang)),
    ]


def chosen(text: str) -> UUID:
    """Read the id of who was chosen."""
    return id_of(text, Invalid("Nothing was taken down.", fields={"person": "Choose who complains."}))


def filed_at(day: str) -> datetime | None:
    """Read the day on a slip as its first moment, where one was written."""
    try:
        return moment_of(day, "00:00") if day else None
    except ValueError:
        raise Invalid("Nothing was taken down.", fields={"day": "Write the day on the slip."}) from None
