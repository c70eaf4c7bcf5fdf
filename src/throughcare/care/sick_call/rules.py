"""What a request for care says by itself: red flags, lowest priority, repeats, times promised, who may say why. Pure; clinical.md 2.2, SCR-01 to SCR-06."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from throughcare.care.sick_call.rule_table import Protocol, SickCallTable
from throughcare.care.sick_call.words import Span, find_stems, plain
from throughcare.chart.forms.text import NO_TEXT, Text

PRIORITIES = ("emergent", "urgent", "routine")


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A red flag found in a request, with the words that raised it."""

    key: str
    floor: str
    page: bool
    text: Text
    spans: tuple[Span, ...]
    sexual_safety: bool = False


@dataclass(frozen=True, slots=True)
class Floor:
    """The lowest priority that triage may give without a typed reason, and why."""

    priority: str
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Charge:
    """What a visit costs the person in cents, and why it is free where it is."""

    cents: int
    free_because: str


@dataclass(frozen=True, slots=True)
class PastRequest:
    """One earlier request of a person, as far as the rules need it. `seen_by` is nurse, provider or empty."""

    complaint: str
    received_at: datetime
    seen_by: str = ""
    resolved: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """Whether a complaint came back too often without a provider (SCR-05), and the requests counted."""

    book_provider: bool
    times: int
    since: datetime | None
    reason: Text


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A complaint that has gone on for longer than the limit without being settled."""

    complaint: str
    since: datetime
    days: int


@dataclass(frozen=True, slots=True)
class Promise:
    """What the person is told: read by, and (for a symptom) seen by; both run from receipt by health staff."""

    triaged_by: datetime
    seen_by: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something may be recorded, and why not."""

    ok: bool
    reason: Text = NO_TEXT


def red_flags(text: str, table: SickCallTable, lang: str = "en") -> tuple[RedFlag, ...]:
    """Red flags in the words of a request, worst first. Stems of both languages are sought whatever `lang` is: people mix them."""
    folded = plain(text)
    found = [
        RedFlag(words.key, words.floor, words.page, words.text, spans, words.sexual_safety)
        for words in table.flags
        if (spans := find_stems(folded, words.stems))
    ]
    return tuple(sorted(found, key=lambda flag: (PRIORITIES.index(flag.floor), flag.spans[0].start)))


def pages_now(flags: Iterable[RedFlag]) -> bool:
    """True if a nurse is paged now, the person is told to call an officer, and custody is asked to check (ruling 7)."""
    return any(flag.page for flag in flags)


def tells_of_sexual_harm(flags: Iterable[RedFlag]) -> bool:
    """True if the words tell of sexual harm, so that the sexual safety screen is owed (INT-09)."""
    return any(flag.sexual_safety for flag in flags)


def triage_floor(request_type: str, flags: Sequence[RedFlag], table: SickCallTable, *, worse: bool = False) -> Floor:
    """The lowest priority allowed: the worst of the flags, the type, and `getting worse` (urgent [D]); unknown types are urgent."""
    known = table.types.get(request_type)
    found = [(flag.floor, flag.text) for flag in flags]
    found.append((known.floor, _TYPE) if known else ("urgent", _UNKNOWN_TYPE))
    if worse:
        found.append(("urgent", _WORSE))
    priority = min((floor for floor, _ in found), key=PRIORITIES.index)
    return Floor(priority, tuple(text for floor, text in found if floor == priority))


def may_triage(priority: str, floor: Floor, reason: str) -> Decision:
    """A priority below the floor needs a typed reason; `mental`, `dental` and `non-clinical` stand as routine."""
    rank = PRIORITIES.index(priority) if priority in PRIORITIES else PRIORITIES.index("routine")
    if rank <= PRIORITIES.index(floor.priority) or reason.strip():
        return Decision(True)
    return Decision(False, _BELOW_FLOOR.filled(floor=floor.priority))


def tells_symptom(request_type: str, flags: Sequence[RedFlag], table: SickCallTable) -> bool:
    """True if the request tells of a symptom, so that the face-to-face clock runs (SCR-03); unknown types do."""
    known = table.types.get(request_type)
    return bool(flags) or known is None or known.symptom


def promise(received_at: datetime, *, symptom: bool, table: SickCallTable) -> Promise:
    """The times that the receipt tells the person. The clock of SCR-03 runs from receipt and does not restart at triage."""
    seen_by = received_at + timedelta(hours=table.seen_hours) if symptom else None
    return Promise(received_at + timedelta(hours=table.triage_hours), seen_by)


