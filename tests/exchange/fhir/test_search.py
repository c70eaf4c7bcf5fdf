"""Search: every parameter finds what its resources say and nothing else, page by page, sorted, counted, chained, included."""

import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.exchange.fhir.conftest import Door

pytestmark = pytest.mark.slow


@pytest.fixture
def provider(door_of: Callable[..., Door]) -> Door:
    """Give a provider's door, which sees the whole agency."""
    return door_of("provider")


def all_of(door: Door, kind: str, **params: Any) -> list[dict[str, Any]]:
    """Walk all pages of a search."""
    answer = door.get(kind, _count=200, **params)
    assert answer.status == 200, answer.body
    found, page = list(answer.resources), answer.json
    while url := next((link["url"] for link in page["link"] if link["relation"] == "next"), ""):
        answer = door.get(url)
        assert answer.status == 200, answer.body
        found += answer.resources
        page = answer.json
    return [r for r in found if r["resourceType"] == kind]


def sealed(resource: dict[str, Any]) -> bool:
    """Tell whether an entry stands in the sealed tables, which are searched where a patient is named."""
    return "V" in {c["code"] for c in resource["meta"]["security"]} and resource["resourceType"] == "Task"


def patients_with(door: Door, kind: str) -> str:
    """Give the id of a patient who has most of a type."""
    from collections import Counter

    from throughcare.ledger.models import Current

    ids = Current.objects.filter(type=kind, person_id__isnull=False).values_list("person_id", flat=True)
    return str(Counter(ids).most_common(1)[0][0])


def test_every_indexed_parameter_finds_exactly_what_says_so(provider: Door) -> None:
    """For each type and parameter, take a value that is there: what is found is what says it, compared one by one."""
    from throughcare.exchange.fhir import criteria, params, values

    tried, silent = 0, []
    for kind in ("Patient", "Condition", "Observation", "Encounter", "MedicationRequest", "Task", "Location", "Practitioner", "Flag", "ServiceRequest", "AllergyIntolerance", "Communication", "QuestionnaireResponse"):  # fmt: skip
        every = all_of(provider, kind)
        assert not any(sealed(r) for r in every), "what is sealed is found by its patient alone"
        assert every, f"the agency has no {kind}"
        for name, param in params.of(kind).items():
            said = next((r for r in every if values.says(r, param)), None)
            if said is None:
                silent.append(f"{kind}.{name}")
                continue
            value = _value(said, param)
            if not value:
                continue
            tried += 1
            asked = criteria.read(kind, name, "", value, "")
            expected = {r["id"] for r in every if asked.answers(r)}
            found = {r["id"] for r in all_of(provider, kind, **{name: value}) if not sealed(r)}
            for _ in range(3):
                if found == expected:
                    break
                # A server beside this test keeps its duties alive: what was written meanwhile is read anew.
                every = all_of(provider, kind)
                expected = {r["id"] for r in every if asked.answers(r)}
                found = {r["id"] for r in all_of(provider, kind, **{name: value}) if not sealed(r)}
            assert found == expected, (kind, name, value)
            assert said["id"] in found or param.kind == "date", (kind, name, value)
            missing = {r["id"] for r in all_of(provider, kind, **{f"{name}:missing": "true"})}
            assert missing == {r["id"] for r in every if not values.says(r, param)}, (kind, name)
            if param.kind == "token":
                assert {r["id"] for r in all_of(provider, kind, **{f"{name}:not": value})} == {
                    r["id"] for r in every
                } - found
    assert tried > 80, tried
    print(f"{tried} parameters tried, {len(silent)} of which the agency says nothing")


def _value(said: dict[str, Any], param: Any) -> str:
    from throughcare.exchange.fhir import values

    match param.kind:
        case "token":
            found = [t for t in values.tokens(said, param) if t.code]
            if not found:
                return ""
            system = "" if found[0].system == values.BOUND else f"{found[0].system}|"
            return system + found[0].code.replace(",", "\\,")
        case "reference":
            return next(iter(values.references(said, param)), "").replace(",", "\\,").replace("|", "\\|")
        case "string":
            return values.normal(values.strings(said, param)[0])[:6].replace(",", "\\,")
        case "date":
            return (
                values.spans(said, param)[0].start.strftime("%Y-%m-%d")
                if values.spans(said, param)[0].start.year > 1
                else ""
            )
        case "uri":
            return str(next(values.elements(said, param)))
    return ""


