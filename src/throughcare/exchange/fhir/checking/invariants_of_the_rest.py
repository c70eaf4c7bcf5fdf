"""The constraints of HL7 that are one condition each, as a table: type, key, condition, words. Charts first, then definitions."""

from collections.abc import Callable
from typing import Any

from throughcare.exchange.fhir.checking.invariants import BY_TYPE, Found, Json, choice, codes, objects, surely_after

Holds = Callable[[Json], bool]
UCUM = "http://unitsofmeasure.org"


def _has(one: Json, *names: str) -> bool:
    """True where one of the elements stands; a choice is named by its stem with [x]."""
    return any((choice(one, name[:-3]) if name.endswith("[x]") else name in one or f"_{name}" in one) for name in names)


def _count(one: Json, *names: str) -> int:
    return sum(_has(one, name) for name in names)


def _distinct(values: list[Any]) -> bool:
    said = [str(one) for one in values if one is not None]
    return len(said) == len(set(said))


def _xor(a: str, b: str) -> Holds:
    return lambda one: _has(one, a) != _has(one, b)


def _either(*names: str) -> Holds:
    return lambda one: _has(one, *names)


def _not_both(a: str, b: str) -> Holds:
    return lambda one: not (_has(one, a) and _has(one, b))


def _needs(a: str, *others: str) -> Holds:
    """Where `a` stands, one of the others does."""
    return lambda one: not _has(one, a) or _has(one, *others)


def _named(key: str, *values: str) -> Holds:
    """Where `key` has one of the values, or any where none is named."""
    return lambda one: one.get(key) in values


def _when(test: Holds, then: Holds) -> Holds:
    return lambda one: not test(one) or then(one)


def _measure(one: Json) -> bool:
    """A quantity of a kind: a value has a code, and the system of units is UCUM."""
    coded = "code" in one or "value" not in one
    return coded and one.get("system", UCUM) == UCUM


def _positive(one: Json) -> bool:
    value = one.get("value")
    return not isinstance(value, int | float) or value > 0


def _one_part(one: Json) -> bool:
    """One of a value, a resource, or parts; the last only with none of the others."""
    return _count(one, "value[x]", "resource", "part") == 1


def _at_most_hundred(one: Json) -> bool:
    value = one.get("probabilityDecimal")
    return not isinstance(value, int | float) or value <= 100


def _percentages(one: Json) -> bool:
    said = one.get("probabilityRange")
    ends = [said.get(end) for end in ("low", "high")] if isinstance(said, dict) else []
    return all(e.get("code") == "%" and e.get("system") == UCUM for e in ends if isinstance(e, dict))


def _in_order(one: Json) -> bool:
    first, then = one.get("whenPrepared"), one.get("whenHandedOver")
    return not (isinstance(first, str) and isinstance(then, str)) or not surely_after(first, then)


def _initials(one: Json) -> bool:
    return one.get("repeats") is True or len(objects(one.get("initial"))) <= 1


def _each(name: str, holds: Holds) -> Holds:
    return lambda one: all(holds(part) for part in objects(one.get(name)))


def _strata(one: Json) -> bool:
    groups = [s for g in objects(one.get("group")) for s in objects(g.get("stratifier"))]
    return all(_has(s, "code", "description", "criteria") != _has(s, "component") for s in groups)


def _stratums(one: Json) -> bool:
    groups = [s for g in objects(one.get("group")) for s in objects(g.get("stratifier"))]
    return all(_xor("value", "component")(s) for one_ in groups for s in objects(one_.get("stratum")))


def _not_at_home(name: str) -> Holds:
    return lambda one: all(part.get("use") != "home" for part in objects(one.get(name)))


def _roots(*keys: str) -> Callable[[Json], list[Json]]:
    """Give the first elements, those without a dot in their path, of a differential or snapshot."""
    return lambda one: [
        e for key in keys for e in _elements(one, key) if isinstance(e.get("path"), str) and "." not in e["path"]
    ]


def _elements(one: Json, key: str) -> list[Json]:
    part = one.get(key)
    return objects(part.get("element")) if isinstance(part, dict) else []


def _ids(key: str) -> Holds:
    return lambda one: _distinct([e.get("id") for e in _elements(one, key)])


