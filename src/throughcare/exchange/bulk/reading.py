"""What one step of an export reads: the next entries of a type in the order of their ids, as they stood at the export's horizon, as its lens shows them.

Ids don't move: an entry that is changed meanwhile is met once, in the version that was committed before the horizon.
"""

import time
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any
from uuid import UUID

from throughcare.access import personal, sessions, tokens
from throughcare.access.models import Posting, User
from throughcare.access.tokens import Bearer
from throughcare.exchange.bulk.models import Export
from throughcare.exchange.fhir import crowd, gate, granular, resource, store
from throughcare.exchange.fhir.finding import Asked
from throughcare.exchange.fhir.store import Row
from throughcare.exchange.fhir.types import LEAN
from throughcare.kernel import db

STEP = 5000
FIRST = UUID(int=0)
# Which parts a type is read in: what stands by itself, what is plentiful and has no row beside it, what is sealed.
PARTS = ("open", "doses", "sealed")
COLUMNS = f"{store.COLUMNS}, {store.BODY}, v.tx::text::bigint"
OPEN = """
SELECT {columns} FROM {c} c JOIN LATERAL (
  SELECT x.subject, x.digest, x.body, x.tx FROM {v} x
  WHERE x.id = c.id AND x.written_at = c.written_at AND x.position = c.position OFFSET 0
) v ON true WHERE {where} ORDER BY c.id LIMIT %s
"""
VERSION = """
SELECT DISTINCT ON (v.id) v.type, v.id, v.version, CASE WHEN v.subject_kind = 'person' THEN v.subject END, v.data_class,
  coalesce(c.labels, 0), v.written_at, v.position, v.happened_at, v.subject, v.digest, v.body, v.tx::text::bigint
FROM {v} v LEFT JOIN {c} c ON c.type = v.type AND c.id = v.id WHERE {where} ORDER BY v.id, v.version DESC LIMIT %s
"""


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
    done = Step(last=found[-1][1] if len(found) == size else None)
    queries = tuple(sorted(q for k, q in export.filters if k == kind))
    asked = (granular.named(kind, queries),) if queries else ()
    for row in _present(export, bearer, found):
        if row.body is None or not _wanted(export, row):
            continue
        cuts = gate.cuts(bearer, kind, row.person_id, row.data_class, row.labels)
        body = None if cuts is None else resource.shown(row, (*cuts, *asked))
        if body is None:
            continue
        done.lines.append(body)
        done.classes.add(row.data_class)
        if row.person_id is not None:
            done.people.add(row.person_id)
    store.require_epoch(bearer)
    return done


def _rows(export: Export, bearer: Bearer, kind: str, part: str, size: int) -> list[tuple[Any, ...]]:
    after = export.at_id or FIRST
    if part == "doses":
        if kind not in LEAN:
            return []
        # What has a row beside it was met in the part before.
        asked = Asked(
            ["v.type = %s", "v.id > %s", "v.tx < %s::text::xid8", "c.id IS NULL"], [kind, after, str(export.horizon)]
        )
        _narrow(export, bearer, asked, "v.subject", "v")
        sql = VERSION.format(v="ledger_version", c="ledger_current", where=" AND ".join(asked.conditions))
        return store.rows(sql, [*asked.values, size], prepare=False)
    sealed = part == "sealed"
    if sealed and not gate.sealed(bearer.lens):
        return []
    asked = Asked(["c.type = %s", "c.id > %s"], [kind, after])
    _narrow(export, bearer, asked, "c.person_id", "c")
    if not sealed and export.members is None and bearer.lens.facilities is not None and bearer.lens.person_id is None:
        asked.add("(c.person_id IS NULL OR c.person_id = ANY (%s))", crowd.of(bearer))
    pair = ("ledger_sealed_current", "ledger_sealed_version") if sealed else ("ledger_current", "ledger_version")
    sql = OPEN.format(columns=COLUMNS, c=pair[0], v=pair[1], where=" AND ".join(asked.conditions))
    if not sealed:
        return store.rows(sql, [*asked.values, size], prepare=False)
    with db.reading(bearer.lens):
        return store.rows(sql, [*asked.values, size], prepare=False)


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


def _present(export: Export, bearer: Bearer, found: list[tuple[Any, ...]]) -> list[Row]:
    """Give each as it stood at the horizon: what was changed since is read in the version before, what is newer not at all."""
    sealed = export.at_part == "sealed"
    newer = [r[1] for r in found if r[12] >= export.horizon]
    rows = [r[:12] for r in found if r[12] < export.horizon]
    if newer:
        asked = Asked(
            ["v.type = %s", "v.id = ANY (%s)", "v.tx < %s::text::xid8"],
            [export.types[export.at_type], newer, str(export.horizon)],
        )
        if export.since_tx is not None:
            asked.add("v.tx >= %s::text::xid8", str(export.since_tx))
        pair = ("ledger_sealed_current", "ledger_sealed_version") if sealed else ("ledger_current", "ledger_version")
        sql = VERSION.format(c=pair[0], v=pair[1], where=" AND ".join(asked.conditions))
        with db.reading(bearer.lens) if sealed else nullcontext():
            rows += [r[:12] for r in store.rows(sql, [*asked.values, len(newer)], prepare=False)]
    return list(store.unpacked(rows, sealed=sealed))


def _wanted(export: Export, row: Row) -> bool:
    """Tell whether a version is of the time that was asked for (an earlier one may stand in for one that is too new)."""
    if export.since is None or export.since_tx is not None:
        return True
    return row.written_at >= export.since.astimezone(UTC)
