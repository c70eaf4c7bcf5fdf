"""A summary as C-CDA R2.1: Continuity of Care Document, or Referral Note. Narrative and entries say the same. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare.exchange.documents.ccda.xml import SDTC, V3, XSI
from throughcare.exchange.documents.summaries import ccda_entries
from throughcare.exchange.documents.summaries.choosing import Chosen, Kept
from throughcare.exchange.documents.summaries.ips import Envelope, confidentiality
from throughcare.exchange.documents.summaries.lines import EMPTY, Part, none_known, parts
from throughcare.exchange.documents.summaries.tables import SectionRule
from throughcare.kernel.ids import derived

Json = Mapping[str, Any]
ROOT = "2.16.840.1.113883.10.20.22."
LOINC = "2.16.840.1.113883.6.1"
# Section templates of R2.1: the tail of the root, and the extension of its edition.
TEMPLATES = {
    "allergies": ("2.6.1", "2015-08-01"),
    "medicines": ("2.1.1", "2014-06-09"),
    "problems": ("2.5.1", "2015-08-01"),
    "immunizations": ("2.2.1", "2015-08-01"),
    "results": ("2.3.1", "2015-08-01"),
    "vital_signs": ("2.4.1", "2015-08-01"),
    "procedures": ("2.7.1", "2014-06-09"),
    "social_history": ("2.17", "2015-08-01"),
    "encounters": ("2.22.1", "2015-08-01"),
    "plan": ("2.10", "2014-06-09"),
}
FORMS = {
    "ccd": ("1.2", "34133-9", "Summarization of Episode Note"),
    "referral_note": ("1.14", "57133-1", "Referral note"),
}
# Sections that the template asks for, even where nothing is known.
ASKED = {
    "ccd": ("allergies", "medicines", "problems", "results", "social_history", "vital_signs"),
    "referral_note": ("allergies", "medicines", "problems"),
}
SEX = {"female": ("F", "Female"), "male": ("M", "Male"), "other": ("UN", "Undifferentiated")}
OMB = "2.16.840.1.113883.6.238"


class Builder:
    """Makes elements of HL7's namespace; attributes that say nothing are left out."""

    def __init__(self) -> None:
        from lxml import etree

        self.etree = etree

    def node(self, parent: Any, name: str, text: str = "", **attributes: str) -> Any:
        """Append an element."""
        said = {key.rstrip("_").replace("xsi_type", f"{XSI}type"): value for key, value in attributes.items() if value}
        made = self.etree.SubElement(parent, name if name.startswith("{") else f"{V3}{name}", said)
        if text:
            made.text = "".join(c for c in text if c in "\t\n" or ord(c) >= 32)
        return made

    def template(self, parent: Any, tail: str, extension: str = "") -> None:
        """Say which template a part follows."""
        if extension:  # readers of R1.1 know the template without its edition
            self.node(parent, "templateId", root=f"{ROOT}{tail}")
        self.node(parent, "templateId", root=f"{ROOT}{tail}", extension=extension)