def _starts(one: Json) -> bool:
    """In a differential every path starts with the type."""
    kind = one.get("type")
    if one.get("kind") == "logical" or not isinstance(kind, str):
        return True
    paths = [e.get("path") for e in _elements(one, "differential")]
    return all(isinstance(p, str) and (p == kind or p.startswith(f"{kind}.")) for p in paths)


def _first_is_type(one: Json) -> bool:
    first = _elements(one, "snapshot")[:1]
    return one.get("kind") == "logical" or not first or first[0].get("path") == one.get("type")


def _min_max(one: Json) -> bool:
    least, most = one.get("min"), one.get("max")
    return not (isinstance(least, int) and isinstance(most, str) and most.isdecimal()) or least <= int(most)


def _alone(one: Json) -> bool:
    stem = ("defaultValue[x]", "fixed[x]", "pattern[x]", "minValue[x]", "maxValue[x]")
    return not _has(one, "contentReference") or not _has(one, "type", "binding", *stem)


def _one_type(name: str) -> Holds:
    return lambda one: not choice(one, name) or len(objects(one.get("type"))) <= 1


_BOUND = {"code", "Coding", "CodeableConcept", "Quantity", "string", "uri", "Duration"}


def _bindable(one: Json) -> bool:
    kinds = {str(t.get("code")) for t in objects(one.get("type"))}
    return "binding" not in one or not kinds or bool(kinds & _BOUND) or any("/" in kind for kind in kinds)


def _timed(one: Json) -> bool:
    said = one.get("when")
    when = {word for word in said if isinstance(word, str)} if isinstance(said, list) else set()
    return "offset" not in one or (bool(when) and not when & {"C", "CM", "CD", "CV"})


# type, key, condition, words
CHARTS: tuple[tuple[str, str, Holds, str], ...] = (
    ("Age", "age-1", lambda o: _measure(o) and _positive(o), "An age has a code of time in UCUM, and is above nought"),
    ("Distance", "dis-1", _measure, "A distance has a code of length in UCUM"),
    ("Duration", "drt-1", _when(_either("code"), lambda o: o.get("system") == UCUM and "value" in o), "A duration has a code of time in UCUM"),
    ("Count", "cnt-3", lambda o: _measure(o) and o.get("code", "1") == "1", "A count has the code 1"),
    ("AppointmentResponse", "apr-1", _either("participantType", "actor"), "It names the actor or the kind of participant"),
    ("AuditEvent.entity", "sev-1", _not_both("name", "query"), "A name or a query, not both"),
    ("Consent", "ppc-1", _either("policy", "policyRule"), "A policy or a rule of policy stands"),
    ("CoverageEligibilityResponse.insurance.item", "ces-1", _xor("category", "productOrService"), "A category or a product, and not both"),
    ("FamilyMemberHistory", "fhs-1", _not_both("age[x]", "born[x]"), "An age or a birth, not both"),
    ("FamilyMemberHistory", "fhs-2", _needs("estimatedAge", "age[x]"), "An estimate stands with an age"),
    ("Group", "grp-1", lambda o: not _has(o, "member") or o.get("actual") is True, "Only an actual group has members"),
    ("ImmunizationRecommendation.recommendation", "imr-1", _either("vaccineCode", "targetDisease"), "A vaccine or a disease stands"),
    ("InsurancePlan", "ipn-1", _either("identifier", "name"), "It has a name or an identifier"),
    ("Linkage", "lnk-1", lambda o: len(objects(o.get("item"))) > 1, "It links at least two"),
    ("MeasureReport", "mrp-1", lambda o: o.get("type") != "data-collection" or not _has(o, "group"), "What collects data tells no groups"),
    ("MeasureReport", "mrp-2", _stratums, "A stratum has a value or components"),
    ("MedicationDispense", "mdd-1", _in_order, "It is handed over after it is prepared"),
    ("Organization", "org-2", _not_at_home("address"), "An organization's address is not a home"),
    ("Organization", "org-3", _not_at_home("telecom"), "An organization's telephone is not a home's"),
    ("Parameters.parameter", "inv-1", _one_part, "A parameter has one of a value, a resource, or parts"),
    ("Questionnaire.item", "que-13", _initials, "Several initial values are for items that repeat"),
    ("Questionnaire.item.enableWhen", "que-7", _when(_named("operator", "exists"), _either("answerBoolean")), "Whether it exists is answered by true or false"),
    ("RequestGroup.action", "rqg-1", _xor("resource", "action"), "A resource or actions, and not both"),
    ("RiskAssessment.prediction", "ras-2", _at_most_hundred, "A probability is at most 100"),
    ("RiskAssessment.prediction", "ras-1", _percentages, "A range of probability is in per cent"),
    ("Timing.repeat", "tim-9", _timed, "An offset stands with an event, and not with a meal"),
    ("Expression", "exp-1", _either("expression", "reference"), "An expression or its address stands"),
    ("TriggerDefinition", "trd-1", _not_both("data", "timing[x]"), "A timing or data, not both"),
    ("TriggerDefinition", "trd-2", _needs("condition", "data"), "A condition stands with data"),
    ("TriggerDefinition", "trd-3", lambda o: {"named-event": _has(o, "name"), "periodic": _has(o, "timing[x]")}.get(str(o.get("type")), not str(o.get("type", "")).startswith("data-") or _has(o, "data")), "An event has a name, a period its timing, data their requirement"),
    ("DataRequirement.codeFilter", "drq-1", _xor("path", "searchParam"), "A path or a search parameter, and not both"),
    ("DataRequirement.dateFilter", "drq-2", _xor("path", "searchParam"), "A path or a search parameter, and not both"),
    ("MolecularSequence", "msq-3", lambda o: o.get("coordinateSystem", 0) in (0, 1), "The coordinate system is 0 or 1"),
    ("MolecularSequence.referenceSeq", "msq-5", lambda o: _has(o, "chromosome") == _has(o, "genomeBuild"), "Build and chromosome stand together"),
    ("MolecularSequence.referenceSeq", "msq-6", lambda o: _count(o, "genomeBuild", "referenceSeqId", "referenceSeqPointer", "referenceSeqString") == 1, "One way to the reference sequence"),
)  # fmt: skip

