"""Grows an agency by copies of its people with all that stands about them, so that sizes can be measured in minutes.

Copies are made by SQL: ids are derived, chains of the ledger are hashed anew and verify. A copy stands in no bed. A fifth
of the people on record are in custody; of the others what was open is closed. Only for scratch homes.
"""

from collections.abc import Sequence
from uuid import UUID

import psycopg

from throughcare.ledger import body as bodies

IN_CUSTODY = 5  # one of so many people on record
ROOMS = "^(people|custody|duties|chart|intake|sick_call)_"
LEFT_OUT = ("chart_sealedresponse", "people_mergeproposal", "people_settledfact")
# Ids that belong to a person's own rows; all others (places, staff, the catalogue) stay.
OWN = frozenset(
    {
        "id", "person_id", "survivor_id", "subject_id", "stay_id", "opened_by_id", "closed_by_id", "encounter_id",
        "response_id", "screening_id", "quick_look_id", "arrival_id", "order_id", "report_id", "successor_id",
        "addends_id", "duty_id", "request_id", "cause", "ref", "about", "act_id", "closed_ref", "reason_ref",
    }
)  # fmt: skip
CHANGED = {
    "bed_id": "NULL",
    "bed_named": "''",
    "confirmed": "false",
    "people_identifier.value": "'T' || lpad((k * 10000 + row_number() OVER ())::text, 9, '0')",
    "sick_call_carerequest.receipt": "upper(left(md5(receipt || ':' || k), 12))",
    "people_person.search": "regexp_replace(search, '[0-9]+', '') || ' t' || lpad(k::text, 9, '0')",
}
# Of those who have left: which rows there are, and how what was open ended.
GONE = {
    "custody_stay": ("true", {"state": "'ended'", "ended_at": "coalesce(ended_at, now())"}),
    "custody_placement": ("true", {"until": "coalesce(until, now())"}),
    "custody_legalstatus": ("true", {"until": "coalesce(until, now())"}),
    "custody_away": ("until IS NOT NULL", {}),
    "custody_operationalalert": ("ended_at IS NOT NULL", {}),
    "custody_scheduledevent": ("state <> 'planned'", {}),
    "duties_duty": ("closed_at IS NOT NULL", {}),
    "sick_call_carerequest": ("state = 'closed'", {}),
    "sick_call_noshow": ("false", {}),
    "intake_arrival": ("false", {}),
    "intake_effect": ("false", {}),
    "chart_formresponse": ("status <> 'draft'", {}),
}
# What a chart gathers in years.
ELSEWHERE = 1_000_000  # beyond the numbers of copies of people
GATHERED = ("chart_encounter", "chart_note", "chart_observation")


def grow(address: str, size: int) -> int:
    """Copy until so many people are on record; give how many there are. The address is a superuser's."""
    with psycopg.connect(address) as db:
        db.execute("SET session_replication_role = replica")
        db.execute("CREATE SCHEMA IF NOT EXISTS bench")
        db.execute("CREATE TABLE IF NOT EXISTS bench.origin AS SELECT id FROM people_person")
        db.execute("CREATE TABLE IF NOT EXISTS bench.copy (k int, held boolean)")
        origin, there, done, held = db.execute(
            "SELECT (SELECT count(*) FROM bench.origin), (SELECT count(*) FROM people_person),"
            " (SELECT count(*) FROM bench.copy), (SELECT count(*) FROM bench.copy WHERE held)"
        ).fetchone() or (1, 0, 0, 0)
        more = round((size - there) / origin)
        if more > 0:
            stay = min(more, max(0, round(size / IN_CUSTODY / origin) - 1 - held))
            _copies(db, range(done + 1, done + stay + 1), range(done + stay + 1, done + more + 1))
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("VACUUM ANALYZE")
        return int((db.execute("SELECT count(*) FROM people_person").fetchone() or (0,))[0])


def lengthen(address: str, person_id: UUID, times: int) -> int:
    """Let a chart hold so many times what it gathered; give how many entries it has."""
    with psycopg.connect(address) as db:
        db.execute("SET session_replication_role = replica")
        for name, columns in _tables(db):
            if name in GATHERED:
                made = [_made(name, c, {}, own=OWN - {"person_id"}) for c in columns]
                _insert(db, name, columns, made, range(ELSEWHERE, ELSEWHERE + times - 1), f"person_id = '{person_id}'")
        rows = " UNION ALL ".join(f"SELECT 1 FROM {name} WHERE person_id = '{person_id}'" for name in GATHERED)
        return int((db.execute(f"SELECT count(*) FROM ({rows}) r").fetchone() or (0,))[0])


def _copies(db: psycopg.Connection, held: range, gone: range) -> None:
    for name, columns in _tables(db):
        whose = "id" if name == "people_person" else "person_id"
        of = f"{whose} IN (SELECT id FROM bench.origin)"
        _insert(db, name, columns, [_made(name, c, {}) for c in columns], held, of)
        which, ended = GONE.get(name, ("true", {}))
        _insert(db, name, columns, [_made(name, c, ended) for c in columns], gone, f"{of} AND {which}")
    db.execute("INSERT INTO bench.copy SELECT k, k = ANY (%s) FROM unnest(%s::int[]) k", [[*held], [*held, *gone]])
    _chains(db, [*held, *gone])


