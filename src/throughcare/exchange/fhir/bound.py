"""Codes that a resource writes bare (`gender`, most of `status`): their system is that of R4's required binding. Pure.

A search that names another system finds nothing there, and `system|` finds every code of the set.
"""

import re
from functools import cache

from throughcare.exchange.fhir.checking import tables
from throughcare.exchange.fhir.params import Param

# No code holds a control character: this fits nothing.
NOTHING = "\x1f"


def bare(kind: str, param: Param, word: str) -> list[str]:
    """Give what to compare a bare code with where the parameter is one; else the word as it is."""
    parts = re.split(r"(?<!\\)\|", word, maxsplit=1)
    if len(parts) == 1 or not parts[0]:
        return [word]
    codes = _codes(kind, param)
    if not codes:
        return [word]
    system, code = parts
    own = [one.rpartition("|")[2] for one in codes if one.rpartition("|")[0] == system]
    return [c for c in own if code in ("", c)] or [NOTHING]


@cache
def _codes(kind: str, param: Param) -> frozenset[str]:
    """Give `system|code` of every code that may stand at a parameter; nothing where not all of its elements are bare codes."""
    found: set[str] = set()
    for path in param.paths:
        holder, element = kind, None
        for step in path.split("."):
            element = tables.types().get(holder, {}).get(step)
            if element is None:
                return frozenset()
            holder = element.type
        if element is None or element.type != "code" or not element.codes:
            return frozenset()
        found |= tables.value_sets()[element.codes]
    return frozenset(found)
