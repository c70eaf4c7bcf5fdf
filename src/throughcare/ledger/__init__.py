"""The ledger: every version of every fact, append-only, hash-chained, verifiable from outside (design.md 6)."""

from throughcare.ledger.append import record
from throughcare.ledger.entry import Entry, SubjectKind

__all__ = ["Entry", "SubjectKind", "record"]
