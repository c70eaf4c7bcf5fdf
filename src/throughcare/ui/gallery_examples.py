"""The examples of the gallery: each macro at least once, each state at least once. All people are invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from throughcare.ui.gallery_scenes import banners, board_rows, clocks, kiosk_buttons, lanes
from throughcare.ui.shapes import (
    Action,
    AlertSentence,
    Cell,
    Change,
    Chip,
    Column,
    Effect,
    FieldError,
    FieldShape,
    KeyHint,
    Lane,
    Option,
    PageKeys,
    Part,
    Persona,
    PrintNote,
    Progress,
    Section,
    SignIn,
    SignPanel,
    TableShape,
    Toast,
    TrendPoint,
    TrendShape,
    Version,
)


@dataclass(frozen=True, slots=True)
class Example:
    """One macro with arguments, and what the example shows."""

    macro: str
    shows: str
    args: Sequence[Any] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """Examples that belong together."""

    title: str
    examples: Sequence[Example]


def _fields() -> list[Example]:
    reasons = [
        Option("intoxicated", "Intoxicated"),
        Option("declines", "Declines"),
        Option("interpreter", "No interpreter"),
    ]
    units = [Option("", "Choose a unit"), Option("a", "Unit A"), Option("b", "Unit B")]
    kinds = [
        FieldShape("reason", "What happened", "textarea", rows=3, hint="Facts and times; no opinions."),
        FieldShape("last_use", "Last opioid use", "date", "2026-11-21", required=True),
        FieldShape("last_time", "At about", "time", "17:30"),
        FieldShape("seen_at", "Seen at", "datetime", "2026-11-21T22:06", required=True),
        FieldShape("glucose", "Glucose", "number", "7.20", unit="mmol/L", required=True, width="xs"),
        FieldShape("systolic", "Systolic pressure", "number", "12x", "At rest, seated", "Write a number from 50 to 260.", unit="mmHg", required=True),
        FieldShape("unit", "Unit", "select", "b", options=units, required=True),
        FieldShape("asleep", "What do you see?", "radio", "calm", options=[Option("asleep", "Asleep, breathing seen"), Option("calm", "Awake, calm"), Option("harm", "Harming", "Call a code first")], required=True),
        FieldShape("risk", "Any of these today", "checks", ["fall"], options=[Option("fall", "Fall"), Option("head", "Blow to the head"), Option("fit", "Seizure")], inline=True),
        FieldShape("told", "Told in their language, officer out of hearing", "check", "on", required=True),
        FieldShape("suicide_before", "Have you ever tried to end your life?", "yes_no_unable", "unable", required=True, options=reasons, unable_reason="interpreter"),
        FieldShape("pregnant", "Could you be pregnant?", "yes_no_unable", "", error="Answer, or say why it could not be answered.", required=True, options=reasons),
        FieldShape("drug", "Medicine", "search", "", placeholder="Type to find", width="m"),
        FieldShape("pin", "PIN", "password", "", required=True, width="xs"),
        FieldShape("number", "Number", "text", "T1043377", readonly=True, width="s"),
        FieldShape("version", "", "hidden", "4"),
    ]  # fmt: skip
    return [Example("field", f.kind.replace("_", ", ") + (", wrong" if f.error else ""), (f,)) for f in kinds]


def _table(now: datetime) -> TableShape:
    soon = clocks(now)["soon"]
    return TableShape(
        "Results this week",
        [Column("Test"), Column("Result", numeric=True), Column("Usual"), Column("Review"), Column("Action", hidden=True)],
        [
            ["Potassium", Cell("6.4", meaning="harm", note="mmol/L"), "3.5–5.1", Cell("", clock=soon), Cell("", action=Action("Review", "#k"))],
            [Cell("A1c", "#a1c"), Cell("7.8", note="%"), "below 8.0", Cell("Seen 20 Nov", meaning="done"), ""],
            ["Sodium", Cell("133", meaning="shift", note="mmol/L"), "135–145", "Today", ""],
        ],
    )  # fmt: skip


def _trend(now: datetime) -> TrendShape:
    values = [(330, 9.4), (240, 8.9), (180, 8.2), (120, 8.3), (60, 7.6), (4, 7.2)]
    points = [TrendPoint(now - timedelta(days=d), v, f"{v:.1f}") for d, v in values]
    return TrendShape(
        "A1c fell below 8 in September",
        points,
        "%",
        goal_high=8.0,
        goal_text="goal: below 8.0",
        name="A1c",
        download="#csv",
    )


def _people(now: datetime) -> list[Example]:
    faces = [Example("avatar", "", (f"face-{n}", "l")) for n in range(32)]
    personas = [
        Persona("nurse-a", "Nurse, intake", "Hartford", "4 arrivals, 1 needs you now", "nurse", urgent=True, clock=clocks(now)["late by a little"]),
        Persona("nurse-b", "Nurse, pill line", "York", "The noon line opens in 40 minutes: 96 people", "pill"),
        Persona("officer", "Officer, unit B", "Hartford", "2 orders on the board", "", "#officer"),
    ]  # fmt: skip
    return [
        *(Example("banner", shows, (b,), wide=True) for shows, b in banners(now)),
        Example("person_line", "in a list", ("king", "Demo-King, Andre", "T1890021", "C-208", "#king")),
        *(Example("persona_card", "waits" if not p.urgent else "needs you now", (p,)) for p in personas),
        *faces,
    ]


def _words(now: datetime) -> list[Example]:
    chips = [
        Chip("Bottom bunk"),
        Chip("Critical", "harm"),
        Chip("This shift", "shift"),
        Chip("Verified", "done"),
        Chip("Standing order", "accent", "#so"),
    ]
    urgent = AlertSentence(
        "Constant observation. Do not leave.",
        "If he collapses: call code, start CPR.",
        "Nurse 4471",
        now + timedelta(hours=9),
        urgent=True,
    )
    return [
        Example("chip", "a link", (chips[4],)),
        Example("leads", "words that lead on, where the reader may go there", ("/gallery/", "Every component")),
        Example("chips", "plain, and the three meanings", (chips,)),
        Example("alert_sentence", "urgent", (urgent,)),
        Example("alert_sentence", "plain", (AlertSentence("Bring to clinic 09:40", call="Clinic 4410", until=now + timedelta(hours=11)),)),
        Example("note", "harm", ("Potassium 6.4: call the prescriber within 60 minutes.", "harm", "Critical result")),
        Example("note", "this shift", ("The pharmacy closes at 17:00.", "shift")),
        Example("note", "done", ("Signed 22:06. INT-02 closed; three duties opened.", "done")),
        Example("note", "plain", ("This chart was merged on 3 Nov; the earlier one is below.",)),
        Example("empty", "says what comes next", ("Nothing now.", "14:00: insulin, 6 people", Action("Show later", "#later"))),
        Example("toast", "with the way back", (Toast("Moved to sick call", Action("Undo", "/gallery/", "post")),)),
        Example("toast", "a warning", (Toast("Not brought: lockdown", None, "shift"),)),
        Example("facts", "names and values", ([("Problem", "Type 2 diabetes"), ("Control", "fair, improving"), ("Next visit", "12 Jan")],)),
        Example("key_hints", "what the keys do here", ([KeyHint("e", "emergent"), KeyHint("u", "urgent"), KeyHint("r", "routine")],)),
    ]  # fmt: skip


def _acts() -> list[Example]:
    buttons = [
        Action("Sign screening", "#", tone="main"),
        Action("Send to emergency department", "#", tone="danger"),
        Action("Save and close", "#", key="s"),
        Action("Back to the list", "#", tone="quiet"),
        Action("Take back", "/gallery/", "post"),
    ]
    closes = (
        "Screening INT-02, due 23:10",
        "Suicide and withdrawal screens INT-08",
        "Opens: verify medicines, by 10:14",
    )
    missing = (
        Action("Suicide: thoughts in the last month", "#f-suicide_before"),
        Action("Chest pain today", "#f-chest", hint="yes, no order"),
    )
    fields = (
        FieldShape("user", "Name", required=True, autocomplete="username"),
        FieldShape("pw", "Password", "password", required=True, autocomplete="current-password"),
    )
    return [
        *(Example("button", b.tone if b.method == "get" else "posts", (b,)) for b in buttons),
        Example("button", "small", (Action("Open", "#"),), {"small": True}),
        Example("action_bar", "saved by itself", (buttons[:2] + buttons[3:4], "Saved 22:06"), wide=True),
        Example("sign_panel", "ready", (SignPanel("Sign screening", closes, ("Verify medicines, by 10:14",), later=Action("Finish later", "#later", tone="quiet")),)),
        Example("sign_panel", "blocked", (SignPanel("Sign screening", blocked=missing),)),
        Example("sign_in", "refused once", (SignIn("/gallery/", "Sign in", fields, error="Name and password do not match. 4 tries left."), "token")),
    ]  # fmt: skip


def _forms() -> list[Example]:
    errors = [
        FieldError("systolic", "Systolic pressure: write a number from 50 to 260."),
        FieldError("pregnant", "Could you be pregnant? Answer, or say why not."),
    ]
    return [
        Example("error_summary", "two", (errors,)),
        *_fields(),
        Example("asking", "questions with one verb", ("/gallery/", (FieldShape("why", "Why", required=True),), "Hold", "token")),
        Example("doing", "one small verb, as in a row of a table", ("/gallery/", "End", "token")),
        Example("hidden_fields", "nothing to see: token, intent, version", ("token", [("version", "4")])),
    ]  # fmt: skip


def _lists(now: datetime) -> list[Example]:
    steps = [
        Section("Quick look", "#s1", "done", "22:06"),
        Section("Substances", "#s2", "current"),
        Section("Mind", "#s3", "attention", "2 positives open"),
        Section("Body", "#s4"),
    ]
    tabs = [
        Section("Summary", "#t1", "current"),
        Section("Results", "#t2", note="3"),
        Section("Plans", "#t3", "attention"),
        Section("Notes", "#t4"),
    ]
    chart_parts = [
        Part("Summary", [Section("Summary", "#p1"), Section("Timeline", "#p2")]),
        Part("Medicines", [Section("Medicines", "#p3", "current"), Section("Home medicines", "#p4")]),
        Part("Mental health", [Section("Watch", "#p5")]),
    ]
    return [
        Example("table", "meanings, clock, action", (_table(now),), wide=True),
        Example("table", "empty", (TableShape("Wounds", [Column("Where")], [], "No wounds recorded."),)),
        Example("pages", "by key", (PageKeys(50, "?before=9", "?after=4", "requests"),)),
        Example("sections", "steps of a form", (steps, "Sections of the screening")),
        Example("tabs", "of a chart", (tabs, "Chart")),
        Example("parts", "of a chart, by subject", (chart_parts, "Parts of the chart"), wide=True),
        Example("skeleton", "over 300 ms", (3,)),
        Example("progress", "long work", (Progress("Writing the packet", 31, 120, 140),)),
    ]  # fmt: skip


def _charts(now: datetime) -> list[Example]:
    return [
        Example("trend", "the title is the answer", (_trend(now),), wide=True),
        Example("trend", "nothing yet", (TrendShape("No weight since arrival", []),)),
        Example("sparkline", "beside a number", ([9.4, 8.9, 8.2, 8.3, 7.6, 7.2], "A1c, last 6: from 9.4 to 7.2")),
        Example("sparkline", "one value", ([7.2], "A1c: one value, 7.2")),
        Example("bar_share", "doses taken", ("doses taken", 26, 30)),
    ]


def _history(now: datetime) -> list[Example]:
    versions = [
        Version(3, now - timedelta(minutes=8), "M. Sample-Hill", "Signed", "nurse", href="#v3"),
        Version(
            2,
            now - timedelta(minutes=31),
            "M. Sample-Hill",
            "Changed pulse",
            "nurse",
            "Counted again for a full minute",
        ),
        Version(1, now - timedelta(days=3), "R. Test-Moss", "Wrote", "nurse"),
    ]
    changes = [
        Change("Pulse", "112", "96"),
        Change("Note", "Restless", "Restless, sweating"),
        Change("Place", "Intake 2", "Intake 2"),
    ]
    done = [
        Effect(now, "Withdrawal check scheduled", "due 22:30, nurse, intake"),
        Effect(now - timedelta(minutes=4), "Alert to custody", '"Check at random, every 15 min or less"', "harm", "#"),
    ]
    return [
        Example("timeline", "every version", (versions,)),
        Example("effects", "what your answers did", (done,)),
        Example("effects", "nothing yet", ((),)),
        Example("diff", "two versions", (changes, "22:06", "22:14")),
    ]


def _paper(now: datetime) -> list[Example]:
    sheet = PrintNote(
        "Handover, night to day",
        now,
        "Hartford",
        "https://record.example/handover/",
        "M. Sample-Hill",
        "Shred after use",
    )
    return [
        Example("print_header", "with the way to the live page", (sheet,), wide=True),
        Example("print_footer", "on the last page", (sheet,), wide=True),
        Example("qr", "to the live page", ("https://record.example/handover/", "Code: opens the handover")),
    ]


def _public(now: datetime) -> list[Example]:
    rows, buttons = board_rows(now), kiosk_buttons()
    return [
        Example("board_list", "a unit", (rows,), wide=True),
        Example("board_list", "nothing to do", ((),)),
        Example("kiosk_button", "urgent", (buttons[7],)),
        Example("kiosk_grid", "first screen", (buttons[:4],), wide=True),
    ]


def examples(now: datetime) -> list[Chapter]:
    """Return all chapters of the gallery as of `now`."""
    night = lanes(now)
    faces = clocks(now)
    states = ("open", "soon", "late", "done", "done_late", "ended", "current")
    return [
        Chapter("The clock", [*(Example("clock", shows, (c,)) for shows, c in faces.items()), *(Example("shape", s, (s,)) for s in states)]),
        Chapter(
            "Duties",
            [
                Example("lanes", "a nurse's night", (night,), wide=True),
                Example("lane", "empty", (Lane("now", empty="Nothing now. 14:00: insulin, 6 people"),), wide=True),
                Example("duty_table", "on its own", (night[1].rows, "This shift"), wide=True),
            ],
        ),
        Chapter("People", _people(now)),
        Chapter("Words", _words(now)),
        Chapter("Questions", _forms()),
        Chapter("Doing", _acts()),
        Chapter("Lists", _lists(now)),
        Chapter("Charts", _charts(now)),
        Chapter("History", _history(now)),
        Chapter("Paper", _paper(now)),
        Chapter("Wall and kiosk", _public(now)),
    ]  # fmt: skip
