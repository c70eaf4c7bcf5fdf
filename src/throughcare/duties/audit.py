"""Proof that nothing left a list silently: opened = closed + open with an owner, for each rule, counted twice.

Once from the rows, once from the ledger's entries, which the rows cannot change.
"""

from dataclasses import dataclass, field

from django.db import connection

from throughcare.duties import inert as inert_rules
from throughcare.kernel import db
from throughcare.kernel.actor import Actor

ROWS = """
    SELECT rule, count(*), count(closed_at), count(*) FILTER (WHERE closed_at IS NULL AND owner_role <> '')
    FROM duties_duty GROUP BY rule
"""
# A duty's entry is a Task whose code is its rule; other rooms' tasks have other codes and no row here.
LEDGER = """
    SELECT c.code, count(*), count(*) FILTER (WHERE c.status <> 'requested'), count(*) FILTER (WHERE c.status = 'requested')
    FROM {table} c WHERE c.type = 'Task' AND c.code = ANY (%s) GROUP BY c.code
"""
STRAYS = """
    SELECT count(*) FROM duties_duty d
    LEFT JOIN ledger_current c ON c.type = 'Task' AND c.id = d.id
    LEFT JOIN ledger_sealed_current s ON s.type = 'Task' AND s.id = d.id
    WHERE coalesce(c.version, s.version) IS DISTINCT FROM d.version
"""


@dataclass(slots=True)
class Tally:
    """One rule, counted from rows and from the ledger."""

    rule: str
    opened: int = 0
    closed: int = 0
    open: int = 0
    ledger_opened: int = 0
    ledger_closed: int = 0
    ledger_open: int = 0

    @property
    def sound(self) -> bool:
        """Tell whether it adds up, and both counts agree."""
        rows, kept = (self.opened, self.closed, self.open), (self.ledger_opened, self.ledger_closed, self.ledger_open)
        return self.opened == self.closed + self.open and rows == kept


@dataclass(slots=True)
class AuditReport:
    """All rules, and how many rows the ledger knows otherwise."""

    tallies: list[Tally] = field(default_factory=list)
    strays: int = 0

    @property
    def sound(self) -> bool:
        """Tell whether everything adds up."""
        return not self.strays and all(t.sound for t in self.tallies)

    def lines(self) -> list[str]:
        """Say it, a rule a line."""
        head = f"{'rule':<20}{'opened':>9}{'closed':>9}{'open':>9}"
        body = [
            f"{t.rule:<20}{t.opened:>9}{t.closed:>9}{t.open:>9}{'' if t.sound else _wrong(t)}" for t in self.tallies
        ]
        whole = Tally("all", *(sum(getattr(t, n) for t in self.tallies) for n in ("opened", "closed", "open")))
        foot = f"{whole.rule:<20}{whole.opened:>9}{whole.closed:>9}{whole.open:>9}"
        verdict = "opened = closed + open, for every rule" if self.sound else "IT DOES NOT ADD UP"
        strays = [f"{self.strays} duties stand otherwise in the ledger"] if self.strays else []
        return [head, *body, foot, *strays, verdict]


def _wrong(t: Tally) -> str:
    return f"   in the ledger: {t.ledger_opened} opened, {t.ledger_closed} closed, {t.ledger_open} open"


def run() -> AuditReport:
    """Count every rule twice."""
    found: dict[str, Tally] = {}
    with db.writing(Actor.system("audit")), connection.cursor() as cursor:
        cursor.execute(ROWS)
        for rule, *counts in cursor.fetchall():
            found[rule] = Tally(rule, *counts)
        codes = sorted(set(found) | set(inert_rules.known_rules()))
        for table in ("ledger_current", "ledger_sealed_current"):
            cursor.execute(LEDGER.format(table=table), [codes])
            for code, opened, closed, still_open in cursor.fetchall():
                tally = found.setdefault(code, Tally(code))
                tally.ledger_opened += opened
                tally.ledger_closed += closed
                tally.ledger_open += still_open
        cursor.execute(STRAYS)
        strays = cursor.fetchone()[0]
    return AuditReport(sorted(found.values(), key=lambda t: t.rule), strays)


def inert() -> list[str]:
    """List the rules whose event no room emits yet."""
    return inert_rules.lines()
