"""The hospital's packet as PDF: word for word what was kept, for a fax, a printer at the gate, or the ambulance's tablet."""

from pathlib import Path
from typing import Any

from throughcare.care.emergency.models import Packet
from throughcare.kernel import clock
from throughcare.ui.paper import typeset
from throughcare.ui.wording import t

TEMPLATE = Path(__file__).parent / "packet.typ"
NOT_KNOWN = "–"


def pdf(packet: Packet, *, mark: str = "") -> bytes:
    """Typeset a packet as it was made, with the mark of who takes the copy. A programme's dose is never in it: it goes by its own page and law."""
    return typeset(TEMPLATE, data(packet), mark=mark)


def data(packet: Packet) -> dict[str, Any]:
    """Give the packet's words in their order, each title from the house's wording."""
    said = packet.body
    age = NOT_KNOWN if said["age"] is None else said["age"]
    facts = [
        [t("emergency.packet_allergies"), "; ".join(said["allergies"])],
        [t("emergency.packet_isolation"), " ".join(said["isolation"])],
        [t("emergency.packet_pregnancy"), said["pregnancy"]],
        [t("emergency.packet_code_status"), said["code_status"]],
    ]
    return {
        "title": t("emergency.packet"),
        "name": said["name"],
        "number": said["number"] or NOT_KNOWN,
        "person": t("emergency.packet_person", age=age, language=said["language"] or t("emergency.not_recorded")),
        "source": t("emergency.packet_from", place=said["from"], phone=said["phone"] or NOT_KNOWN),
        "escort": said["escort"],
        "made": f"{clock.local(packet.made_at, 'America/New_York'):%d %b %Y %H:%M}",
        "facts": [[name, words] for name, words in facts if words],
        "emergency": _emergency(said["emergency"]),
        "tables": _tables(said),
        "problems": {
            "title": t("emergency.packet_problems"),
            "rows": said["problems"] or [t("emergency.packet_no_problems")],
        },
        "notice": t("emergency.programme_none"),
        "back": t("emergency.packet_back"),
        "digest": t("emergency.packet_digest", digest=packet.digest[:16]),
    }


def _emergency(said: dict[str, Any]) -> dict[str, Any]:
    if not said:
        return {}
    what = said["complaint"] or t("emergency.code")
    title = t("emergency.packet_emergency", what=what, at=said["called"])
    return {"title": title, "summary": said["summary"], "lines": said["lines"]}


def _tables(said: dict[str, Any]) -> list[dict[str, Any]]:
    medicines = {
        "title": t("emergency.packet_medicines"),
        "columns": [t(f"emergency.{k}") for k in ("medicine", "directions", "last_given", "next_due", "mark")],
        "rows": [[str(cell or NOT_KNOWN) for cell in row] for row in said["medicines"]],
        "none": t("emergency.packet_no_medicines"),
    }
    results = {
        "title": t("emergency.packet_results"),
        "columns": [t(f"emergency.{k}") for k in ("what_test", "result", "when")],
        "rows": [[str(cell or NOT_KNOWN) for cell in row] for row in said["results"]],
        "none": "",
    }
    return [medicines, *([results] if results["rows"] else [])]
