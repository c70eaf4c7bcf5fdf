"""Code lists by name: the official value sets of a file for `ecqm`, our own open lists for `custody`. Pure but for reading."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
    _unions: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, name: str) -> frozenset[str]:
        """Give one list; refuses with its name where it is not there."""
        try:
            return self.lists[name]
        except KeyError:
            raise MissingList(f"The code list {name} is not in {self.where}.") from None

    def union(self, keys: Iterable[str]) -> frozenset[str]:
        """Give several lists as one."""
        names = tuple(keys)
        found = self._unions.get(names)
        if found is None:
            found = self._unions[names] = frozenset[str]().union(*(self[key] for key in names))
        return found


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


@dataclass(frozen=True, slots=True)
class OpenList:
    """One of our own lists: codes, and how codes of it begin."""

    codes: frozenset[str]
    begins: tuple[str, ...]

    def holds(self, code: str) -> bool:
        """Say whether a `system|code` is of the list."""
        return code in self.codes or code.startswith(self.begins)


def open_list(name: str) -> OpenList:
    """Give one of our own lists by its name; refuses where it is not there."""
    lists = {row["id"]: row for row in content.rows("measures/custody_lists.toml", "list")}
    if name not in lists:
        raise MissingList(f"The code list {name} is not in content/measures/custody_lists.toml.")
    row = lists[name]
    codes = set(row.get("codes", ()))
    if wanted := set(row.get("ingredients", ())):
        coded = content.load("formulary/formulary.toml")["coded"]
        codes |= {RXNORM + code for r in coded if r["id"] in wanted for code in (r["id"], *str(r["codes"]).split())}
    return OpenList(frozenset(codes), tuple(row.get("begins", ())))


def custody_clause(name: str, column: str) -> str:
    """Give the condition that a column of codes (a list of `system|code`) holds one of a list."""
    found = open_list(name)
    wanted = [f"{re.escape(code)}( |$)" for code in sorted(found.codes)] + [re.escape(b) for b in found.begins]
    return f"regexp_matches(array_to_string({column}, ' '), '(^| )({'|'.join(wanted)})')"


def custody_book(codes: Iterable[str]) -> CodeBook:
    """Make the book of our own lists out of the codes that a record holds; a list that custody lacks is empty."""
    held = frozenset(codes)
    ours = {row["id"]: open_list(row["id"]) for row in content.rows("measures/custody_lists.toml", "list")}
    names = {row["id"] for row in content.rows("measures/lists.toml", "list")} | ours.keys()
    empty = OpenList(frozenset(), ())
    return CodeBook({n: frozenset(c for c in held if ours.get(n, empty).holds(c)) for n in names}, "custody's lists")
