"""One row of a clock file made into a Rule, or refused with a sentence that names file, row and field."""

from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

from throughcare.duties.rule import (
    LANES,
    Do,
    Duration,
    Each,
    Limit,
    MoveEffectName,
    OnMove,
    Recurrence,
    Refusal,
    Rule,
    RuleKind,
    Subject,
    Trigger,
    Unit,
)
from throughcare.kernel.content import ContentError

# fmt: off
# Classes whose duties tell by themselves that somebody is in a programme: its own staff alone (docs/decisions/0061).
HELD_BY_ONE = frozenset({"part2", "sud_counselling"})
FIELDS = frozenset({
    "id", "row", "edition", "title", "each", "do", "obligation", "kind", "subject", "data_class", "opens", "closes", "ends", "limits",
    "owner", "cover", "lane", "due_soon", "recurs", "transfer", "release", "successor", "death", "refusal", "measures",
    "source", "marks", "facility_may_be_stricter", "effective_from", "effective_to", "note",
})
LIMIT_FIELDS = frozenset({
    "value", "unit", "facility_kinds", "when", "anchor", "before", "not_before", "lane", "owner", "provisional",
})
# fmt: on
RECURRENCE_FIELDS = frozenset({"value", "unit", "counted_from", "when", "lasting", "at"})
MOVE_EFFECTS = get_args(MoveEffectName)
# `refused`: where the room itself keeps the signed refusal, such as a sealed form refused as a whole.
OUTCOMES = frozenset({"done", "refused", "excused", "void"})


def rule_from(path: str, row: Mapping[str, Any], header: Mapping[str, Any], version: str) -> Rule:
    """Return the rule that a row describes, the file's defaults filled in; raise ContentError on anything unclear."""
    return _Reader(path, {**header.get("defaults", {}), **row}, header).rule(version)


