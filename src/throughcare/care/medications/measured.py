"""What was measured of a person, as the checks of an order read it: the newest of each kind decides, in one unit (clinical.md 2.3).

What can't be read (no number, an unknown unit, a figure that no body has) is not known. It hides no older figure behind it and is
never taken for normal: the check that needs it says that it could not run, or warns.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from throughcare.care.medications.rules.check_facts import Check, Heart, Kidneys
from throughcare.care.medications.rules.check_words import names
from throughcare.chart.models import Condition, Observation
from throughcare.kernel import clock, content
from throughcare.kernel.content import ContentError

SITUATION = "medications/situation.toml"
NOT_PROBLEMS = ("refuted", "entered-in-error")
NOT_RESULTS = ("entered-in-error", "cancelled", "registered")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number in our unit; `under` where it was told as less than this."""

    value: Decimal
    at: datetime
    under: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """What the checks know of a person's body; None is not known."""

    kidneys: Kidneys | None
    heart: Heart
    pregnant: bool | None
    pregnancy_asked: bool


def standing_problems(people: Sequence[UUID]) -> list[tuple[str, str]]:
    """Give code and words of each problem on one person's list (all their linked charts) that nobody refuted."""
    rows = Condition.objects.filter(person_id__in=people, status="active")
    return list(rows.exclude(verification__in=NOT_PROBLEMS).order_by("id").values_list("code", "text"))


def checks_by_codes(codes: Iterable[str]) -> frozenset[Check]:
    """Say which checks read a measurement of these codes; all that read any while the table itself can't be read."""
    told = frozenset(codes)
    try:
        read = _codes_read()
    except ContentError:
        return frozenset({Check.PREGNANCY, Check.RENAL, Check.QT}) if told else frozenset()
    return frozenset(check for check, of_check in read.items() if told & of_check)


def _codes_read() -> dict[Check, frozenset[str]]:
    said = content.load(SITUATION)
    kinds = {str(row["id"]): frozenset(row["codes"]) for row in content.rows(SITUATION, "figure")}
    return {
        Check.PREGNANCY: frozenset((*said["pregnancy_status"], *said["pregnancy_test"])),
        Check.RENAL: kinds["filtration"] | kinds["clearance"],
        Check.QT: kinds["corrected_qt"] | kinds["potassium"] | kinds["magnesium"],
    }


def body_of(people: Sequence[UUID], problems: Sequence[tuple[str, str]]) -> Body:
    """Read kidneys, heart and pregnancy of one person (all their linked charts) in one statement; the problems are known already."""
    said = content.load(SITUATION)
    kinds = {str(row["id"]): row for row in content.rows(SITUATION, "figure")}
    codes = [code for row in kinds.values() for code in row["codes"]]
    rows = Observation.objects.filter(
        person_id__in=people, code__in=[*codes, *said["pregnancy_status"], *said["pregnancy_test"]]
    ).exclude(status__in=NOT_RESULTS)
    newest = {row.code: row for row in rows.order_by("code", "-effective_at").distinct("code")}
    figures = {name: _figure(newest, row) for name, row in kinds.items()}
    expecting = any(_tells_of_pregnancy(*problem, said) for problem in problems)
    asked = any(code in newest for code in (*said["pregnancy_status"], *said["pregnancy_test"]))
    pregnant = True if expecting else _pregnant(newest, said)
    return Body(_kidneys(figures, said), _heart(figures, said), pregnant, asked)


def _tells_of_pregnancy(code: str, text: str, said: Mapping[str, Any]) -> bool:
    if code.startswith(tuple(said["pregnancy_codes"])):
        return True
    words, denials, other = (said[f"pregnancy_{part}"] for part in ("words", "denials", "other_words"))
    return names(text, words, denials, but_not=other)


def _figure(newest: Mapping[str, Observation], kind: Mapping[str, Any]) -> Figure | None:
    """Give the newest figure of a kind; of several taken at one time the lowest, as laboratories told two of one sample."""
    found = [newest[code] for code in kind["codes"] if code in newest]
    if not found:
        return None
    last = max(row.effective_at for row in found)
    read = [_read(row, kind) for row in found if row.effective_at == last]
    return min((one for one in read if one is not None), key=lambda one: one.value, default=None)


def _read(row: Observation, kind: Mapping[str, Any]) -> Figure | None:
    factor = kind["units"].get(re.sub(r"[\s{}_^]", "", row.unit).replace("²", "2").casefold())
    if row.value is None or factor is None:
        return None
    value = (row.value * Decimal(str(factor))).normalize()
    low, high = kind["between"]
    if not Decimal(str(low)) <= value <= Decimal(str(high)):
        return None
    return Figure(value, row.effective_at, row.comparator.startswith("<"))


def _kidneys(figures: Mapping[str, Figure | None], said: Mapping[str, Any]) -> Kidneys | None:
    """Give both figures where they are of one time; else the newer alone: a good clearance of last year hides nothing."""
    found = {"crcl": figures["clearance"], "egfr": figures["filtration"]}
    known = {name: one for name, one in found.items() if one is not None}
    if not known:
        return None
    last = max(one.at for one in known.values())
    apart = timedelta(days=int(said["kidney_days_apart"]))
    fresh = {name: one for name, one in known.items() if last - one.at <= apart}
    crcl, egfr = fresh.get("crcl"), fresh.get("egfr")
    return Kidneys(
        crcl=crcl.value if crcl else None,
        egfr=egfr.value if egfr else None,
        days_ago=_days_ago(last),
        under=frozenset(name for name, one in fresh.items() if one.under),
    )


def _heart(figures: Mapping[str, Figure | None], said: Mapping[str, Any]) -> Heart:
    salts = ((figures[salt], Decimal(str(said[f"{salt}_low"]))) for salt in ("potassium", "magnesium"))
    low = any(one is not None and one.value < least for one, least in salts)
    qt = figures["corrected_qt"]
    return Heart(low_potassium_or_magnesium=low) if qt is None else Heart(int(qt.value), _days_ago(qt.at), low)


def _days_ago(at: datetime) -> int:
    return max(0, (clock.now() - at).days)


def _pregnant(newest: Mapping[str, Observation], said: Mapping[str, Any]) -> bool | None:
    """Give what was said or tested last: an older no never hides a newer yes, and a test that can't be read is no answer."""
    rows = [newest[code] for code in (*said["pregnancy_status"], *said["pregnancy_test"]) if code in newest]
    if not rows:
        return None
    last = max(row.effective_at for row in rows)
    answers = {_answer(row, said) for row in rows if row.effective_at == last}
    age = clock.now() - last
    if True in answers and age <= timedelta(days=int(said["pregnant_days"])):
        return True
    return False if answers == {False} and age <= timedelta(days=int(said["not_pregnant_days"])) else None


def _answer(row: Observation, said: Mapping[str, Any]) -> bool | None:
    words = {row.value_text.strip().casefold(), row.value_code.strip().casefold()}
    if words & set(said["pregnant_answers"]):
        return True
    return False if words & set(said["not_pregnant_answers"]) else None
