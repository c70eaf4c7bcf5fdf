"""The gallery: every component in every state and every layout. What isn't here doesn't exist."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from throughcare.kernel import clock
from throughcare.ui.gallery_examples import examples
from throughcare.ui.gallery_scenes import banners, board_rows, kiosk_buttons, lanes
from throughcare.ui.pages import page, problem
from throughcare.ui.shapes import (
    Action,
    Effect,
    FieldShape,
    KeyHint,
    NavItem,
    Option,
    PrintNote,
    Section,
    SignIn,
    SignPanel,
    Viewer,
)

LAYOUTS = ("staff", "intake", "board", "kiosk", "print", "sign-in", "problem")


def gallery(request: HttpRequest) -> HttpResponse:
    """Show all components, or one of the layouts by `?layout=`."""
    now = clock.now()
    layout = request.GET.get("layout", "")
    request.demo = True  # type: ignore[attr-defined]
    if layout == "problem":
        return problem(request, int(request.GET.get("status", "409")))
    if layout in LAYOUTS:
        return page(request, f"ui/gallery/{layout}.html", _scene(layout))
    shown = {"chapters": examples(now), "layouts": LAYOUTS}
    return page(request, "ui/gallery/index.html", {"viewer": _viewer(), **shown})


def _viewer() -> Viewer:
    now = clock.now()
    return Viewer(
        "M. Sample-Hill",
        "Nurse, intake",
        "Hartford",
        shift="night",
        shift_opened_at=now - timedelta(hours=3, minutes=14),
        shift_closes_at=now + timedelta(hours=8, minutes=46),
        colleagues=1,
        signed_in=True,
        switch_href="#switch",
        search_href="/gallery/",
        home_href="/gallery/",
        call_href="#call",
        alarms=[Action("Code · A-114 · called 22:06", "#code")],
    )


def _scene(layout: str) -> dict[str, object]:
    now = clock.now()
    nav = [NavItem("Home", "?layout=staff", True), NavItem("Intake", "#", count=4), NavItem("Sick call", "#", count=11)]
    nav += [NavItem("Medicines", "#"), NavItem("Handover", "#")]
    fields = [
        FieldShape("user", "Name", required=True, autocomplete="username"),
        FieldShape("password", "Password", "password", required=True, autocomplete="current-password"),
    ]
    scenes: dict[str, dict[str, object]] = {
        "staff": {
            "viewer": _viewer(),
            "nav": nav,
            "lanes": lanes(now),
            "banner": banners(now)[0][1],
            "keys": [KeyHint("j k", "move"), KeyHint("Enter", "open"), KeyHint("h", "handover")],
        },
        "intake": {"viewer": _viewer(), "nav": nav, "banner": banners(now)[1][1], **_intake()},
        "board": {"board_title": "Unit B", "board_url": "", "rows": board_rows(now)},
        "kiosk": {"buttons": kiosk_buttons()},
        "print": {
            "paper": PrintNote(
                "Handover, night to day",
                now,
                "Hartford",
                "https://record.example/handover/",
                "M. Sample-Hill",
                "Shred after use",
            ),
            "lanes": lanes(now),
        },
        "sign-in": {"card": SignIn("/gallery/?layout=sign-in", "Sign in", fields)},
    }
    return scenes[layout]


def _intake() -> dict[str, object]:
    now = clock.now()
    reasons = [Option(r.lower(), r) for r in ("Intoxicated", "Declines", "No interpreter")]
    return {
        "steps": [
            Section("Quick look", "#1", "done", "22:06"),
            Section("Substances", "#2", "current"),
            Section("Mind", "#3", "attention", "2 positives open"),
            Section("Body", "#4"),
            Section("Medicines", "#5"),
        ],
        "questions": [
            FieldShape(
                "opioid", "Opioids in the last 30 days?", "yes_no_unable", "yes", required=True, options=reasons
            ),
            FieldShape("last_day", "Last use, day", "date", "2026-11-21", required=True),
            FieldShape("last_time", "At about", "time", "17:30"),
            FieldShape("programme", "Current program", "search", placeholder="Type to find", width="m"),
            FieldShape("alcohol", "Alcohol every day?", "yes_no_unable", "unable", required=True, options=reasons),
        ],
        "sign": SignPanel("Sign screening", blocked=(Action("Thoughts of suicide, last month", "#3"),)),
        "effects": [
            Effect(now, "Withdrawal check scheduled", "due 22:30, nurse, intake"),
            Effect(now - timedelta(minutes=4), "Alert to custody", '"Check at random, every 15 min or less"', "harm"),
        ],
    }