def write(form: str, chosen: Chosen, envelope: Envelope, rules: tuple[SectionRule, ...], *, own_root: str) -> bytes:
    """Give the document's bytes."""
    make = Builder()
    root = make.etree.Element(f"{V3}ClinicalDocument", nsmap={None: V3[1:-1], "xsi": XSI[1:-1], "sdtc": SDTC[1:-1]})
    _head(make, root, form, chosen, envelope, own_root)
    body = make.node(make.node(root, "component"), "structuredBody")
    if chosen.notices:
        _words(make, body, "", "Notice", [f"{one.text} ({one.law})" for one in chosen.notices])
    if form == "referral_note":
        _words(make, body, "42349-1", "Reason for referral", [envelope.purpose or "Continued care"],
               template="1.3.6.1.4.1.19376.1.5.3.1.3.1")  # fmt: skip
    found = {part.rule.id: part for part in parts(chosen, rules)}
    for rule in rules:
        if rule.id in found or rule.id in ASKED[form]:
            part = found.get(rule.id) or Part(rule, (), ())
            _section(make, body, part, {one.id: one for one in chosen.sections.get(rule.id, ())})
    return bytes(make.etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def stamp(at: datetime) -> str:
    """Write a moment as HL7 does."""
    return at.strftime("%Y%m%d%H%M%S%z")


def _head(make: Builder, root: Any, form: str, chosen: Chosen, envelope: Envelope, own_root: str) -> None:
    tail, code, display = FORMS[form]
    make.node(root, "realmCode", code="US")
    make.node(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    make.template(root, "1.1", "2015-08-01")
    make.template(root, tail, "2015-08-01")
    make.node(root, "id", root=str(envelope.id))
    make.node(root, "code", code=code, codeSystem=LOINC, codeSystemName="LOINC", displayName=display)
    make.node(root, "title", envelope.title)
    make.node(root, "effectiveTime", value=stamp(envelope.at))
    make.node(root, "confidentialityCode", code=confidentiality(chosen), codeSystem="2.16.840.1.113883.5.25")
    make.node(root, "languageCode", code="en-US")
    _patient(make, root, chosen.patient, own_root)
    author = make.node(root, "author")
    make.node(author, "time", value=stamp(envelope.at))
    _assigned(make, make.node(author, "assignedAuthor"), envelope)
    kept = make.node(make.node(make.node(root, "custodian"), "assignedCustodian"), "representedCustodianOrganization")
    _organization(make, kept, envelope.agency)
    if envelope.recipient:
        to = make.node(make.node(root, "informationRecipient"), "intendedRecipient")
        make.node(make.node(to, "receivedOrganization"), "name", envelope.recipient)
    event = make.node(make.node(root, "documentationOf"), "serviceEvent", classCode="PCPR")
    time = make.node(event, "effectiveTime")
    make.node(time, "low", nullFlavor="UNK")
    make.node(time, "high", value=stamp(envelope.at))


def _assigned(make: Builder, node: Any, envelope: Envelope) -> None:
    make.node(node, "id", root=str(derived("agency")))
    make.node(node, "addr", nullFlavor="NI")
    make.node(node, "telecom", nullFlavor="NI")
    make.node(make.node(make.node(node, "assignedPerson"), "name"), "family", envelope.author)
    _organization(make, make.node(node, "representedOrganization"), envelope.agency, full=False)


def _organization(make: Builder, node: Any, name: str, *, full: bool = True) -> None:
    make.node(node, "id", root=str(derived("agency")))
    make.node(node, "name", name)
    if full:
        make.node(node, "telecom", nullFlavor="NI")
        make.node(node, "addr", nullFlavor="NI")


def _patient(make: Builder, root: Any, patient: Json, own_root: str) -> None:
    role = make.node(make.node(root, "recordTarget"), "patientRole")
    for one in patient.get("identifier", ()):
        system = str(one.get("system", ""))
        oid = own_root if system == "urn:throughcare:person" else system.removeprefix("urn:oid:")
        if oid == own_root or system.startswith("urn:oid:"):
            make.node(role, "id", root=oid, extension=str(one.get("value", "")))
    make.node(role, "id", root=str(UUID(str(patient["id"]))))
    make.node(role, "addr", nullFlavor="UNK")
    make.node(role, "telecom", nullFlavor="UNK")
    who = make.node(role, "patient")
    said: Json = next(iter(patient.get("name", ())), {})
    name = make.node(who, "name", use="L")
    for given in said.get("given", ()):
        make.node(name, "given", str(given))
    make.node(name, "family", str(said.get("family", "")))
    sex = SEX.get(str(patient.get("gender", "")))
    if sex:
        make.node(who, "administrativeGenderCode", code=sex[0], codeSystem="2.16.840.1.113883.5.1", displayName=sex[1])
    else:
        make.node(who, "administrativeGenderCode", nullFlavor="UNK")
    birth = str(patient.get("birthDate", "")).replace("-", "")
    make.node(who, "birthTime", **({"value": birth} if birth else {"nullFlavor": "UNK"}))
    for element, url in (("raceCode", "us-core-race"), ("ethnicGroupCode", "us-core-ethnicity")):
        coded = _omb(patient, url)
        make.node(who, element, **coded)
    for one in patient.get("communication", ())[:1]:
        spoken = make.node(who, "languageCommunication")
        code = next((c.get("code") for c in one.get("language", {}).get("coding", ())), "en")
        make.node(spoken, "languageCode", code=str(code))


def _omb(patient: Json, url: str) -> dict[str, str]:
    for extension in patient.get("extension", ()):
        if str(extension.get("url", "")).endswith(url):
            for part in extension.get("extension", ()):
                coding = part.get("valueCoding")
                if coding:
                    return {"code": coding["code"], "codeSystem": OMB, "displayName": str(coding.get("display", ""))}
    return {"nullFlavor": "UNK"}


def _words(make: Builder, body: Any, code: str, title: str, lines: list[str], *, template: str = "") -> None:
    section = make.node(make.node(body, "component"), "section")
    if template:
        make.node(section, "templateId", root=template)
    if code:
        make.node(section, "code", code=code, codeSystem=LOINC)
    make.node(section, "title", title)
    text = make.node(section, "text")
    for line in lines:
        make.node(text, "paragraph", line)


def _section(make: Builder, body: Any, part: Part, entries: Mapping[str, Kept]) -> None:
    rule = part.rule
    empty = {"nullFlavor": "NI"} if not part.lines else {}
    section = make.node(make.node(body, "component"), "section", **empty)
    make.template(section, *TEMPLATES[rule.id])
    make.node(section, "code", code=rule.code, codeSystem=LOINC, displayName=rule.display)
    make.node(section, "title", rule.title)
    text = make.node(section, "text")
    if not part.lines:
        make.node(text, "paragraph", EMPTY)
        return
    table = make.node(text, "table")
    head = make.node(make.node(table, "thead"), "tr")
    for name in part.columns:
        make.node(head, "th", name)
    rows = make.node(table, "tbody")
    for number, line in enumerate(part.lines, 1):
        mark = f"{rule.id}-{number}"
        row = make.node(rows, "tr", ID=f"{mark}-row")
        for n, cell in enumerate(line.cells):
            make.node(row, "td", cell, **({"ID": mark} if n == 0 else {}))
    for number, line in enumerate(part.lines, 1):
        _WRITERS[rule.id](make, section, entries[line.id], f"#{rule.id}-{number}")


def _allergy(make: Builder, section: Any, one: Kept, mark: str) -> None:
    ccda_entries.allergy(make, section, one, mark, none=none_known(one))


_WRITERS: dict[str, Callable[[Any, Any, Kept, str], None]] = {
    "allergies": _allergy,
    "medicines": ccda_entries.medicine,
    "problems": ccda_entries.problem,
    "immunizations": ccda_entries.vaccine,
    "results": ccda_entries.result,
    "vital_signs": ccda_entries.vital_sign,
    "procedures": ccda_entries.procedure,
    "social_history": ccda_entries.social,
    "encounters": ccda_entries.visit,
    "plan": ccda_entries.planned,
}
