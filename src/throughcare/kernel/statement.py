"""Statements run below psycopg's cursors: prepared once on a connection, bound as bytes, one trip each (docs/decisions/0048).

The same connection, transaction and errors as everything else; what is left out is a cursor's waiting and adapting, which
cost more than the database's own work for a read by id.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from struct import Struct
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import errors
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

# How many statements one connection keeps prepared; the one not used for longest goes.
KEPT = 200
# A shape of search that comes this often is prepared.
OFTEN = 3
TEXT, BINARY = 0, 1
_UNKNOWN, _BOOL, _INT8, _TIME, _UUID, _UUIDS, _INTS, _BYTES, _BYTESES = 0, 16, 20, 1184, 2950, 2951, 1016, 17, 1001
# A list as the database writes it: dimensions, nulls or none, of what, how many, from one on; each value behind its length.
_ARRAY, _LENGTH, _SIXTEEN, _NOTHING = Struct("!iiIii"), Struct("!i"), b"\x00\x00\x00\x10", b"\xff\xff\xff\xff"
Bound = tuple[int, bytes | None, int]


class _Held:
    """What one connection keeps: its prepared statements, how often others came, and how rows of each are read."""

    __slots__ = ("count", "names", "readers", "seen", "waiting")

    def __init__(self) -> None:
        self.names: OrderedDict[tuple[str, tuple[int, ...]], bytes] = OrderedDict()
        self.readers: dict[bytes, Any] = {}
        self.seen: dict[str, int] = {}
        self.count = 0
        # What goes with the next trip (`later`), in its order.
        self.waiting: list[tuple[str, list[Bound]]] = []


_held: WeakKeyDictionary[Any, _Held] = WeakKeyDictionary()
_numbered: dict[str, bytes] = {}


Rows = list[tuple[Any, ...]]
# A statement and its values.
Ask = tuple[str, Sequence[Any]]


def run(sql: str, values: Sequence[Any], *, prepare: bool = True) -> Rows:
    """Run one statement and give its rows; prepared at once, or where it comes often."""
    own = _open()
    raw: Any = own.connection
    bound = _all_bound(values)
    with own.wrap_database_errors:
        held = _held_of(raw)
        if held.waiting:
            if prepare:
                return _all(raw, held, [(sql, bound)])[0]
            _all(raw, held, ())
        return _run(raw, held, sql, bound, prepare=prepare)


def _open() -> BaseDatabaseWrapper:
    """Give the connection of this thread itself: each word asked of Django's proxy looks it up anew."""
    own = connections[DEFAULT_DB_ALIAS]
    if own.connection is None:
        own.ensure_connection()
    return own


def _all_bound(values: Sequence[Any]) -> list[Bound]:
    return [_BIND.get(type(v), _other)(v) for v in values]


def _run(raw: Any, held: _Held, sql: str, bound: list[Bound], *, prepare: bool) -> Rows:
    oids = tuple([b[0] for b in bound])
    given, forms = [b[1] for b in bound], [b[2] for b in bound]
    name = held.names.get((sql, oids))
    if name is None and (prepare or _often(held, sql)):
        name = _prepared(raw, held, sql, oids)
    if name is None:
        result = raw.pgconn.exec_params(_text(sql), given, oids, forms, BINARY)
        return _rows(raw, result, None)
    held.names.move_to_end((sql, oids))
    return _of_prepared(raw, held, name, raw.pgconn.exec_prepared(name, given, forms, BINARY))


def _held_of(raw: Any) -> _Held:
    held = _held.get(raw)
    if held is None:
        held = _held[raw] = _Held()
    return held


def _of_prepared(raw: Any, held: _Held, name: bytes, result: Any) -> Rows:
    if result.status == ExecStatus.TUPLES_OK and (reader := held.readers.get(name)) is not None:
        reader.set_pgresult(result, set_loaders=False)
        found: Rows = reader.load_rows(0, result.ntuples, tuple)
        return found
    reader = Transformer(raw)
    found = _rows(raw, result, reader)
    held.readers[name] = reader
    return found


def command(words: str) -> None:
    """Run words that bind nothing and bring no rows; several of them are one trip."""
    send()
    own = _open()
    raw: Any = own.connection
    with own.wrap_database_errors:
        result = raw.pgconn.exec_(words.encode())
        if result.status != ExecStatus.TUPLES_OK:
            _rows(raw, result, None)


