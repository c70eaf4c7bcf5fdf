"""Code lists by name: the official value sets of a file for `ecqm`, our own open lists for `custody`. Pure but for reading."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from throughcare.kernel import content
from throughcare.kernel.errors import Refused

CANONICAL = "http://cts.nlm.nih.gov/fhir/ValueSet/"
LOINC = "http://loinc.org|"
SNOMED = "http://snomed.info/sct|"
CPT = "http://www.ama-assn.org/go/cpt|"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets|"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm|"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm|"


class MissingList(Refused):
    """A code list that a measure needs is not there."""


@dataclass(frozen=True, slots=True)
class CodeBook:
    """Code lists by our names (content/measures/lists.toml): each a set of `system|code`."""

    lists: Mapping[str, frozenset[str]]
    where: str = "the code lists"

    def __getitem__(self, name: str) -> frozenset[str]:
        """Give one list; refuses with its name where it is not there."""
        try:
            return self.lists[name]
        except KeyError:
            raise MissingList(f"The code list {name} is not in {self.where}.") from None

    def union(self, keys: Iterable[str]) -> frozenset[str]:
        """Give several lists as one."""
        return frozenset().union(*(self[key] for key in keys))


def read_value_sets(path: Path) -> CodeBook:
    """Read a file of official value sets (plain or gzip), each under our name for it."""
    data = path.read_bytes()
    document = json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    found = {
        address.removeprefix(CANONICAL).split("|")[0]: frozenset(
            f"{system}|{code}" for system, codes in entry["codes"].items() for code in codes
        )
        for address, entry in document.items()
    }
    names = {row["official"]: row["id"] for row in content.rows("measures/lists.toml", "list")}
    return CodeBook({names.get(oid, oid): codes for oid, codes in found.items()}, str(path))
