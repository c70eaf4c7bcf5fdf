"""What the kiosk's pages show, in the person's words, English and Spanish; no database, no HTTP."""

from typing import Any

from django.urls import reverse

from throughcare.care.sick_call.models import CareRequest
from throughcare.care.sick_call.rule_table import load_table
from throughcare.ui import wording
from throughcare.ui.shapes import KioskButton


def kiosk_buttons(lang: str) -> list[KioskButton]:
    """Give the large choices of the kiosk; only those that lead somewhere."""
    ask = reverse("kiosk_ask")
    asks = (
        ("ask", "sick", "ask"),
        ("dose", "missed-dose", "pills"),
        ("dental", "dental", "tooth"),
        ("mind", "mental", "mind"),
    )
    found = [
        KioskButton(
            wording.t(f"kiosk.choose.{word}", lang=lang),
            href=f"{ask}?type={kind}&lang={lang}",
            hint=wording.t(f"kiosk.choose.{word}_hint", lang=lang),
            icon=icon,  # type: ignore[arg-type]
        )
        for word, kind, icon in asks
    ]
    shows = (
        ("refill", "kiosk_refill", "pills"),
        ("requests", "kiosk_requests", "list"),
        ("home", "kiosk_packet", "calendar"),
        ("looked", "my-who-looked", "results"),
    )
    found += [
        KioskButton(
            wording.t(f"kiosk.choose.{word}", lang=lang),
            href=f"{reverse(page)}?lang={lang}",
            hint=wording.t(f"kiosk.choose.{word}_hint", lang=lang),
            icon=icon,  # type: ignore[arg-type]
        )
        for word, page, icon in shows
    ]
    return found


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
