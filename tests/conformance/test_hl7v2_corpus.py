"""Messages that others made: each is answered over a real socket, judged by its tags, and its facts are recalled.

The messages are not part of the project; without the folder ../shared these tests are skipped with a reason.
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.exchange.serving import running
from throughcare.exchange.hl7v2.mllp import Client
from throughcare.exchange.hl7v2.parse import parse

UTC = ZoneInfo("UTC")


@pytest.fixture(scope="module")
def corpus(shared):
    with gzip.open(shared / "corpora/hl7v2/messages.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def answered(corpus):
    with running() as door, Client("127.0.0.1", door.port) as client:
        for row in corpus:
            yield row, client.send(row["raw"].encode()).split(b"\r")
        assert door.server.counts == {"connections": 1, "messages": len(corpus)}


def control_id(raw):
    header = re.split(r"[\r\n]", raw.removeprefix("\ufeff"), maxsplit=1)[0]
    fields = header.split(header[3])
    return fields[9] if header.startswith("MSH") and len(fields) > 9 else ""


def test_every_message_is_answered_with_its_own_id(corpus):
    assert len(corpus) == 433
    codes = Counter()
    for row, lines in answered(corpus):
        header, msa = lines[0].decode(), lines[1].decode().split(lines[1].decode()[3])
        assert header.startswith("MSH"), row["id"]
        assert msa[2] == control_id(row["raw"]), row["id"]
        codes[msa[1]] += 1
        if {"no-MSH9", "no-leading-MSH"} & set(row["tags"]):
            assert msa[1] in {"AE", "AR"}, row["id"]
        if "no-MSH10" in row["tags"]:
            assert msa[1] in {"AE", "AR"}, row["id"]
        if msa[1] != "AA":
            assert any(line.startswith(b"ERR") for line in lines), row["id"]
    print(f"\n{dict(codes)} of {len(corpus)} messages")


def test_every_decision_is_the_same_the_second_time(corpus):
    once = [lines[1] for _, lines in answered(corpus)]
    again = [lines[1] for _, lines in answered(corpus)]
    assert once == again


def test_what_a_glance_says_of_a_clinical_message_is_what_all_of_it_says(corpus):
    """By a glance alone a message is answered: its answer, its key and its time are those of a whole reading."""
    from throughcare.exchange.hl7v2.actions.storing import STORED_FIRST
    from throughcare.exchange.hl7v2.parse import glance
    from throughcare.exchange.hl7v2.rules import ANY_PROCESSING, event_time, judge

    looked = 0
    for row in corpus:
        whole, seen = parse(row["raw"].encode()), glance(row["raw"].encode())
        assert (seen.header, seen.trigger) == (whole.header, whole.trigger), row["id"]
        if whole.header and whole.header.type in STORED_FIRST:
            looked += 1
            ours, theirs = judge(seen, ANY_PROCESSING), judge(whole, ANY_PROCESSING)
            assert event_time(seen) == event_time(whole), row["id"]
            assert (ours.answer, ours.reasons) == (theirs.answer, theirs.reasons), row["id"]
    assert looked > 100


def test_no_adt_event_that_we_act_on_is_called_unknown(corpus):
    ours = {f"ADT^{event}" for event in ("A01", "A02", "A03", "A04", "A08", "A11", "A12", "A13", "A28", "A31", "A40")}
    rows = [row for row in corpus if row["type"] in ours]
    assert len(rows) == 35
    assert not [row["id"] for row, lines in answered(rows) if lines[1].startswith(b"MSA|AR")]


# --- recall against what two converters made of the same messages ---------------------------------------------------------


SEXES = {"F": "female", "M": "male", "O": "other", "U": "unknown", "A": "other", "N": "other"}
Fact = tuple[str, ...]


def plain(text) -> str:
    return re.sub(r"\s+", " ", str(text)).strip().lower()


def number(text) -> str:
    return str(float(text))


def moments(text: str) -> set[str]:
    """A FHIR time in the forms in which ours may be compared with it."""
    if len(text) <= 10:
        return {text}
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return {text[:10], at.astimezone(UTC).isoformat()}


def expected_of_patient(patient) -> Iterator[set[Fact]]:
    for identifier in patient.get("identifier", []):
        if "value" in identifier:
            yield {("identifier", plain(identifier["value"]))}
    for name in patient.get("name", []):
        if name.get("family"):
            yield {("family", plain(name["family"]))}
        for given in name.get("given", []):
            yield {("given", plain(given))}
    if "birthDate" in patient:
        yield {("birth", patient["birthDate"])}
    if "gender" in patient:
        yield {("sex", patient["gender"])}


def our_person_facts(message) -> Iterator[Fact]:
    for person in message.people:
        yield from (("identifier", plain(one.value)) for one in person.identifiers)
        for name in (*person.names, *person.aliases):
            yield ("family", plain(name.family))
            yield from (("given", plain(given)) for given in (*name.given, name.called))
        if person.birth:
            day = person.birth.day.isoformat()
            yield from (("birth", day[:length]) for length in (4, 7, 10))
        yield ("sex", SEXES.get(person.sex, "unknown"))


def expected_of_observation(observation) -> Iterator[set[Fact]]:
    codes = [one.get("code") or one.get("display", "") for one in observation.get("code", {}).get("coding", [])]
    codes = [plain(code) for code in codes or [observation.get("code", {}).get("text", "")] if code]
    yield from ({("code", code)} for code in codes)
    for key, value in observation.items():
        if key.startswith("value") and codes:
            yield from ({("value", codes[0], form) for form in forms} for forms in _forms(key, value))
    for component in observation.get("component", []):
        yield from expected_of_observation(component)


def _forms(key: str, value) -> Iterator[set[str]]:
    if key == "valueCodeableConcept":
        coded = [plain(one["code"]) for one in value.get("coding", []) if one.get("code")]
        yield from ({one} for one in coded or [plain(value.get("text", ""))])
    elif key in ("valueQuantity", "valueRatio", "valueRange"):
        inner = value.get("numerator") or value.get("low") or value
        if "value" in inner:
            yield {number(inner["value"])}
    elif key == "valueDateTime":
        yield moments(value)
    else:
        yield {plain(value)}


def our_observation_facts(message) -> Iterator[Fact]:
    for one in message.observations:
        codes = {one.code.code, one.code.alternate_code, one.code.text, one.code.alternate_text} - {""}
        forms: set[str] = set()
        for value in one.values:
            forms.add(plain(value.text))
            if value.number is not None:
                forms.add(number(value.number))
            if value.code:
                forms |= {plain(part) for part in (value.code.code, value.code.alternate_code, value.code.text)}
            if value.at:
                forms |= {value.at.day.isoformat(), value.at.at.isoformat()}
        for code in map(plain, codes):
            yield ("code", code)
            yield from (("value", code, form) for form in forms)


def said_in(segments: list[str], alternatives: set[Fact]) -> bool:
    """True where the sender could have said this fact in these segments at all, and not in an IN1 or an ACC."""
    texts = [plain(segment) for segment in segments]
    kind = next(iter(alternatives))[0]
    if kind == "value":
        code = next(iter(alternatives))[1]
        return any(code in text for text in texts)
    return kind in ("birth", "sex") or any(fact[-1] in text for fact in alternatives for text in texts)


def test_the_facts_of_pid_and_obx_are_recalled(corpus):
    expected, recalled, elsewhere, missed = Counter(), Counter(), Counter(), []
    for row in (row for row in corpus if row["expected_fhir"]):
        message = parse(row["raw"].encode())
        lines = re.split(r"[\r\n]+", row["raw"])
        kinds = {
            "Patient": ("PID", expected_of_patient, set(our_person_facts(message))),
            "Observation": ("OBX", expected_of_observation, set(our_observation_facts(message))),
        }
        for resource in (entry["resource"] for entry in row["expected_fhir"]["entry"]):
            if resource["resourceType"] not in kinds:
                continue
            name, facts_of, ours = kinds[resource["resourceType"]]
            segments = [line for line in lines if line.startswith(name)]
            for alternatives in facts_of(resource):
                if not said_in(segments, alternatives):
                    elsewhere[name] += 1
                    continue
                expected[name] += 1
                if alternatives & ours:
                    recalled[name] += 1
                else:
                    missed.append((row["id"], sorted(alternatives)))
    for name in expected:
        print(f"\n{name}: {recalled[name]} of {expected[name]} facts, {elsewhere[name]} said in other segments", end="")
    print("\nmissed:", missed)
    assert expected["PID"] > 700
    assert expected["OBX"] > 400
    for name in expected:
        assert recalled[name] / expected[name] >= 0.95, missed


# --- the other clinical segments ------------------------------------------------------------------------------------------

SEGMENT_OF = {
    "Condition": ("DG1", "code"),
    "AllergyIntolerance": ("AL1", "code"),
    "Immunization": ("RXA", "vaccineCode"),
    "Appointment": ("SCH", "reasonCode"),
    "ServiceRequest": ("OBR", "code"),
    "DiagnosticReport": ("OBR", "code"),
}


def our_facts(message) -> dict[str, set[str]]:
    def of(*codes):
        said = [(c.code, c.text, c.alternate_code, c.alternate_text, c.original_text) for c in codes if c]
        return {plain(one) for names in said for one in names}

    found = {
        "DG1": of(*(d.code for d in message.diagnoses)) | {plain(d.number) for d in message.diagnoses},
        "AL1": of(*(a.code for a in message.allergies)) | {plain(r) for a in message.allergies for r in a.reactions},
        "RXA": of(*(v.code for v in message.vaccinations)) | {plain(x) for v in message.vaccinations for x in v.lots},
        "SCH": of(*(a.reason for a in message.appointments)),
        "OBR": of(*(o.service for o in message.orders)),
    }
    found["SCH"] |= {plain(x) for a in message.appointments for x in (a.placer, a.filler)}
    found["OBR"] |= {plain(x) for o in message.orders for x in (o.placer, o.filler)}
    return found


def expected_words(resource, name) -> set[str]:
    concepts = resource.get(name, [])
    concepts = concepts if isinstance(concepts, list) else [concepts]
    said = [c.get("text") for c in concepts]
    said += [coding.get(key) for c in concepts for coding in c.get("coding", []) for key in ("code", "display")]
    said += [one.get("value") for one in resource.get("identifier", [])] + [resource.get("lotNumber")]
    said += [m.get("text") for r in resource.get("reaction", []) for m in r.get("manifestation", [])]
    return {plain(one) for one in said if one}


def test_the_facts_of_the_other_clinical_segments_are_recalled(corpus):
    expected, recalled, missed = Counter(), Counter(), []
    for row in (row for row in corpus if row["expected_fhir"]):
        ours = our_facts(parse(row["raw"].encode()))
        lines = re.split(r"[\r\n]+", row["raw"])
        for resource in (entry["resource"] for entry in row["expected_fhir"]["entry"]):
            name, element = SEGMENT_OF.get(resource["resourceType"], ("", ""))
            segments = [plain(line) for line in lines if name and line.startswith(name)]
            for fact in expected_words(resource, element) if segments else ():
                if any(fact in segment for segment in segments):
                    expected[name] += 1
                    recalled[name] += fact in ours[name]
                    missed += [] if fact in ours[name] else [(row["id"], name, fact)]
    for name in expected:
        print(f"\n{name}: {recalled[name]} of {expected[name]}", end="")
    print("\nmissed:", missed)
    assert set(expected) == {"DG1", "AL1", "RXA", "SCH", "OBR"}
    for name in expected:
        assert recalled[name] / expected[name] >= 0.95, missed
