"""Why something was set going, in words that a nurse reads: the answers that called for it, and the rule by its name."""

import re
from collections.abc import Iterable
from functools import lru_cache

from throughcare.chart import forms
from throughcare.duties import clock_table
from throughcare.kernel import content

RULE = re.compile(r"[A-Z]{2,4}-[0-9]{2}")
PLACE = re.compile(r"rulings?\s[0-9]+|(?<![\d.])[0-9]{1,2}\.[0-9]{1,2}(?![\d.])")


def said(source: str) -> str:
    """Say a source of the content in words: each rule with its name, each part of the specification by what it is about."""
    found = [_rule(rule) for rule in RULE.findall(source)]
    found += [_names(content.stamp()).get(place.replace("rulings", "ruling"), "") for place in PLACE.findall(source)]
    return "; ".join(dict.fromkeys(name for name in found if name)) or _names(content.stamp())["D"]


def because(form: forms.Form, reasons: Iterable[str]) -> list[str]:
    """Say which answers called for it; a reason is an item with its option, a score, a history, or what could not be asked."""
    return list(dict.fromkeys(words for reason in reasons if (words := _reason(form, reason))))


def _reason(form: forms.Form, reason: str) -> str:
    kind, colon, rest = reason.partition(":")
    names = _names(content.stamp())
    if reason in names:
        return names[reason]
    if colon and kind == "unable":
        item = form.find(rest)
        return names["unable"].format(what=item.text.en if item else _title(rest))
    if colon and kind == "score":
        name, _, band = rest.partition("=")
        return names["score"].format(what=_title(name), band=band.replace("-", " "))
    if colon and kind in ("history", "together"):
        return names.get(reason, names[kind])
    link_id, _, code = reason.partition("=")
    item = form.find(link_id.split(":")[0]) or forms.load("intake-quick-look").find(link_id.split(":")[0])
    if item is None:
        return ""
    option = item.option(code)
    return f"{item.text.en} {option.text.en if option else ''}".strip()


def _title(name: str) -> str:
    return forms.load(name).title.en if name in forms.names() else name


def _rule(id: str) -> str:
    titles = _titles(content.stamp())
    known = id if id in titles else next((one for one in titles if one.startswith(f"{id}-")), "")
    return f"{titles[known]} ({id})" if known else ""


@lru_cache(maxsize=2)
def _titles(stamp: tuple[str, int]) -> dict[str, str]:
    return {rule.id: rule.title for rule in clock_table.every_version()}


@lru_cache(maxsize=2)
def _names(stamp: tuple[str, int]) -> dict[str, str]:
    return {row["id"]: row["title"] for row in content.rows("vocabulary/sources.toml", "reason")}
