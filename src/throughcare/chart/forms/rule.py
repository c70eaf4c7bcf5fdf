"""The small rules that content writes about one answer: `yes`, `no`, `any`, `in a b`, `>= 38.0`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
_NUMBER = re.compile(r"(>=|<=|>|<|=) (-?[0-9]+(?:\.[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class Rule:
    """A parsed rule: a word (`yes`, `no`, `any`), codes (`in`), or comparisons joined by `or`."""

    source: str
    word: str = ""
    codes: frozenset[str] = frozenset()
    limits: tuple[tuple[str, Decimal], ...] = ()

    def holds_for_bool(self, value: bool) -> bool:
        """True if a yes/no answer is positive."""
        return {"yes": value, "no": not value, "any": True}.get(self.word, False)

    def holds_for_number(self, value: Decimal) -> bool:
        """True if any of the comparisons holds."""
        return self.word == "any" or any(_COMPARE[op](value, limit) for op, limit in self.limits)

    def holds_for_code(self, code: str, weight: Decimal | None, exclusive: bool) -> bool:
        """True if a chosen option is positive: by its code, by its weight, or any but an exclusive one."""
        if self.word == "any":
            return not exclusive
        return code in self.codes or (weight is not None and self.holds_for_number(weight))


def read_rule(source: str) -> Rule:
    """The rule written in `source`; ValueError with a plain sentence if it can't be read."""
    if source in ("yes", "no", "any"):
        return Rule(source, word=source)
    if source.startswith("in "):
        return Rule(source, codes=frozenset(source.split()[1:]))
    found = [_NUMBER.fullmatch(part) for part in source.split(" or ")]
    if not all(found):
        raise ValueError(f"rule [{source}] is not one of: yes, no, any, in CODES, OPERATOR NUMBER (joined by or)")
    return Rule(source, limits=tuple((m[1], Decimal(m[2])) for m in found if m))