def repeat_complaint(complaint: str, now: datetime, history: Iterable[PastRequest], table: SickCallTable) -> Repeat:
    """SCR-05: this is the third or later request for one complaint with no provider seen since the first: book the provider.

    `history` holds earlier requests, not this one. A provider's visit or a settled complaint starts the count again.
    """
    since = now - timedelta(days=table.repeat_window_days)
    counted: list[PastRequest] = []
    for past in sorted(history, key=lambda p: p.received_at):
        if past.complaint != complaint or not since <= past.received_at <= now:
            continue
        counted = [] if past.seen_by == "provider" or past.resolved else [*counted, past]
    times = len(counted) + 1
    first = counted[0].received_at if counted else None
    return Repeat(times > table.repeat_visits, times, first, _REPEAT.filled(times=times))


def unresolved(history: Iterable[PastRequest], now: datetime, table: SickCallTable) -> tuple[Unresolved, ...]:
    """Complaints first told more than the limit ago and not settled since, longest first (clinical.md 2.2, Bennett)."""
    first: dict[str, datetime] = {}
    for past in sorted(history, key=lambda p: p.received_at):
        if past.resolved:
            first.pop(past.complaint, None)
        else:
            first.setdefault(past.complaint, past.received_at)
    limit = timedelta(days=table.unresolved_days)
    found = [Unresolved(name, began, (now - began).days) for name, began in first.items() if now - began > limit]
    return tuple(sorted(found, key=lambda u: u.since))


def copayment(
    table: SickCallTable, *, kind: str, complaint: str, channel: str, priority: str, paged: bool, exempt: str = ""
) -> Charge:
    """What a visit costs the person: nothing unless the agency charges, and never for what must stay free (clinical.md 2.2)."""
    terms = table.copayment
    if not terms.charged:
        return Charge(0, "")
    if exempt:
        return Charge(0, exempt)
    if priority == "emergent" or paged:
        return Charge(0, "emergency")
    if priority in ("mental",) or kind in terms.never_types:
        return Charge(0, "type")
    if complaint in terms.never_complaints:
        return Charge(0, "infection")
    if channel in terms.never_channels:
        return Charge(0, "staff")
    return Charge(terms.cents, "")


def likely_complaints(text: str, protocols: Iterable[Protocol]) -> tuple[Protocol, ...]:
    """Protocols whose words stand in the request, the most hits first: a proposal for the nurse, never a decision."""
    folded = plain(text)
    hits = [(len(find_stems(folded, protocol.stems)), protocol) for protocol in protocols]
    return tuple(protocol for count, protocol in sorted(hits, key=lambda h: (-h[0], h[1].key)) if count)


def may_record_no_show(
    reason: str, said_by: str, table: SickCallTable, *, witnesses: int = 0, signed: bool = False
) -> Decision:
    """Whether `health`, `custody` or `patient` may say this reason. Custody cannot record a clinical refusal (clinical.md 2.2)."""
    known = table.no_shows.get(reason)
    if known is None:
        return Decision(False, _NO_REASON)
    if said_by not in known.attested_by:
        return Decision(False, _NOT_THEIRS)
    if known.second and not signed and witnesses < 2:
        return Decision(False, _SECOND)
    return Decision(True)


_TYPE = Text("By the type of the request.", "Por el tipo de pedido.")
_UNKNOWN_TYPE = Text("The type of the request is not known.", "No se conoce el tipo de pedido.")
_WORSE = Text("The person says it is getting worse.", "La persona dice que empeora.")
_BELOW_FLOOR = Text(
    "The words call for [{floor}] at least. Give that priority, or type the reason for a lower one.",
    "Las palabras piden [{floor}] como mínimo. Dé esa prioridad o escriba la razón para una menor.",
)
_REPEAT = Text(
    "Request number {times} for the same complaint without a provider.",
    "Pedido número {times} por lo mismo sin que lo vea el médico.",
)
_NO_REASON = Text("Choose a reason from the list.", "Elija una razón de la lista.")
_NOT_THEIRS = Text(
    "This reason is for health staff to record: a refusal counts only when said to a nurse.",
    "Esta razón la anota el personal de salud: un rechazo solo cuenta si se dice a una enfermera.",
)
_SECOND = Text(
    "A refusal in person needs the patient's signature, or two staff as witnesses.",
    "Un rechazo en persona necesita la firma del paciente o dos testigos del personal.",
)
