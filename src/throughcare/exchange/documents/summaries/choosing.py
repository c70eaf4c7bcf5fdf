"""What of a record goes into a summary and what does not, and why. Pure: entries and a right in, a selection out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from throughcare.care.medications.fhir import LEFT_CUSTODY
from throughcare.exchange.documents.summaries.tables import Notice, SectionRule
from throughcare.kernel.fhir import LOCAL

Json = Mapping[str, Any]
# How people call a system whose code stands where no words do.
SYSTEMS = {
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://snomed.info/sct": "SNOMED CT",
    "http://loinc.org": "LOINC",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://hl7.org/fhir/sid/cvx": "CVX",
}
_TOLD = {"final", "amended", "corrected", "appended"}
_SHOWN_STATES = {"active", "recurrence", "relapse", "resolved", "remission", "inactive"}


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry as the sender sees it: its resource, its class, its labels, and every class that those ask for outside."""

    kind: str
    id: str
    body: Json
    data_class: str
    labels: frozenset[str]
    asks: frozenset[str]
    at: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """What does not go, and why: `not_allowed`, `no_redisclosure`, `partial`, `by_hand`, `reason`, `older`, `size`."""

    section: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection: entries by section, what was left, the notices that must go along."""

    patient: Json
    sections: Mapping[str, tuple[Kept, ...]]
    left: tuple[Left, ...] = ()
    notices: tuple[Notice, ...] = ()

    def count(self) -> dict[str, int]:
        """Count what goes, by section."""
        return {name: len(entries) for name, entries in self.sections.items() if entries}

    def left_counted(self) -> list[tuple[str, str, int]]:
        """Count what does not go, by section and reason."""
        counts = Counter((one.section, one.why) for one in self.left)
        return [(section, why, n) for (section, why), n in sorted(counts.items())]


@dataclass(slots=True)
class _Sorting:
    sections: dict[str, list[Kept]] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)


def section_of(kind: str, body: Json) -> str:
    """Give the section in which a resource stands; empty where it is in none, or says nothing that still holds."""
    if kind == "Condition":
        refuted = _state(body, "verificationStatus") in ("refuted", "entered-in-error")
        return "" if refuted or _state(body, "clinicalStatus") not in _SHOWN_STATES else "problems"
    if kind == "AllergyIntolerance":
        gone = _state(body, "verificationStatus") in ("refuted", "entered-in-error")
        return "" if gone or _state(body, "clinicalStatus") not in ("active", "") else "allergies"
    if kind in ("MedicationRequest", "MedicationStatement"):
        return "medicines" if body.get("status") in ("active", "on-hold") or ended_by_leaving(body) else ""
    if kind == "Immunization":
        return "immunizations" if body.get("status") == "completed" else ""
    if kind == "Encounter":
        return "encounters" if body.get("status") in ("finished", "in-progress") and _named(body) else ""
    if kind == "ServiceRequest":
        return "plan" if body.get("status") in ("active", "on-hold") else ""
    if kind == "DiagnosticReport":
        return "results" if body.get("status") in _TOLD and str(body.get("conclusion") or "").strip() else ""
    if kind == "Procedure":
        return "procedures" if body.get("status") in ("completed", "in-progress") else ""
    if kind == "Observation" and body.get("status") in ("final", "amended", "corrected"):
        codes = {str(c.get("code")) for one in body.get("category", ()) for c in one.get("coding", ())}
        for code, name in (
            ("laboratory", "results"),
            ("vital-signs", "vital_signs"),
            ("social-history", "social_history"),
        ):
            if code in codes:
                return name
    return ""


def ended_by_leaving(body: Json) -> bool:
    """Tell whether an order ended because its person left custody: they may well go on taking it (REL-02)."""
    return body.get("status") == "stopped" and LEFT_CUSTODY in {
        str(c.get("code")) for c in (body.get("statusReason") or {}).get("coding", ()) if c.get("system") == LOCAL
    }


def _named(body: Json) -> bool:
    return bool(text_of(body))


def _state(body: Json, key: str) -> str:
    concept = body.get(key) or {}
    return str(next((c.get("code") for c in concept.get("coding", ())), ""))


def choose(
    patient: Json,
    entries: Iterable[Kept],
    partial: Iterable[tuple[str, str]],
    *,
    allowed: frozenset[str],
    redisclosure: bool,
    notices: Sequence[Notice],
    rules: Sequence[SectionRule],
    reach: Mapping[str, int],
    now: datetime,
    without: frozenset[str] = frozenset(),
) -> Chosen:
    """Choose: what the right lets go, no further back than it is worth, without what the sender took out by hand."""
    sorting = _Sorting({rule.id: [] for rule in rules})
    for one in entries:
        section = section_of(one.kind, one.body)
        if not section or section not in sorting.sections:
            continue
        why = _why_not(one, allowed, redisclosure)
        if not why and section in without:
            why = "by_hand"
        if why:
            sorting.left.append(Left(section, text_of(one.body), why))
        else:
            sorting.sections[section].append(one)
    sorting.left += [Left(section, text, "partial") for section, text in partial]
    made = {name: _newest_first(found) for name, found in sorting.sections.items()}
    for name in ("results", "vital_signs", "encounters"):
        made[name], older = _recent(
            made[name],
            now - timedelta(days=reach[f"{name}_days"]),
            reach["each_code"] if name != "encounters" else reach["visits"],
        )
        sorting.left += [Left(name, text_of(one.body), "older") for one in older]
    made, silent = _untold(made)
    sorting.left += silent
    chosen = Chosen(patient, {name: tuple(found) for name, found in made.items()}, tuple(sorting.left))
    return with_notices(chosen, notices)


# Free words that no preview shows: nobody has read them with this recipient in mind.
_UNREAD = frozenset({"note"})
# Of these kinds also: for when something is wanted, which may be a visit outside; what was planned here upon a report.
_UNTOLD = {
    "ServiceRequest": frozenset({"occurrenceDateTime", "occurrencePeriod", "occurrenceTiming", "patientInstruction"}),
    "DiagnosticReport": frozenset({"extension", "presentedForm"}),
}


def _untold(made: Mapping[str, list[Kept]]) -> tuple[dict[str, list[Kept]], list[Left]]:
    """Take off each entry the words nobody read, and the reasons that are no problem that goes: they would tell what is held back."""
    going = made.get("problems", [])
    words = {text_of(one.body).casefold() for one in going}
    codes = {code for one in going for code in _codings(one.body.get("code"))}
    named = {f"Condition/{one.id}" for one in going}
    left: list[Left] = []
    found: dict[str, list[Kept]] = {}
    for name, entries in made.items():
        found[name] = []
        for entry in entries:
            kept_back = _UNREAD | _UNTOLD.get(entry.kind, frozenset())
            one = replace(entry, body={k: v for k, v in entry.body.items() if k not in kept_back})
            said, meant = one.body.get("reasonCode", ()), one.body.get("reasonReference", ())
            told = [r for r in said if text_of({"code": r}).casefold() in words or _codings(r) & codes]
            pointed = [r for r in meant if r.get("reference") in named]
            if len(told) == len(said) and len(pointed) == len(meant):
                found[name].append(one)
                continue
            body = {k: v for k, v in one.body.items() if k not in ("reasonCode", "reasonReference")}
            body |= {k: v for k, v in (("reasonCode", told), ("reasonReference", pointed)) if v}
            found[name].append(replace(one, body=body))
            left.append(Left(name, text_of(one.body), "reason"))
    return found, left


def _codings(concept: Any) -> set[tuple[str, str]]:
    codings = (concept or {}).get("coding", ())
    return {(str(c.get("system", "")), str(c["code"])) for c in codings if c.get("code")}


def with_notices(chosen: Chosen, notices: Sequence[Notice]) -> Chosen:
    """Add the notices that what goes asks for."""
    found = {tag for entries in chosen.sections.values() for one in entries for tag in (*one.labels, one.data_class)}
    return replace(chosen, notices=tuple(one for one in notices if one.when & found))


def _why_not(one: Kept, allowed: frozenset[str], redisclosure: bool) -> str:
    if not (one.asks | {one.data_class}) <= allowed:
        return "not_allowed"
    return "no_redisclosure" if "NORDSCLCD" in one.labels and not redisclosure else ""


def _newest_first(found: list[Kept]) -> list[Kept]:
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)


def _recent(found: list[Kept], since: datetime, each: int) -> tuple[list[Kept], list[Kept]]:
    """Keep the newest of each code; the newest of all is kept however old it is."""
    seen: Counter[str] = Counter()
    keep: list[Kept] = []
    older: list[Kept] = []
    for one in found:
        code = str(next((c.get("code") for c in one.body.get("code", {}).get("coding", ())), text_of(one.body)))
        seen[code] += 1
        fresh = not one.at or one.at >= since.isoformat()
        (keep if seen[code] == 1 or (fresh and seen[code] <= each) else older).append(one)
    return keep, older


def text_of(body: Json) -> str:
    """Give the words of what a resource is about."""
    for key in ("code", "medicationCodeableConcept", "vaccineCode", "type"):
        concept = body.get(key)
        if isinstance(concept, list):  # the type of an Encounter
            concept = next(iter(concept), None)
        if isinstance(concept, Mapping):
            coding: Json = next(iter(concept.get("coding", ())), {})
            named = f"{SYSTEMS.get(str(coding.get('system')), '')} {coding.get('code', '')}".strip()
            return str(concept.get("text") or coding.get("display") or _ours(coding) or named)
    return ""


def _ours(coding: Json) -> str:
    """Give a code of our own in words: it is made of them."""
    word = str(coding.get("code") or "") if coding.get("system") == LOCAL else ""
    return word.replace("_", " ").replace("-", " ").capitalize()


def smaller(chosen: Chosen, rules: Sequence[SectionRule], notices: Sequence[Notice]) -> Chosen | None:
    """Give a selection with the older half of the section that gives way first left out; None where none can."""
    for rule in sorted((r for r in rules if r.gives_way), key=lambda r: r.gives_way):
        entries = chosen.sections.get(rule.id, ())
        if entries:
            keep = len(entries) // 2
            left = tuple(Left(rule.id, text_of(one.body), "size") for one in entries[keep:])
            made = replace(chosen, sections={**chosen.sections, rule.id: entries[:keep]}, left=(*chosen.left, *left))
            return with_notices(made, notices)
    return None
