"""What the gallery's examples and layouts show: a night at an intake. All people are invented."""

from __future__ import annotations

from datetime import datetime, timedelta

from throughcare.ui.shapes import (
    Action,
    AlertSentence,
    BannerShape,
    BoardRow,
    Chip,
    ClockShape,
    DutyRow,
    KioskButton,
    Lane,
)
from throughcare.ui.wording import t


def _clock(now: datetime, gone: int, left: int, closed: int | None = None, outcome: str = "") -> ClockShape:
    """A clock opened `gone` minutes ago with `left` to go, closed `closed` minutes ago."""
    at = None if closed is None else now - timedelta(minutes=closed)
    return ClockShape(now - timedelta(minutes=gone), now + timedelta(minutes=left), at, outcome)


def clocks(now: datetime) -> dict[str, ClockShape]:
    """Return a clock in each state, by the words that describe it."""
    return {
        "just opened": _clock(now, 10, 230),
        "plenty of time": _clock(now, 110, 130),
        "soon": _clock(now, 198, 42),
        "due now": _clock(now, 240, 0),
        "late by a little": _clock(now, 18, -3),
        "late by a lot": _clock(now, 310, -70),
        "days away": _clock(now, 60 * 24 * 100, 60 * 24 * 265),
        "days late": _clock(now, 60 * 24 * 16, -60 * 24 * 2),
        "done early": _clock(now, 240, 0, 8),
        "done on time": _clock(now, 240, 0, 0),
        "done late": _clock(now, 300, -60, 10),
        "refused": _clock(now, 240, 60, 30, "refused"),
        "handed on": _clock(now, 240, 60, 30, "converted"),
        "closed without being done": _clock(now, 240, 60, 30, "void"),
    }


def lanes(now: datetime) -> list[Lane]:
    """Return a nurse's night at an intake."""
    return [
        Lane(
            "now",
            [
                DutyRow(
                    "Sample-Ortiz, Luis",
                    "Constant watch: next hand-over",
                    _clock(now, 18, -3),
                    "A-114",
                    Action("Open", "#open"),
                    "#ortiz",
                    seed="ortiz",
                ),
                DutyRow(
                    "Test-Reyes, Maya",
                    "Screening",
                    _clock(now, 198, 42),
                    "Intake",
                    Action("Screen", "#screen", tone="main", key="s"),
                    "#reyes",
                    seed="reyes",
                    mark="last insulin unknown",
                ),
            ],
        ),
        Lane(
            "shift",
            [
                DutyRow(
                    "Demo-King, Andre",
                    "2 duties: withdrawal check · verify medicines",
                    _clock(now, 110, 130),
                    "C-208",
                    Action("Open", "#open"),
                    "#king",
                    seed="king",
                ),
                DutyRow(
                    "Example-Nowak, Jean",
                    "Return from hospital: orders",
                    _clock(now, 60, 180),
                    "Infirmary 4",
                    Action("Review", "#review"),
                    "#nowak",
                    seed="nowak",
                    note="discharge letter arrived",
                ),
                DutyRow(
                    "Specimen-Diaz, Carmen",
                    "Blood pressure recheck",
                    _clock(now, 240, 0, 8),
                    "B-117",
                    None,
                    "#diaz",
                    seed="diaz",
                ),
            ],
        ),
        Lane("later", count=12, summary="12 people · next 06:00: insulin, 6 people", more=Action("Show", "#later")),
    ]


def banners(now: datetime) -> list[tuple[str, BannerShape]]:
    """Return the banner with little and with much to say."""
    return [
        (
            "with a watch, allergies, a move ahead",
            BannerShape(
                "ortiz",
                "Sample-Ortiz, Luis",
                "T1043377",
                34,
                "Hartford · A-114",
                used_name="Lucho",
                going_to="Court, New Britain",
                going_at=now + timedelta(hours=10),
                allergies=("Penicillin: throat swelling", "Latex"),
                alerts=(AlertSentence("Bottom bunk, bottom tier", until=now + timedelta(days=52)),),
                language="Spanish, interpreter",
                watch="Constant watch since 21:40",
                href="#chart",
            ),
        ),
        (
            "nothing known yet",
            BannerShape(
                "reyes", "Test-Reyes, Maya", "T2210094", 27, "Hartford · Intake 2", allergies_state="not_asked"
            ),
        ),
        (
            "asked, none; labels",
            BannerShape(
                "king",
                "Demo-King, Andre",
                "T1890021",
                58,
                "Hartford · C-208",
                allergies_state="none_known",
                chips=(Chip("Dialysis Mon Wed Fri", "shift"), Chip("Hearing aid")),
            ),
        ),
    ]


def board_rows(now: datetime) -> list[BoardRow]:
    """Return what an officer's wall may say: what to do, never why."""
    return [
        BoardRow("A-114", "Constant observation. Do not leave.", "If he collapses: call code, start CPR. Nurse 4471.", clock=clocks(now)["late by a little"], urgent=True),
        BoardRow("B-203", "Bring to clinic 09:40", clock=clocks(now)["soon"]),
        BoardRow("C-118", "Bottom bunk until 12 Jan"),
    ]  # fmt: skip


def kiosk_buttons() -> list[KioskButton]:
    """Return the kiosk's first screen in the page's language."""
    icons = {"ask": "ask", "dose": "pills", "dental": "tooth", "mind": "mind", "requests": "list", "results": "results"}
    icons |= {"appointments": "calendar"}
    buttons = [
        KioskButton(t(f"kiosk.choose.{key}"), f"#{key}", t(f"kiosk.choose.{key}_hint"), icon)  # type: ignore[arg-type]
        for key, icon in icons.items()
    ]
    help_now = KioskButton(t("kiosk.help"), "", t("kiosk.help_hint"), "help", urgent=True, value="now")
    return [*buttons, help_now]
