"""Emergency's rows as the page draws them. No queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from throughcare.access import doors
from throughcare.care.emergency import rules, words
from throughcare.care.emergency.models import Code
from throughcare.care.emergency.reads import Line, Scene
from throughcare.care.emergency.rule_table import StampKind, load_table
from throughcare.chart import banner
from throughcare.kernel import clock
from throughcare.kernel.lens import Lens
from throughcare.ui.shapes import AlertSentence, Cell, ClockShape, Column, FieldShape, Option, TableShape
from throughcare.ui.wording import t

SUMMARY = ("situation", "background", "assessment", "recommendation")
VITALS = ("systolic", "diastolic", "pulse", "respiration", "saturation", "temperature")


@dataclass(frozen=True, slots=True)
class Due:
    """What is due next, with its clock."""

    kind: str
    words: str
    clock: ClockShape


def may_open(lens: Lens, name: str) -> bool:
    """Tell whether this reader may open a page."""
    route = doors.page(name)
    return route is not None and route.policy.allows(lens)


def span(passed: timedelta | None) -> str:
    """Write a time that passed, in minutes and seconds."""
    if passed is None:
        return ""
    seconds = int(passed.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02d}"


def scene(lens: Lens, found: Scene) -> dict[str, Any]:
    """Draw one code."""
    code, table = found.code, load_table()
    groups: dict[str, list[StampKind]] = {}
    for kind in table.stamps.values():
        groups.setdefault(kind.group, []).append(kind)
    done = {s.kind for s in found.held}
    return {
        "code": code,
        "banner": banner.of(lens, code.person_id) if code.person_id else None,
        "complaint": table.complaints.get(code.complaint, ""),
        "drill_words": table.drills.get(code.drill, ""),
        "clock": reach_clock(code, found.response),
        "response": response_words(found.response, code),
        "due": [Due(p.kind, t(f"emergency.prompt.{p.kind}"), ClockShape(p.since, p.due_at)) for p in found.prompts],
        "after_naloxone": [(k, v) for k, v in table.responses.items()]
        if any(p.kind == "naloxone" for p in found.prompts)
        else [],
        "groups": groups,
        "done": done,
        "medicines": list(table.medicines.values()),
        "moments": [(m, words.said(m.stamp, table)) for m in found.moments],
        "roster": found.roster,
        "open": code.state == "open",
        "stampable": code.state != "debriefed",
        "forgotten": code.state == "open" and clock.now() - code.called_at > table.forgotten,
        "debrief": found.debrief,
        "packets": found.packets,
        "preventable_words": t(f"emergency.preventable.{found.debrief.preventable}")
        if found.debrief and found.debrief.preventable
        else "",
        "ending_words": table.endings[code.ending].title if code.ending in table.endings else "",
        "fields": lambda typed, wrong: fields(found, typed, wrong),
    }


def fields(found: Scene, typed: dict[str, str], wrong: dict[str, str]) -> dict[str, list[FieldShape]]:
    """Draw the questions of the page, with what was typed and what was wrong."""
    table = load_table()

    def ask(name: str, key: str, kind: Any = "text", **more: Any) -> FieldShape:
        value = typed.get(name, more.pop("value", ""))
        return FieldShape(name, t(f"emergency.{key}"), kind, value=value, error=wrong.get(name, ""), **more)

    def number(name: str) -> FieldShape:
        return ask(name, name, inputmode="decimal", width="xs", max_length=6, quiet=True)

    medicines = tuple(Option(m.key, m.title) for m in table.medicines.values())
    endings = tuple(Option(e.key, e.title) for e in table.endings.values())
    preventable = tuple(Option(k, t(f"emergency.preventable.{k}")) for k in ("no", "yes", "unclear"))
    debrief = [
        ask("changes", "changes", "textarea", rows=3, required=True),
        ask("preventable", "preventable", "radio", options=preventable, inline=True, required=True),
        ask("preventable_why", "preventable_why", "textarea", rows=2, quiet=True),
        ask("present", "present", quiet=True, max_length=400),
        ask("video", "video", width="s", quiet=True, max_length=80),
    ]
    awake = tuple(Option(k, v) for k, v in table.awake.items())
    return {
        "drug": [
            ask("drug", "medicine", "select", options=medicines, required=True),
            ask("dose", "dose", inputmode="decimal", width="xs", required=True, max_length=10),
            ask("unit", "dose_unit", width="xs", required=True, max_length=10),
            ask("route", "route", width="s", required=True, max_length=30),
            ask("why", "why", width="m", quiet=True, max_length=120),
        ],
        "vitals": [
            *(number(n) for n in VITALS),
            ask("awake", "awake", "radio", options=awake, inline=True, quiet=True),
        ],
        "glucose": [number("glucose")],
        "note": [ask("words", "words", max_length=400)],
        "came": [ask("who", "came_who", width="m", max_length=80), ask("as", "came_as", width="s", max_length=40)],
        "summary": [ask(n, n, "textarea", value=getattr(found.code, n), rows=2, max_length=1000) for n in SUMMARY],
        "debrief": [q for q in debrief if not (found.code.drill and q.name.startswith("preventable"))],
        "end": [
            ask("ending", "ending", "radio", options=endings, required=True),
            ask("plan", "plan", "textarea", rows=2, max_length=1000, quiet=True),
            ask("at", "at", "time", width="xs", quiet=True),
        ],
    }


def reach_clock(code: Code, response: rules.Response) -> ClockShape:
    """Draw the clock of EMR-02: from the call to the side of the person."""
    return ClockShape(code.called_at, code.called_at + response.limit, response.reached_at or code.ended_at)


def response_words(response: rules.Response, code: Code) -> list[tuple[str, str]]:
    """Say how fast help came, each line with its meaning."""
    found = []
    if response.reached_after is None:
        found.append((t("emergency.not_reached"), "harm" if response.late else ""))
    elif response.late:
        late = t("emergency.reached_late", after=span(response.reached_after), limit=span(response.limit))
        found.append((late, "harm"))
    else:
        found.append((t("emergency.reached", after=span(response.reached_after)), "done"))
    if response.begun_after is not None:
        found.append((t("emergency.begun", after=span(response.begun_after)), ""))
    return found


def listed(lines: Sequence[Line]) -> TableShape:
    """Draw the list of codes."""
    table = load_table()
    return TableShape(
        t("emergency.codes"),
        [
            Column(t("emergency.called_at")),
            Column(t("emergency.where")),
            Column(t("emergency.person")),
            Column(t("emergency.response"), numeric=True),
            Column(t("emergency.how")),
        ],
        [
            [
                Cell(span_of_day(line.code.called_at), href=reverse("code", kwargs={"code_id": line.code.id})),
                line.code.place,
                _who(line, table.drills),
                Cell(span(line.response.reached_after) or "–", meaning="harm" if line.response.late else ""),
                Cell(
                    t(f"emergency.state.{line.code.state}"),
                    note=table.endings[line.code.ending].title if line.code.ending in table.endings else "",
                ),
            ]
            for line in lines
        ],
        empty=t("emergency.none"),
        caption_hidden=True,
    )


def _who(line: Line, drills: Any) -> str:
    if line.code.drill:
        return str(drills.get(line.code.drill, line.code.drill))
    return line.who.name if line.who else t("emergency.unknown")


def officers_sentences(code: Code, held: Sequence[rules.Stamped]) -> list[AlertSentence]:
    """Say what an officer does now: what to do, first aid; never why."""
    at = {s.kind: words.clock_time(s.at) for s in held}
    if code.state != "open":
        found = [AlertSentence(t("emergency.officer_over", at=words.clock_time(code.ended_at)))]
    elif any(s.kind == "health_there" for s in held):
        found = [AlertSentence(t("emergency.officer_here", at=at["health_there"]), urgent=True)]
    else:
        found = [AlertSentence(t("emergency.officer_stay"), t("emergency.officer_aid"), urgent=True)]
    called = [s for s in held if s.kind in ("ems_called", "ems_cancelled")]
    if "left_gate" in at:
        found.append(AlertSentence(t("emergency.officer_left", at=at["left_gate"])))
    elif called and called[-1].kind == "ems_called":
        found.append(AlertSentence(t("emergency.officer_ambulance", at=at["ems_called"]), urgent=True))
    elif called:
        found.append(AlertSentence(t("emergency.officer_no_ambulance", at=at["ems_cancelled"])))
    return found


def officers_taps(code: Code) -> list[StampKind]:
    """Give what an officer may stamp."""
    return [k for k in load_table().stamps.values() if k.custody] if code.state != "debriefed" else []


def span_of_day(at: datetime) -> str:
    """Write a moment: the time today, else day and time."""
    there = clock.local(at)
    today = clock.today()
    return f"{there:%H:%M}" if there.date() == today else f"{there.day} {there:%b %H:%M}"
