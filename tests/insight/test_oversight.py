"""What an office that sees aggregates only can subtract: reports from pages, today from yesterday, one quarter from the next."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from tests.fixtures_lenses import lens_of
from throughcare.insight import numbers, reads, reports
from throughcare.insight.pooling import few
from throughcare.insight.schema import BY_NAME
from throughcare.insight.warehouse import closing, files, writing
from throughcare.insight.warehouse.files import WHOLE, State
from throughcare.kernel import clock
from throughcare.kernel.errors import NotFound
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role

LATE = date(2026, 11, 14)
# Of each month everybody, then Hartford, Osborn and Corrigan: who counts, and who met it. Corrigan has few in August.
MONTHS = {
    "2026-04": ((60, 40), (70, 50), (50, 30)),
    "2026-05": ((60, 40), (70, 50), (50, 30)),
    "2026-06": ((60, 40), (70, 50), (50, 30)),
    "2026-07": ((60, 40), (70, 50), (50, 30)),
    "2026-08": ((60, 40), (70, 50), (4, 1)),
    "2026-09": ((60, 40), (70, 50), (50, 30)),
    "2026-10": ((60, 40), (70, 50), (50, 30)),
}
PLACES = tuple(str(derived("facility", code)) for code in ("hartford", "osborn", "corrigan"))


def state(folder: Path, told: dict, last_day: date, measures: tuple[str, ...] = ("A-INT",)) -> State:
    """Write a state whose measures have these numbers."""
    table = BY_NAME["measure_result"]
    con = writing.connect(folder)
    con.execute(f"CREATE TABLE made AS {writing.source(folder, table, [])}")
    for month, parts in told.items():
        whole = tuple(map(sum, zip(*parts, strict=True)))
        rows = [("", "", *whole), *(("facility", p, *n) for p, n in zip(PLACES, parts, strict=True))]
        rows += [("sex", "male", *whole)]
        for name, (kind, stratum, of, met) in product(measures, rows):
            row = dict.fromkeys(table.names) | dict.fromkeys(("late", "open", "refused", "excused", "gone"), 0)
            row |= {"measure": name, "version": "1", "month": month, "divided_by": kind, "stratum": stratum}
            row |= {"denominator": of, "numerator": met, "late": of - met, "small": of < 30, "longest_minutes": 90.0}
            con.execute(f"INSERT INTO made VALUES ({', '.join('?' * len(row))})", list(row.values()))
    with files.writing(folder):
        part = writing.write(con, folder, table, WHOLE, "SELECT * FROM made")
        found = State(1, last_day, {table.name: {WHOLE: part}}, read_at=datetime.now(UTC))
        files.publish(folder, found, files.read(folder))
        closing.close(folder, found)
    con.close()
    return found


@pytest.fixture
def folder(tmp_path: Path, settings, db) -> Iterator[Path]:
    """A warehouse until the middle of November."""
    settings.WAREHOUSE = tmp_path
    with clock.frozen(datetime(2026, 11, 15, 15, tzinfo=UTC)):
        state(tmp_path, MONTHS, LATE)
        yield tmp_path


def page(role: Role = Role.OMBUDS) -> reads.MeasurePage:
    return reads.measure_page(lens_of(role), "A-INT")


def test_only_whole_quarters_are_told(folder) -> None:
    """October is half a quarter; September's end is the end of what is told."""
    found = page()
    assert found.fresh.until == date(2026, 9, 30) and found.months == ("2026-07", "2026-08", "2026-09")
    assert found.whole.denominator == sum(of for m in found.months for of, _ in MONTHS[m])
    assert page(Role.HSA).fresh.until == LATE
    assert all(n.longest is None for n in (p.number for p in found.places))


def strata(report: dict) -> dict[str, tuple[int, int]]:
    """Read the counts of each place that a report tells."""
    (places,) = [s for s in report["group"][0].get("stratifier", ()) if s["code"][0]["text"] == "facility"] or [
        {"stratum": ()}
    ]
    counts = {s["value"]["text"]: [p["count"] for p in s["population"]] for s in places["stratum"]}
    return {name: (of, met) for name, (of, met) in counts.items()}


def test_reports_cannot_be_taken_from_a_page(folder) -> None:
    """With a report a month, Corrigan's August is its quarter less July and September; as told, there is nothing to take away."""
    office, health = lens_of(Role.OMBUDS), lens_of(Role.HSA)
    by_month = {m: strata(r) for m in MONTHS for r in reports.reports(health, (m,), "A-INT")}
    quarter = {p.title: p.number.denominator for p in page().places}
    corrigan = reads.titles(health)[PLACES[2]]
    assert corrigan not in by_month["2026-08"]  # hidden by itself, and yet:
    assert quarter[corrigan] - by_month["2026-07"][corrigan][0] - by_month["2026-09"][corrigan][0] == 4
    assert reports.months(office) == ("2026-06", "2026-09")
    told = {m: r for m in reports.months(office) for r in reports.reports(office, (m,), "A-INT")}
    assert told["2026-09"]["period"] == {"start": "2026-07-01", "end": "2026-09-30"}
    assert {name: of for name, (of, _) in strata(told["2026-09"]).items()} == quarter
    assert not set(reports.months(office)) & {"2026-07", "2026-08", "2026-10"}


