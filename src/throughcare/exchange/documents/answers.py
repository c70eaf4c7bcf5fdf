"""A registry's answer (RSP^K11) read as a document: its doses as items, its forecast as words and as a recommendation. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from throughcare.exchange.documents import messages
from throughcare.exchange.documents.ccda.found import Code, Document, Item, Section
from throughcare.exchange.hl7v2 import clinical, datatypes, judging
from throughcare.exchange.hl7v2.datatypes import Reader
from throughcare.exchange.hl7v2.facts import Message, Observation, Stamp
from throughcare.exchange.hl7v2.parse import CONNECTICUT
from throughcare.exchange.hl7v2.wire import Segment
from throughcare.kernel.fhir import Json, coding, concept, instant, reference, resource

KIND = "registry_answer"
NOTHING_GIVEN = frozenset({"998", "999"})  # CVX: no vaccine administered, unknown
# Lines of a forecast, by their LOINC codes (the CDC's guide to immunization messaging 1.5, Z42).
VACCINE = frozenset({"30979-9", "30956-7"})
STATUS, DOSE, DOSES, SERIES = "59783-1", "30973-2", "59782-3", "59780-7"
SCHEDULE = "59779-9"
LOINC = "http://loinc.org"
# The dates of a forecast: the kinds of ImmunizationRecommendation.recommendation.dateCriterion, and their names.
CRITERIA = {
    "earliest": ("30981-5", "Earliest date to give"),
    "due": ("30980-7", "Date vaccine due"),
    "past_due": ("59778-1", "Date when overdue for immunization"),
    "latest": ("59777-3", "Latest date to give immunization"),
}
DATES = {code: name for name, (code, _) in CRITERIA.items()}
FORECAST_STATUS = "http://terminology.hl7.org/CodeSystem/immunization-recommendation-status"
# Words of registries that mean one of that system's codes and nothing else; "not complete" or "too old" has none.
STANDINGS = {
    **{code: code for code in ("due", "overdue", "immune", "contraindicated", "complete")},
    "due now": "due",
    "past due": "overdue",
    "completed": "complete",
}


@dataclass(slots=True)
class Due:
    """One vaccine of the forecast: which, when by whose reckoning, which dose of the series, how it stands."""

    vaccine: Code = field(default_factory=Code)
    dates: dict[str, str] = field(default_factory=dict)
    status: str = ""
    dose: str = ""
    doses: str = ""
    series: str = ""


def read(said: Message) -> Document:
    """Read an answer as a document whose items are its doses."""
    tag = next((one.part(2) for one in said.segments if one.name == "QPD"), "")
    due = forecast(said)
    lines = tuple(words(one) for one in due)
    return Document(
        kind=KIND,
        code=Code(),
        title="",
        number=f"{said.sender}:{tag}"[:240] if tag else "",
        version="",
        written=said.header.sent_at.at.isoformat() if said.header and said.header.sent_at else "",
        sender=said.sender[:160],
        authors=(),
        confidentiality="",
        language="",
        replaces="",
        who=messages.who(said),
        sections=(Section("", "Forecast", "", lines, len(due)),) if due else (),
        items=tuple(_items(said)),
        attached=None,
        odd=(),
        counted={},
    )


def _items(said: Message) -> Iterator[Item]:
    """Give each dose, in order: given, refused, or taken back by its teller; a line that names no vaccine says so."""
    reader = Reader(CONNECTICUT)
    n = 0
    filler = ""
    routes = _routes(said)
    for segment in said.segments:
        if segment.name == "ORC":
            filler = segment.part(3)
        if segment.name != "RXA":
            continue
        code = datatypes.code(segment.first(5))
        if code is not None and code.code in NOTHING_GIVEN:
            continue
        n += 1
        system, value = judging.coded(code, said.sender) if code else ("", "")
        at = reader.stamp(segment, 3)
        refused = segment.part(20).upper() in ("RE", "NA")
        gone = segment.part(21).upper() == "D"
        route, site = routes.get(segment.row, ("", ""))
        more = {
            "lot": segment.part(15), "manufacturer": _label(segment, 17), "route": route, "site": site,
            "expires": _day(reader.stamp(segment, 16)), "why_not": _label(segment, 18) if refused else "",
            "place": segment.first(11).part(4) or segment.first(11).part(1), "informed": _label(segment, 9),
        }  # fmt: skip
        amount = segment.part(6)
        yield Item(
            kind="immunization",
            section="",
            entry=n,
            code=Code(system, value, (code.label if code else "")[:200], "" if code else "UNK"),
            status="taken back" if gone else "refused" if refused else "completed",
            negated=refused or gone,
            unknown="" if code is not None and at is not None else "UNK",
            since=_said(at),
            value="" if amount in ("999", "998") else amount,
            unit=segment.part(7) if amount not in ("", "999", "998") else "",
            number=filler,
            more=tuple((name, text[:200]) for name, text in more.items() if text),
        )


def _routes(said: Message) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    at: Segment | None = None
    for segment in said.segments:
        if segment.name == "RXA":
            at = segment
        elif segment.name == "RXR" and at is not None:
            found[at.row] = (_label(segment, 1), _label(segment, 2))
    return found


def _label(segment: Segment, number: int) -> str:
    code = datatypes.code(segment.first(number))
    return code.label if code else ""


def _said(at: Stamp | None) -> str:
    if at is None:
        return ""
    return at.at.isoformat() if at.is_exact else at.day_words


def _day(at: Stamp | None) -> str:
    return at.day.isoformat() if at is not None and len(at.text) >= 8 else ""


# --- what is due ----------------------------------------------------------------------------------------------------------


def forecast(said: Message) -> list[Due]:
    """Give what the registry holds to be due, in its order: the lines beside a dose that says that nothing was given."""
    reader = Reader(CONNECTICUT)
    found: dict[tuple[int, str], Due] = {}
    dose, inside = 0, False
    for segment in said.segments:
        if segment.name == "RXA":
            dose, inside = segment.row, segment.part(5) in NOTHING_GIVEN
        elif segment.name == "OBX" and inside:
            seen = clinical.observation(segment, reader)
            if seen.code.code != SCHEDULE:
                _line(found.setdefault((dose, seen.sub_id), Due()), seen)
    return [one for one in found.values() if one.vaccine.text or one.vaccine.code]


def _line(due: Due, seen: Observation) -> None:
    value = next(iter(seen.values), None)
    if value is None:
        return
    name = seen.code.code
    if name in VACCINE and value.code is not None:
        system, code = judging.coded(value.code, "")
        due.vaccine = Code(system, code, value.code.label)
    elif name in DATES and value.at is not None:
        due.dates[DATES[name]] = _day(value.at)
    elif name == STATUS:
        due.status = value.code.label if value.code else value.text
    elif name == DOSE:
        due.dose = value.text
    elif name == DOSES:
        due.doses = value.text
    elif name == SERIES:
        due.series = value.code.label if value.code else value.text


def words(one: Due) -> str:
    """Say one vaccine of the forecast on one line."""
    told = [f"{CRITERIA[name][1]}: {one.dates[name]}" for name in CRITERIA if one.dates.get(name)]
    number = f"dose {one.dose}" + (f" of {one.doses}" if one.doses else "") if one.dose else ""
    return " · ".join(part for part in (one.vaccine.text or one.vaccine.code, number, one.status, *told) if part)


def recommendation(said: Message, person_id: UUID, id: UUID) -> Json | None:
    """Give the forecast as a resource; None where the answer has none, or none with a vaccine."""
    due = forecast(said)
    at = said.header.sent_at if said.header else None
    if not due or at is None:
        return None
    return resource(
        "ImmunizationRecommendation",
        id,
        patient=reference("Patient", person_id),
        date=instant(at.at),
        authority={"display": said.sender},
        recommendation=[_recommended(one) for one in due],
    )


def _recommended(one: Due) -> Json:
    coded = [coding(one.vaccine.system, one.vaccine.code, one.vaccine.text)] if one.vaccine.code else []
    first = one.dates.get("due") or one.dates.get("earliest")
    made: Json = {
        "vaccineCode": [concept(*coded, text=one.vaccine.text)],
        "forecastStatus": _status(one, dated=bool(first)),
        "dateCriterion": [
            {"code": concept(coding(LOINC, CRITERIA[name][0], CRITERIA[name][1])), "value": one.dates[name]}
            for name in CRITERIA
            if one.dates.get(name)
        ],
        "series": one.series,
        **_number("doseNumber", one.dose),
        **_number("seriesDoses", one.doses),
    }
    return {name: value for name, value in made.items() if value}


def _status(one: Due, *, dated: bool) -> Json:
    """Give the status in the registry's words; in FHIR's code only where its word leaves no doubt."""
    code = STANDINGS.get(one.status.casefold().strip(), "")
    if not one.status and dated:
        code = "due"
    return concept(*([coding(FORECAST_STATUS, code)] if code else []), text=one.status or "forecast")


def _number(name: str, text: str) -> Json:
    if not text:
        return {}
    return {f"{name}PositiveInt": int(text)} if text.isdecimal() and int(text) > 0 else {f"{name}String": text}