_IMPLEMENTED: Holds = lambda o: o.get("kind") != "instance" or _has(o, "implementation")  # noqa: E731
_ABLE: Holds = lambda o: o.get("kind") != "capability" or (not _has(o, "implementation") and _has(o, "software"))  # noqa: E731
_ASKED: Holds = lambda o: o.get("kind") != "requirements" or not _has(o, "implementation", "software")  # noqa: E731
_TOLD = _either("description", "software", "implementation")

DEFINITIONS: tuple[tuple[str, str, Holds, str], ...] = (
    ("CapabilityStatement", "cpb-1", _either("rest", "messaging", "document"), "It tells of REST, messages or documents"),
    ("CapabilityStatement", "cpb-2", _TOLD, "It has a description, a software or an implementation"),
    ("CapabilityStatement", "cpb-3", lambda o: o.get("kind") == "instance" or not any(_has(m, "endpoint") for m in objects(o.get("messaging"))), "An endpoint is of an implementation"),
    ("CapabilityStatement", "cpb-7", lambda o: _distinct([(d.get("profile"), d.get("mode")) for d in objects(o.get("document"))]), "Documents differ by profile and mode"),
    ("CapabilityStatement", "cpb-14", _IMPLEMENTED, "An instance tells its implementation"),
    ("CapabilityStatement", "cpb-15", _ABLE, "A capability tells its software and no implementation"),
    ("CapabilityStatement", "cpb-16", _ASKED, "Requirements tell neither software nor implementation"),
    ("CapabilityStatement.rest", "cpb-9", lambda o: _distinct([r.get("type") for r in objects(o.get("resource"))]), "A resource is described once"),
    ("CapabilityStatement.rest.resource", "cpb-12", lambda o: _distinct([r.get("name") for r in objects(o.get("searchParam"))]), "Search parameters differ by name"),
    ("TerminologyCapabilities", "tcp-2", _TOLD, "It has a description, a software or an implementation"),
    ("TerminologyCapabilities", "tcp-3", _IMPLEMENTED, "An instance tells its implementation"),
    ("TerminologyCapabilities", "tcp-4", _ABLE, "A capability tells its software and no implementation"),
    ("TerminologyCapabilities", "tcp-5", _ASKED, "Requirements tell neither software nor implementation"),
    ("TerminologyCapabilities.codeSystem", "tcp-1", lambda o: len(objects(o.get("version"))) < 2 or all(_has(v, "code") for v in objects(o["version"])), "Several versions have each a code"),
    ("ConceptMap.group.element.target", "cmd-1", lambda o: o.get("equivalence") not in ("narrower", "inexact") or _has(o, "comment"), "What is narrower or inexact has a comment"),
    ("ConceptMap.group.unmapped", "cmd-2", _when(_named("mode", "fixed"), _either("code")), "A fixed one has a code"),
    ("ConceptMap.group.unmapped", "cmd-3", _when(_named("mode", "other-map"), _either("url")), "Another map has its address"),
    ("Measure", "mea-1", _strata, "A stratifier is one criterion, or components"),
    ("MessageDefinition.focus", "md-1", lambda o: o.get("max", "*") == "*" or (str(o["max"]).isdecimal() and int(o["max"]) > 0), "At most is a number or *"),
    ("NamingSystem", "nsd-1", lambda o: o.get("kind") != "root" or all(u.get("type") != "uuid" for u in objects(o.get("uniqueId"))), "A root has no UUID"),
    ("NamingSystem", "nsd-2", lambda o: _distinct([u.get("type") for u in objects(o.get("uniqueId")) if u.get("preferred") is True]), "One is preferred of each type"),
    ("OperationDefinition.parameter", "opd-1", _either("type", "part"), "A parameter has a type or parts"),
    ("OperationDefinition.parameter", "opd-2", _when(_either("searchType"), _named("type", "string")), "A type of search is of a string"),
    ("OperationDefinition.parameter", "opd-3", _when(_either("targetProfile"), _named("type", "Reference", "Canonical", "canonical")), "A target is of a reference"),
    ("SearchParameter", "spd-1", _needs("xpath", "xpathUsage"), "An XPath tells its use"),
    ("SearchParameter", "spd-2", _when(_either("chain"), _named("type", "reference")), "Only a reference is chained"),
    ("StructureDefinition", "sdf-4", lambda o: o.get("abstract") is True or _has(o, "baseDefinition"), "What is not abstract has a base"),
    ("StructureDefinition", "sdf-5", lambda o: o.get("type") != "Extension" or o.get("derivation") == "specialization" or _has(o, "context"), "An extension tells its context"),
    ("StructureDefinition", "sdf-6", _either("snapshot", "differential"), "It has a snapshot or a differential"),
    ("StructureDefinition", "sdf-8a", _starts, "Paths of the differential start with the type"),
    ("StructureDefinition", "sdf-9", lambda o: not any(_has(e, "label", "code", "requirements") for e in _roots("snapshot", "differential")(o)), "The first element has no label, code or requirements"),
    ("StructureDefinition", "sdf-11", _first_is_type, "The first path is the type"),
    ("StructureDefinition", "sdf-15", lambda o: o.get("kind") == "logical" or not any(_has(e, "type") for e in _elements(o, "snapshot")[:1]), "The first element has no type"),
    ("StructureDefinition", "sdf-15a", lambda o: o.get("kind") == "logical" or not any(_has(e, "type") for e in _elements(o, "differential")[:1] if "." not in str(e.get("path"))), "The first element has no type"),
    ("StructureDefinition", "sdf-16", _ids("snapshot"), "Elements of the snapshot differ by id"),
    ("StructureDefinition", "sdf-17", _ids("differential"), "Elements of the differential differ by id"),
    ("StructureDefinition", "sdf-18", _when(_either("contextInvariant"), _named("type", "Extension")), "Only an extension has invariants of context"),
    ("StructureDefinition", "sdf-20", lambda o: not any(_has(e, "slicing") for e in _roots("differential")(o)), "The first element is not sliced"),
    ("StructureDefinition", "sdf-21", lambda o: o.get("derivation") == "specialization" or not any(choice(e, "defaultValue") for e in _elements(o, "differential")), "Only a specialization has defaults"),
    ("StructureDefinition", "sdf-23", lambda o: not any(_has(e, "sliceName") for e in _roots("snapshot", "differential")(o)), "The first element is no slice"),
    ("StructureDefinition", "sdf-8b", lambda o: all(_has(e, "base") for e in _elements(o, "snapshot")), "Each element of a snapshot tells its base"),
    ("StructureDefinition", "sdf-3", lambda o: all(_has(e, "definition") and _has(e, "min") and _has(e, "max") for e in _elements(o, "snapshot")), "Each element of a snapshot has a definition and its cardinality"),
    ("StructureDefinition.mapping", "sdf-2", _either("name", "uri"), "A mapping has a name or an address"),
    ("ElementDefinition", "eld-2", _min_max, "The least is not above the most"),
    ("ElementDefinition", "eld-5", _alone, "What refers to another's content has none of its own"),
    ("ElementDefinition", "eld-6", _one_type("fixed"), "A fixed value is of one type"),
    ("ElementDefinition", "eld-7", _one_type("pattern"), "A pattern is of one type"),
    ("ElementDefinition", "eld-8", _not_both("pattern[x]", "fixed[x]"), "A pattern or a fixed value, not both"),
    ("ElementDefinition", "eld-11", _bindable, "Only what is coded is bound"),
    ("ElementDefinition", "eld-13", lambda o: _distinct([t.get("code") for t in objects(o.get("type"))]), "Types differ by code"),
    ("ElementDefinition", "eld-14", lambda o: _distinct([t.get("key") for t in objects(o.get("constraint"))]), "Constraints differ by key"),
    ("ElementDefinition", "eld-15", _not_both("defaultValue[x]", "meaningWhenMissing"), "A default, or what it means where missing"),
    ("ElementDefinition", "eld-18", lambda o: o.get("isModifier") is not True or _has(o, "isModifierReason"), "What modifies says why"),
    ("ElementDefinition", "eld-22", _needs("sliceIsConstraining", "sliceName"), "Only a slice constrains"),
    ("ElementDefinition", "eld-3", lambda o: str(o.get("max", "*")) == "*" or str(o["max"]).isdecimal(), "At most is a number or *"),
    ("ElementDefinition.slicing", "eld-1", _either("discriminator", "description"), "Slices are told apart, or described"),
    ("ElementDefinition.binding", "eld-12", lambda o: str(o.get("valueSet", "http:")).startswith(("http:", "https", "urn:", "#")), "A value set is an absolute address"),
    ("ElementDefinition.type", "eld-4", _when(_either("aggregation"), _named("code", "Reference", "canonical")), "Only references are aggregated"),
    ("ElementDefinition.type", "eld-17", _when(_either("targetProfile"), _named("code", "Reference", "canonical")), "Only a reference has a target"),
    ("StructureMap.group.rule.target", "smp-1", _needs("element", "context"), "An element stands with a context"),
    ("StructureMap.group.rule.target", "smp-2", _needs("context", "contextType"), "A context says its type"),
    ("TestReport.test.action", "inv-2", _xor("operation", "assert"), "An operation or an assertion, not both"),
    ("TestScript.setup.action", "tst-1", _xor("operation", "assert"), "An operation or an assertion, not both"),
    ("TestScript.test.action", "tst-2", _xor("operation", "assert"), "An operation or an assertion, not both"),
    ("TestScript.variable", "tst-3", lambda o: _count(o, "expression", "headerField", "path") <= 2, "Only one of expression, header and path"),
    ("ValueSet.expansion.contains", "vsd-6", _either("code", "display"), "It has a code or a display"),
    ("ValueSet.expansion.contains", "vsd-9", lambda o: _has(o, "code") or o.get("abstract") is True, "What is not abstract has a code"),
    ("ValueSet.expansion.contains", "vsd-10", _needs("code", "system"), "A code stands with its system"),
)  # fmt: skip


def _registered(kind: str, key: str, holds: Holds, words: str) -> None:
    def check(one: Json, top: Json) -> Found:
        if not holds(one):
            yield "invariant", "", f"{words} ({key})."

    BY_TYPE.setdefault(kind, []).append(check)


for _row in (*CHARTS, *DEFINITIONS):
    _registered(*_row)

# Of a consent about privacy, research, advance directives or treatment the patient is named (ppc-2 to ppc-5).
_OF_SOMEBODY = {"patient-privacy", "research", "adr", "treatment"}


def _whose(one: Json, top: Json) -> Found:
    if codes(one.get("scope")) & _OF_SOMEBODY and not _has(one, "patient"):
        yield "invariant", "", "A consent of this scope names its patient (ppc-2)."


BY_TYPE.setdefault("Consent", []).append(_whose)
