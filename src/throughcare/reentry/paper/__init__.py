"""The packet as PDF: the same words as the page, tagged for reading aloud (PDF/UA), typeset without any outside service."""

from dataclasses import asdict
from pathlib import Path

from throughcare.reentry.sections import PacketNow
from throughcare.reentry.tables import load_table
from throughcare.ui.paper import typeset
from throughcare.ui.qr import qr_path
from throughcare.ui.wording import t

TEMPLATE = Path(__file__).parent / "packet.typ"


def code_of(address: str) -> str:
    """Give what the code on paper holds: the address of the person's own page, else the crisis line; never a fact of theirs."""
    return address or f"tel:{load_table().crisis}"


def pdf(packet: PacketNow, *, address: str = "", mark: str = "") -> bytes:
    """Typeset a packet with the mark of who takes the copy; the same words give the same bytes."""
    return typeset(TEMPLATE, _data(packet, address), mark=mark)


def _data(packet: PacketNow, address: str) -> dict[str, object]:
    lang = packet.lang
    words = {k: t(f"reentry.packet.{k}", lang=lang) for k in ("born", "number", "made", "page", "own")}
    said = t("reentry.packet.code_page" if address else "reentry.packet.code_call", lang=lang)
    return {
        **asdict(packet),
        "words": words,
        "code": {"svg": _svg(code_of(address)), "words": said, "alt": said},
    }


def _svg(text: str) -> str:
    code = qr_path(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {code.side} {code.side}" shape-rendering="crispEdges">'
        f'<rect width="{code.side}" height="{code.side}" fill="white"/><path d="{code.path}" fill="black"/></svg>'
    )
