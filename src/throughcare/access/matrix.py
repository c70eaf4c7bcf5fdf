"""The access matrix, cell by cell, from `content/access/matrix.toml`. Pure. Whatever it doesn't name may nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from throughcare.kernel import content
from throughcare.kernel.vocabulary import DataClass, Role, Verb

PATH = "access/matrix.toml"
AGGREGATE = "aggregate"
CONDITION_KINDS = frozenset({"consent", "authority", "row", "source", "cut"})
NEEDS_RECORD = frozenset({"consent", "authority"})


@dataclass(frozen=True, slots=True)
class Permission:
    """Verbs that hold together under one condition; `kind` says who settles it ("" where there is none)."""

    verbs: frozenset[Verb]
    condition: str = ""
    kind: str = ""
    aggregate: bool = False

    @property
    def needs_record(self) -> bool:
        """Tell whether a consent or an authority must be on record for the person."""
        return self.kind in NEEDS_RECORD


@dataclass(frozen=True, slots=True)
class Cell:
    """What one role may do with one class: every permission, and the text that was signed."""

    permissions: tuple[Permission, ...] = ()
    text: str = "-"

    @property
    def verbs(self) -> frozenset[Verb]:
        """Return the verbs the lens starts from: those that need no record, or where there are none, those that do."""
        return frozenset(verb for permission in self._first() for verb in permission.verbs)

    @property
    def condition(self) -> str:
        """Return the condition on those verbs; "" where there is none."""
        named = [permission.condition for permission in self._first() if permission.condition]
        return named[-1] if named else ""

    @property
    def aggregate(self) -> bool:
        """Tell whether the role may see counts of this class, through the publish gate."""
        return any(permission.aggregate for permission in self.permissions)

    def _first(self) -> tuple[Permission, ...]:
        free = tuple(p for p in self.permissions if p.verbs and not p.needs_record)
        return free or self.permissions


NOTHING = Cell()


@dataclass(frozen=True, slots=True)
class ClassTitle:
    """How a data class is called, for pages and the reference."""

    english: str
    spanish: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """All cells, the titles of the classes, and the conditions with their kind and wording."""

    cells: Mapping[tuple[str, str], Cell]
    titles: Mapping[str, ClassTitle]
    conditions: Mapping[str, tuple[str, str]]
    version: str

    def cell(self, role: Role | str, data_class: DataClass | str) -> Cell:
        """Return what a role may do with a class; nothing where the table doesn't name it."""
        return self.cells.get((str(role), str(data_class)), NOTHING)


def load_matrix() -> Matrix:
    """Return the matrix in force; raise ContentError naming the row if any cell is unclear."""
    return _matrix(content.stamp())


@lru_cache(maxsize=4)
def _matrix(stamp: tuple[str, int]) -> Matrix:
    conditions = {row["id"]: _condition(row) for row in content.rows(PATH, "condition")}
    cells: dict[tuple[str, str], Cell] = {}
    titles: dict[str, ClassTitle] = {}
    for row in content.rows(PATH, "class"):
        if row["id"] not in set(DataClass):
            raise content.ContentError(PATH, "is no data class. Use one of the vocabulary's.", row["id"])
        titles[row["id"]] = ClassTitle(str(row["title"]), str(row["title_es"]))
        for role, cell in row.get("cells", {}).items():
            if role not in set(Role):
                raise content.ContentError(PATH, f"names [{role}], which is no role. Correct it.", row["id"])
            cells[role, row["id"]] = _cell(row["id"], role, cell, conditions)
    return Matrix(cells, titles, conditions, content.document(PATH).version)


def _condition(row: Mapping[str, Any]) -> tuple[str, str]:
    if row.get("kind") not in CONDITION_KINDS:
        raise content.ContentError(PATH, f"has the kind [{row.get('kind')}]: use one of the five.", row["id"])
    return row["kind"], str(row["title"])


def _cell(data_class: str, role: str, cell: Mapping[str, Any], conditions: Mapping[str, tuple[str, str]]) -> Cell:
    return Cell(tuple(_permission(data_class, role, grant, conditions) for grant in cell["grants"]), str(cell["text"]))


def _permission(
    data_class: str, role: str, grant: Mapping[str, Any], conditions: Mapping[str, tuple[str, str]]
) -> Permission:
    verbs, condition = grant["verbs"], str(grant.get("condition", ""))
    unknown = [verb for verb in verbs if verb not in set(Verb) and verb != AGGREGATE]
    if unknown:
        raise content.ContentError(PATH, f"gives [{role}] the unknown verb [{unknown[0]}]. Correct it.", data_class)
    if condition and condition not in conditions:
        raise content.ContentError(PATH, f"gives [{role}] the unknown condition [{condition}]. Add it.", data_class)
    return Permission(
        frozenset(Verb(verb) for verb in verbs if verb != AGGREGATE),
        condition,
        conditions[condition][0] if condition else "",
        AGGREGATE in verbs,
    )