def test_what_us_core_asks_for_is_there(provider: Door, shared: Path) -> None:
    """Every parameter and combination of US Core's server CapabilityStatement, of types that are held."""
    from throughcare.exchange.fhir import params
    from throughcare.exchange.fhir.types import HELD

    path = shared / "corpora/defs/hl7.fhir.us.core-6.1.0-no-examples.tgz"
    with tarfile.open(path) as package:
        told = json.load(package.extractfile("package/CapabilityStatement-us-core-server.json"))  # type: ignore[arg-type]
    lacking, combos = [], 0
    for resource in told["rest"][0]["resource"]:
        kind = resource["type"]
        known = {*params.of(kind), "_id"}
        if kind not in HELD:
            continue
        lacking += [f"{kind}.{p['name']}" for p in resource.get("searchParam", ()) if p["name"] not in known]
        for extension in resource.get("extension", ()):
            names = [e["valueString"] for e in extension.get("extension", ()) if e["url"] == "required"]
            if not names:
                continue
            combos += 1
            asked = {n: _plausible(params.of(kind)[n]) for n in names}
            answer = provider.get(kind, **asked)
            assert answer.status == 200, (kind, names, answer.body)
            assert answer.json["type"] == "searchset"
            assert not any(e.get("search", {}).get("mode") == "outcome" for e in answer.json.get("entry", ()))
    assert not lacking
    assert combos > 40, combos


def _plausible(param: Any) -> str:
    return {"reference": "Patient/00000000-0000-0000-0000-000000000000", "date": "ge2020-01-01", "string": "a"}.get(
        param.kind, "x|y"
    )


def test_pages_hold_everything_once_and_belong_to_who_got_them(door_of: Callable[..., Door]) -> None:
    door, other = door_of("provider"), door_of("rn")
    whole = [r["id"] for r in all_of(door, "Task")]
    answer, seen = door.get("Task", _count=7), []
    link = ""
    while True:
        seen += [r["id"] for r in answer.resources]
        link = next((li["url"] for li in answer.json["link"] if li["relation"] == "next"), "")
        if not link:
            break
        assert "code" not in link.split("?")[1].split("=")[0]
        last = link
        answer = door.get(link)
    assert seen == whole
    assert len(set(seen)) == len(seen) > 14
    assert other.get(last).status == 400
    assert door.get(last[:-3] + "AAA").status == 400
    assert door.get(last.replace("/Task", "/Flag")).status == 400


def test_sorting(provider: Door) -> None:
    births = [r["birthDate"] for r in all_of(provider, "Patient", _sort="birthdate") if "birthDate" in r]
    assert births == sorted(births)
    births = [r["birthDate"] for r in all_of(provider, "Patient", _sort="-birthdate,family") if "birthDate" in r]
    assert births == sorted(births, reverse=True)
    families = [r["name"][0]["family"].casefold() for r in all_of(provider, "Patient", _sort="family")]
    assert families == sorted(families)
    pages = provider.get("Patient", _sort="family", _count=5)
    following = provider.get(next(li["url"] for li in pages.json["link"] if li["relation"] == "next"))
    assert [r["name"][0]["family"].casefold() for r in (*pages.resources, *following.resources)] == families[:10]
    assert provider.get("Patient", _sort="shoe-size").status == 400


def test_totals_and_counts(provider: Door) -> None:
    n = len(all_of(provider, "Task"))
    assert provider.get("Task", _summary="count").json["total"] == n
    assert "entry" not in provider.get("Task", _summary="count").json
    assert provider.get("Task", _total="accurate", _count=3).json["total"] == n
    assert "total" not in provider.get("Task", _count=3).json
    assert provider.get("Task", _count=0).json["total"] == n
    who = patients_with(provider, "Task")
    assert provider.get("Task", patient=who, _count=1).json["total"] == len(all_of(provider, "Task", patient=who))


