"""The warehouse: the same bytes at once or in steps, what late or killed writers leave, corrections, days, and who may read."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.insight.conftest import DAY, NOW, Story
from throughcare.duties.working_time import working_time
from throughcare.insight.schema import TABLES
from throughcare.insight.warehouse import files, making, opening
from throughcare.kernel import clock
from throughcare.kernel.errors import Refused


@pytest.fixture(scope="module")
def story() -> Story:
    """The people of this module."""
    return Story()


@pytest.fixture(scope="module")
def stepped(lived: str, story: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse that was built after the first chapter, and brought up to date after each other one."""
    folder = tmp_path_factory.mktemp("stepped") / "warehouse"
    for days, chapter in enumerate((story.first, story.second, story.third)):
        with clock.frozen(NOW + days * DAY / 2):
            chapter()
            making.update(folder)
    return folder


def now():
    return clock.frozen(NOW + DAY)


def shown(folder: Path) -> dict[str, dict[str, files.Part]]:
    state = files.read(folder)
    assert state is not None
    return state.tables


def test_at_once_and_in_steps_are_the_same_bytes(stepped: Path, tmp_path: Path) -> None:
    """File by file: a file's name holds its digest."""
    with now():
        making.build(tmp_path / "once")
    once, steps = shown(tmp_path / "once"), shown(stepped)
    assert {t: sum(p.rows for p in m.values()) for t, m in once.items()} == {
        t: sum(p.rows for p in m.values()) for t, m in steps.items()
    }
    assert once == steps
    assert {"stay", "move", "duty", "placement", "person_day", "observation", "facility", "legal_status"} <= set(once)


def test_it_is_what_the_record_says(stepped: Path) -> None:
    """Row counts and facilities agree with the rooms' own rows."""
    from throughcare.custody.models import Move, Placement, Stay
    from throughcare.duties.models import Duty
    from throughcare.kernel.vocabulary import SEALED

    con = opening.opened(stepped, zone=working_time().zone)

    def count(query: str):
        return con.execute(query).fetchall()

    assert count("SELECT count(*) FROM stay")[0][0] == Stay.objects.count()
    assert count("SELECT count(*) FROM move")[0][0] == Move.objects.count()
    open_duties = Duty.objects.exclude(data_class__in=[c.value for c in SEALED])
    assert count("SELECT count(*) FROM duty")[0][0] == open_duties.count()
    assert (
        count("SELECT count(*) FROM duty WHERE closed_at IS NULL")[0][0] == open_duties.filter(closed_at=None).count()
    )
    here = Placement.objects.filter(until=None, cancelled=False).values_list("person_id", "facility_id")
    found = {(p, f) for p, f in count("SELECT person_id, facility FROM placement WHERE until IS NULL")}
    assert found == {(str(p), str(f)) for p, f in here}
    assert count("SELECT count(*) FROM observation WHERE placed AND facility IS NULL")[0][0] == 0


def test_days_add_up_to_time_in_custody(stepped: Path) -> None:
    """The hours of the days are the hours of the placements until the last whole day, and no day has more than 25."""
    con = opening.opened(stepped, zone=working_time().zone)
    state = files.read(stepped)
    assert state is not None
    end = working_time().end_of_day(state.last_day).replace(tzinfo=None)
    hours = con.execute(
        "SELECT sum(epoch(least(coalesce(until, ?), ?)) - epoch(since)) / 3600 FROM placement WHERE since < ?",
        [end] * 3,
    ).fetchall()[0][0]
    days, most, least = con.execute("SELECT sum(hours), max(hours), min(day_of_stay) FROM person_day").fetchall()[0]
    assert days == pytest.approx(hours, abs=1)
    assert most <= 25 and least == 1


def test_sealed_classes_are_not_in_it(stepped: Path) -> None:
    """No row of a sealed class; each row says its class."""
    from throughcare.kernel.vocabulary import SEALED, DataClass

    con = opening.opened(stepped, zone=working_time().zone)
    for table in (t for t in TABLES if "data_class" in t.names):
        found = {c for (c,) in con.execute(f"SELECT DISTINCT data_class FROM {table.name}").fetchall()}
        assert found <= {c.value for c in DataClass} - {c.value for c in SEALED}, table.name


def test_a_killed_run_leaves_the_state_before(stepped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it died at, the old state is whole; the next run sweeps up and arrives where it would have."""
    before = shown(stepped)
    for name in ("keep", "publish", "private"):
        with monkeypatch.context() as broken, now(), pytest.raises(OSError, match="killed"):
            broken.setattr(files, name, _die)
            making.build(stepped)
        assert shown(stepped) == before
    with now():
        making.update(stepped)
    assert shown(stepped) == before
    state = files.read(stepped)
    assert state is not None
    assert {str(f.relative_to(stepped)) for f in stepped.glob("*/*.parquet")} == state.every_file() | set(state.before)
    assert not (stepped / files.WORK).exists()


def _die(*_: object, **__: object) -> None:
    raise OSError("killed")


def test_one_writer_at_a_time(stepped: Path) -> None:
    with files.writing(stepped), pytest.raises(Refused, match="being written"), now():
        making.update(stepped)


def test_nobody_else_reads_it(stepped: Path) -> None:
    """Folders 0700, files 0600."""
    assert stat.S_IMODE(stepped.stat().st_mode) == 0o700
    for file in stepped.rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) == (0o700 if file.is_dir() else 0o600), file


def test_a_row_that_commits_late_is_not_lost(lived: str, stepped: Path, tmp_path: Path) -> None:
    """An older transaction that ends after a newer one comes with the next update: the horizon waits for it."""
    import psycopg

    from tests.conftest import APP, CLUSTER
    from throughcare.ledger import feed

    with psycopg.connect(CLUSTER.url(APP, lived)) as slow:
        slow.execute("SELECT pg_current_xact_id()")
        mine = int(slow.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()[0])
        assert feed.horizon() <= mine
        slow.rollback()
    assert feed.horizon() > mine


def test_the_local_day_follows_the_clocks(stepped: Path) -> None:
    """On both sides of both changes of clocks."""
    con = opening.opened(stepped, zone=working_time().zone)
    for at in (
        "2026-03-08 04:59:59",
        "2026-03-08 05:00:00",
        "2026-03-09 03:59:59",
        "2026-03-09 04:00:00",
        "2026-11-02 04:59:59",
    ):
        day = datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(working_time().zone).date()
        assert con.execute(f"SELECT local_day(TIMESTAMP '{at}')").fetchall()[0][0] == day
