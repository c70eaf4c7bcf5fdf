"""One measurement of a document: what was measured, its value in the type it was written in, its range, its flag."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from throughcare.exchange.documents.ccda.datatypes import (
    code_of,
    kind_of,
    moment,
    name_of,
    number_of,
    quantity,
    tidy,
    words_of,
)
from throughcare.exchange.documents.ccda.found import Code, Item
from throughcare.exchange.documents.ccda.statements import more


def observation(
    base: Callable[..., Item], node: Any, texts: dict[str, str], section: str, number: int, kind: str
) -> Item:
    """Read one measurement; a value that says nothing is kept as such, with why."""
    coded = node.find("code")
    code = code_of(coded, texts)
    asserted = code.code in ("ASSERTION", "ASSERT")
    value = node.find("value")
    said, unit, comparator, value_code, flavor = _value(value, texts)
    if asserted and value_code.text:
        code = replace(code, text="Smoking status" if _smoking(node) else code.text)
    if not code.code and not code.text:
        code = replace(code, text=words_of(node.find("text"), texts))
    item: Item = base(node, texts, kind, section, number, code, coded)
    flag = node.find("interpretationCode")
    return replace(
        item,
        value=said,
        unit=unit,
        comparator=comparator,
        value_code=value_code,
        more=more(
            flag=str(flag.get("code") or "") if flag is not None else "",
            range="; ".join(_ranges(node, texts)),
            why_no_value=flavor,
        ),
    )


def _smoking(node: Any) -> bool:
    return any(str(one.get("root", "")).endswith("22.4.78") for one in node.findall("templateId"))


def _value(node: Any, texts: dict[str, str]) -> tuple[str, str, str, Code, str]:
    """Give value, unit, comparator, coded value, and why there is none."""
    if node is None:
        return "", "", "", Code(), ""
    kind, flavor = kind_of(node), str(node.get("nullFlavor") or "")
    if kind in ("CD", "CE", "CV", "CO", "CS") or node.get("code"):
        said = code_of(node, texts)
        return said.text, "", "", said, said.flavor
    if kind in ("PQ", "REAL", "INT", "MO") or (not kind and node.get("value")):
        amount, unit = quantity(node)
        words = tidy(node.get("value") or "")  # "<5" is no number of this type, and what is meant all the same
        return amount or words, unit or (tidy(node.get("unit") or "")[:40] if words else ""), "", Code(), flavor
    if kind in ("IVL_PQ", "IVL_INT", "IVL_REAL"):
        return (*_interval(node), Code(), flavor)
    if kind == "RTO_PQ_PQ" or kind == "RTO":
        over = [
            number_of(one.get("value")) if one is not None else ""
            for one in (node.find("numerator"), node.find("denominator"))
        ]
        return "/".join(one for one in over if one), "", "", Code(), flavor
    if kind == "BL":
        return {"true": "yes", "false": "no"}.get(str(node.get("value", "")).lower(), ""), "", "", Code(), flavor
    if kind in ("TS", "IVL_TS"):
        return moment(node.get("value")), "", "", Code(), flavor
    if kind == "ED" and node.get("representation") == "B64":
        return "", "", "", Code(), flavor or "a file"
    return words_of(node, texts), "", "", Code(), flavor


def _interval(node: Any) -> tuple[str, str, str]:
    low, high = node.find("low"), node.find("high")
    ends = ["" if one is None else number_of(one.get("value")) for one in (low, high)]
    said, unit = quantity(node)
    if all(ends) or not any(ends):
        return said, unit, ""
    end = low if ends[0] else high
    open_ = str(end.get("inclusive", "true")).lower() == "false"
    return said, unit, (">" if open_ else ">=") if ends[0] else ("<" if open_ else "<=")


def _ranges(node: Any, texts: dict[str, str]) -> list[str]:
    found = []
    for one in node.findall("referenceRange/observationRange"):
        words = words_of(one.find("text"), texts)
        amount, unit = quantity(one.find("value"))
        value = one.find("value")
        found.append(words or f"{amount} {unit}".strip() or (name_of(value) if value is not None else ""))
    return [one for one in found if one]
