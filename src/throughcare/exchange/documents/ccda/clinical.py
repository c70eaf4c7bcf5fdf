"""What each kind of statement says: problems, allergies, medicines, vaccines, measurements, procedures, encounters."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from throughcare.exchange import absence
from throughcare.exchange.documents.ccda import measuring, timing
from throughcare.exchange.documents.ccda.datatypes import (
    code_of,
    moment,
    name_of,
    quantity,
    words_of,
)
from throughcare.exchange.documents.ccda.found import Code, Item
from throughcare.exchange.documents.ccda.sections import templates_of
from throughcare.exchange.documents.ccda.statements import (
    claims,
    more,
    negated,
    related,
    status_of,
    value_code,
    value_of,
)

Base = Callable[..., Item]
Texts = dict[str, str]
# SNOMED CT: what stands for no particular substance, and the situations of knowing of none.
ANY_SUBSTANCE = frozenset({"105590001", "410942007", "419199007", "416098002", "414285001", "420134006", "426232007"})
# What may stand as the value beside a substance: what sort of allergy it is, and to nothing in particular.
SORTS_OF_ALLERGY = ANY_SUBSTANCE | {
    *("418038007", "419511003", "418471000", "59037007", "235719002", "106190000", "418634005", "609433001"),
    *("300910009", "609328004", "281647001", "64572001", "55607006"),
}
# SNOMED CT clinical states, and those of HL7's own code system.
STATES = {
    "55561003": "active",
    "73425007": "inactive",
    "413322009": "resolved",
    "277022003": "remission",
    "246455001": "active",
    "255227004": "active",
    "263855007": "active",
}
CRITICALITY = {"CRITH": "high", "CRITL": "low", "CRITU": "unable-to-assess"}


def observations(entry: Any, template: str) -> Iterator[tuple[Any, Any]]:
    """Give the observations of a concern with the concern; of an entry that is one, itself."""
    for node in entry:
        if node.tag == "observation":
            yield node, node
        elif node.tag in ("act", "organizer"):
            inside = list(related(node, "observation"))
            inside += [one for part in node.findall("component") for one in part.findall("observation")]
            named = [one for one in inside if template in templates_of(one)]
            for one in named or inside:
                yield node, one


def problem(base: Base, concern: Any, node: Any, texts: Texts, section: str, number: int) -> Item:
    """Read a problem: its value is what it is, its observation of state or the concern how it stands."""
    value = node.find("value")
    code = code_of(value, texts)
    if not code.code and not code.text:
        code = replace(code, text=words_of(node.find("text"), texts))
    item: Item = base(node, texts, "problem", section, number, code, value)
    stated = STATES.get(value_code(node, "6", "33999-4"), "")
    state = stated or ("resolved" if item.until or status_of(concern) == "completed" else "active")
    kind = node.find("code")
    none = item.negated or code.code in absence.PROBLEMS
    if item.negated and code.code == "55607006":
        item = replace(item, code=replace(code, text="No known problem"))
    return replace(
        item,
        status=state,
        negated=none,
        more=more(
            kind=code_of(kind, texts).text if kind is not None else "",
            severity=value_of(node, "8", "SEV", texts),
            concern=status_of(concern),
        ),
    )


def allergy(base: Base, concern: Any, node: Any, texts: Texts, section: str, number: int) -> Item:
    """Read an allergy: its substance, how it shows, how bad it is; or that none is known."""
    kind = code_of(node.find("value"), texts)
    playing = node.find("participant/participantRole/playingEntity")
    coded = playing.find("code") if playing is not None else None
    code = code_of(coded, texts)
    if not code.code and playing is not None and (name := name_of(playing.find("name"))):
        code = Code("", "", code.text or name)
    if (
        not code.code
        and not code.text
        and kind.text
        and not absence.of_allergies(kind.code, "")
        and kind.code not in SORTS_OF_ALLERGY
    ):
        # Some senders name no substance: the value says the whole ("Allergy to penicillin").
        coded, code = node.find("value"), kind
    if not code.code and not code.text:
        code = Code("", "", words_of(node.find("text"), texts), code.flavor or "NI")
    item: Item = base(node, texts, "allergy", section, number, code, coded)
    none = absence.of_allergies(kind.code, "") or absence.of_allergies(code.code, "" if code.code else code.text)
    if none or (item.negated and (code.code in ANY_SUBSTANCE or not code.code)):
        item = replace(item, negated=True, code=Code(kind.system, kind.code, none or _none_known(kind)), more=())
        return replace(item, status="active", more=more(none_known="yes", kind=kind.text))
    stated = STATES.get(value_code(node, "28", "33999-4"), "")
    return replace(
        item,
        status=stated or ("resolved" if item.until or status_of(concern) == "completed" else "active"),
        more=more(
            kind=kind.text,
            reaction=", ".join(_reactions(node, texts)),
            severity=value_of(node, "8", "SEV", texts) or _severity(node, texts),
            criticality=CRITICALITY.get(value_code(node, "145", "82606-5"), ""),
        ),
    )


def _none_known(kind: Code) -> str:
    """Say of what sort no allergy is known, where a denial names no substance (SNOMED CT: allergy to drug, to food)."""
    sorts = {"416098002": "drug ", "414285001": "food "}
    return f"No known {sorts.get(kind.code, '')}allergy"


def _reactions(node: Any, texts: Texts) -> Iterator[str]:
    for one in related(node, "observation"):
        if claims(one, "9"):
            said = code_of(one.find("value"), texts)
            words = said.text or words_of(one.find("text"), texts)
            if words:
                yield words


def _severity(node: Any, texts: Texts) -> str:
    return next((found for one in related(node, "observation") if (found := value_of(one, "8", "SEV", texts))), "")


def given(entry: Any) -> Iterator[Any]:
    """Give the administrations of an entry, also where an act of admission or discharge wraps them."""
    for node in entry:
        if node.tag == "substanceAdministration":
            yield node
        elif node.tag in ("act", "organizer"):
            yield from related(node, "substanceAdministration")
            for part in node.findall("component"):
                yield from part.findall("substanceAdministration")


def _product(node: Any, texts: Texts) -> tuple[Any, Code, Any]:
    material = node.find("consumable/manufacturedProduct/manufacturedMaterial")
    coded = material.find("code") if material is not None else None
    code = code_of(coded, texts)
    if not code.text and material is not None:
        code = replace(code, text=name_of(material.find("name")))
    if not code.code and not code.text:
        code = replace(code, text=words_of(node.find("text"), texts))
    return coded, code, material


def medicine(base: Base, node: Any, texts: Texts, section: str, number: int) -> Item:
    """Read a medicine: what, how much, by which route, how often, since when."""
    coded, code, _ = _product(node, texts)
    item: Item = base(node, texts, "medicine", section, number, code, coded)
    if item.negated and code.code in ANY_SUBSTANCE:
        item = replace(item, code=replace(code, text="No known medicine"))
    route = node.find("routeCode")
    return replace(
        item,
        more=more(
            mood=str(node.get("moodCode", "")),
            dose=timing.amount(node),
            route=code_of(route, texts).text if route is not None else "",
            often=timing.often(node, texts),
            instructions="; ".join(_instructions(node, texts)),
            reason=_indication(node, texts),
            prescriber=_author(node),
        ),
    )


def _instructions(node: Any, texts: Texts) -> Iterator[str]:
    for one in related(node, "act", "substanceAdministration"):
        if claims(one, "20") or claims(one, "147"):
            words = words_of(one.find("text"), texts)
            if words:
                yield words


def _indication(node: Any, texts: Texts) -> str:
    for one in related(node, "observation"):
        if claims(one, "19"):
            said = code_of(one.find("value"), texts)
            if said.text:
                return said.text
    return ""


def _author(node: Any) -> str:
    return name_of(node.find("author/assignedAuthor/assignedPerson/name"))


def vaccine(base: Base, node: Any, texts: Texts, section: str, number: int) -> Item:
    """Read a vaccine given, or refused with the reason."""
    coded, code, material = _product(node, texts)
    item: Item = base(node, texts, "immunization", section, number, code, coded)
    amount, unit = quantity(node.find("doseQuantity"))
    route = node.find("routeCode")
    lot = material.find("lotNumberText") if material is not None else None
    maker = node.find("consumable/manufacturedProduct/manufacturerOrganization/name")
    refused = [code_of(one.find("code"), texts).text for one in related(node, "observation") if claims(one, "53")]
    return replace(
        item,
        value=amount,
        unit=unit,
        more=more(
            lot=name_of(lot),
            manufacturer=name_of(maker),
            route=code_of(route, texts).text if route is not None else "",
            why_not=", ".join(one for one in refused if one),
            mood=str(node.get("moodCode", "")),
        ),
    )


def measured(base: Base, entry: Any, texts: Texts, section: str, number: int, kind: str) -> Iterator[Item]:
    """Read measurements: of a panel, or alone."""
    for node in entry:
        if node.tag == "organizer":
            yield from _panel(base, node, texts, section, number, kind)
        elif node.tag == "observation":
            yield measuring.observation(base, node, texts, section, number, kind)


def _panel(base: Base, organizer: Any, texts: Texts, section: str, number: int, kind: str) -> Iterator[Item]:
    """Read a panel's measurements, and those of the panels in it: cultures have their susceptibilities so."""
    panel = code_of(organizer.find("code"), texts)
    since = moment(_value(organizer.find("effectiveTime")))
    for part in organizer.findall("component"):
        for one in part:
            if one.tag == "observation":
                item = measuring.observation(base, one, texts, section, number, kind)
                since_ = item.since or since
                yield replace(item, since=since_, more=(*item.more, *more(panel=panel.text)))
            elif one.tag == "organizer":
                yield from _panel(base, one, texts, section, number, kind)


