"""One person seen by a measure: their rows, the period, and the code lists by which rows are found. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from throughcare.insight.measures.codes import CodeBook
from throughcare.insight.measures.points import NOT_BORN, Age, Point, Span, age_between
from throughcare.insight.measures.rows import Condition, Encounter, History, Observation, Order, Procedure, Row, Supply

R = TypeVar("R", bound=Row)
Kept = TypeVar("Kept")

FINAL = ("final", "amended", "corrected")
BEING_DONE = ("finished", "arrived", "triaged", "in-progress", "onleave")
ORDERS = ("order", "original-order", "reflex-order", "filler-order", "instance-order")
VERIFIED = ("", "confirmed", "unconfirmed", "provisional", "differential")

SURVEY = "http://terminology.hl7.org/CodeSystem/observation-category|survey"

PROBLEM, DIAGNOSIS = "qicore-condition-problems-health-concerns", "qicore-condition-encounter-diagnosis"
_EVERY_MODEL = {
    "encounter": {"qicore-encounter"},
    "procedure": {"qicore-procedure"},
    "service_request": {"qicore-servicerequest"},
    "device_request": {"qicore-devicerequest"},
    "medication_order": {"qicore-medicationrequest"},
    "supply": {"qicore-medicationdispense"},
}
_PLAIN = {"qicore-observation"}
# By which profile a published measure finds what it asks for. A resource of an official case that doesn't say that it
# follows the profile is not found, as in the engines that made the expected answers.
MODELS: Mapping[str, Mapping[str, set[str]]] = {
    "4.1.1": {
        **_EVERY_MODEL,
        "condition": {"qicore-condition"},
        **dict.fromkeys(("observation", "result", "survey", "simple", "not_done", "pressure"), _PLAIN),
    },
    "6.0.0": {
        **_EVERY_MODEL,
        "condition": {PROBLEM, DIAGNOSIS},
        "observation": _PLAIN,
        "result": {"qicore-observation-lab"},
        "survey": {"qicore-observation-screening-assessment"},
        "simple": {"qicore-simple-observation"},
        "not_done": {"qicore-observationcancelled"},
        "pressure": {"us-core-blood-pressure"},
    },
}


@dataclass
class Subject:
    """Whom a measure looks at, over which period, by which code lists; `model` only for an official case."""

    history: History
    period: Span
    book: CodeBook
    model: str = ""
    # What was found of the person by code lists; kept from period to period where one history is looked at over several.
    known: dict[tuple[object, ...], list[Any]] = field(default_factory=dict, repr=False)

    def age_at(self, point: Point | None) -> Age:
        """Count years of age on a day; of no age where the birth or the day is not known."""
        if self.history.born is None or point is None:
            return NOT_BORN
        return age_between(self.history.born, point)

    @cached_property
    def age_at_start(self) -> Age:
        """Count years of age on the first day of the period."""
        return self.age_at(self.period.start)

    @cached_property
    def age_at_end(self) -> Age:
        """Count years of age on the last day of the period."""
        return self.age_at(self.period.end)

    def encounters(self, *lists: str, statuses: Sequence[str] = (), codes: Iterable[str] = ()) -> list[Encounter]:
        """Find encounters coded in any of the lists or by any of the codes, in one of the statuses where any is named."""
        return self._found("encounter", self.history.encounters, lists, codes, statuses)

    def conditions(self, *lists: str, codes: Iterable[str] = ()) -> list[Condition]:
        """Find conditions coded in any of the lists, of every status."""
        return self._found("condition", self.history.conditions, lists, codes)

    def observations(
        self, *lists: str, kind: str = "survey", statuses: Sequence[str] = (), codes: Iterable[str] = ()
    ) -> list[Observation]:
        """Find observations of a kind (survey, result, simple …) coded in any of the lists or by any of the codes."""
        return self._found(kind, self.history.observations, lists, codes, statuses)

    def procedures(self, *lists: str, codes: Iterable[str] = ()) -> list[Procedure]:
        """Find completed procedures coded in any of the lists or by any of the codes."""
        return self._found("procedure", self.history.procedures, lists, codes, ("completed",))

    def every_procedure(self, *lists: str) -> list[Procedure]:
        """Find procedures of every status."""
        return self._found("procedure", self.history.procedures, lists, ())

    def service_requests(self, *lists: str, statuses: Sequence[str] = ()) -> list[Order]:
        """Find orders of services that were asked for, not those that were ordered not to be done."""
        return self._asked(self._found("service_request", self.history.service_requests, lists, (), statuses))

    def device_requests(self, *lists: str, statuses: Sequence[str] = ()) -> list[Order]:
        """Find orders of devices that were asked for."""
        return self._asked(self._found("device_request", self.history.device_requests, lists, (), statuses))

    def medication_orders(self, *lists: str, statuses: Sequence[str] = ()) -> list[Order]:
        """Find orders of medicines that were asked for."""
        return self._asked(self._found("medication_order", self.history.medication_orders, lists, (), statuses))

    def supplies(self, *lists: str) -> list[Supply]:
        """Find dispenses that took place or are taking place."""
        return self._found("supply", self.history.supplies, lists, (), ("completed", "in-progress", "on-hold"))

    def diagnosed_with(self, encounter: Encounter, name: str) -> bool:
        """Say whether one of the conditions an encounter names as its diagnosis is in a list."""
        return any(c.id in encounter.diagnosis_ids for c in self.conditions(name))

    def kept(self, name: str, find: Callable[[], list[Kept]]) -> list[Kept]:
        """Give what is true of the person in every period, and no code list names: found once for all of them."""
        found: list[Kept] | None = self.known.get((name,))
        if found is None:
            found = self.known[(name,)] = find()
        return found

    def follows(self, row: Row, kind: str) -> bool:
        """Say whether a row is of a kind, by the profile it names; every row of our own record is."""
        return not self.model or not row.profiles.isdisjoint(MODELS[self.model][kind])

    def as_problem(self, condition: Condition) -> bool:
        """Say whether a condition stands for itself: a problem or health concern."""
        return PROBLEM in condition.profiles if self.model else _named(condition, "problem-list-item", "health-concern")

    def as_diagnosis(self, condition: Condition) -> bool:
        """Say whether a condition is a diagnosis of an encounter; in our own record a problem is one too."""
        return DIAGNOSIS in condition.profiles if self.model else True

    def _asked(self, orders: list[Order]) -> list[Order]:
        """Leave out orders not to do something; an official case says so by its profile."""
        return orders if self.model else [o for o in orders if not o.not_done]

    def _found(
        self, kind: str, rows: Iterable[R], lists: Sequence[str], codes: Iterable[str], statuses: Sequence[str] = ()
    ) -> list[R]:
        key = (kind, tuple(lists), tuple(codes), tuple(statuses))
        found: list[R] | None = self.known.get(key)
        if found is None:
            wanted = self.book.union(lists) | frozenset(key[2])
            found = self.known[key] = [
                r
                for r in rows
                if not r.codes.isdisjoint(wanted) and (not statuses or r.status in statuses) and self.follows(r, kind)
            ]
        return found


def _named(condition: Condition, *categories: str) -> bool:
    named = {c.rsplit("|", 1)[-1] for c in condition.categories}
    return not named or not named.isdisjoint(categories)


def verified(condition: Condition) -> bool:
    """Say whether a condition was not refuted or entered in error."""
    return condition.verification in VERIFIED


def confirmed_active(condition: Condition) -> bool:
    """Say whether a condition is confirmed and goes on."""
    return condition.status in ("active", "recurrence", "relapse") and condition.verification == "confirmed"