def together(asked: Sequence[Ask]) -> list[Rows]:
    """Run statements one after the other in a single trip and give the rows of each; the first that fails ends them all."""
    own = _open()
    raw: Any = own.connection
    with own.wrap_database_errors:
        return _all(raw, _held_of(raw), [(sql, _all_bound(values)) for sql, values in asked])


def later(sql: str, values: Sequence[Any]) -> None:
    """Run a statement that brings no rows with the next trip to the database, whichever that is.

    For a transaction whose end goes through `together`. Whatever is asked in it afterwards, here or through Django's
    cursors, finds it done; an error of it is raised there. What goes back before that, goes without it.
    """
    own = _open()
    if _first not in own.execute_wrappers:
        own.execute_wrappers.insert(0, _first)
    _held_of(own.connection).waiting.append((sql, _all_bound(values)))


def send() -> None:
    """Run what waits for the next trip: for whoever goes to the database by a way of their own."""
    own = _open()
    raw: Any = own.connection
    held = _held_of(raw)
    if held.waiting:
        with own.wrap_database_errors:
            _all(raw, held, ())


def forget() -> None:
    """Leave out what waits: the transaction it belongs to is gone."""
    raw: Any = connections[DEFAULT_DB_ALIAS].connection
    if raw is not None and (held := _held.get(raw)) is not None:
        held.waiting.clear()


