"""Orders and results as pages draw them: the catalogue by kind, lines with their trend, what may be decided. No queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.urls import reverse

from throughcare.chart import catalogue, inbox, resulting, trends
from throughcare.chart import models as m
from throughcare.chart.actions.results import TOLD
from throughcare.chart.reads import shown
from throughcare.chart.units import said
from throughcare.chart.views.measured import ABNORMAL, CRITICAL, WORDS, answer, number, unit
from throughcare.kernel.vocabulary import Role
from throughcare.ui.shapes import ClockShape, FieldShape, Meaning, Option
from throughcare.ui.wording import t

KIND_TITLES = {kind: t(f"chart.order_kind.{kind}") for kind in catalogue.KINDS}
PLAN_TITLES = {plan: t(f"chart.plan.{plan}") for plan in resulting.PLANS}
TOLD_WAYS = {way: t(f"chart.told.{way}") for way in TOLD}
STATES = frozenset({"registered", "preliminary", "corrected", "cancelled"})
URGENT: dict[str, Meaning] = {"critical": "harm", "abnormal": "shift", "normal": ""}


class Typed(Protocol):
    """A post that came back: what was typed, and what is wrong with it."""

    @property
    def typed(self) -> Mapping[str, str]:
        """What was typed."""

    @property
    def wrong(self) -> Mapping[str, str]:
        """What is wrong, field by field."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the inbox."""

    name: str
    number: str
    seed: str
    what: str
    outstanding: str
    urgency: str
    meaning: Meaning
    clock: ClockShape
    ordered_by: str
    href: str
    id: UUID
    state: str


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One line of a result, with where it stands to its range and how it went before."""

    name: str
    value: str
    mark: str
    meaning: Meaning
    line: list[float]
    answer: str
    href: str
    range: str
    remark: str
    was: str
    cancelled: bool


@dataclass(frozen=True, slots=True)
class UnsignedLine:
    """One order or note to co-sign."""

    name: str
    number: str
    seed: str
    what: str
    by: str
    at: datetime
    due_at: datetime | None
    href: str
    cosign: str
    version: int


def groups(role: Role) -> list[tuple[str, list[Option]]]:
    """Give the catalogue that this role may order from, by kind; what is under a standing order says so."""
    found: dict[str, list[Option]] = {}
    for item in catalogue.items().values():
        if item.allows(role):
            note = t("chart.under_standing") if item.standing_for(role) else ""
            found.setdefault(KIND_TITLES[item.kind], []).append(Option(item.id, item.title, note))
    return list(found.items())


def fields(typed: Mapping[str, str], wrong: Mapping[str, str]) -> list[FieldShape]:
    """Give the questions beside what is ordered: how soon, why, and what else whoever does it must know."""
    priorities = [Option(p, t(f"chart.priority.{p}")) for p in ("routine", "urgent", "stat")]
    return [
        FieldShape(
            "priority",
            t("chart.priority"),
            "radio",
            typed.get("priority", "routine"),
            options=priorities,
            inline=True,
            required=True,
            error=wrong.get("priority", ""),
        ),
        FieldShape(
            "reason",
            t("chart.reason"),
            value=typed.get("reason", ""),
            required=True,
            max_length=240,
            error=wrong.get("reason", ""),
        ),
        FieldShape(
            "detail", t("chart.detail"), value=typed.get("detail", ""), max_length=120, error=wrong.get("detail", "")
        ),
    ]


def result_fields(item: catalogue.Item | None, typed: Mapping[str, str], wrong: Mapping[str, str]) -> list[FieldShape]:
    """Give the lines of a result to enter, then the words of the report and when it was taken."""
    lines = [_analyte(a, typed, wrong) for a in (item.analytes if item else ())]
    said_options = [Option(u, t(f"chart.urgency.{u}")) for u in resulting.URGENCY]
    return [
        *lines,
        FieldShape(
            "words",
            t("chart.report_words"),
            "textarea",
            typed.get("words", ""),
            rows=3,
            width="full",
            error=wrong.get("words", ""),
            hint=t("chart.report_words_hint"),
        ),
        FieldShape(
            "said",
            t("chart.said_urgency"),
            "radio",
            typed.get("said", "normal"),
            options=said_options,
            inline=True,
            required=True,
            error=wrong.get("said", ""),
        ),
        FieldShape("day", t("chart.taken_day"), "date", typed.get("day", ""), width="s", error=wrong.get("day", "")),
        FieldShape("time", t("chart.taken_time"), "time", typed.get("time", ""), width="xs"),
    ]


def _analyte(analyte: catalogue.Analyte, typed: Mapping[str, str], wrong: Mapping[str, str]) -> FieldShape:
    name = f"a-{analyte.id}"
    value, error = typed.get(name, ""), wrong.get(name, "")
    if analyte.choices:
        options = [Option(c, c) for c in analyte.choices]
        return FieldShape(name, analyte.title, "radio", value, options=options, inline=True, error=error)
    span = f"{analyte.low} to {analyte.high}" if analyte.low is not None and analyte.high is not None else ""
    return FieldShape(
        name, analyte.title, "number", value, unit=said(analyte.unit), width="s", error=error, max_length=9,
        hint=t("chart.usual", span=span) if span else "", step="any",
    )  # fmt: skip


def plan_fields(row: m.Report, again: Typed | None) -> list[FieldShape]:
    """Give what may follow from a result; a letter alone only from a normal one."""
    typed, wrong = (again.typed, again.wrong) if again else ({}, {})
    allowed = [p for p in resulting.PLANS if p != "letter" or row.urgency == "normal"]
    return [
        FieldShape(
            "plan",
            t("chart.plan"),
            "radio",
            typed.get("plan", ""),
            options=[Option(p, PLAN_TITLES[p]) for p in allowed],
            required=True,
            error=wrong.get("plan", ""),
        ),
        FieldShape(
            "words",
            t("chart.plan_words"),
            "textarea",
            typed.get("words", ""),
            rows=3,
            width="full",
            error=wrong.get("words", ""),
        ),
    ]


def call_fields(again: Typed | None) -> list[FieldShape]:
    """Give the questions about a call on a critical value."""
    typed, wrong = (again.typed, again.wrong) if again else ({}, {})
    yes_no = [Option("yes", t("chart.call_yes")), Option("no", t("chart.call_no"))]
    return [
        FieldShape(
            "caller", t("chart.call_by"), value=typed.get("caller", ""), required=True, max_length=120,
            error=wrong.get("caller", ""),
        ),
        FieldShape(
            "told", t("chart.call_to"), value=typed.get("told", ""), required=True, max_length=120,
            error=wrong.get("told", ""),
        ),
        FieldShape(
            "read_back", t("chart.call_read_back"), "radio", typed.get("read_back", ""), options=yes_no, inline=True,
            required=True, error=wrong.get("read_back", ""),
        ),
        FieldShape("call_words", t("chart.call_words"), value=typed.get("call_words", ""), max_length=400),
    ]  # fmt: skip


def line(waiting: inbox.Waiting) -> Line:
    """Draw one row of the inbox."""
    report, who = waiting.report, waiting.who
    return Line(
        name=who.name,
        number=who.number,
        seed=who.seed,
        what=report.text,
        outstanding=waiting.outstanding or report.words[:80],
        urgency=t(f"chart.urgency.{report.urgency}"),
        meaning=URGENT[report.urgency],
        clock=ClockShape(waiting.opened_at, waiting.due_at),
        ordered_by=waiting.ordered_by,
        href=reverse("chart_result", kwargs={"person_id": report.person_id, "report_id": report.id}),
        id=report.id,
        state=state_of(report),
    )


def state_of(report: m.Report) -> str:
    """Say where a result stands, where that is more than final; and where nobody called it normal."""
    if report.status in STATES:
        return t(f"chart.state.{report.status}")
    return "" if report.judged else t("chart.state.unjudged")


def unsigned(one: inbox.Unsigned) -> UnsignedLine:
    """Draw one order or note to co-sign; a note is read before it is signed."""
    row, is_order = one.row, one.kind == "ServiceRequest"
    ids = {"person_id": row.person_id}
    note = "" if is_order else reverse("chart_note", kwargs={**ids, "note_id": row.id})
    return UnsignedLine(
        name=one.who.name,
        number=one.who.number,
        seed=one.who.seed,
        what=f"{row.text} ({row.standing_order})" if is_order else row.title,
        by=row.recorded_by,
        at=row.recorded_at if is_order else row.signed_at,
        due_at=one.due_at,
        href=reverse("chart_orders", kwargs=ids) if is_order else note,
        cosign=reverse("chart_order_cosign", kwargs={**ids, "service_request_id": row.id}) if is_order else "",
        version=row.version,
    )


def result_line(row: m.Observation, before: Sequence[m.Observation], person_id: UUID) -> ResultLine:
    """Draw one line of a result with those before it."""
    comparable = [r for r in before if unit(r) == unit(row)]
    points = [trends.Point(r.effective_at, v, unit(r)) for r in comparable if (v := number(r)) is not None]
    return ResultLine(
        name=row.text,
        value=shown(row),
        mark=WORDS.get(row.interpretation, "abnormal" if row.interpretation in ABNORMAL else ""),
        meaning="harm" if row.interpretation in CRITICAL else "shift" if row.interpretation in ABNORMAL else "",
        line=[float(p.value) for p in trends.comparable(points)],
        answer=answer(before) if before else "",
        href=reverse("chart_trend", kwargs={"person_id": person_id, "code": row.code}) if before and row.code else "",
        range=row.reference_range,
        remark=row.remark,
        was=row.was,
        cancelled=row.status == "cancelled",
    )
