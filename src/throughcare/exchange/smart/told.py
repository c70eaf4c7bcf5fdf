"""What an app asks, in plain words: one sentence for each thing it may read or send."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from throughcare.exchange.fhir import scopes
from throughcare.exchange.smart import lasting
from throughcare.ui.wording import t

# Types that people have a word for; any other is called by its FHIR name.
WORDED = frozenset({
    "AllergyIntolerance", "Appointment", "CarePlan", "CareTeam", "Condition", "Consent", "Coverage", "DiagnosticReport",
    "DocumentReference", "Encounter", "Goal", "Immunization", "Location", "MedicationAdministration", "MedicationDispense",
    "MedicationRequest", "MedicationStatement", "Observation", "Organization", "Patient", "Practitioner", "PractitionerRole",
    "Procedure", "QuestionnaireResponse", "ServiceRequest", "Task",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that an app asks: what it would do, and whether it changes the record."""

    words: str
    changes: bool = False


def asks(wanted: Sequence[str], *, own: bool) -> list[Ask]:
    """Say each thing that these scopes ask; `own` where the reader is the person whom the record is about."""
    found: list[Ask] = []
    for word in wanted:
        one = scopes.parse(word)
        if one is None:
            continue
        whose = "own" if own else one.context
        only = t("smart.only", what=_only(one.query)) if one.query else ""
        if {"r", "s"} & set(one.rights):
            found.append(Ask(t(f"smart.read.{whose}", what=_what(one.kind)) + only))
        if {"c", "u", "d"} & set(one.rights):
            found.append(Ask(t(f"smart.write.{whose}", what=_what(one.kind)) + only, changes=True))
    if {"openid", "fhirUser", "profile"} & set(wanted):
        found.append(Ask(t("smart.who")))
    if "offline_access" in wanted:
        found.append(Ask(t("smart.offline", n=lasting.number("offline_days"))))
    elif "online_access" in wanted:
        found.append(Ask(t("smart.online", n=lasting.number("online_hours"))))
    else:
        found.append(Ask(t("smart.minutes", n=lasting.number("token_minutes"))))
    return found


def _what(kind: str) -> str:
    if kind == "*":
        return t("smart.all")
    return t(f"smart.type.{kind}") if kind in WORDED else kind


def _only(query: str) -> str:
    return ", ".join(value.rpartition("|")[2] or value for _, value in parse_qsl(query))