def _tables(db: psycopg.Connection) -> list[tuple[str, list[str]]]:
    rows = db.execute(
        "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name ~ %s AND is_generated = 'NEVER' GROUP BY 1 "
        "HAVING table_name = 'people_person' OR 'person_id' = ANY (array_agg(column_name::text))",
        [ROOMS],
    ).fetchall()
    return [(name, columns) for name, columns in rows if name not in LEFT_OUT]


def _made(name: str, column: str, ended: dict[str, str], own: frozenset[str] = OWN) -> str:
    """Say what stands in a copy's column."""
    if column in ended:
        return ended[column]
    for key in (f"{name}.{column}", column):
        if key in CHANGED:
            return CHANGED[key]
    return _derived(column) if column in own else f'"{column}"'


def _derived(column: str) -> str:
    return f"md5({column}::text || ':' || k)::uuid"


def _insert(
    db: psycopg.Connection, name: str, columns: Sequence[str], made: Sequence[str], copies: range, where: str
) -> None:
    if not copies:
        return
    named = ", ".join(f'"{column}"' for column in columns)
    db.execute(
        f"INSERT INTO {name} ({named}) SELECT {', '.join(made)} "
        f"FROM {name}, generate_series({copies.start}, {copies.stop - 1}) k WHERE {where}"
    )


HEADER = (
    "subject_kind, subject, n, type, id, version, media, data_class, action, actor, reason, source, happened_at, "
    "recorded_at, written_at, renderer"
)


def _chains(db: psycopg.Connection, copies: list[int]) -> None:
    """Give each copy a chain of its own, entry by entry of all of them at once: each is hashed over the one before."""
    db.execute("CREATE TEMP TABLE head (subject uuid PRIMARY KEY, n bigint, hash bytea) ON COMMIT DROP")
    db.execute(
        "CREATE TEMP TABLE origin ON COMMIT DROP AS SELECT * FROM ledger_version "
        "WHERE subject_kind = 'person' AND subject IN (SELECT id FROM bench.origin)"
    )
    _bodies_in_words(db)
    db.execute("CREATE INDEX ON origin (n)")
    db.execute("ANALYZE origin")
    longest = (db.execute("SELECT max(n) FROM origin").fetchone() or (0,))[0]
    for n in range(1, longest + 1):
        db.execute(CHAIN, {"n": n, "copies": copies})
    db.execute("INSERT INTO ledger_head SELECT subject, false, n, hash FROM head")
    db.execute(CURRENT, {"copies": copies})


def _bodies_in_words(db: psycopg.Connection) -> None:
    """Lay the bodies of the origin out in words: kept bodies name their own ids by marks, so a copy's says its own, and has its own digest."""
    db.execute("ALTER TABLE origin ADD words bytea")
    db.execute("CREATE TEMP TABLE plain (position bigint PRIMARY KEY, words bytea) ON COMMIT DROP")
    rows = db.execute("SELECT position, id, subject, body FROM origin WHERE body IS NOT NULL").fetchall()
    with db.cursor() as cursor, cursor.copy("COPY plain FROM STDIN") as copy:
        for position, id_, subject, stored in rows:
            copy.write_row((position, bodies.unpack(stored, (id_, subject))))
    db.execute("UPDATE origin o SET words = p.words FROM plain p WHERE p.position = o.position")


CHAIN = f"""
WITH next AS (
  SELECT o.subject_kind, {_derived("o.subject")} AS subject, o.n, o.type, {_derived("o.id")} AS id, o.version, o.media,
    o.data_class, o.action, o.actor, o.reason, o.source, o.happened_at, o.recorded_at, o.written_at, o.renderer,
    o.salt, coalesce(sha256(o.salt || convert_to(replace(replace(convert_from(o.words, 'UTF8'), o.id::text,
      {_derived("o.id")}::text), o.subject::text, {_derived("o.subject")}::text), 'UTF8')), o.digest) AS digest, o.body
  FROM origin o, unnest(%(copies)s::int[]) k WHERE o.n = %(n)s
), linked AS (
  SELECT next.*, coalesce(h.hash, decode(repeat('00', 32), 'hex')) AS prev
  FROM next LEFT JOIN head h USING (subject)
), written AS (
  INSERT INTO ledger_version (position, {HEADER}, salt, digest, hash, body)
  SELECT nextval('ledger_position'), {HEADER}, salt, digest, sha256(prev || ledger_header({HEADER}) || digest), body
  FROM linked RETURNING subject, n, hash
)
INSERT INTO head SELECT * FROM written ON CONFLICT (subject) DO UPDATE SET n = excluded.n, hash = excluded.hash
"""
CURRENT = f"""
INSERT INTO ledger_current
SELECT c.type, {_derived("c.id")}, c.version, v.position, {_derived("c.subject")}, {_derived("c.person_id")},
  c.data_class, c.labels, c.code, c.status, c.happened_at, c.live, v.written_at, c.terms, c.from_at, c.to_at
FROM ledger_current c CROSS JOIN unnest(%(copies)s::int[]) k
JOIN ledger_version v ON v.type = c.type AND v.id = {_derived("c.id")} AND v.version = c.version
WHERE c.subject IN (SELECT id FROM bench.origin) AND c.person_id IS NOT NULL
ORDER BY v.position  -- rows lie as they would have been written: what was written together lies together
"""
