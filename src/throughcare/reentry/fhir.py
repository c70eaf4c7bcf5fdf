"""Going home as FHIR R4, pure: the packet as a Composition that can be read back word for word; plans, contacts, appointments."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

from throughcare.kernel.fhir import Json, concept, filled, instant, period, reference, resource
from throughcare.kernel.ids import derived
from throughcare.reentry import models as m
from throughcare.reentry.sections import PacketNow, PacketSection

XHTML = "http://www.w3.org/1999/xhtml"
TITLE = {"en": "Release packet", "es": "Papeles al salir"}
STATE = {"planned": "booked", "kept": "fulfilled", "missed": "noshow", "cancelled": "cancelled"}


def composition(row: m.Packet, packet: PacketNow, sections: Sequence[PacketSection], *, id: UUID, by: UUID) -> Json:
    """Render what was handed over: every word of it, section by section."""
    return resource(
        "Composition",
        id,
        language=packet.lang,
        status="final",
        type=concept(text=TITLE["en"]),
        subject=reference("Patient", row.person_id),
        date=instant(row.at),
        author=[reference("Practitioner", by)],
        title=packet.title,
        section=[
            filled(title=s.title, code=concept(text=s.key), text={"status": "generated", "div": narrative(s)})
            for s in sections
        ],
    )


def sealed_part(packet_id: UUID) -> UUID:
    """Give the id under which a sealed programme's part of a packet is kept by itself."""
    return derived("packet", str(packet_id), "sealed")


def narrative(section: PacketSection) -> str:
    """Render a section as XHTML: sentences, then the table."""
    words = "".join(f"<p>{escape(w)}</p>" for w in section.words)
    head = "".join(f"<th>{escape(c)}</th>" for c in section.columns)
    rows = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in r) + "</tr>" for r in section.rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    return f'<div xmlns="{XHTML}">{words}{table}</div>'


class _Words(HTMLParser):
    """Reads the words of a narrative that this module wrote: paragraphs, heads, and cells row by row."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, list[str]] = {"p": [], "th": []}
        self.rows: list[list[str]] = []
        self._into: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Begin a row, or the words of a paragraph or cell."""
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self._into = self.rows[-1]
        elif tag in self.found:
            self._into = self.found[tag]
        if self._into is not None and tag in ("p", "th", "td"):
            self._into.append("")

    def handle_data(self, data: str) -> None:
        """Add to the words that have begun."""
        if self._into is not None:
            self._into[-1] += data

    def handle_endtag(self, tag: str) -> None:
        """End the words of a paragraph or cell."""
        if tag in ("p", "th", "td"):
            self._into = None


def sections_of(body: Mapping[str, Any]) -> list[PacketSection]:
    """Read a kept Composition's sections back, word for word."""
    found = []
    for part in body.get("section", ()):
        div = _Words()
        div.feed(part["text"]["div"])
        div.close()
        rows = tuple(tuple(row) for row in div.rows if row)
        found.append(
            PacketSection(
                part["code"]["text"],
                part["title"],
                tuple(div.found["p"]),
                tuple(div.found["th"]),
                rows,
            )
        )
    return found


def handed(row: m.Packet) -> Json:
    """Render that a packet was handed over, refused or sent after."""
    return filled(
        resourceType="ReleasePacket",
        id=str(row.id),
        status=row.outcome,
        subject=reference("Patient", row.person_id),
        language=row.lang,
        at=instant(row.at),
        by=row.by,
        role=row.by_role,
        signed=row.signed,
        witness=row.witness or None,
        refusedWhy=row.refused_why or None,
        sentTo=row.sent_to or None,
        digest=row.digest,
        differs=row.differs or None,
    )


def plan(row: m.ReleasePlan, steps: Iterable[m.PlanStep] = ()) -> Json:
    """Render a plan for going home with the steps that were answered."""
    return filled(
        resourceType="ReleasePlan",
        id=str(row.id),
        status=row.state,
        subject=reference("Patient", row.person_id),
        period=period(row.begun_at, row.left_at),
        begunBy=row.begun_by,
        finishedAt=instant(row.finished_at),
        finishedBy=row.finished_by or None,
        phone=row.phone or None,
        reach=row.reach_words or None,
        town=row.town or None,
        pharmacy=row.pharmacy or None,
        insurance=row.insurance or None,
        naloxoneKit=row.naloxone_kit or None,
        naloxoneTrainedOn=row.naloxone_trained_on.isoformat() if row.naloxone_trained_on else None,
        naloxoneTrainedBy=row.naloxone_trained_by or None,
        step=[filled(code=s.step, outcome=s.outcome, note=s.note or None, at=instant(s.at), by=s.by) for s in steps],
    )


def appointment(row: m.Appointment) -> Json:
    """Render an appointment outside."""
    return resource(
        "Appointment",
        row.id,
        status=STATE[row.state],
        serviceType=[concept(text=row.kind)],
        start=instant(row.at),
        end=instant(row.at),
        comment=row.walk_in or None,
        patientInstruction=row.bring or None,
        cancelationReason=concept(text=row.ended_why) if row.ended_why and row.state == "cancelled" else None,
        created=instant(row.made_at),
        participant=[
            {"actor": reference("Patient", row.person_id), "status": "accepted"},
            {"type": [concept(text=", ".join(p for p in (row.place, row.address) if p))], "status": "accepted"},
        ],
    )


def bridge(row: m.Bridge) -> Json:
    """Render a bridge: what was proposed, what was sent, where to."""
    return filled(
        resourceType="ReleaseBridge",
        id=str(row.id),
        status=row.state,
        subject=reference("Patient", row.person_id),
        days=row.days,
        medicine=row.medicines,
        leftOut=row.left_out,
        standingRule=row.standing_rule,
        proposedAt=instant(row.proposed_at),
        pharmacy=row.pharmacy or None,
        endedAt=instant(row.ended_at),
        endedBy=row.ended_by or None,
        why=row.why or None,
    )


def contact(row: m.Contact) -> Json:
    """Render an attempt to reach somebody."""
    return filled(
        resourceType="ReleaseContact",
        id=str(row.id),
        status="reached" if row.reached else "not-reached",
        subject=reference("Patient", row.person_id),
        day=row.day,
        at=instant(row.at),
        by=row.by,
        channel=row.channel,
        last=row.last or None,
        kept=row.kept or None,
        taking=row.taking or None,
        why=row.why or None,
        words=row.words or None,
    )


def link(row: m.PacketLink) -> Json:
    """Render that a code on paper was made, or ended; never the code."""
    return filled(
        resourceType="PacketLink",
        id=str(row.id),
        status="revoked" if row.revoked_at else "active",
        subject=reference("Patient", row.person_id),
        packet=str(row.packet_id),
        madeAt=instant(row.made_at),
        expiresAt=instant(row.expires_at),
        revokedAt=instant(row.revoked_at),
        revokedBy=row.revoked_by or None,
        openedAt=instant(row.opened_at),
    )


def handed_on(row: m.HandedOn) -> Json:
    """Render that something left open was handed on."""
    return filled(
        resourceType="ReleaseHandedOn",
        id=str(row.id),
        status="completed",
        subject=reference("Patient", row.person_id),
        duty=str(row.duty_id),
        rule=row.rule,
        about=str(row.about) if row.about else None,
        at=instant(row.at),
        by=row.by,
        to=row.to,
        words=row.words or None,
    )
