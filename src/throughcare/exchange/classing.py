"""Which class of the matrix a coded fact belongs to, by the reviewed label rules (content/access/labels.toml)."""

from throughcare.exchange.bundles import Coded
from throughcare.kernel import content
from throughcare.kernel.vocabulary import SEALED, DataClass

PATH = "access/labels.toml"
_SYSTEMS = {
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10",
    "http://hl7.org/fhir/sid/icd-10": "icd10",
    "http://snomed.info/sct": "snomed",
    "http://loinc.org": "loinc",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
}


def data_class_of(code: Coded, otherwise: DataClass) -> DataClass:
    """Give the class that the label rules move this code to, or the one it would have anyway."""
    system = _SYSTEMS.get(code.system, "")
    for rule in content.rows(PATH, "rule"):
        if rule.get("system") != system or "data_class" not in rule or not code.code:
            continue
        if code.code in rule.get("codes", ()) or any(code.code.startswith(p) for p in rule.get("prefixes", ())):
            return DataClass(rule["data_class"])
    return otherwise


def is_sealed(data_class: DataClass) -> bool:
    """True for a class whose facts have tables of their own, to which a file of another system can't write."""
    return data_class in SEALED