def _value(node: Any) -> str:
    if node is None:
        return ""
    low = node.find("low")
    return str(node.get("value") or (low.get("value") if low is not None else "") or "")


def procedure(base: Base, node: Any, texts: Texts, section: str, number: int) -> Item:
    """Read a procedure that was done, planned or not done."""
    coded = node.find("code")
    code = code_of(coded, texts)
    if not code.code and not code.text:
        code = replace(code, text=words_of(node.find("text"), texts))
    item: Item = base(node, texts, "procedure", section, number, code, coded)
    site = node.find("targetSiteCode")
    by = node.find("performer/assignedEntity/assignedPerson/name")
    where = node.find("performer/assignedEntity/representedOrganization/name")
    return replace(
        item,
        more=more(
            site=code_of(site, texts).text if site is not None else "",
            by=name_of(by),
            place=name_of(where),
            mood=str(node.get("moodCode", "")),
        ),
    )


def encounter(base: Base, node: Any, texts: Texts, section: str, number: int) -> Item:
    """Read a meeting with another health service: what kind, when, where, with whom, for what."""
    coded = node.find("code")
    code = code_of(coded, texts)
    if not code.code and not code.text:
        code = replace(code, text=words_of(node.find("text"), texts))
    item: Item = base(node, texts, "encounter", section, number, code, coded)
    places = [name_of(one) for one in node.findall("participant/participantRole/playingEntity/name")]
    found = list(_diagnoses(node, texts))
    return replace(
        item,
        negated=negated(node),
        more=more(
            place=", ".join(one for one in places if one),
            by=name_of(node.find("performer/assignedEntity/assignedPerson/name")),
            diagnosis=", ".join(dict.fromkeys(found)),
            mood=str(node.get("moodCode", "")),
        ),
    )


def _diagnoses(node: Any, texts: Texts) -> Iterator[str]:
    for act in related(node, "act"):
        if claims(act, "80"):
            for one in related(act, "observation"):
                said = code_of(one.find("value"), texts)
                if said.text:
                    yield said.text
