"""What the kiosk's pages show, in the person's words, English and Spanish; no database, no HTTP."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from throughcare.care.sick_call.models import CareRequest
from throughcare.care.sick_call.rule_table import load_table
from throughcare.chart.booked import Coming
from throughcare.ui import wording
from throughcare.ui.shapes import KioskButton

ASKS = (
    ("ask", "sick", "ask"),
    ("dose", "missed-dose", "pills"),
    ("dental", "dental", "tooth"),
    ("mind", "mental", "mind"),
)
SHOWS = (
    ("requests", "kiosk_requests", "list"),
    ("medicines", "kiosk_medicines", "pills"),
    ("refill", "kiosk_refill", "pills"),
    ("appointments", "kiosk_visits", "calendar"),
    ("results", "kiosk_results", "results"),
    ("health", "kiosk_health", "list"),
    ("home", "kiosk_packet", "calendar"),
    ("consents", "my-consents", "results"),
    ("looked", "my-who-looked", "results"),
    ("complaint", "kiosk_complaints", "ask"),
)


def ask_buttons(lang: str) -> list[KioskButton]:
    """Give the large choices by which a person asks for care."""
    ask = reverse("kiosk_ask")
    return [_button(word, f"{ask}?type={kind}&lang={lang}", icon, lang) for word, kind, icon in ASKS]


def record_buttons(lang: str) -> list[KioskButton]:
    """Give the large choices by which a person reads what is theirs."""
    return [_button(word, f"{reverse(page)}?lang={lang}", icon, lang) for word, page, icon in SHOWS]


def _button(word: str, href: str, icon: Any, lang: str) -> KioskButton:
    said, hint = (wording.t(f"kiosk.choose.{key}", lang=lang) for key in (word, f"{word}_hint"))
    return KioskButton(said, href=href, hint=hint, icon=icon)


def visits(here: Sequence[CareRequest], ahead: Sequence[Coming]) -> dict[str, Any]:
    """Sort the visits ahead by where they are; of those outside it is said only that there is one."""
    return {
        "here": [one.scheduled_for for one in here],
        "outside": any(one.outside for one in ahead),
        "home": [one for one in ahead if not one.outside],
    }


def missed(lang: str) -> list[tuple[str, str]]:
    """Give what a person may say about a visit that did not take place, in words of their own."""
    rows = [r for r in load_table().no_shows.values() if "patient" in r.attested_by]
    return [(r.key, wording.t(f"request.missed.{r.key}", lang=lang)) for r in rows]


def fee(lang: str) -> str:
    """Say what a visit costs, where the agency charges; else nothing."""
    terms = load_table().copayment
    return wording.t("kiosk.fee", lang=lang, price=f"${terms.cents / 100:.2f}") if terms.charged else ""


def steps(row: CareRequest, lang: str) -> list[tuple[str, Any]]:
    """Give what has become of a request, step by step, in the person's words."""
    at = {"received": row.received_at, "read": row.triaged_at, "planned": row.scheduled_for, "seen": row.seen_at}
    found = [(wording.t(f"request.state.{name}", lang=lang), when) for name, when in at.items() if when is not None]
    if row.closed_at is not None:
        found.append((wording.t("request.state.closed", lang=lang), row.closed_at))
    return found
