"""What became of a course of illness by its score: no response yet, response, remission. Pure; clinical.md 3.2."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from throughcare.chart.trends import Point
from throughcare.kernel import clock, content

PATH = "chart/courses.toml"


@dataclass(frozen=True, slots=True)
class CourseRule:
    """The score that begins a course, which part of it must be gone for a response, and under what it is over."""

    begins_at: Decimal
    response: Decimal
    remission_below: Decimal


@dataclass(frozen=True, slots=True)
class Course:
    """One course: the score it began with, the newest one, and what that is called."""

    first: Point
    newest: Point
    state: str


def rule_for(code: str) -> CourseRule | None:
    """Give the rule by which a score of this code is followed; most have none."""
    return _rules(content.document(PATH).digest).get(code)


@lru_cache(maxsize=4)
def _rules(digest: str) -> dict[str, CourseRule]:
    rows = content.rows(PATH, "course")
    return {
        row["code"]: CourseRule(*(Decimal(str(row[name])) for name in ("begins_at", "response", "remission_below")))
        for row in rows
    }


def course(points: Sequence[Point], rule: CourseRule) -> Course | None:
    """Give the last course of a line of scores; None where no score was high enough to begin one.

    It begins with the first high score after the last remission. A remission stands until a high score begins the next.
    """
    first, over = None, False
    ordered = sorted(points, key=lambda p: p.at)
    for point in ordered:
        if point.value >= rule.begins_at and (first is None or over):
            first, over = point, False
        elif first is not None and point.value < rule.remission_below:
            over = True
    if first is None:
        return None
    newest = ordered[-1]
    if newest.value < rule.remission_below:
        return Course(first, newest, "remission")
    fell = (first.value - newest.value) / first.value
    return Course(first, newest, "response" if fell >= rule.response else "none")


def words(found: Course) -> str:
    """Say it beside the trend; of a single score there is nothing to say yet."""
    if found.newest is found.first:
        return ""
    fell = round((found.first.value - found.newest.value) / found.first.value * 100)
    began = clock.local(found.first.at)
    since = f"from {found.first.value.normalize():f} on {began:%b} {began.day}, {began.year}"
    change = f"{fell}% lower" if fell > 0 else "not lower" if fell == 0 else f"{-fell}% higher"
    return {
        "remission": f"remission: {change}, {since}",
        "response": f"response: {change}, {since}",
        "none": f"no response yet: {change}, {since}",
    }[found.state]
