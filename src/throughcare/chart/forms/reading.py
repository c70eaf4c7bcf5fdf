"""FHIR R4 Questionnaire JSON and its scoring table, read strictly into a Form: anything unknown is a fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from throughcare.chart.forms.questionnaire import Code, Form, FormError, Item, Kind, Option, Provisional, Unit
from throughcare.chart.forms.questionnaire import Condition as When
from throughcare.chart.forms.reading_scale import read_scale
from throughcare.chart.forms.rule import Rule, read_rule
from throughcare.chart.forms.text import NO_TEXT, Text

OWN = "urn:throughcare:extension:"
HL7 = "http://hl7.org/fhir/StructureDefinition/"
EXTRACT = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observationExtract"

_FORM_ELEMENTS = {
    "resourceType", "id", "url", "version", "name", "title", "_title", "status", "subjectType", "date", "publisher", "description",
    "purpose", "copyright", "effectivePeriod", "code", "extension", "item",
}  # fmt: skip
_ITEM_ELEMENTS = {
    "linkId", "code", "prefix", "text", "_text", "type", "enableWhen", "enableBehavior", "required", "repeats", "readOnly",
    "maxLength", "answerOption", "extension", "item",
}  # fmt: skip
_FORM_EXTENSIONS = {OWN + "source", OWN + "provisional", OWN + "wording", OWN + "notice"}
_ITEM_EXTENSIONS = {OWN + n for n in ("help", "unable", "positive", "fires", "not-future")} | {
    HL7 + "minValue", HL7 + "maxValue", HL7 + "maxDecimalPlaces", HL7 + "questionnaire-unit", EXTRACT,
}  # fmt: skip
_OPERATORS = ("exists", "=", "!=", ">", "<", ">=", "<=")

Json = Mapping[str, Any]


class _Faults:
    """Collects what is wrong, so that an author sees everything at once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[str] = []

    def add(self, where: str, what: str) -> None:
        self.found.append(f"{where}: {what}")

    def unknown(self, where: str, present: Mapping[str, Any], allowed: set[str]) -> None:
        for element in sorted(set(present) - allowed):
            self.add(where, f"element [{element}] is not one that the engine reads")

    def raise_if_any(self) -> None:
        if self.found:
            raise FormError(f"Form [{self.name}] is not usable. " + "; ".join(self.found))


def read_form(document: Json, scoring: Json | None = None, wording: Json | None = None) -> Form:
    """A Form from a Questionnaire, its scoring table and, for a plug-in, the agency's wording; FormError lists all faults."""
    name = str(document.get("id", "?"))
    faults = _Faults(name)
    faults.unknown("Questionnaire", document, _FORM_ELEMENTS)
    extensions = _extensions(document, "Questionnaire", _FORM_EXTENSIONS, faults)
    for element in ("id", "url", "version", "title", "status", "effectivePeriod", "item"):
        if not document.get(element):
            faults.add("Questionnaire", f"[{element}] is missing")
    if document.get("url") != f"urn:throughcare:questionnaire:{name}":
        faults.add("Questionnaire", f"[url] must be urn:throughcare:questionnaire:{name}")
    plug_in = "plugin" in _values(extensions, OWN + "wording")
    reader = _ItemReader(faults, wording or {}, needs_wording=not plug_in)
    items = tuple(reader.read(item) for item in document.get("item", ()))
    source = next(iter(_values(extensions, OWN + "source")), "")
    if not source:
        faults.add("Questionnaire", "extension source is missing")
    title = _text(document, "title", "Questionnaire", faults, both=not plug_in)
    if plug_in and wording and "title" in wording:
        title = Text(wording["title"]["en"], wording["title"].get("es", ""))
    notice = next((_extension_text(e) for e in extensions if e["url"] == OWN + "notice"), None)
    form = None
    if not faults.found:
        form = Form(
            name=name,
            version=document["version"],
            title=title,
            source=source,
            effective_from=date.fromisoformat(document["effectivePeriod"]["start"]),
            items=items,
            description=document.get("description", ""),
            codes=tuple(Code(c["system"], c["code"]) for c in document.get("code", ())),
            copyright=document.get("copyright", ""),
            notice=notice,
            provisional=tuple(_provisional(e) for e in extensions if e["url"] == OWN + "provisional"),
            plug_in=plug_in,
            worded=not plug_in or bool(wording),
            scale=read_scale(scoring, {i.link_id: i for item in items for i in item.walk()}, faults.add)
            if scoring
            else None,
        )
    faults.raise_if_any()
    if form is None:  # pragma: no cover - raise_if_any has raised
        raise FormError(name)
    return form