class _Reader:
    """Reads the fields of one row; every refusal names the file and the row."""

    def __init__(self, path: str, row: Mapping[str, Any], header: Mapping[str, Any]) -> None:
        self.path, self.row, self.header = path, row, header
        self.id = str(row.get("id", "?"))

    def rule(self, version: str) -> Rule:
        self.only(self.row, FIELDS)
        kind = self.choice("kind", get_args(RuleKind), "duty")
        found = Rule(
            id=self.text("id"),
            row=str(self.row.get("row", "-".join(self.id.split("-")[:2]))),
            title=self.text("title"),
            obligation=self.text("obligation"),
            kind=kind,
            subject=self.choice("subject", get_args(Subject), "person"),
            data_class=str(self.row.get("data_class", "clinical")),
            opens=self.triggers("opens"),
            closes=self.triggers("closes"),
            ends=self.triggers("ends"),
            limits=tuple(self.limit(limit) for limit in self.row.get("limits", [])),
            owner=self.text("owner"),
            cover=tuple(self.row.get("cover", [])),
            lane=self.choice("lane", LANES),
            due_soon=self.share("due_soon", 0.75),
            recurrences=tuple(self.recurrence(recurrence) for recurrence in self.row.get("recurs", [])),
            on_move=self.on_move(),
            refusal=self.refusal(),
            measures=tuple(self.row.get("measures", [])),
            source=tuple(self.row.get("source", [])),
            marks=tuple(self.row.get("marks", [])),
            facility_may_be_stricter=bool(self.row.get("facility_may_be_stricter", kind == "duty")),
            effective_from=self.day("effective_from") or self.refuse("has no effective_from. Add a date."),
            effective_to=self.day("effective_to"),
            version=version,
            edition=str(self.row.get("edition", "")),
            note=str(self.row.get("note", "")),
            each=self.choice("each", get_args(Each), "subject"),
            do=self.do(),
        )
        if kind == "duty" and not (found.limits and found.closes):
            self.refuse("is a duty without limits or without an event that closes it. Add both.")
        if found.data_class in HELD_BY_ONE and {found.owner, *found.cover} != {found.owner}:
            self.refuse("is of a sealed programme: no other role covers it (42 CFR Part 2). Remove its cover.")
        if not found.source:
            self.refuse("has no source. Say where it comes from.")
        return found

    def refuse(self, sentence: str) -> Any:
        raise self.refusing(sentence)

    def refusing(self, sentence: str) -> ContentError:
        return ContentError(self.path, sentence, self.id)

    def only(self, table: Mapping[str, Any], known: frozenset[str]) -> None:
        unknown = sorted(set(table) - known)
        if unknown:
            self.refuse(f"has the unknown field [{unknown[0]}]. Correct its name or remove it.")

    def text(self, name: str) -> str:
        value = self.row.get(name)
        return value if isinstance(value, str) and value else self.refuse(f"has no {name}. Add it.")

    def choice(self, name: str, options: tuple[Any, ...], default: str | None = None) -> Any:
        value = self.row.get(name, default)
        return value if value in options else self.refuse(f"has {name} [{value}]: use one of {', '.join(options)}.")

    def share(self, name: str, default: float) -> float:
        value = float(self.row.get(name, default))
        return value if 0 < value < 1 else self.refuse(f"has {name} [{value}]: use a share between 0 and 1.")

    def day(self, name: str) -> date | None:
        value = self.row.get(name, self.header.get(name))
        return value if value is None or isinstance(value, date) else self.refuse(f"has {name} [{value}]: use a date.")

    def triggers(self, name: str) -> tuple[Trigger, ...]:
        found = []
        for table in self.row.get(name, []):
            self.only(table, frozenset({"event", "when", "outcome"}))
            outcome = table.get("outcome", "void" if name == "ends" else "done")
            if outcome not in OUTCOMES or not table.get("event"):
                self.refuse(f"has a trigger under {name} without an event or with the outcome [{outcome}]. Correct it.")
            if outcome == "refused" and (name != "closes" or not self.row.get("refusal")):
                self.refuse("closes as refused but says not what re-arms. Add refusal with rearms_as and after.")
            found.append(Trigger(table["event"], table.get("when"), outcome))
        return tuple(found)

    def duration(self, table: Mapping[str, Any], least: int) -> Duration:
        value, unit = table.get("value"), table.get("unit")
        if not isinstance(value, int) or value < least:
            raise self.refusing(f"counts [{value}]: use a whole number from {least}.")
        if unit not in set(Unit):
            raise self.refusing(f"counts in [{unit}]: use one of {', '.join(Unit)}.")
        return Duration(value, Unit(str(unit)))

    def limit(self, table: Mapping[str, Any]) -> Limit:
        self.only(table, LIMIT_FIELDS)
        if table.get("lane") not in (None, *LANES):
            self.refuse(f"has a limit with the lane [{table['lane']}]: use one of {', '.join(LANES)}.")
        allowed = self.duration(table, least=0 if table.get("unit") in (Unit.BUSINESS_DAYS, Unit.IMMEDIATE) else 1)
        before, anchor = bool(table.get("before", False)), str(table.get("anchor", ""))
        if (before or allowed.unit is Unit.ON_DATE) and not anchor:
            self.refuse("counts from a moment it doesn't name. Add the anchor.")
        return Limit(
            allowed,
            frozenset(table.get("facility_kinds", [])),
            table.get("when"),
            anchor,
            before,
            str(table.get("not_before", "")),
            table.get("lane"),
            str(table.get("owner", "")),
            bool(table.get("provisional", False)),
        )

    def recurrence(self, table: Mapping[str, Any]) -> Recurrence:
        self.only(table, RECURRENCE_FIELDS)
        counted_from = table.get("counted_from")
        if counted_from not in ("closed", "due"):
            raise self.refusing(f"recurs from [{counted_from}]: use closed or due.")
        lasting = table.get("lasting")
        return Recurrence(
            self.duration(table, least=1),
            "due" if counted_from == "due" else "closed",
            table.get("when"),
            self.duration(lasting, least=1) if lasting else None,
            str(table.get("at", "")),
        )

    def on_move(self) -> OnMove:
        successor = str(self.row.get("successor", ""))
        moves = [self.choice(name, MOVE_EFFECTS, default) for name, default in _MOVES]
        if ("convert" in moves) is not bool(successor):
            self.refuse("converts without a successor, or names one without converting. Give both or neither.")
        return OnMove(moves[0], moves[1], successor, moves[2])

    def do(self) -> Do:
        table = self.row.get("do", {})
        self.only(table, frozenset({"page", "verb", "form"}))
        return Do(str(table.get("page", "")), str(table.get("verb", "")), str(table.get("form", "")))

    def refusal(self) -> Refusal:
        table = self.row.get("refusal")
        if table is None:
            return Refusal(allowed=False)
        self.only(table, frozenset({"rearms_as", "after"}))
        if "rearms_as" not in table or "after" not in table:
            self.refuse("may be refused but says not what re-arms. Add rearms_as and after.")
        return Refusal(True, table["rearms_as"], self.duration(table["after"], least=1))


_MOVES = (("transfer", "carry"), ("release", "void"), ("death", "void"))