def test_today_less_yesterday_is_nothing(folder) -> None:
    """A day brings three more to October, and a correction takes one out of September: neither shows."""
    before, seen = page(), page(Role.HSA)
    more = MONTHS | {"2026-09": ((59, 40), (70, 50), (50, 30)), "2026-10": ((63, 42), (70, 50), (50, 30))}
    with clock.frozen(datetime(2026, 11, 16, 15, tzinfo=UTC)):
        state(folder, more, LATE + timedelta(days=1))
        after = page()
        assert page(Role.HSA).whole.denominator == seen.whole.denominator + 2
    assert replace(after, fresh=before.fresh) == before


def test_a_quarter_is_told_once_it_has_settled(folder) -> None:
    """Fourteen days after its end (content): not on the thirteenth. A kept one is never written again."""
    assert closing.ended(date(2026, 10, 13))[-1] == "2026-Q2" and closing.ended(date(2026, 10, 14))[-1] == "2026-Q3"
    assert closing.ended(date(2027, 1, 13))[-1] == "2026-Q3" and closing.ended(date(2027, 1, 14))[-1] == "2026-Q4"
    kept = {file: file.read_bytes() for file in (folder / closing.TOLD).iterdir()}
    assert [file.name[:7] for file in sorted(kept)] == ["2026-Q2", "2026-Q3"]
    with clock.frozen(datetime(2026, 11, 16, 15, tzinfo=UTC)):
        state(folder, dict.fromkeys(MONTHS, ((30, 20),) * 3), LATE + timedelta(days=1))
    assert {file: file.read_bytes() for file in (folder / closing.TOLD).iterdir()} == kept
    assert all(file.stat().st_mode & 0o077 == 0 for file in kept)


def test_every_count_that_follows_from_what_is_told_is_large(folder) -> None:
    """Whatever an office keeps of pages and reports over half a year: sums and differences of any two of them, of one place."""
    known: dict[str, set[tuple[float, ...]]] = {}
    for day in (date(2026, 7, 14), date(2026, 8, 20), date(2026, 10, 14), LATE):
        with clock.frozen(datetime(day.year, day.month, day.day, 15, tzinfo=UTC) + timedelta(days=1)):
            state(folder, {m: n for m, n in MONTHS.items() if m < day.strftime("%Y-%m")}, day)
            found = page()
            for part in found.places:
                known.setdefault(part.title, set()).add((part.number.denominator, part.number.numerator))
            for month in reports.months(lens_of(Role.OMBUDS)):
                for report in reports.reports(lens_of(Role.OMBUDS), (month,), "A-INT"):
                    for place, counts in strata(report).items():
                        known.setdefault(place, set()).add(counts)
    for place, told in known.items():
        for one in told:
            for other in told:
                assert one == other or abs(one[0] - other[0]) == 0 or abs(one[0] - other[0]) > few(), (
                    place,
                    one,
                    other,
                )


def test_of_two_limits_one_is_told_wherever_it_is_asked(tmp_path: Path, settings, db) -> None:
    """On the overview, on its own page and as a report; who may see the people sees both."""
    settings.WAREHOUSE = tmp_path
    office, health = lens_of(Role.OMBUDS), lens_of(Role.HSA)
    with clock.frozen(datetime(2026, 11, 15, 15, tzinfo=UTC)):
        state(tmp_path, MONTHS, LATE, ("Q-HIVsupp", "Q-HIVsupp50"))
        for lens, told in ((office, {"Q-HIVsupp"}), (health, {"Q-HIVsupp", "Q-HIVsupp50"})):
            assert {line.measure.id for line in reads.overview(lens).lines} == told
            assert {m for m in ("Q-HIVsupp", "Q-HIVsupp50") if reads.measure_page(lens, m).estimate} == told
            assert {r["id"][:-8] for r in reports.reports(lens, ("2026-09",))} == told


def test_before_the_first_quarter_the_page_says_so(tmp_path: Path, settings, db) -> None:
    settings.WAREHOUSE = tmp_path
    with clock.frozen(datetime(2026, 10, 5, 15, tzinfo=UTC)):
        state(tmp_path, {"2026-09": MONTHS["2026-09"]}, date(2026, 10, 4))
        with pytest.raises(NotFound, match="14 days after it ended"):
            page()
        assert reports.months(lens_of(Role.OMBUDS)) == () and numbers.held()
