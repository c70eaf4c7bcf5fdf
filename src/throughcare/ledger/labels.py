"""Labels of entries: by rule as they are written, by an author's hand afterwards; append-only, beside the bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from throughcare.kernel import db, statement
from throughcare.ledger.entry import PLENTIFUL, Entry
from throughcare.ledger.present import stand

# Gives an entry back with the bits of its labels, and each label with the rule that gave it.
Labeller = Callable[[Entry], tuple[Entry, tuple[tuple[str, str], ...]]]
_labeller: list[Labeller] = []


def label_with(labeller: Labeller) -> None:
    """Let `labeller` label every entry before it is written (access installs its rules here)."""
    _labeller[:] = [labeller]


def labelled(entries: list[Entry]) -> tuple[list[Entry], list[tuple[str, UUID, str, str]]]:
    """Give the entries with their labels, and the rows that say so: (type, id, label, rule)."""
    if not _labeller:
        return entries, []
    done, said = [], []
    for entry in entries:
        labelled_entry, found = _labeller[0](entry)
        done.append(labelled_entry)
        said += [(entry.type, entry.id, label, f"rule {rule}") for label, rule in found]
    return done, said


BY_RULE = "SELECT ledger_label_by_rule(%s::text[], %s::uuid[], %s::text[], %s::text[])"


def keeping(said: list[tuple[str, UUID, str, str]]) -> list[statement.Ask]:
    """Say how what the rules said is written."""
    return [(BY_RULE, [list(column) for column in zip(*said, strict=True)])] if said else []


def keep_said(said: list[tuple[str, UUID, str, str]]) -> None:
    """Write what was said."""
    for ask in keeping(said):
        statement.run(*ask)


def say(kind: str, id: UUID, label: str, bit: int, *, ends: bool = False, until: datetime | None = None) -> None:
    """Say by hand that a label holds (until a time), or no longer does; inside an action, whose actor stands beside it."""
    by = db.unit().actor.label()
    if kind in PLENTIFUL:
        stand(kind, id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_label_say(%s, %s, %s, %s, %s, %s, %s)", [kind, id, label, bit, by, ends, until])


@dataclass(frozen=True, slots=True)
class Said:
    """One time that a label was said, by a rule or by somebody; taken back where `until` is over."""

    label: str
    by: str
    since: datetime
    until: datetime | None


def said(kind: str, id: UUID) -> list[Said]:
    """Give everything that was said of a resource's labels, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT label, by, since, until FROM ledger_label WHERE type = %s AND id = %s ORDER BY position DESC",
            [kind, id],
        )
        return [Said(*row) for row in cursor.fetchall()]


def lapse(label_bits: Mapping[str, int]) -> int:
    """Take away labels whose time is over; gives of how many resources."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_label_lapse(%s::text[], %s::int[])", [list(label_bits), list(label_bits.values())]
        )
        return int(cursor.fetchone()[0])


def bits(kind: str, id: UUID) -> int:
    """Give the labels that hold of a resource today, as bits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT labels FROM ledger_current WHERE type = %s AND id = %s "
            "UNION ALL SELECT labels FROM ledger_sealed_current WHERE type = %s AND id = %s",
            [kind, id, kind, id],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0
