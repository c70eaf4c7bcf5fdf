"""What the times of a code say: what stands, how fast help came, what is due next, whether it may end. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from throughcare.care.emergency.rule_table import CodeTable

# Endings that are true of somebody who has left.
AWAY = frozenset({"sent_out", "died"})


@dataclass(frozen=True, slots=True)
class Stamped:
    """One stamp as a rule reads it; a correction names the stamp it replaces, or takes it back (`void`)."""

    id: UUID
    kind: str
    at: datetime
    by: str = ""
    detail: Mapping[str, str] | None = None
    corrects: UUID | None = None
    void: bool = False
    health: bool = True

    def said(self, name: str) -> str:
        """Give one thing that was said with it."""
        return (self.detail or {}).get(name, "")


@dataclass(frozen=True, slots=True)
class Response:
    """How fast help came (EMR-02): seconds to the first health staff at the side, and to resuscitation."""

    reached_at: datetime | None
    begun_at: datetime | None
    reached_after: timedelta | None
    begun_after: timedelta | None
    limit: timedelta
    late: bool
    source: str = "EMR-02"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is due next, from when and by when."""

    kind: str
    since: datetime
    due_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something may be done, and why not."""

    ok: bool
    sentence: str = ""
    field: str = ""


YES = Decision(True)


def standing(stamps: Sequence[Stamped]) -> list[Stamped]:
    """Give what holds: neither replaced by a correction nor taken back, in the order in which it happened."""
    replaced = {s.corrects for s in stamps if s.corrects is not None}
    held = [s for s in stamps if s.id not in replaced and not s.void]
    return sorted(held, key=lambda s: (s.at, s.id))


def first(held: Sequence[Stamped], kinds: frozenset[str]) -> datetime | None:
    """Give when the first of these happened."""
    return next((s.at for s in held if s.kind in kinds), None)


def response(called_at: datetime, held: Sequence[Stamped], now: datetime, table: CodeTable) -> Response:
    """Say how fast help came. A stamp that only somebody at the person's side can make counts as being there."""
    by_health = [s for s in held if s.health]
    reached = first(by_health, frozenset(k for k, kind in table.stamps.items() if kind.hands_on))
    begun = first(held, frozenset(k for k, kind in table.stamps.items() if kind.begins))
    after = max(reached - called_at, timedelta(0)) if reached else None
    return Response(
        reached_at=reached,
        begun_at=begun,
        reached_after=after,
        begun_after=max(begun - called_at, timedelta(0)) if begun else None,
        limit=table.reach,
        late=(after if after is not None else now - called_at) > table.reach,
    )


def prompts(called_at: datetime, held: Sequence[Stamped], table: CodeTable) -> list[Prompt]:
    """Give what is due next while a code runs: help at the side, vital signs, naloxone once more; the soonest first."""
    found = [_reach(called_at, held, table), _vitals(held, table), _naloxone(held, table)]
    return sorted((p for p in found if p is not None), key=lambda p: p.due_at)


def _reach(called_at: datetime, held: Sequence[Stamped], table: CodeTable) -> Prompt | None:
    if response(called_at, held, called_at, table).reached_at is not None:
        return None
    return Prompt("reach", called_at, called_at + table.reach, "EMR-02")


def _vitals(held: Sequence[Stamped], table: CodeTable) -> Prompt | None:
    """Vital signs every five minutes from when somebody is there until the person has left the gate (2.8)."""
    there = first([s for s in held if s.health], frozenset(k for k, kind in table.stamps.items() if kind.hands_on))
    if there is None or first(held, frozenset({"left_gate"})) is not None:
        return None
    last = max((s.at for s in held if s.kind == "vitals"), default=there)
    return Prompt("vitals", last, last + table.vitals, "2.8")


def _naloxone(held: Sequence[Stamped], table: CodeTable) -> Prompt | None:
    """Naloxone again after two to three minutes, unless the person breathes well since (2.8)."""
    given = [s for s in held if s.kind == "drug" and _repeats(s, table)]
    if not given or first(held, frozenset({"left_gate"})) is not None:
        return None
    last = given[-1].at
    answers = [s for s in held if s.kind == "naloxone_response" and s.at >= last]
    if any(s.said("response") in table.enough for s in answers):
        return None
    return Prompt("naloxone", last + table.again_from, last + table.again_by, "2.8")


def _repeats(stamp: Stamped, table: CodeTable) -> bool:
    medicine = table.medicines.get(stamp.said("drug"))
    return medicine is not None and medicine.repeats


def may_stamp(kind: str, detail: Mapping[str, str], table: CodeTable, *, officer: bool) -> Decision:
    """Tell whether a stamp says what it must; an officer stamps only what an officer sees."""
    known = table.stamps.get(kind)
    if known is None:
        return Decision(False, "There is no such stamp. Nothing was recorded.", "kind")
    if officer and not known.custody:
        return Decision(False, "Health staff stamp this. Nothing was recorded.", "kind")
    strange = set(detail) - set(known.asks)
    if strange:
        return Decision(False, f"[{', '.join(sorted(strange))}] does not belong to this stamp.", "kind")
    return _said_enough(kind, detail, table)


