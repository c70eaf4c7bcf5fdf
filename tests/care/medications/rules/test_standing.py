"""When medicines are decided on, given first, renewed and co-signed, at every edge."""

from datetime import UTC, datetime, timedelta

import pytest

from throughcare.care.medications.rules import standing, tables
from throughcare.care.medications.rules.standing import Priority
from throughcare.care.medications.rules.traits import Traits

TABLE = tables.orders()
NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)
INSULIN, MOUD, PLAIN = (
    Traits(critical=True),
    Traits(opioid_treatment=True, schedule=2, minimum=timedelta(hours=18)),
    Traits(minimum=timedelta(hours=8)),
)


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def test_a_prescriber_decides_within_twelve_hours() -> None:
    assert standing.decide_due(NOW, TABLE).due_at == hours(12)


@pytest.mark.parametrize(
    ("traits", "next_due", "last", "due", "not_before", "source"),
    [
        (INSULIN, 3, None, 3, None, "INT-04"), (INSULIN, None, None, 12, None, "INT-04"), (PLAIN, None, None, 24, None, "INT-04"),
        (MOUD, None, None, 24, None, "MOU-01"), (MOUD, 10, -14, 10, 4, "MOU-01"), (MOUD, 2, -14, 4, 4, "MOU-01"), (MOUD, None, -1, 24, 17, "MOU-01"),
        (PLAIN, 1, -7, 1, 1, "INT-04"), (PLAIN, 1, -6, 2, 2, "INT-04"), (INSULIN, -2, None, 0, None, "INT-04"), (MOUD, 400, -100, 400, -82, "MOU-01"),
    ],
)  # fmt: skip
def test_the_next_dose_is_due_at_its_time_and_never_too_early(
    traits: Traits, next_due: float | None, last: float | None, due: float, not_before: float | None, source: str
) -> None:
    found = standing.dose_due(
        NOW, None if next_due is None else hours(next_due), None if last is None else hours(last), traits, TABLE
    )
    assert found.due_at == hours(due)
    assert found.not_before == (None if not_before is None else hours(not_before))
    assert found.source == source


@pytest.mark.parametrize(
    ("priority", "in_stock", "due"),
    [("stat", True, 3), ("urgent", True, 5), ("routine", True, 24), ("routine", False, 48)],
)
def test_first_dose(priority: str, in_stock: bool, due: float) -> None:
    found = standing.first_dose_due(
        NOW, Priority(priority), TABLE, in_stock=in_stock, shift_ends_at=hours(3), next_pass_at=hours(5)
    )
    assert found.due_at == hours(due)


def test_renewal_warnings() -> None:
    ends = NOW + timedelta(days=20)
    assert [(ends - at).days for at in standing.renewal_warnings(ends, TABLE)] == [14, 7, 3]


@pytest.mark.parametrize(
    ("left", "warned"), [(14.1, None), (14, 14), (7.1, 14), (7, 7), (3, 3), (0.1, 3), (0, None), (-1, None)]
)
def test_warning_now(left: float, warned: int | None) -> None:
    assert standing.warnings_now(NOW + timedelta(days=left), NOW, TABLE) == warned


def test_cosign_and_bridging() -> None:
    assert standing.cosign_due(NOW, TABLE).due_at == hours(24)
    assert standing.bridge_problems("rn", "Bridge of verified medicines", PLAIN, TABLE) == ()
    assert [f.code for f in standing.bridge_problems("lpn", " ", MOUD, TABLE)] == [
        "role",
        "standing_order",
        "controlled",
    ]


def test_monitoring_programme() -> None:
    three = timedelta(hours=72)
    assert not standing.needs_monitoring_check(three, MOUD, TABLE)
    assert standing.needs_monitoring_check(three + timedelta(seconds=1), MOUD, TABLE)
    assert not standing.needs_monitoring_check(10 * three, PLAIN, TABLE)