def test_times_and_prefixes(provider: Door) -> None:
    who = patients_with(provider, "Observation")
    every = all_of(provider, "Observation", patient=who)
    days = sorted({r["effectiveDateTime"][:10] for r in every if "effectiveDateTime" in r})
    day = days[len(days) // 2]
    for prefix, holds in {
        "": lambda d: d == day, "ne": lambda d: d != day, "gt": lambda d: d > day, "ge": lambda d: d >= day,
        "lt": lambda d: d < day, "le": lambda d: d <= day, "sa": lambda d: d > day, "eb": lambda d: d < day,
    }.items():  # fmt: skip
        found = {r["id"] for r in all_of(provider, "Observation", patient=who, date=prefix + day)}
        assert found == {r["id"] for r in every if "effectiveDateTime" in r and holds(r["effectiveDateTime"][:10])}, (
            prefix
        )
    both = all_of(provider, "Observation", patient=who, date=[f"ge{days[0]}", f"le{day}"])
    assert {r["id"] for r in both} == {r["id"] for r in every if days[0] <= r.get("effectiveDateTime", "9")[:10] <= day}
    first = min(r["meta"]["lastUpdated"] for r in every)
    assert len(all_of(provider, "Observation", patient=who, _lastUpdated=f"ge{first[:19]}Z")) == len(every)
    assert provider.get("Observation", patient=who, date="yesterday").status == 400


def test_chains_and_their_reverse(provider: Door) -> None:
    patient = next(p for p in all_of(provider, "Patient") if p["id"] == patients_with(provider, "Condition"))
    family, number = patient["name"][0]["family"], patient["identifier"][0]["value"]
    for chain in ("patient.family:exact", "subject:Patient.family:exact", "patient.identifier", "subject.family"):
        value = number if "identifier" in chain else family
        found = all_of(provider, "Condition", **{chain: value})
        assert found, chain
        assert all(r["subject"]["reference"] for r in found)
    mine = {r["id"] for r in all_of(provider, "Condition", patient=patient["id"])}
    assert {r["id"] for r in all_of(provider, "Condition", **{"patient.identifier": number})} == mine
    code = all_of(provider, "Condition", patient=patient["id"])[0]["code"]["coding"][0]["code"]
    who = {r["id"] for r in all_of(provider, "Patient", **{"_has:Condition:patient:code": code})}
    assert who == {r["subject"]["reference"][8:] for r in all_of(provider, "Condition", code=code)}
    assert provider.get("Condition?patient.shoe=9").status == 400
    assert provider.get("Patient?_has:Condition:patient").status == 400


def test_what_comes_along(provider: Door) -> None:
    who = patients_with(provider, "Condition")
    answer = provider.get("Condition", patient=who, _include="Condition:patient", _revinclude="Provenance:target")
    modes = {(e["resource"]["resourceType"], e["search"]["mode"]) for e in answer.json["entry"]}
    assert {("Condition", "match"), ("Patient", "include"), ("Provenance", "include")} <= modes
    assert sum(e["resource"]["resourceType"] == "Patient" for e in answer.json["entry"]) == 1
    n = len(answer.json["entry"])
    back = provider.get("Patient", _id=who, _revinclude=["Condition:patient", "Encounter:subject"])
    kinds = [e["resource"]["resourceType"] for e in back.json["entry"]]
    assert kinds.count("Condition") == sum(e["resource"]["resourceType"] == "Condition" for e in answer.json["entry"])
    assert n > 2
    again = provider.get(
        "Condition", patient=who, **{"_include": "Condition:encounter", "_include:iterate": "Encounter:location"}
    )
    assert again.status == 200
    assert provider.get("Condition", patient=who, _include="Condition:code").status == 400
    assert provider.get("Condition", patient=who, _include="*").status == 400


def test_a_reports_lines_come_along(provider: Door) -> None:
    from decimal import Decimal

    from throughcare.chart import actions as chart
    from throughcare.kernel.actor import Actor
    from throughcare.kernel.ids import derived
    from throughcare.kernel.vocabulary import DataClass, Role

    who = patients_with(provider, "Condition")
    doctor = Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER)
    lines = [
        chart.Measured(
            "http://loinc.org", code, name, Decimal(value), unit, category="laboratory", data_class=DataClass.RESULT
        )
        for code, name, value, unit in (("2823-3", "Potassium", "4.1", "mmol/L"), ("2951-2", "Sodium", "140", "mmol/L"))
    ]
    id_ = chart.file_result(actor=doctor, person_id=UUID(who), text="Electrolytes", lines=lines)
    found = provider.get("DiagnosticReport", _id=str(id_), _include="DiagnosticReport:result")
    report, *along = found.resources
    # The ids of one moment have no order among themselves.
    assert sorted(r["reference"] for r in report["result"]) == sorted(f"Observation/{r['id']}" for r in along) != []
    by_line = provider.get("DiagnosticReport", result=f"Observation/{along[0]['id']}").resources
    assert [r["id"] for r in by_line] == [str(id_)]
    back = provider.get("Observation", _id=along[0]["id"], _revinclude="DiagnosticReport:result").resources
    assert [r["resourceType"] for r in back] == ["Observation", "DiagnosticReport"]
    chained = provider.get("DiagnosticReport", **{"patient": who, "result.code": "2951-2"}).resources
    assert str(id_) in {r["id"] for r in chained}


