"""What a condition names: `Practitioner?identifier=system|value`, among what others sent and whom we know.

Any other search parameter is asked through the sender's lens: what it hides fits no condition.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from urllib.parse import parse_qsl
from uuid import UUID

from django.db import connection

from throughcare.exchange.fhir import store
from throughcare.exchange.fhir.exact import kept
from throughcare.exchange.fhir.outcome import FhirError
from throughcare.exchange.models import Outside, OutsideNumber
from throughcare.kernel import db, statement
from throughcare.people.models import Identifier, Person

Condition = tuple[str, str]
Asked = list[tuple[str, str]]
Search = Callable[[str, Asked], list[UUID]]
# How a sender's token searches; a file that is imported has no token, and names what it means by number.
_search: ContextVar[Search | None] = ContextVar("search", default=None)
BY_NUMBER = frozenset({"identifier", "_id"})


@contextmanager
def searching(search: Search) -> Iterator[None]:
    """Let conditions be asked by this search while it is open."""
    token = _search.set(search)
    try:
        yield
    finally:
        _search.reset(token)


def find_all(conditions: Iterable[Condition]) -> dict[Condition, list[UUID]]:
    """Give the resources that each condition (type, query) names; refuses one that it can't search by."""
    asked = {one: _wanted(*one) for one in set(conditions)}
    plain = {one: said for one, said in asked.items() if {name for name, _ in said} <= BY_NUMBER}
    tokens = {(kind, value) for (kind, _), said in plain.items() for name, value in said if name == "identifier"}
    numbers = _by_numbers(tokens)
    found = {
        (kind, query): _searched(kind, said) for (kind, query), said in asked.items() if (kind, query) not in plain
    }
    for (kind, query), said in plain.items():
        some = [numbers[kind, v] if name == "identifier" else _by_id(kind, v) for name, v in said]
        found[kind, query] = sorted(set.intersection(*some))
    return found


def only(found: list[UUID], place: str) -> UUID | None:
    """Give the one resource that a condition named, or None; two or more are refused.

    In a Bundle (it has a place) those that say the very same are one: another record sends an organisation with each patient.
    """
    if len(found) > 1 and not (place and _alike(found)):
        raise FhirError(
            412, "multiple-matches", f"[{len(found)}] resources fit the condition; it has to name one.", place
        )
    return found[0] if found else None


BODIES = f"""
SELECT {store.COLUMNS}, {store.BODY} FROM ledger_current c {store.JOIN.format(v="ledger_version")} WHERE c.id = ANY (%s::uuid[]) LIMIT %s
"""  # noqa: S608
SAME = 20


def _alike(found: list[UUID]) -> bool:
    """Tell whether these are one and the same, sent more than once (an organisation with each of its patients)."""
    rows = list(store.unpacked(statement.run(BODIES, [found[:SAME], SAME])))
    said = [{k: v for k, v in kept(row.body or b"{}").items() if k not in ("id", "meta")} for row in rows]
    return len(rows) == len(found) and all(one == said[0] for one in said)


def hold(conditions: Iterable[Condition]) -> None:
    """Let nobody else write on the same conditions until this transaction ends."""
    words = sorted({f"{kind}?{query}" for kind, query in conditions})
    if words:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(h) FROM (SELECT DISTINCT hashtextextended(w, 35) AS h "
                "FROM unnest(%s::text[]) AS w ORDER BY 1) AS held",
                [words],
            )


def _wanted(kind: str, query: str) -> Asked:
    wanted = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "_format"]
    if not wanted or any(not value for _, value in wanted):
        raise FhirError(
            412, "required", "A condition names a search parameter and its value, and this one doesn't.", kind[:40]
        )
    return wanted


def _searched(kind: str, wanted: Asked) -> list[UUID]:
    search = _search.get()
    if search is None:
        strange = next(name for name, _ in wanted if name not in BY_NUMBER)
        words = f"A condition in a file is an identifier or an _id, not [{strange[:40]}]."
        raise FhirError(412, "not-supported", words, kind[:40])
    return sorted(search(kind, wanted))


def _by_numbers(tokens: set[tuple[str, str]]) -> dict[tuple[str, str], set[UUID]]:
    if not tokens:
        return {}
    parted = {one: one[1].rpartition("|") for one in tokens}
    values = {value for _, _, value in parted.values()}
    rows = OutsideNumber.objects.filter(value__in=values).values_list("type", "system", "value", "resource_id")
    index: dict[tuple[str, str], list[tuple[str, UUID]]] = {}
    for type_, system, value, id_ in rows if tokens else ():
        index.setdefault((type_, value), []).append((system, id_))
    if any(kind == "Patient" for kind, _ in tokens):
        index |= _people(values)
    return {
        (kind, token): {id_ for system, id_ in index.get((kind, value), ()) if not bar or system == wanted}
        for (kind, token), (wanted, bar, value) in parted.items()
    }


def _people(values: set[str]) -> dict[tuple[str, str], list[tuple[str, UUID]]]:
    index: dict[tuple[str, str], list[tuple[str, UUID]]] = {}
    held = Identifier.objects.filter(value__in=values, until=None).select_related("person")
    for one in held:
        id_ = one.person.survivor_id or one.person_id
        index.setdefault(("Patient", one.value), []).append((one.system, id_))
    return index


def _by_id(kind: str, word: str) -> set[UUID]:
    try:
        id_ = UUID(word)
    except ValueError:
        return set()
    model = Person if kind == "Patient" else Outside
    return set(model._default_manager.filter(id=id_).values_list("id", flat=True))


def people(ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Give of these the people whom we know, each with the chart that stands for them."""
    asked = sorted(ids)
    if not asked:
        return {}
    found: dict[UUID, UUID] = db.once(("exchange.people", *asked), lambda: dict(statement.run(*who(asked))))
    return found


def who(ids: Iterable[UUID]) -> statement.Ask:
    """Give the question for these people, for whoever asks it ahead (`knowing_people`)."""
    return WHO, [sorted(ids)]


def knowing_people(ids: Iterable[UUID], rows: statement.Rows) -> AbstractContextManager[None]:
    """Let `people` answer with what was asked ahead in the same transaction."""
    return db.knowing({("exchange.people", *sorted(ids)): dict(rows)})


WHO = "SELECT p.id, coalesce(p.survivor_id, p.id) FROM people_person p WHERE p.id = ANY (%s::uuid[])"