class _ItemReader:
    """Reads items in order; an enableWhen may only look back, so that one pass decides what is asked."""

    def __init__(self, faults: _Faults, wording: Json, *, needs_wording: bool) -> None:
        self.faults = faults
        self.wording = wording
        self.needs_wording = needs_wording
        self.seen: dict[str, Item] = {}

    def read(self, raw: Json, in_repeating: bool = False) -> Item:
        """One item and those under it."""
        link_id = str(raw.get("linkId", "?"))
        where = f"item [{link_id}]"
        self.faults.unknown(where, raw, _ITEM_ELEMENTS)
        if link_id in self.seen or link_id == "form" or not _good_id(link_id):
            self.faults.add(where, "linkId is used twice, reserved, or has characters other than a-z 0-9 . -")
        extensions = _extensions(raw, where, _ITEM_EXTENSIONS, self.faults)
        kind = self._kind(raw, where)
        repeats = bool(raw.get("repeats", False))
        group_repeats = kind is Kind.GROUP and repeats
        if group_repeats and in_repeating:
            self.faults.add(where, "a repeating group may not stand in another")
        shell = Item(
            link_id=link_id,
            kind=kind,
            text=self._wording(raw, where, link_id),
            prefix=str(raw.get("prefix", "")),
            help=next((_extension_text(e) for e in extensions if e["url"] == OWN + "help"), None),
            code=next((Code(c["system"], c["code"]) for c in raw.get("code", ())), None),
            options=tuple(self._option(o, where, link_id) for o in raw.get("answerOption", ())),
            required=bool(raw.get("required", False)),
            repeats=repeats,
            read_only=bool(raw.get("readOnly", False)),
            conditions=tuple(self._condition(c, where) for c in raw.get("enableWhen", ())),
            behaviour=str(raw.get("enableBehavior", "all")),
            minimum=_number(extensions, HL7 + "minValue"),
            maximum=_number(extensions, HL7 + "maxValue"),
            places=_places(extensions),
            unit=next(
                (
                    Unit(e["valueCoding"]["code"], e["valueCoding"]["display"])
                    for e in extensions
                    if e["url"] == HL7 + "questionnaire-unit"
                ),
                None,
            ),
            max_length=raw.get("maxLength"),
            unable=True in _values(extensions, OWN + "unable"),
            not_future=True in _values(extensions, OWN + "not-future"),
            positive=self._rule(extensions, where),
            fires=tuple(str(v) for v in _values(extensions, OWN + "fires")),
            extract=True in _values(extensions, EXTRACT),
        )
        self._check(shell, where)
        self.seen[link_id] = shell
        items = tuple(self.read(child, in_repeating or group_repeats) for child in raw.get("item", ()))
        if items and kind is not Kind.GROUP:
            self.faults.add(where, "only a group may hold items")
        return replace(shell, items=items)

    def _kind(self, raw: Json, where: str) -> Kind:
        try:
            return Kind(raw.get("type", ""))
        except ValueError:
            self.faults.add(where, f"type [{raw.get('type')}] is not one that the engine renders")
            return Kind.DISPLAY

    def _wording(self, raw: Json, where: str, link_id: str) -> Text:
        own = self.wording.get("items", {}).get(link_id)
        if own:
            return Text(own["en"], own.get("es", ""))
        if "text" not in raw:
            if self.needs_wording:
                self.faults.add(where, "text is missing")
            return NO_TEXT
        return _text(raw, "text", where, self.faults, both=self.needs_wording)

    def _option(self, raw: Json, where: str, link_id: str) -> Option:
        coding = raw.get("valueCoding", {})
        code = str(coding.get("code", ""))
        extensions = {e["url"]: e for e in raw.get("extension", ())}
        own = self.wording.get("options", {}).get(link_id, {}).get(code)
        text = Text(own["en"], own.get("es", "")) if own else NO_TEXT
        if not own and "display" in coding:
            text = _text(coding, "display", f"{where} option [{code}]", self.faults, both=self.needs_wording)
        if not code or not coding.get("system"):
            self.faults.add(where, "an option needs valueCoding with system and code")
        weight = extensions.get(HL7 + "ordinalValue", {}).get("valueDecimal")
        return Option(
            code=code,
            system=str(coding.get("system", "")),
            text=text,
            weight=None if weight is None else Decimal(str(weight)),
            exclusive=bool(extensions.get(HL7 + "questionnaire-optionExclusive", {}).get("valueBoolean", False)),
        )

    def _condition(self, raw: Json, where: str) -> When:
        question, operator = str(raw.get("question")), str(raw.get("operator"))
        if question not in self.seen:
            self.faults.add(where, f"enableWhen asks [{question}], which does not stand before it")
        if operator not in _OPERATORS:
            self.faults.add(where, f"enableWhen operator [{operator}] is unknown")
        value: bool | Decimal | str = ""
        answers = [key for key in raw if key.startswith("answer")]
        if len(answers) != 1:
            self.faults.add(where, "enableWhen needs exactly one answer")
        elif isinstance(raw[answers[0]], bool):
            value = raw[answers[0]]
        elif answers[0] == "answerCoding":
            value = str(raw["answerCoding"].get("code"))
            target = self.seen.get(question)
            if target and target.option(value) is None:
                self.faults.add(where, f"enableWhen compares with [{value}], which [{question}] does not offer")
        else:
            value = (
                Decimal(str(raw[answers[0]]))
                if answers[0] in ("answerInteger", "answerDecimal")
                else str(raw[answers[0]])
            )
        return When(question, operator, value)

    def _rule(self, extensions: Sequence[Json], where: str) -> Rule | None:
        for source in _values(extensions, OWN + "positive"):
            try:
                return read_rule(str(source))
            except ValueError as error:
                self.faults.add(where, str(error))
        return None

    def _check(self, item: Item, where: str) -> None:
        choice = item.kind in (Kind.CHOICE, Kind.OPEN_CHOICE)
        if choice != bool(item.options):
            self.faults.add(where, "a choice needs options, and only a choice may have them")
        if len({o.code for o in item.options}) != len(item.options):
            self.faults.add(where, "an option code is used twice")
        if item.behaviour not in ("all", "any"):
            self.faults.add(where, f"enableBehavior [{item.behaviour}] is unknown")
        if item.minimum is not None and item.maximum is not None and item.minimum > item.maximum:
            self.faults.add(where, "minValue is above maxValue")
        if item.kind is Kind.QUANTITY and item.unit is None:
            self.faults.add(where, "a quantity needs its unit")
        if item.positive and item.positive.codes - {o.code for o in item.options}:
            self.faults.add(where, "the positive rule names a code that is not offered")
        if item.repeats and not (choice or item.kind is Kind.GROUP):
            self.faults.add(where, "only choices and groups may repeat")


