"""Somebody who has every published file, knows how the gate works, and wants the hidden numbers.

It reads only what an edition's JSON says and shares no code with the gate: it writes down what must hold between the numbers
(trees of the dimensions, numerator and rest, periods, identities) and asks a solver for the least and most of each hidden one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import highspy
import numpy

Name = tuple[Any, ...]
TOP = 10**6


@dataclass(frozen=True)
class Found:
    """What the attack learned of one number that is not shown."""

    name: Name
    reason: str
    low: int
    high: int

    @property
    def is_exact(self) -> bool:
        return self.low == self.high


class Attacker:
    """Collects what is published, then asks."""

    def __init__(self, *, knows_codes: bool = False, identities: Sequence[tuple[dict, dict]] = ()) -> None:
        self.bounds: dict[Name, list[float]] = {}
        self.lines: list[tuple[dict[Name, int], float, float]] = []
        self.hidden: dict[Name, str] = {}
        self.knows_codes, self.identities = knows_codes, identities
        self._periods: list[tuple[str, tuple[str, ...]]] = []

    def read(self, body: dict[str, Any], spans: Iterable[tuple[str, tuple[str, ...]]] = ()) -> None:
        """Take in one table of one edition; `spans` says which quarters make up which period."""
        axes = {axis["id"]: axis["nodes"] for axis in body["axes"]}
        tops = {
            axis: next(node["id"] for node in nodes if node["parent"] is None)
            for axis, nodes in axes.items()
            if axis != "period"
        }
        measure, person = body["measure"]["id"], body["kind"] == "person"

        def name(part: str, at: dict[str, str]) -> Name:
            places = sorted((axis, node) for axis, node in at.items() if node != tops.get(axis))
            return (measure, part, *places)

        for row in body["rows"]:
            met, whole = name("met", row["at"]), name("all", row["at"])
            self._number(met, row["numerator"], person, body["rounding"])
            if row["denominator"] and body["measure"]["unit"] == "percent":
                self._number(whole, row["denominator"], person, body["rounding"])
                rest = name("rest", row["at"])
                self._open(rest)
                self.lines.append(({whole: 1, met: -1, rest: -1}, 0, 0))
                self._figure(met, whole, row)
        parts = ("met", "rest", "all") if body["measure"]["unit"] == "percent" else ("met",)
        for axis, nodes in axes.items():
            below: dict[str, list[str]] = {}
            for node in nodes:
                below.setdefault(node["parent"], []).append(node["id"])
            others = [[(other, node["id"]) for node in there] for other, there in axes.items() if other != axis]
            for (parent, children), part, rest_at in product(below.items(), parts, list(product(*others))):
                if parent is not None and axis != "period":
                    line = {name(part, {**dict(rest_at), axis: parent}): 1}
                    line |= {name(part, {**dict(rest_at), axis: child}): -1 for child in children}
                    self.lines.append((line, 0, 0))
        for here, there in self.identities:
            self._identity(here, there)
        for span, quarters in spans:
            self._span(span, quarters)

    def _number(self, name: Name, shown: dict[str, Any], person: bool, rounding: int) -> None:
        bound = self._open(name)
        if "number" in shown:
            low = max(0, shown["number"] - rounding + 1) if rounding else shown["number"]
            high = shown["number"] + rounding - 1 if rounding else shown["number"]
            bound[0], bound[1] = max(bound[0], low), min(bound[1], high)
            return
        self.hidden[name] = shown["reason"]
        if self.knows_codes and person:
            known = {"small": (1, 10), "complement": (11, TOP)}.get(shown["reason"], (0, TOP))
            bound[0], bound[1] = max(bound[0], known[0]), min(bound[1], known[1])

    def _figure(self, met: Name, whole: Name, row: dict[str, Any]) -> None:
        """A percentage beside a known denominator tells the numerator."""
        people = row["denominator"].get("number")
        if "number" in row["value"] and people:
            share = row["value"]["number"] / 100
            near = 0.0005 * people
            bound = self._open(met)
            if "number" not in row["numerator"]:
                bound[0], bound[1] = max(bound[0], share * people - near), min(bound[1], share * people + near)

    def _identity(self, here: dict, there: dict) -> None:
        for known in list(self.bounds):
            places = dict(known[2:])
            if all(places.get(axis) == node for axis, node in here.items()):
                rest = {axis: node for axis, node in places.items() if axis not in here}
                if all(rest.get(axis, node) == node for axis, node in there.items()):
                    same = (*known[:2], *sorted({**rest, **there}.items()))
                    if same in self.bounds and same != known:
                        self.lines.append(({known: 1, same: -1}, 0, 0))

    def _span(self, span: str, quarters: tuple[str, ...]) -> None:
        for known in list(self.bounds):
            if ("period", span) in known[2:]:
                rest = [place for place in known[2:] if place != ("period", span)]
                parts = [(*known[:2], *sorted([*rest, ("period", quarter)])) for quarter in quarters]
                for part in parts:
                    self._open(part)
                self.lines.append(({known: 1, **dict.fromkeys(parts, -1)}, 0, 0))

    def _open(self, name: Name) -> list[float]:
        return self.bounds.setdefault(name, [0, TOP])

    def attack(self) -> list[Found]:
        """Return the range of every number that was not shown."""
        names = list(self.bounds)
        column = {name: at for at, name in enumerate(names)}
        solver = self._model(names, column)
        found = []
        for name, reason in self.hidden.items():
            ends = []
            for sign in (1.0, -1.0):
                solver.changeColCost(column[name], sign)
                solver.run()
                assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
                ends.append(solver.getSolution().col_value[column[name]])
            solver.changeColCost(column[name], 0.0)
            found.append(Found(name, reason, int(numpy.ceil(ends[0] - 1e-5)), int(numpy.floor(ends[1] + 1e-5))))
        return found

    def _model(self, names: list[Name], column: dict[Name, int]) -> highspy.Highs:
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        for name in names:
            solver.addVar(*self.bounds[name])
        for line, low, high in self.lines:
            if all(name in column for name in line):
                places = numpy.array([column[name] for name in line], dtype=numpy.int32)
                solver.addRow(low, high, len(line), places, numpy.array(list(line.values()), dtype=float))
        return solver


def succeeded(found: Iterable[Found], *, knows_codes: bool = False) -> list[Found]:
    """Return where the attack learned what it must not: a number, or that a small one lies between 1 and 10."""
    wins = []
    for one in found:
        told = one.high <= 10 and one.low >= 1
        if (
            one.is_exact
            or (one.reason == "small" and not knows_codes and (told or one.high <= 10))
            or (not knows_codes and one.high - one.low < 10)
        ):
            wins.append(one)
    return wins
