"""The head of a document: whom it is about, who wrote it, when, and which document it replaces."""

import re
from collections.abc import Iterator
from typing import Any

from throughcare.exchange.documents.ccda.datatypes import (
    address_of,
    extra,
    moment,
    name_of,
    telephone_of,
)
from throughcare.exchange.documents.ccda.found import Who
from throughcare.exchange.hl7v2.sexes import sex_of

SOCIAL_SECURITY = "2.16.840.1.113883.4.1"


def who(root: Any) -> Who:
    """Read the person; where a document is about several, the first of whom it says anything, and how many more."""
    roles = root.findall("recordTarget/patientRole")
    if not roles:
        return Who()
    said = [one for one in roles if _says(one)] or roles
    role, others = said[0], len(said) - 1
    patient = role.find("patient")
    if patient is None:
        return Who(numbers=tuple(_numbers(role)), others=others)
    given = _given(patient)
    sex, language = patient.find("administrativeGenderCode"), patient.find("languageCommunication/languageCode")
    dead = extra(patient, "deceasedTime")
    return Who(
        numbers=tuple(_numbers(role)),
        family=_part(patient, "family"),
        given=given[0] if given else "",
        middle=" ".join(given[1:]),
        birth=moment(_attribute(patient.find("birthTime"), "value"))[:10],
        sex=sex_of(_attribute(sex, "code")) or "unknown",
        race=_attribute(patient.find("raceCode"), "code"),
        ethnicity=_attribute(patient.find("ethnicGroupCode"), "code"),
        language=_attribute(language, "code"),
        address=address_of(role),
        telephone=telephone_of(role),
        dead=moment(_attribute(dead, "value")),
        others=others,
    )


def _says(role: Any) -> bool:
    """False of one that stands there only to say that nothing is known of it."""
    return any(_numbers(role)) or any(name_of(one) for one in role.findall("patient/name"))


def _numbers(role: Any) -> Iterator[tuple[str, str]]:
    """Numbers that say who somebody is: never that of the social security."""
    for one in role.findall("id"):
        root, value = str(one.get("root") or ""), str(one.get("extension") or "").strip()
        if (
            root
            and value
            and root != SOCIAL_SECURITY
            and re.fullmatch(r"[0-9A-Za-z.-]{3,100}", root)
            and len(value) <= 80
        ):
            yield f"urn:oid:{root}", value


def _names(patient: Any) -> list[Any]:
    names = patient.findall("name")
    return sorted(names, key=lambda one: str(one.get("use") or "L") not in ("L", "C"))


def _part(patient: Any, part: str) -> str:
    for name in _names(patient):
        words = [name_of(one) for one in name.findall(part) if str(one.get("qualifier", "")) not in ("BR",)]
        if any(words):
            return " ".join(one for one in words if one)[:80]
    return ""


def _given(patient: Any) -> list[str]:
    for name in _names(patient):
        found = [name_of(one)[:80] for one in name.findall("given")]
        if any(found):
            return [one for one in found if one]
    return []


def _attribute(node: Any, name: str) -> str:
    return "" if node is None else str(node.get(name) or "").strip()[:120]


def number(root: Any) -> tuple[str, str]:
    """Give the document's own number, and its version in its set."""
    own, version = root.find("id"), root.find("versionNumber")
    said = "" if own is None else "|".join(part for part in (own.get("root", ""), own.get("extension", "")) if part)
    return said[:240], _attribute(version, "value")


def sender(root: Any) -> str:
    """Give who keeps the original: the custodian, else the first author's organisation."""
    kept = name_of(root.find("custodian/assignedCustodian/representedCustodianOrganization/name"))
    return (kept or name_of(root.find("author/assignedAuthor/representedOrganization/name")))[:160]


def authors(root: Any) -> tuple[str, ...]:
    """Give who wrote it."""
    found = [name_of(one.find("assignedAuthor/assignedPerson/name")) for one in root.findall("author")]
    return tuple(dict.fromkeys(one[:120] for one in found if one))


def replaces(root: Any) -> str:
    """Give the number of the document that this one replaces."""
    for one in root.findall("relatedDocument"):
        parent = one.find("parentDocument/id")
        if one.get("typeCode") == "RPLC" and parent is not None:
            return "|".join(part for part in (parent.get("root", ""), parent.get("extension", "")) if part)[:240]
    return ""
