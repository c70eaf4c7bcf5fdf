"""D3-3, 5, 6, 8, 9: what the package's code must never do, read from its syntax trees, so that nobody can forget."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import throughcare

PACKAGE = Path(throughcare.__file__).parent
FILES = sorted(p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts)
# Programs that are started: PostgreSQL's own and our own processes, with lists of words, never by a page.
MAY_START_PROGRAMS = {
    "app/postgres.py", "app/postgres_programs.py", "app/demo.py", "app/house.py", "app/health.py",
}  # fmt: skip
NEVER_IMPORTED = {
    "pickle", "marshal", "shelve", "dill", "yaml", "xml", "xml.etree", "xml.etree.ElementTree", "xml.dom", "xml.sax",
    "lxml", "requests", "httpx",
}  # fmt: skip
NEVER_CALLED = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "pickle.loads", "mark_safe"}


def trees() -> Iterator[tuple[str, ast.Module]]:
    for file in FILES:
        yield str(file.relative_to(PACKAGE)), ast.parse(file.read_text())


def called(node: ast.Call) -> str:
    parts, inner = [], node.func
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    if isinstance(inner, ast.Name):
        parts.append(inner.id)
    return ".".join(reversed(parts))


KNOWN = {
    "access/outside.py": {"requests"},  # the sign-in library's own session and its errors
    # FHIR's XML: entities are not resolved, nothing is fetched, a document type is refused (test_validator, test_writing).
    "exchange/fhir/checking/from_xml.py": {"lxml"},
    # Clinical documents: the same, and depth, number and size are bounded (exchange/documents/test_read).
    "exchange/documents/ccda/xml.py": {"lxml"},
    "exchange/documents/summaries/ccda.py": {"lxml"},  # writes, and reads nothing
    "insight/improvement/drawing.py": {"xml.etree"},  # a drawing that this very process has just made of numbers
}


def imported(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_nothing_unpickles_evaluates_or_parses_what_can_bite_back() -> None:
    wrong = []
    for name, tree in trees():
        read = KNOWN.get(name, set())
        wrong += [f"{name} imports {module}" for module in imported(tree) & NEVER_IMPORTED - read]
        calls = [called(node) for node in ast.walk(tree) if isinstance(node, ast.Call)]
        wrong += [f"{name} calls {call}" for call in calls if call in NEVER_CALLED]
    assert not wrong, "\n".join(wrong)


def test_no_page_starts_a_program_and_nothing_uses_a_shell() -> None:
    for name, tree in trees():
        starts = "subprocess" in imported(tree)
        in_app = name.startswith("app/") and not name.endswith("screens.py")
        assert not starts or in_app, f"[{name}] starts programs"
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                shell = [k for k in node.keywords if k.arg == "shell"]
                assert not shell, f"[{name}] line {node.lineno} asks for a shell"


def test_sql_is_never_put_together_from_what_came_in() -> None:
    """Values go in as parameters. Names that are formatted in come from the code: these files alone, and each was read."""
    reviewed = {
        "kernel/db.py", "kernel/grants.py", "kernel/constraints.py", "app/postgres.py", "app/house.py", "app/demo.py",
        "app/commands/setup.py", "app/commands/backup.py", "app/commands/restore.py", "world/bulk.py", "ledger/reads.py",
        "ledger/formats.py", "care/medications/actions/relaying.py",
        # Queries of measures, columns and files of our own, over the warehouse: no table there is written by what came in.
        "insight/measures/running.py", "insight/measures/counting.py", "insight/measures/parts.py", "insight/measures/telling.py", "insight/measures/behind.py", "insight/numbers.py",
        "insight/gate/dividing.py", "insight/resources/reads.py", "insight/warehouse/making.py", "insight/warehouse/opening.py",
        "insight/measures/histories.py", "insight/measures/deciding.py",
        # As many places for values as there are messages; the values themselves go in as parameters.
        "exchange/hl7v2/actions/storing.py",
    }  # fmt: skip
    wrong = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not called(node).endswith((".execute", ".raw", ".extra", "RawSQL")):
                continue
            built = node.args and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
            if built and name not in reviewed:
                wrong.append(f"{name}:{node.lineno}")
    assert not wrong, wrong


def test_order_by_takes_only_words_of_the_code() -> None:
    """D3-3: a sort key that comes from a request is chosen from a list of ours, never passed on."""
    wrong = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "order_by":
                named = [a for a in node.args if not isinstance(a, ast.Constant | ast.Starred | ast.Call | ast.Name)]
                wrong += [f"{name}:{node.lineno}" for a in named if "GET" in ast.dump(a) or "request" in ast.dump(a)]
    assert not wrong, wrong


def test_templates_keep_escaping_on() -> None:
    """D3-4: no page takes the escape off, writes a script or a style, or runs words of a request."""
    wrong = []
    for file in PACKAGE.rglob("templates/**/*.html"):
        text = file.read_text()
        for bad in (
            "|safe",
            "| safe",
            "autoescape",
            "Markup(",
            "javascript:",
            "hx-on",
            "js:",
            " style=",
            "onclick=",
            "onload=",
        ):
            if bad in text:
                wrong.append(f"{file.relative_to(PACKAGE)}: {bad}")
        if "<script>" in text:
            wrong.append(f"{file.relative_to(PACKAGE)}: inline script")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../manage.py",
        "/static/%2e%2e/%2e%2e/pyproject.toml",
        "/static//etc/passwd",
        "/static/ui/..%2f..%2fapps.py",
    ],
)
def test_static_files_never_lead_out_of_their_folder(path: str) -> None:
    """D3-7."""
    from django.test import Client

    answer = Client().get(path)
    assert answer.status_code in (301, 302, 400, 403, 404)
    assert b"throughcare" not in b"".join(answer) if answer.status_code == 200 else True