def test_strings(provider: Door) -> None:
    patient = all_of(provider, "Patient")[0]
    family = patient["name"][0]["family"]
    assert patient["id"] in {r["id"] for r in all_of(provider, "Patient", family=family.upper())}
    assert patient["id"] in {r["id"] for r in all_of(provider, "Patient", family=family.split("-")[1])}, (
        "either half of a name"
    )
    assert patient["id"] in {r["id"] for r in all_of(provider, "Patient", **{"family:contains": family[3:9].lower()})}
    assert patient["id"] in {r["id"] for r in all_of(provider, "Patient", **{"family:exact": family})}
    assert patient["id"] not in {r["id"] for r in all_of(provider, "Patient", **{"family:exact": family.lower()})}
    assert all_of(provider, "Patient", name="zzzzzz") == []


def test_a_search_by_form_is_the_same(provider: Door) -> None:
    who = patients_with(provider, "Condition")
    got = provider.get("Condition", patient=who)
    posted = provider(
        "POST", "Condition/_search", f"patient={who}".encode(), content_type="application/x-www-form-urlencoded"
    )
    assert [r["id"] for r in posted.resources] == [r["id"] for r in got.resources]
    assert provider("POST", "Condition/_search", b"{}", content_type="application/json").status == 415


def test_unknown_parameters(provider: Door) -> None:
    lenient = provider.get("Patient", shoe="9")
    assert lenient.status == 200
    assert lenient.json["entry"][-1]["search"]["mode"] == "outcome"
    assert lenient.json["entry"][-1]["resource"]["issue"][0]["severity"] == "warning"
    assert "shoe" not in lenient.json["link"][0]["url"]
    strict = provider("GET", "Patient?shoe=9", prefer="handling=strict")
    assert strict.status == 400
    for asked in ("family:sounds=a", "gender:in=x", "gender:above=x", "_filter=x", "_count=many", "_total=some", "birthdate=1980-13-41", "_has:x=1"):  # fmt: skip
        answer = provider.get(f"Patient?{asked}")
        assert answer.status == 400, asked
        assert answer.json["issue"][0]["diagnostics"], asked


def test_doses_are_found_by_patient_alone(provider: Door) -> None:
    from throughcare.ledger.models import Version

    assert provider.get("MedicationAdministration").status == 400
    dose = Version.objects.filter(type="MedicationAdministration", data_class="medication").first()
    assert dose is not None
    found = all_of(provider, "MedicationAdministration", patient=str(dose.subject))
    assert str(dose.resource_id) in {r["id"] for r in found}
    status = found[0]["status"]
    some = all_of(provider, "MedicationAdministration", patient=str(dose.subject), status=status)
    assert {r["id"] for r in some} == {r["id"] for r in found if r["status"] == status}
    assert provider.get(f"MedicationAdministration/{dose.resource_id}").status == 200


