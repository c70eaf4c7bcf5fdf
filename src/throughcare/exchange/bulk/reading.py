"""What one step of an export reads: the next entries of a type in the order of their ids, as they stood at the export's horizon, as its lens shows them.

Ids don't move: an entry that is changed meanwhile is met once, in the version that was committed before the horizon.
"""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from throughcare.access import personal, sessions, tokens
from throughcare.access.models import Posting, User
from throughcare.access.tokens import Bearer
from throughcare.exchange.bulk import lines
from throughcare.exchange.bulk.lines import Found
from throughcare.exchange.bulk.models import Export
from throughcare.exchange.fhir import crowd, gate, granular, store
from throughcare.exchange.fhir.finding import Asked
from throughcare.exchange.fhir.types import LEAN
from throughcare.kernel import db

STEP = 10_000
FIRST = UUID(int=0)
# Which parts a type is read in: what stands by itself, what is plentiful and has no row beside it, what is sealed.
PARTS = ("open", "doses", "sealed")
# Few and plain, as they are written out: what an entry costs here, it costs fifty thousand times a second.
COLUMNS = """{c}.id::text, {n}.version, uuid_send({p}), {n}.data_class, {labels}, timestamptz_send({n}.written_at), uuid_send(v.subject),
  {digest}, v.body, v.tx < %s::text::xid8"""
OPEN = (
    "SELECT "  # noqa: S608
    + COLUMNS.format(c="c", n="c", p="c.person_id", labels="c.labels", digest="{digest}")
    + """
FROM {c} c JOIN LATERAL (
  SELECT x.subject, x.digest, x.body, x.tx FROM {v} x
  WHERE x.id = c.id AND x.written_at = c.written_at AND x.position = c.position OFFSET 0
) v ON true WHERE {where} ORDER BY c.id LIMIT %s
"""
)
VERSION = (
    "SELECT DISTINCT ON (v.id) "
    + COLUMNS.format(
        c="v", n="v", p="CASE WHEN v.subject_kind = 'person' THEN v.subject END", labels="coalesce(c.labels, 0)",
        digest="{digest}",
    )
    + """
FROM {v} v LEFT JOIN {c} c ON c.type = v.type AND c.id = v.id WHERE {where} ORDER BY v.id, v.version DESC LIMIT %s
"""
)  # fmt: skip
OPEN_PAIR, SEALED_PAIR = ("ledger_current", "ledger_version"), ("ledger_sealed_current", "ledger_sealed_version")


def _statement(sql: str, where: Sequence[str], *, sealed: bool) -> str:
    c, v = SEALED_PAIR if sealed else OPEN_PAIR
    return sql.format(c=c, v=v, where=" AND ".join(where), digest="v.digest" if sealed else "NULL::bytea")


@dataclass(slots=True)
class Step:
    """What a step found: lines to write, whom they show, and where the next begins (nothing: the part is done)."""

    lines: list[bytes] = field(default_factory=list)
    people: set[UUID] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    last: UUID | None = None


_held: dict[UUID, Bearer] = {}


def bearer_of(export: Export) -> Bearer | None:
    """Make the export's lens as a token's is made; None where the token, the account or the posting has ended."""
    as_of, token = tokens.epoch(), export.token
    token.refresh_from_db(fields=["revoked_at"])
    kept = _held.get(export.id)
    if kept is not None and kept.epoch == as_of and time.monotonic() - kept.read_at < tokens.KEPT_SECONDS:
        return kept
    user, posting = User.objects.get(id=export.user_id), Posting.objects.get(id=export.posting_id)
    if token.revoked_at is not None or not user.is_active or not personal.holds_now(posting.since, posting.until):
        return None
    lens = sessions.lens_of(user, posting, person_id=export.person_id)
    # What was opened for somebody's eyes is not carried away in files.
    lens = replace(lens, opened=frozenset(), reasoned=frozenset(), emergencies=frozenset())
    _held.clear()
    _held[export.id] = Bearer(
        token_id=token.id,
        lens=lens,
        actor=sessions.actor_of(user, posting, source="fhir export"),
        scopes=tuple(export.scopes) if export.scopes is not None else None,
        client=export.client,
        person_id=export.person_id,
        expires_at=token.expires_at,
        epoch=as_of,
        read_at=time.monotonic(),
    )
    return _held[export.id]


