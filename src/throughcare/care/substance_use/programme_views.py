"""Calls and a programme's record as their pages ask for them. No queries."""

from collections.abc import Mapping, Sequence

from throughcare.care.substance_use import programme_rules
from throughcare.care.substance_use.actions.enrolling import CHECKED
from throughcare.care.substance_use.models.programme import KINDS, OUTCOMES
from throughcare.care.substance_use.reads import CallLine
from throughcare.kernel import clock
from throughcare.ui.shapes import FieldShape, Option
from throughcare.ui.wording import t

Typed = Mapping[str, str]


def call(typed: Typed, wrong: Typed, before: Sequence[CallLine], *, answered: bool) -> list[FieldShape]:
    """Give the questions of one call; what was told can be kept only where the person's consent is on file."""
    last = before[0].said if before else {}
    outcomes = [o for o in OUTCOMES if answered or o not in ("answered", "would-not-say")]
    options = [Option(o, t(f"programme.outcome.{o}")) for o in outcomes]
    fields = [
        _field(typed, wrong, "programme", value=last.get("programme", ""), required=True),
        _field(typed, wrong, "number", value=last.get("number", ""), required=True, width="m"),
        _field(typed, wrong, "outcome", "radio", options=options, required=True),
        _field(typed, wrong, "opens_on", "date", width="s", quiet=True),
        _field(typed, wrong, "opens_time", "time", width="xs", quiet=True),
    ]
    if answered:
        fields += [
            _field(typed, wrong, "spoke_with", width="m", quiet=True),
            _field(typed, wrong, "dose", "number", unit="mg", width="s", max_length=6, quiet=True),
            _field(typed, wrong, "last_on", "date", width="s", quiet=True),
            _field(typed, wrong, "missed", "number", width="xs", max_length=3, quiet=True),
        ]
    return [*fields, _field(typed, wrong, "words", "textarea", rows=2, quiet=True)]


def enrol(typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Give the questions of an enrolment."""
    options = [Option(c, t(f"programme.dual.{c}")) for c in CHECKED]
    return [
        _field(typed, wrong, "programme", required=True),
        _field(typed, wrong, "diagnosis", required=True),
        _field(typed, wrong, "dual_check", "radio", options=options, required=True, inline=True),
        _field(typed, wrong, "dual_where", required=True),
    ]


def adding(typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Give the questions of what is added to a record."""
    table = programme_rules.load()
    kinds = [Option(k, str(table[k]["en"]) if k in table else t("programme.note")) for k in KINDS]
    return [
        _field(typed, wrong, "kind", "select", options=kinds, required=True, width="m"),
        _field(typed, wrong, "on", "date", required=True, width="s"),
        _field(typed, wrong, "words", "textarea", rows=2, required=True),
    ]


def noting(typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Give the questions of an ordinary note of the programme."""
    today = clock.today().isoformat()
    return [
        _field(typed, wrong, "on", "date", value=today, required=True, width="s"),
        _field(typed, wrong, "words", "textarea", rows=10, required=True, width="full"),
    ]


def _field(typed: Typed, wrong: Typed, name: str, kind: str = "text", value: str = "", **more: object) -> FieldShape:
    return FieldShape(
        name,
        t(f"programme.field.{name}"),
        kind,  # type: ignore[arg-type]
        value=typed.get(name, value),
        error=wrong.get(name, ""),
        **more,  # type: ignore[arg-type]
    )
