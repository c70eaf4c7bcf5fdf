"""What of a resource that came from outside somebody must see, how urgent it is, and what a list says of it. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from throughcare.exchange.resource_parts import listed, moment_of

Json = Mapping[str, Any]
KINDS = ("request", "communication", "appointment", "document", "consent", "person")
KIND_OF = {
    "ServiceRequest": "request",
    "Communication": "communication",
    "CommunicationRequest": "communication",
    "Appointment": "appointment",
    "DocumentReference": "document",
    "Consent": "consent",
}
# In these states it wants somebody; in every other it tells of something that is over, and is kept alone.
WANTS = {
    "request": frozenset({"draft", "active", "on-hold", "unknown"}),
    "communication": frozenset(
        {"", "draft", "active", "preparation", "in-progress", "on-hold", "completed", "unknown"}
    ),
    "appointment": frozenset({"proposed", "pending", "booked", "arrived", "checked-in", "waitlist", "cancelled"}),
    "document": frozenset({"", "current"}),
    "consent": frozenset({"draft", "proposed", "active"}),
}
URGENT = frozenset({"urgent", "asap", "stat"})
PAST = timedelta(days=1)
_TITLES = ("code", "type", "appointmentType", "scope", "topic")
_LISTED = ("serviceType", "category", "reasonCode")


def wanted(resource: Json, now: datetime) -> str:
    """Give the kind under which somebody must see a resource, or nothing: it is over, or no such kind."""
    kind = KIND_OF.get(str(resource.get("resourceType")), "")
    if not kind or str(resource.get("status") or "") not in WANTS[kind]:
        return ""
    if kind == "appointment":
        ended = moment_of(str(resource.get("end") or resource.get("start") or ""))
        return "" if ended is not None and ended < now - PAST else kind
    return kind


def urgency(resource: Json) -> str:
    """Give `urgent` where its sender says so, else `routine`; an Appointment's number says nothing that systems agree on."""
    return "urgent" if str(resource.get("priority")) in URGENT else "routine"


def title(resource: Json) -> str:
    """Say in a few words what it is, in its sender's words."""
    for name in _TITLES:
        if found := _words(resource.get(name)):
            return found[:200]
    for name in _LISTED:
        for one in listed(resource.get(name)):
            if found := _words(one):
                return found[:200]
    return str(resource.get("description") or "")[:200]


def told(resource: Json) -> list[tuple[str, str]]:
    """Give what a page shows of it beside its title: by the name of the line, in its sender's words."""
    return [(name, text) for name, text in _lines(resource) if text]


def _lines(resource: Json) -> Iterator[tuple[str, str]]:
    yield "title", title(resource)
    yield "status", str(resource.get("status") or "")
    yield "priority", str(resource.get("priority") or "")
    yield "reason", _every(resource, "reasonCode") or _every(resource, "reason")
    for name in ("start", "end", "occurrenceDateTime", "authoredOn", "sent", "date", "dateTime"):
        at = moment_of(str(resource.get(name) or ""))
        yield name, at.isoformat() if at else ""
    yield "description", str(resource.get("description") or "")
    yield (
        "words",
        "\n".join(str(one["contentString"]) for one in listed(resource.get("payload")) if one.get("contentString")),
    )
    yield "note", "\n".join(str(one.get("text") or "") for one in listed(resource.get("note")))
    yield "instruction", str(resource.get("patientInstruction") or "")
    yield "from", _from(resource)
    if resource.get("resourceType") == "Consent":
        yield "discloser", ", ".join(all_shown(resource.get("organization")))
        yield "performer", ", ".join(all_shown(resource.get("performer")))
        yield from _provision(resource.get("provision"))


def _provision(said: Any) -> Iterator[tuple[str, str]]:
    """Give what a consent opens or closes, to whom, for what, until when."""
    if not isinstance(said, Mapping):
        return
    yield "provision", str(said.get("type") or "")
    told, tells = actors_of(said)
    yield "discloser", ", ".join(tells)
    yield "recipient", ", ".join(told)
    for name in ("action", "class", "code", "purpose", "securityLabel"):
        yield name, ", ".join(text for one in listed(said.get(name)) if (text := _words(one) or _coding(one)))
    period = said.get("period")
    yield "until", str(period.get("end") or "") if isinstance(period, Mapping) else ""
    for one in listed(said.get("provision")):
        yield from _provision(one)


# Roles of v3-ParticipationType by which an actor of a consent gives and does not receive.
DISCLOSES = frozenset({"CST", "INF"})


def _codes(concept: Any) -> frozenset[str]:
    return (
        frozenset(str(c.get("code")) for c in listed(concept.get("coding")))
        if isinstance(concept, Mapping)
        else frozenset()
    )


def actors_of(provision: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Give who receives by a consent's provision, and who discloses, as it names them."""
    actors = [(_codes(one.get("role")), _shown(one.get("reference"))) for one in listed(provision.get("actor"))]
    told = [text for codes, text in actors if text and not codes & DISCLOSES]
    return told, [text for codes, text in actors if text and codes & DISCLOSES]


def all_shown(references: Any) -> list[str]:
    """Give the words of those references of a list that have any."""
    return [text for one in listed(references) if (text := _shown(one))]


def _shown(reference: Any) -> str:
    return str(reference.get("display") or "") if isinstance(reference, Mapping) else ""


def _coding(one: Json) -> str:
    return str(one.get("display") or one.get("code") or "")


def _from(resource: Json) -> str:
    """Give who sent it, as far as it is said in words."""
    said = [resource.get(name) for name in ("requester", "sender", "custodian")]
    said += listed(resource.get("author")) + listed(resource.get("organization")) + listed(resource.get("performer"))
    return ", ".join(dict.fromkeys(all_shown(said)))


def _every(resource: Json, name: str) -> str:
    return "; ".join(text for one in listed(resource.get(name)) if (text := _words(one)))


def _words(said: Any) -> str:
    if not isinstance(said, Mapping):
        return ""
    if said.get("text"):
        return str(said["text"])
    codings = [one for one in listed(said.get("coding")) if one.get("display") or one.get("code")]
    return str(codings[0].get("display") or codings[0].get("code")) if codings else ""