def _first(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Let what waits go before a statement of Django's; where a part of the transaction goes back, what waits is of that part."""
    own = context["connection"]
    raw = own.connection
    held = _held.get(raw)
    if held is not None and held.waiting:
        broken = raw.pgconn.transaction_status == TransactionStatus.INERROR
        if broken or sql.startswith("ROLLBACK TO SAVEPOINT"):
            held.waiting.clear()
        else:
            with own.wrap_database_errors:
                _all(raw, held, ())
    return execute(sql, params, many, context)


def _all(raw: Any, held: _Held, asked: Sequence[tuple[str, list[Bound]]]) -> list[Rows]:
    """Run what waits and what is asked, in one trip; give what was asked."""
    waiting, held.waiting = held.waiting, []
    ready = [_ready(raw, held, *one) for one in (*waiting, *asked)]
    results = _piped(raw, ready)
    for result in results:
        if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            _rows(raw, result, None)
    from_ = len(waiting)
    return [_of_prepared(raw, held, one[0], result) for one, result in zip(ready[from_:], results[from_:], strict=True)]


def _ready(raw: Any, held: _Held, sql: str, bound: list[Bound]) -> tuple[bytes, list[bytes | None], list[int]]:
    oids = tuple([b[0] for b in bound])
    name = held.names.get((sql, oids)) or _prepared(raw, held, sql, oids)
    held.names.move_to_end((sql, oids))
    return name, [b[1] for b in bound], [b[2] for b in bound]


def _piped(raw: Any, ready: Sequence[tuple[bytes, list[bytes | None], list[int]]]) -> list[Any]:
    """Send all of them and read what each brought; the connection is left as it was found, or broken."""
    pg = raw.pgconn
    pg.enter_pipeline_mode()
    for name, given, forms in ready:
        pg.send_query_prepared(name, given, forms, BINARY)
    pg.pipeline_sync()
    results = []
    for _ in ready:
        results.append(pg.get_result())
        # Behind each stands that nothing more of it comes.
        if results[-1] is None or pg.get_result() is not None:
            raise psycopg.OperationalError("the database is gone, or answered out of turn")
    if (end := pg.get_result()) is None or end.status != ExecStatus.PIPELINE_SYNC:
        raise psycopg.OperationalError("the database is gone, or answered out of turn")
    pg.exit_pipeline_mode()
    return results


def idle() -> bool:
    """Tell whether no transaction has begun on the connection (Django's has, at its first statement)."""
    raw: Any = _open().connection
    return bool(raw.pgconn.transaction_status == TransactionStatus.IDLE)


def _often(held: _Held, sql: str) -> bool:
    if len(held.seen) > 10 * KEPT:
        held.seen.clear()
    held.seen[sql] = held.seen.get(sql, 0) + 1
    return held.seen[sql] >= OFTEN


def _prepared(raw: Any, held: _Held, sql: str, oids: tuple[int, ...]) -> bytes:
    if len(held.names) >= KEPT:
        _, old = held.names.popitem(last=False)
        held.readers.pop(old, None)
        _rows(raw, raw.pgconn.exec_(b"DEALLOCATE " + old), None)
    held.count += 1
    name = b"fhir_%d" % held.count
    _rows(raw, raw.pgconn.prepare(name, _text(sql), oids), None)
    held.names[sql, oids] = name
    return name


def _rows(raw: Any, result: Any, reader: Any) -> Rows:
    if result.status == ExecStatus.TUPLES_OK:
        reader = reader or Transformer(raw)
        reader.set_pgresult(result)
        found: Rows = reader.load_rows(0, result.ntuples, tuple)
        return found
    if result.status != ExecStatus.COMMAND_OK:
        if result.status == ExecStatus.FATAL_ERROR and raw.pgconn.status == ConnStatus.OK:
            raise errors.error_from_result(result, encoding="utf-8")
        raise psycopg.OperationalError("the database is gone, or answered out of turn")
    return []


def _text(sql: str) -> bytes:
    """Number the places of values, as the database wants them."""
    found = _numbered.get(sql)
    if found is None:
        first, *rest = sql.split("%s")
        words = first + "".join(f"${n}{part}" for n, part in enumerate(rest, 1))
        if len(_numbered) > 10 * KEPT:
            _numbered.clear()
        found = _numbered[sql] = words.replace("%%", "%").encode()
    return found


def _list(values: Any) -> Bound:
    first = next((v for v in values if v is not None), None)
    if first is None:
        return _UNKNOWN, b"{%b}" % b",".join([b"NULL"] * len(values)), TEXT
    if type(first) is str and (joined := _joined(values)) is not None:
        return _UNKNOWN, joined, TEXT
    if isinstance(first, UUID):
        parts = [_SIXTEEN + v.bytes if v is not None else _NOTHING for v in values]
        return _UUIDS, _ARRAY.pack(1, _NOTHING in parts, _UUID, len(values), 1) + b"".join(parts), BINARY
    if isinstance(first, bytes):
        parts = [_LENGTH.pack(len(v)) + v if v is not None else _NOTHING for v in values]
        return _BYTESES, _ARRAY.pack(1, None in values, _BYTES, len(values), 1) + b"".join(parts), BINARY
    if type(first) is int and None not in values:
        return _INTS, b"{%b}" % ",".join([str(v) for v in values]).encode(), TEXT
    quoted = ["NULL" if v is None else _quoted(v) for v in values]
    return _UNKNOWN, b"{%b}" % ",".join(quoted).encode("utf-8"), TEXT


def _joined(values: Any) -> bytes | None:
    """Write a list of plain words at one go; nothing where one of them is missing or has a letter that must be escaped."""
    try:
        joined: str = '","'.join(values)
    except TypeError:
        return None
    if "\\" in joined or "\x00" in joined or joined.count('"') != 2 * (len(values) - 1):
        return None
    return f'{{"{joined}"}}'.encode()


def _word(value: str) -> Bound:
    if "\x00" in value:
        # It would end the value there, and not be refused.
        raise psycopg.DataError("a text holds a byte that is no character")
    return _UNKNOWN, value.encode(), TEXT


def _other(value: Any) -> Bound:
    for kind, bind in _BIND.items():
        if isinstance(value, kind):
            return bind(value)
    raise TypeError(f"nothing binds a {type(value).__name__}")


def _quoted(value: Any) -> str:
    word = str(value)
    if "\x00" in word:
        raise psycopg.DataError("a text holds a byte that is no character")
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Ready:
    """A value that is bound again and again, made into bytes once."""

    __slots__ = ("bound",)

    def __init__(self, value: Any) -> None:
        self.bound: Bound = _BIND.get(type(value), _other)(value)


_BIND: dict[type, Callable[[Any], Bound]] = {
    UUID: lambda v: (_UUID, v.bytes, BINARY),
    str: _word,
    bytes: lambda v: (_BYTES, v, BINARY),
    bool: lambda v: (_BOOL, b"t" if v else b"f", TEXT),
    int: lambda v: (_INT8, b"%d" % v, TEXT),
    datetime: lambda v: (_TIME, v.isoformat().encode(), TEXT),
    list: _list,
    tuple: _list,
    type(None): lambda v: (_UNKNOWN, None, TEXT),
    Ready: lambda v: v.bound,
}
