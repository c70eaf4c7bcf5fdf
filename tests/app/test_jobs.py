"""The clock's hand: what is due runs, what fails hinders nobody, and the demonstration's clock goes forward alone."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from throughcare.app import demo_clock, jobs
from throughcare.app.config import Mode, current
from throughcare.app.jobs import Hand, Job
from throughcare.kernel import clock
from throughcare.kernel.errors import Refused

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def counting(every: timedelta) -> tuple[Job, list[datetime]]:
    seen: list[datetime] = []
    return Job("counting", every, lambda: seen.append(clock.now())), seen


def test_a_job_runs_when_its_time_has_come_again():
    job, seen = counting(timedelta(minutes=10))
    hand = Hand((job,))
    for minutes in (0, 5, 10, 14, 25):
        with clock.frozen(NOON + timedelta(minutes=minutes)):
            hand.run_due()
    assert [(at - NOON) // timedelta(minutes=1) for at in seen] == [0, 10, 25]


def test_a_job_that_fails_hinders_no_other_and_tells_no_data(caplog: pytest.LogCaptureFixture):
    job, seen = counting(timedelta(minutes=10))

    def fail() -> None:
        raise ValueError("Sample-Quenneville has no bed")

    hand = Hand((Job("failing", timedelta(minutes=1), fail), job))
    assert hand.run_due() == 1
    assert len(seen) == 1
    assert "failing" in caplog.text
    assert "ValueError" in caplog.text
    assert "Quenneville" not in caplog.text


@pytest.fixture
def movable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A demonstration's clock in a home of its own; real time afterwards."""
    config = dataclasses.replace(current(), mode=Mode.DEMO, home=tmp_path)
    monkeypatch.setattr(demo_clock, "current", lambda: config)
    demo_clock.install(config)
    yield config
    clock.install(lambda: datetime.now(UTC))


def test_the_clock_goes_forward_step_by_step_running_what_falls_due(movable):
    job, seen = counting(timedelta(minutes=30))
    begin = clock.now()
    jobs.tick(begin + timedelta(hours=6), Hand((job,)))
    assert clock.now() - begin >= timedelta(hours=6)
    assert len(seen) == 13
    assert seen == sorted(seen)


def test_the_clock_never_goes_back(movable):
    demo_clock.move_to(clock.now() + timedelta(days=1))
    with pytest.raises(Refused, match="can't go back"):
        demo_clock.move_to(clock.now() - timedelta(hours=1))


def test_the_clock_stands_firm_in_production(movable, monkeypatch: pytest.MonkeyPatch):
    config = dataclasses.replace(movable, mode=Mode.PRODUCTION)
    monkeypatch.setattr(demo_clock, "current", lambda: config)
    with pytest.raises(Refused, match="production"):
        demo_clock.move_to(clock.now() + timedelta(days=1))
    assert not list(config.home.iterdir())


def test_another_process_of_the_same_home_sees_the_move(movable):
    demo_clock.move_to(clock.now() + timedelta(days=3))
    other = demo_clock._Offset(movable.home / "clock-offset")
    assert abs(other() - timedelta(days=3)) < timedelta(minutes=1)


@pytest.mark.django_db
def test_every_job_of_the_house_runs_on_an_empty_database():
    assert Hand().run_due() == len(jobs.JOBS)