def _said_enough(kind: str, detail: Mapping[str, str], table: CodeTable) -> Decision:
    if kind == "drug":
        if detail.get("drug", "") not in table.medicines and len(detail.get("drug", "")) < 3:
            return Decision(False, "Say which medicine was given.", "drug")
        if not detail.get("dose") or not detail.get("unit") or not detail.get("route"):
            return Decision(False, "Say how much was given, in which unit and by which way.", "dose")
    if kind == "naloxone_response" and detail.get("response") not in table.responses:
        return Decision(False, "Choose what followed the naloxone.", "response")
    if kind in ("note", "ems_cancelled") and not detail.get("words"):
        return Decision(False, "Write it in a few words.", "words")
    if kind == "responder" and not detail.get("who"):
        return Decision(False, "Write who came.", "who")
    if kind == "vitals" and detail.get("awake", "") not in {"", *table.awake}:
        return Decision(False, "Choose how awake the person is.", "awake")
    return YES


def may_be_at(at: datetime, called_at: datetime, now: datetime, table: CodeTable) -> Decision:
    """Tell whether something may have happened then: not ahead, not long before the call."""
    if at > now + timedelta(minutes=1):
        return Decision(False, "This time lies ahead. Write when it happened.", "at")
    if at < called_at - table.before_call:
        return Decision(False, "This lies long before the call. Check the hour.", "at")
    return YES


def may_end(ending: str, table: CodeTable, *, known: bool, drill: bool, left: bool = False) -> Decision:
    """Tell whether a code may end so: nobody goes to a hospital or a cell unknown, and who `left` by ambulance is not back here."""
    found = table.endings.get(ending)
    if found is None:
        return Decision(False, "Choose how it ended.", "ending")
    if found.person and not known and not drill:
        return Decision(False, "First say who this is: the record of this hour must reach their chart.", "ending")
    if left and not drill and ending not in AWAY:
        told = "The person has left the gate by ambulance. Choose that they were sent to hospital, or put that stamp right."
        return Decision(False, told, "ending")
    return YES


@dataclass(frozen=True, slots=True)
class Stay:
    """What a trip amounts to: nights in hospital, and whether an inpatient stay passed the limit of 24 hours."""

    nights: int
    inpatient_over_limit: bool
    source: str = "2.8"


def hospital_stay(
    admitted_at: datetime | None, until: datetime, zone: tzinfo, *, inpatient: bool, limit: timedelta
) -> Stay:
    """Count bed-days: midnights of the facility's zone between admission and discharge."""
    if admitted_at is None or until <= admitted_at:
        return Stay(0, False)
    nights = (until.astimezone(zone).date() - admitted_at.astimezone(zone).date()).days
    return Stay(nights, inpatient and until - admitted_at > limit)


def may_disclose_programme(recipient: str, affiliation: str, nature: str) -> Decision:
    """Tell whether a programme's record may go out without consent: all that 42 CFR 2.51 asks must be written."""
    for name, words, told in (
        ("recipient", recipient, "Name the person at the hospital who receives it."),
        ("affiliation", affiliation, "Name the hospital or ambulance service they work for."),
        ("nature", nature, "Say what the medical emergency is."),
    ):
        if len(words.strip()) < 3:
            return Decision(False, told, name)
    return YES


def may_review(papers: str, missing: frozenset[str], provider: str, findings: str) -> Decision:
    """Tell whether a return is reviewed (HOS-01): the person seen, the papers asked for, a provider called for orders."""
    if not findings.strip():
        return Decision(False, "Write how the person is.", "findings")
    if not papers:
        return Decision(False, "Say whether the hospital's papers came.", "papers")
    if not provider.strip():
        return Decision(False, "Name the provider who was called for orders.", "provider")
    return YES


def may_answer(answer: str, words: str) -> Decision:
    """Tell whether a recommendation is answered: ordered, or a reason why not."""
    if answer not in ("ordered", "not_done"):
        return Decision(False, "Choose: ordered, or not done.", "answer")
    if answer == "not_done" and len(words.strip()) < 3:
        return Decision(False, "Say why it is not done.", "words")
    return YES


def may_debrief(preventable: str, why: str, changes: str, *, drill: bool) -> Decision:
    """Tell whether a code is talked over: what would change, and whether earlier care could have prevented it."""
    if not changes.strip():
        return Decision(False, "Write what to keep and what to change; nothing is an answer too.", "changes")
    if drill:
        return YES
    if preventable not in ("yes", "no", "unclear"):
        return Decision(False, "Say whether earlier care could have prevented it.", "preventable")
    if preventable == "yes" and not why.strip():
        return Decision(False, "Say which earlier care.", "preventable_why")
    return YES