def test_labels_and_profiles_are_found(provider: Door) -> None:
    lab = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"
    assert len(all_of(provider, "Patient", _profile=lab)) == len(all_of(provider, "Patient"))
    assert all_of(provider, "Patient", _profile="http://example.org/none") == []
    restricted = all_of(provider, "Condition", _security="http://terminology.hl7.org/CodeSystem/v3-Confidentiality|N")
    assert all(r["meta"]["security"][0]["code"] == "N" for r in restricted)


def test_the_index_can_be_made_anew(in_agency: None) -> None:
    from throughcare.access import labels
    from throughcare.ledger import present

    assert present.rebuild(labels.bit_of()) == 0, "what the transaction kept is what the versions say"


def test_a_code_and_its_value_are_found_together(provider: Door) -> None:
    """Code and value stand in one element; the other's value does not answer."""
    every = [r for r in all_of(provider, "Observation") if "valueQuantity" in r and "coding" in r["code"]]
    one = every[0]
    code, value = one["code"]["coding"][0]["code"], one["valueQuantity"]["value"]
    found = all_of(provider, "Observation", **{"code-value-quantity": f"{code}$le{value}"})
    expected = {
        r["id"]
        for r in every
        if any(c["code"] == code for c in r["code"]["coding"]) and r["valueQuantity"]["value"] <= value
    }
    assert {r["id"] for r in found} == expected >= {one["id"]}
    assert not provider.get("Observation", **{"code-value-quantity": f"{code}$gt{10**9}"}).resources
    assert provider.get("Observation", **{"code-value-quantity": code}).status == 400
    parted = next(r for r in all_of(provider, "Observation") if r.get("component"))
    part = parted["component"][0]
    said = f"{part['code']['coding'][0]['code']}${part['valueQuantity']['value']}"
    found = all_of(provider, "Observation", **{"component-code-value-quantity": said})
    assert parted["id"] in {r["id"] for r in found}


@pytest.mark.parametrize("rare", [0, 5, 10_000])
def test_a_page_is_the_same_however_it_is_come_by(provider: Door, monkeypatch: pytest.MonkeyPatch, rare: int) -> None:
    """By walking near, further and far, by the index of terms, or by it after all: the same entries in the same order."""
    from collections import Counter

    from throughcare.exchange.fhir import at_once

    codes = Counter(c["code"] for r in all_of(provider, "Observation") for c in r["code"].get("coding", ()))
    asked = [
        *(code for code, _ in codes.most_common(3)),
        *(code for code, _ in codes.most_common()[-3:]),
        "nobody-has-this",
    ]
    plain = {code: [r["id"] for r in all_of(provider, "Observation", code=code)] for code in asked}
    for name, size in {"NEWEST": 8, "FURTHER": 40, "FAR": 120, "COMMON": 2, "RARE": rare}.items():
        monkeypatch.setattr(at_once, name, size)
    for code, ids in plain.items():
        answer, seen = provider.get("Observation", code=code, _count=7), []
        while True:
            assert answer.status == 200, answer.body
            seen += [r["id"] for r in answer.resources]
            url = next((link["url"] for link in answer.json["link"] if link["relation"] == "next"), "")
            if not url or len(seen) > 70:
                break
            answer = provider.get(url)
        assert seen == ids[: len(seen)], code
        assert len(seen) == len(ids) or len(seen) > 70, code


def test_several_types_are_searched_at_once(provider: Door) -> None:
    person = patients_with(provider, "Observation")
    one_by_one = {f"{k}/{r['id']}" for k in ("Condition", "Observation") for r in all_of(provider, k, patient=person)}
    answer = provider.get("", _type="Observation,Condition", patient=person, _count=7)
    together, page = list(answer.resources), answer.json
    while url := next((link["url"] for link in page["link"] if link["relation"] == "next"), ""):
        answer = provider.get(url)
        together += answer.resources
        page = answer.json
    assert {f"{r['resourceType']}/{r['id']}" for r in together} == one_by_one
    assert len(together) == len(one_by_one)
    assert provider.get("", patient=person).status == 400
    assert provider.get("", _type="Observation", strange="x").status == 400
