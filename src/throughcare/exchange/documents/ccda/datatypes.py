"""HL7 V3 datatypes read as plain values: codes, moments as exact as they were written, quantities, names. Never raises."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from throughcare.exchange.documents.ccda.found import Code
from throughcare.exchange.documents.ccda.xml import SDTC, XSI

SYSTEMS = {
    "2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "2.16.840.1.113883.6.90": "http://hl7.org/fhir/sid/icd-10-cm",
    "2.16.840.1.113883.6.3": "http://hl7.org/fhir/sid/icd-10",
    "2.16.840.1.113883.6.4": "http://www.cms.gov/Medicare/Coding/ICD10",
    "2.16.840.1.113883.6.103": "http://hl7.org/fhir/sid/icd-9-cm",
    "2.16.840.1.113883.6.104": "http://hl7.org/fhir/sid/icd-9-cm",
    "2.16.840.1.113883.6.1": "http://loinc.org",
    "2.16.840.1.113883.6.88": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "2.16.840.1.113883.12.292": "http://hl7.org/fhir/sid/cvx",
    "2.16.840.1.113883.6.59": "http://hl7.org/fhir/sid/cvx",
    "2.16.840.1.113883.6.69": "http://hl7.org/fhir/sid/ndc",
    "2.16.840.1.113883.4.9": "http://fdasis.nlm.nih.gov",
    "2.16.840.1.113883.6.12": "http://www.ama-assn.org/go/cpt",
    "2.16.840.1.113883.6.285": "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "2.16.840.1.113883.3.26.1.5": "http://hl7.org/fhir/ndfrt",
    "2.16.840.1.113883.3.26.1.1": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "2.16.840.1.113883.6.238": "urn:oid:2.16.840.1.113883.6.238",
    "2.16.840.1.113883.5.83": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
    "2.16.840.1.113883.5.4": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "2.16.840.1.113883.5.1": "http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender",
}
OIDS = {uri: oid for oid, uri in reversed(list(SYSTEMS.items()))}
_MOMENT = re.compile(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d+)?([+-]\d{4}|Z)?$")
# Some senders write days and times with the marks of ISO 8601.
_BARE = re.compile(r"(?<=\d)-(?=\d\d(?:-|T|\Z))|(?<=\d)[T:](?=\d)")
_OID = re.compile(r"[0-9]+(?:\.[0-9]+)+$")


def system_of(oid: str) -> str:
    """Give the address of a code system from its OID."""
    return SYSTEMS.get(oid) or (f"urn:oid:{oid}" if _OID.match(oid) else "")


def code_of(node: Any, texts: dict[str, str]) -> Code:
    """Read a coded value: itself, else the first translation that has a code; its words from wherever they stand."""
    if node is None:
        return Code(flavor="NI")
    best = next(
        (one for one in (node, *node.findall("translation")) if one.get("code") and not one.get("nullFlavor")), None
    )
    text = original(node, texts)
    if best is None:
        display = next(
            (d for one in (node, *node.findall("translation")) if (d := (one.get("displayName") or "").strip())), ""
        )
        return Code("", "", text or display, node.get("nullFlavor") or ("" if text or display else "NI"))
    display = (best.get("displayName") or "").strip()
    name = node.get("displayName") or next(
        (t.get("displayName") for t in node.findall("translation") if t.get("displayName")), ""
    )
    words = display or text or (name or "").strip() or best.get("code", "")
    return Code(system_of(best.get("codeSystem", "")), best.get("code", "").strip()[:80], words)


def translations_of(node: Any) -> tuple[Code, ...]:
    """Give every coding of a value, its own first."""
    if node is None:
        return ()
    return tuple(
        Code(
            system_of(one.get("codeSystem", "")),
            one.get("code", "").strip()[:80],
            (one.get("displayName") or "").strip(),
        )
        for one in (node, *node.findall("translation"))
        if one.get("code") and not one.get("nullFlavor")
    )


def original(node: Any, texts: dict[str, str]) -> str:
    """Give the original words of a value: written with it, or in the narrative that it points to."""
    said = node.find("originalText")
    return "" if said is None else words_of(said, texts)


def words_of(node: Any, texts: dict[str, str]) -> str:
    """Give the words of a text: what it refers to in the narrative, else its own."""
    if node is None:
        return ""
    reference = node.find("reference")
    if reference is not None and (found := texts.get((reference.get("value") or "").lstrip("#"))):
        return found
    return tidy(" ".join(node.itertext()))


def tidy(text: str) -> str:
    """Give words with single spaces, without characters that no record can hold."""
    return " ".join(text.replace("\0", "").split())


def moment(text: str | None) -> str:
    """Read a time stamp as exact as it was written: a year, a month, a day or a moment; empty where it is none."""
    found = _MOMENT.match(_BARE.sub("", (text or "").strip()))
    if found is None:
        return ""
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return ""
    if int(hour or 0) > 23 or int(minute or 0) > 59 or int(second or 0) > 59 or not 1800 <= int(year) <= 2300:
        return ""
    said = "-".join(part for part in (year, month, day) if part)
    if not (day and hour):
        return said
    offset = "" if not zone else "Z" if zone == "Z" else f"{zone[:3]}:{zone[3:]}"
    return f"{said}T{hour}:{minute or '00'}:{second or '00'}{offset}"


def period(nodes: list[Any]) -> tuple[str, str]:
    """Read when something was: from, until. A frequency among the times is no period."""
    since = until = ""
    for node in nodes:
        if kind_of(node) in ("PIVL_TS", "EIVL_TS", "PIVL_PPD_TS"):
            continue
        own, low, high, centre = node.get("value"), node.find("low"), node.find("high"), node.find("center")
        since = since or moment(own) or moment(low.get("value") if low is not None else None)
        since = since or moment(centre.get("value") if centre is not None else None)
        until = until or moment(high.get("value") if high is not None else None)
    return since, until


def kind_of(node: Any) -> str:
    """Give the declared type of a value."""
    return str(node.get(f"{XSI}type", "")).rsplit(":", 1)[-1]


def number_of(text: str | None) -> str:
    """Give a number with its digits; empty where it is none."""
    said = (text or "").strip()
    try:
        return said if Decimal(said).is_finite() and len(said) <= 24 else ""
    except InvalidOperation:
        return ""


def quantity(node: Any) -> tuple[str, str]:
    """Give number and unit of a quantity, of a range in words where it is one."""
    if node is None:
        return "", ""
    own = number_of(node.get("value"))
    if own:
        return own, _unit(node)
    other = node.find("translation")
    if node.get("nullFlavor") == "OTH" and other is not None and (own := number_of(other.get("value"))):
        # A unit that UCUM does not have stands in words: "3 puffs".
        words = other.find("originalText")
        return own, _unit(other) or (tidy("".join(words.itertext()))[:40] if words is not None else "")
    low, high = node.find("low"), node.find("high")
    ends = [number_of(one.get("value")) if one is not None else "" for one in (low, high)]
    unit = next((_unit(one) for one in (low, high) if one is not None and one.get("unit")), "")
    return "–".join(end for end in ends if end), unit


def _unit(node: Any) -> str:
    unit = str(node.get("unit") or "").strip()
    return "" if unit == "1" else unit[:40]


def id_of(node: Any) -> str:
    """Give the first id of an entry as `root|extension`."""
    for one in node.findall("id"):
        if one.get("root"):
            return f"{one.get('root')}|{one.get('extension')}" if one.get("extension") else str(one.get("root"))
    return ""


def name_of(node: Any) -> str:
    """Give a name as it is read aloud; of a person, an organisation or a thing."""
    return "" if node is None else tidy(" ".join(node.itertext()))


def telephone_of(node: Any) -> str:
    """Give a telephone number as it was written."""
    for one in node.findall("telecom"):
        value = str(one.get("value") or "")
        if value.lower().startswith("tel:"):
            return value[4:].strip()[:40]
    return ""


def address_of(node: Any) -> str:
    """Give an address on one line."""
    found = node.find("addr")
    return "" if found is None else tidy(", ".join(t.strip() for t in found.itertext() if t.strip()))[:240]


def extra(node: Any, name: str) -> Any:
    """Find an element of HL7's extension for this country."""
    return node.find(f"{SDTC}{name}")