def _good_id(link_id: str) -> bool:
    return bool(link_id) and all(c in "abcdefghijklmnopqrstuvwxyz0123456789.-" for c in link_id)


def _extensions(raw: Json, where: str, allowed: set[str], faults: _Faults) -> list[Json]:
    found = list(raw.get("extension", ()))
    for extension in found:
        if extension.get("url") not in allowed:
            faults.add(where, f"extension [{extension.get('url')}] is not one that the engine reads")
    return found


def _values(extensions: Sequence[Json], url: str) -> list[Any]:
    return [v for e in extensions if e.get("url") == url for k, v in e.items() if k.startswith("value")]


def _number(extensions: Sequence[Json], url: str) -> Decimal | None:
    return next((Decimal(str(v)) for v in _values(extensions, url)), None)


def _places(extensions: Sequence[Json]) -> int:
    found = _number(extensions, HL7 + "maxDecimalPlaces")
    return 2 if found is None else int(found)


def _spanish(sibling: Json) -> str:
    for extension in sibling.get("extension", ()):
        parts = {p["url"]: p for p in extension.get("extension", ())}
        if extension.get("url") == HL7 + "translation" and parts["lang"]["valueCode"] == "es":
            return str(parts["content"]["valueString"])
    return ""


def _text(raw: Json, element: str, where: str, faults: _Faults, *, both: bool) -> Text:
    text = Text(str(raw.get(element, "")), _spanish(raw.get("_" + element, {})))
    if both and not (text.en.strip() and text.es.strip()):
        faults.add(where, f"[{element}] needs its English and its Spanish wording")
    return text


def _extension_text(extension: Json) -> Text:
    return Text(str(extension["valueString"]), _spanish(extension.get("_valueString", {})))


def _provisional(extension: Json) -> Provisional:
    parts = {p["url"]: p for p in extension["extension"]}
    return Provisional(parts["lang"]["valueCode"], parts["why"]["valueString"])