def step(export: Export, bearer: Bearer, *, size: int = STEP) -> Step:
    """Read the next entries; raises EpochMoved where the lens may have been narrowed while they were read."""
    kind, part = export.types[export.at_type], export.at_part
    found = _rows(export, bearer, kind, part, size)
    done = Step(last=UUID(found[-1][0]) if len(found) == size else None)
    queries = tuple(sorted(q for k, q in export.filters if k == kind))
    asked = (granular.named(kind, queries),) if queries else ()
    since = _moment(export) if export.since is not None and export.since_tx is None else None
    done.lines, done.people, done.classes = lines.shown(
        bearer, kind, _present(export, bearer, found), asked, sealed=part == "sealed", since=since
    )
    store.require_epoch(bearer)
    return done


def _rows(export: Export, bearer: Bearer, kind: str, part: str, size: int) -> list[Found]:
    after, horizon = export.at_id or FIRST, str(export.horizon)
    if part == "doses":
        if kind not in LEAN:
            return []
        # What has a row beside it was met in the part before.
        asked = Asked(["v.type = %s", "v.id > %s", "v.tx < %s::text::xid8", "c.id IS NULL"], [kind, after, horizon])
        _narrow(export, bearer, asked, "v.subject", "v")
        return store.rows(
            _statement(VERSION, asked.conditions, sealed=False), [horizon, *asked.values, size], prepare=False
        )
    sealed = part == "sealed"
    if sealed and not gate.sealed(bearer.lens):
        return []
    asked = Asked(["c.type = %s", "c.id > %s"], [kind, after])
    _narrow(export, bearer, asked, "c.person_id", "c")
    if not sealed and export.members is None and bearer.lens.facilities is not None and bearer.lens.person_id is None:
        asked.add("(c.person_id IS NULL OR c.person_id = ANY (%s))", crowd.of(bearer))
    with db.reading(bearer.lens) if sealed else nullcontext():
        sql = _statement(OPEN, asked.conditions, sealed=sealed)
        return store.rows(sql, [horizon, *asked.values, size], prepare=False)


def _narrow(export: Export, bearer: Bearer, asked: Asked, person: str, table: str) -> None:
    own = bearer.lens.person_id
    if export.members is not None:
        asked.add(f"{person} = ANY (%s)", export.members)
    elif export.level == "patient":
        asked.add(f"{person} IS NOT NULL")
    if own is not None:
        asked.add(f"({person} IS NULL OR {person} = %s)", own)
    if export.since is not None and export.since_tx is None:
        asked.add(f"{table}.written_at >= %s", export.since)
    elif export.since is not None:
        asked.add("v.tx >= %s::text::xid8", str(export.since_tx))


def _present(export: Export, bearer: Bearer, found: list[Found]) -> list[Found]:
    """Give each as it stood at the horizon: what was changed since is read in the version before, what is newer not at all."""
    newer = [UUID(r[0]) for r in found if not r[9]]
    if not newer:
        return found
    rows, horizon = [r for r in found if r[9]], str(export.horizon)
    asked = Asked(
        ["v.type = %s", "v.id = ANY (%s)", "v.tx < %s::text::xid8"], [export.types[export.at_type], newer, horizon]
    )
    if export.since_tx is not None:
        asked.add("v.tx >= %s::text::xid8", str(export.since_tx))
    sealed = export.at_part == "sealed"
    with db.reading(bearer.lens) if sealed else nullcontext():
        sql = _statement(VERSION, asked.conditions, sealed=sealed)
        return [*rows, *store.rows(sql, [horizon, *asked.values, len(newer)], prepare=False)]


def _moment(export: Export) -> int:
    """Say since when, as the database counts: an earlier version may stand in for one that is too new."""
    since = export.since or lines.DATABASE_BEGINS
    return (since - lines.DATABASE_BEGINS) // timedelta(microseconds=1)
