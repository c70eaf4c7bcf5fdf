"""The access matrix as a page that clinicians, counsel and patients can read, made from the content in force."""

from collections.abc import Iterable

from throughcare.access.matrix import NEEDS_RECORD, Cell, Permission, load_matrix
from throughcare.kernel import content
from throughcare.kernel.vocabulary import DataClass, Role, Verb

LETTERS = {Verb.READ: "R", Verb.WRITE: "W", Verb.SUMMARY: "S", Verb.OPERATIONAL: "O"}
INTRODUCTION = """# Who may see what

Version {version}. This page is made from `content/access/matrix.toml`; change it there, never here. R read, W write,
S summary only, O what to do and not why, A counts through the publish gate, – nothing. A number names the condition below.
What is not in this table is denied. Nobody is above it: an operator sees no clinical content.
"""


def markdown() -> str:
    """Return the whole matrix as Markdown: cells by class and role, then the conditions."""
    matrix = load_matrix()
    numbers = {name: number for number, name in enumerate(matrix.conditions, 1)}
    head = ("Class", *(role.value for role in Role))
    body = [
        (matrix.titles[cls].english, *(_cell(matrix.cell(role, cls), numbers) for role in Role)) for cls in DataClass
    ]
    conditions = [
        f"{number}. `{name}`: {matrix.conditions[name][1]}"
        + (" (on record, or the software refuses)" if matrix.conditions[name][0] in NEEDS_RECORD else "")
        for name, number in numbers.items()
    ]
    parts = [INTRODUCTION.format(version=matrix.version), *_table(head, body), "", "## Conditions", "", *conditions, ""]
    return "\n".join([*parts, "## Roles", "", *_roles(), ""])


def _cell(cell: Cell, numbers: dict[str, int]) -> str:
    return " ".join(_permission(permission, numbers) for permission in cell.permissions) or "–"


def _permission(permission: Permission, numbers: dict[str, int]) -> str:
    letters = "".join(letter for verb, letter in LETTERS.items() if verb in permission.verbs)
    number = f"({numbers[permission.condition]})" if permission.condition else ""
    return f"{letters}{'A' if permission.aggregate else ''}{number}"


def _roles() -> list[str]:
    rows = content.rows("access/roles.toml", "role")
    head = ("Role", "Who", "What they do", "Locks after", "Covered by")
    lock = ((f"{row['idle_minutes']} min" if row["idle_minutes"] else "–") for row in rows)
    return _table(
        head,
        (
            (row["id"], row["title"], row["does"], locks, ", ".join(row["covered_by"]) or "–")
            for row, locks in zip(rows, lock, strict=True)
        ),
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows)]
