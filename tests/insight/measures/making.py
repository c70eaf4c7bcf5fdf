"""Made people for measures: small Bundles in the form of the official cases, coded in a system of our own.

Each code list of content/measures/lists.toml holds one made code, its own name, so that no official code is needed.
"""

from throughcare.insight.measures import aligned
from throughcare.insight.measures.codes import CANONICAL, CodeBook
from throughcare.kernel import content

SYSTEM = "urn:throughcare:made"
MODELS = {"4.1.1": "qicore-condition", "6.0.0": "qicore-condition-problems-health-concerns"}
BASE = "http://hl7.org/fhir/us/qicore/StructureDefinition/"


def lists():
    return content.rows("measures/lists.toml", "list")


def value_sets():
    return {CANONICAL + row["official"]: {"title": row["title"], "codes": {SYSTEM: [row["id"]]}} for row in lists()}


BOOK = CodeBook({row["id"]: frozenset({f"{SYSTEM}|{row['id']}"}) for row in lists()})


def coded(*codes):
    """Make a concept: a name of one of our lists, or `system|code`."""
    pairs = [c.rsplit("|", 1) if "|" in c else (SYSTEM, c) for c in codes]
    return {"coding": [{"system": system, "code": code} for system, code in pairs]}


def profiled(name):
    return {"profile": [BASE + name]}


def bundle(*resources):
    return {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": r} for r in resources]}


def patient(born, **more):
    return {"resourceType": "Patient", "id": "p", "birthDate": born, **more}


def period(start, end=None):
    return {"start": start, **({"end": end} if end else {})}


def encounter(kind="office-visit", start="2026-03-01T10:00:00.000Z", end="2026-03-01T11:00:00.000Z", **more):
    return {
        "resourceType": "Encounter",
        "id": more.pop("id", "e"),
        "meta": profiled("qicore-encounter"),
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "type": [coded(kind)],
        "period": period(start, end),
        **more,
    }


def condition(kind, onset="2020-01-01", profile=MODELS["6.0.0"], clinical="active", verification=None, **more):
    words = "http://terminology.hl7.org/CodeSystem/condition-"
    return {
        "resourceType": "Condition",
        "id": more.pop("id", "c"),
        "meta": profiled(profile),
        "code": coded(kind),
        **({"clinicalStatus": coded(f"{words}clinical|{clinical}")} if clinical else {}),
        **({"verificationStatus": coded(f"{words}ver-status|{verification}")} if verification else {}),
        **({"onsetDateTime": onset} if onset else {}),
        **more,
    }


def observation(kind, at="2026-03-01T10:00:00.000Z", profile="qicore-observation-screening-assessment", **more):
    return {
        "resourceType": "Observation",
        "id": more.pop("id", "o"),
        "meta": profiled(profile),
        "status": "final",
        "category": [coded("http://terminology.hl7.org/CodeSystem/observation-category|survey")],
        "code": coded(kind),
        **({"effectiveDateTime": at} if at else {}),
        **more,
    }


def result(kind, value=None, unit="%", **more):
    number = {} if value is None else {"valueQuantity": {"value": value, "unit": unit, "code": unit}}
    return observation(kind, profile="qicore-observation-lab", **number, **more)


def procedure(kind, at="2026-03-01T10:30:00.000Z", **more):
    return {
        "resourceType": "Procedure",
        "id": more.pop("id", "pr"),
        "meta": profiled("qicore-procedure"),
        "status": "completed",
        "code": coded(kind),
        **({"performedDateTime": at} if at else {}),
        **more,
    }


def order(resource_type, kind, at="2026-03-01T10:30:00.000Z", **more):
    element = {"MedicationRequest": "medicationCodeableConcept", "DeviceRequest": "codeCodeableConcept"}
    return {
        "resourceType": resource_type,
        "id": more.pop("id", "r"),
        "meta": profiled(f"qicore-{resource_type.lower()}"),
        "status": "active",
        "intent": "order",
        element.get(resource_type, "code"): coded(kind),
        "authoredOn": at,
        **more,
    }


def dispense(kind, on, days, **more):
    return {
        "resourceType": "MedicationDispense",
        "id": more.pop("id", "d"),
        "meta": profiled("qicore-medicationdispense"),
        "status": "completed",
        "medicationCodeableConcept": coded(kind),
        "whenHandedOver": on,
        "daysSupply": {"value": days, "code": "d"},
        **more,
    }


def judged(name, *resources, year=2026):
    """Run a measure over made resources for a calendar year; give its counts."""
    measure = aligned.find(name)
    case = {"period": [f"{year}-01-01", f"{year}-12-31"], "bundle": bundle(*resources)}
    return dict(aligned.run_case(measure, case, BOOK))


def places(name, *resources, year=2026, group=0):
    """Name the populations of one group that made resources count in, shortened: IDXNE, lower case where more than one."""
    short = {
        "initial-population": "I",
        "denominator": "D",
        "denominator-exclusion": "X",
        "numerator": "N",
        "denominator-exception": "E",
    }
    counts = judged(name, *resources, year=year)
    return "".join(letter for key, letter in short.items() if counts.get(f"{group}/{key}"))
