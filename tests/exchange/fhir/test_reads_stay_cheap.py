"""What keeps a read cheap: few statements, planned once, and a log that names whom a page shows and nobody else."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.exchange.fhir.conftest import Door
from tests.exchange.fhir.test_search import patients_with

pytestmark = pytest.mark.slow
# A statement's first plans are made with its values at hand; so many, says PostgreSQL.
FIRST_PLANS = 5


@pytest.fixture
def provider(door_of: Callable[..., Door]) -> Door:
    """Give a provider's door, which sees the whole agency."""
    return door_of("provider")


def _a_code(provider: Door) -> str:
    coding = provider.get("Observation?_count=1").resources[0]["code"]["coding"][0]
    return f"{coding['system']}|{coding['code']}"


def _somebody_plain() -> str:
    """Give somebody of whom nothing is sealed and whose observations are shown whole to any clinician."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.person_id FROM ledger_current c WHERE c.type = 'Observation' AND c.person_id IS NOT NULL AND NOT EXISTS "
            "(SELECT FROM ledger_head h WHERE h.sealed AND h.n > 0 AND h.subject = c.person_id) GROUP BY 1 "
            "HAVING bool_and(c.labels = 0 AND c.data_class IN ('clinical', 'result')) ORDER BY count(*) DESC LIMIT 1"
        )
        found = cursor.fetchone()
    assert found is not None, "everybody in the agency has something hidden"
    return str(found[0])


def test_searches_are_not_planned_anew(provider: Door) -> None:
    """A plan made for each value took longer than the search, and grew with the house."""
    from django.db import connection

    who, code = patients_with(provider, "Observation"), _a_code(provider)
    family = provider.get("Patient?_count=1").resources[0]["name"][0]["family"][:6]
    asked = (f"Observation?code={code}", f"Patient?family={family}", f"Patient/{who}/$everything")
    for path in asked * (2 * FIRST_PLANS):
        assert provider.get(path).status == 200
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements "
            "WHERE statement LIKE '%%LIMIT 1000%%' OR statement LIKE '%%(SELECT $2::uuid)%%'"
        )
        found = cursor.fetchall()
    assert len(found) >= 2
    assert all(custom <= FIRST_PLANS < generic + custom for generic, custom in found), found


@pytest.mark.parametrize(
    ("path", "most"), [("Observation/{id}", 1), ("Observation?patient={who}", 1), ("Patient/{who}/$everything", 3)]
)
def test_a_read_is_few_statements(provider: Door, monkeypatch: pytest.MonkeyPatch, path: str, most: int) -> None:
    from throughcare.kernel import statement

    who = _somebody_plain()
    id_ = provider.get(f"Observation?patient={who}&_count=1").resources[0]["id"]
    path = path.format(id=id_, who=who)
    whole = provider.get(path)
    # Each type of staff or place that comes along is one statement more.
    entries = whole.json.get("entry", ())
    along = {e["resource"]["resourceType"] for e in entries if e["search"]["mode"] == "include"}
    ran, run = [], statement._run

    def counted(raw: Any, sql: str, *given: Any, **more: Any) -> Any:
        ran.append(sql)
        return run(raw, sql, *given, **more)

    monkeypatch.setattr(statement, "_run", counted)
    assert provider.get(path).status == 200
    assert len(ran) <= most + len(along), ran


@pytest.mark.parametrize("count", [1, 3, 7])
def test_the_log_names_whom_a_page_shows_and_nobody_else(provider: Door, count: int) -> None:
    """A page looks for one entry more than it shows, to know whether another follows: that one is told to nobody."""
    from throughcare.ledger.models import Read

    for path in (f"Patient?_count={count}", f"Observation?code={_a_code(provider)}&_count={count}"):
        shown = provider.get(path).resources
        assert len(shown) == count
        people = {r["id"] if r["resourceType"] == "Patient" else r["subject"]["reference"][8:] for r in shown}
        last = Read.objects.order_by("-id").first()
        assert last is not None
        assert {str(p) for p in last.people} == people
        assert len(last.classes) == len(set(last.classes)) >= 1
