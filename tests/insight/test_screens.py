"""Insight's pages: who may open them, what they say, that they show nobody whom the lens hides; constant queries."""

from pathlib import Path
from uuid import UUID

import pytest
from django.test.utils import CaptureQueriesContext

from tests.fixtures_lenses import lens_of
from tests.insight.conftest import DAY, NOW, Story
from throughcare.insight import reads
from throughcare.insight.behind import behind
from throughcare.insight.measures import definitions
from throughcare.insight.warehouse import making
from throughcare.kernel import clock
from throughcare.kernel.errors import NotFound
from throughcare.kernel.vocabulary import Role


@pytest.fixture(scope="module")
def warehouse(lived: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of a short story, twelve days on: duties of the first days have fallen due."""
    story = Story()
    folder = tmp_path_factory.mktemp("insight") / "warehouse"
    with clock.frozen(NOW):
        story.first()
    with clock.frozen(NOW + 12 * DAY):
        making.build(folder)
    return folder


@pytest.fixture
def at(warehouse: Path, settings):
    """Read that warehouse, then."""
    settings.WAREHOUSE = warehouse
    with clock.frozen(NOW + 12 * DAY):
        yield


def test_the_worst_stands_first_and_adds_up(at) -> None:
    """Open duties of nobody who cared are late; each line's base is what fell due."""
    found = reads.overview(lens_of(Role.HSA))
    late = found.of("late")
    assert late and late[0].number.missed == late[0].number.denominator
    lows = [reads.surely_missed(line) for line in late]
    assert lows == sorted(lows, reverse=True)
    listed = [m.id for m in found.nothing] + [line.measure.id for line in found.lines]
    every = definitions.measures(found.fresh.until)
    twice = {d.rules for d in every if d.area != "clock"}
    assert sorted(listed) == sorted(m.id for m in every if m.area != "clock" or m.rules not in twice)


def test_behind_a_number_are_its_duties(at) -> None:
    """Every duty of the number is there for who may see it; of a facility's, that facility's."""
    page = reads.measure_page(lens_of(Role.HSA), "T-INT-02")
    assert page.whole.denominator == 3
    months = [m for m, n in zip(page.labels, page.numbers, strict=True) if n.missed]
    assert sum(behind(lens_of(Role.HSA), "T-INT-02", month=m).total for m in months) == page.whole.missed
    found = behind(lens_of(Role.HSA), "T-INT-02", month=months[0], facility=page.places[0].id)
    assert found.total == found.shown == len({d.id for d in found.duties})


def test_a_reader_with_places_sees_those_alone(at) -> None:
    """The whole is the sum of one's own places; another's is not found."""
    page = reads.measure_page(lens_of(Role.HSA), "T-INT-02")
    place = UUID(page.places[0].id)
    from dataclasses import replace

    narrow = replace(lens_of(Role.HSA), facilities=frozenset({place}))
    mine = reads.measure_page(narrow, "T-INT-02")
    assert [p.id for p in mine.places] == [str(place)]
    assert mine.whole.denominator == page.places[0].number.denominator
    with pytest.raises(NotFound):
        behind(narrow, "T-INT-02", month="2026-10", facility=str(UUID(int=1)))


def test_what_the_lens_hides_is_not_named_and_still_counted(at) -> None:
    """A reader who may see no duty is named nobody; the number stays."""
    from dataclasses import replace

    page = reads.measure_page(lens_of(Role.HSA), "T-INT-02")
    month = next(m for m, n in zip(page.labels, page.numbers, strict=True) if n.missed)
    blind = replace(lens_of(Role.HSA), grants={})
    seen = behind(lens_of(Role.HSA), "T-INT-02", month=month)
    unseen = behind(blind, "T-INT-02", month=month)
    assert (unseen.shown, unseen.total) == (0, seen.total)


def test_pages_need_few_queries(at) -> None:
    """However many measures and duties there are."""
    from django.db import connection

    with CaptureQueriesContext(connection) as counted:
        reads.overview(lens_of(Role.HSA))
    assert len(counted) <= 8
    with CaptureQueriesContext(connection) as counted:
        behind(lens_of(Role.HSA), "T-INT-02", month="2026-10")
    assert len(counted) <= 10


def test_oversight_sees_numbers_and_nobody(at) -> None:
    """It may open the page; what it is told there, and from when on, is in test_oversight."""
    from throughcare.insight import policy

    lens = lens_of(Role.OMBUDS)
    assert policy.NUMBERS.allows(lens) and not policy.PEOPLE.allows(lens)
    with pytest.raises(NotFound, match="whole quarters"):
        reads.overview(lens)


def test_numbers_are_read_as_reports(at) -> None:
    """Through the API's door: who may see numbers finds them, masked where few; who may not finds none."""
    from tests.exchange.fhir.conftest import open_door
    from throughcare.access import tokens

    tokens.forget()
    door = open_door("hsa")
    assert door.get("Measure/A-INT").json["scoring"]["coding"][0]["code"] == "proportion"
    assert len(door.get("Measure", url="urn:throughcare:measure:A-INT").resources) == 1
    found = door.get("MeasureReport", measure="Measure/T-INT-02").resources
    assert found and all("value" not in r["group"][0]["measureScore"] for r in found)
    assert door.get(f"MeasureReport/{found[0]['id']}").json == found[0]
    assert door.get("MeasureReport/T-INT-02.1999-01").status == 404
    officer = open_door("custody", facility="hartford")
    assert not officer.get("MeasureReport").resources and officer.get("Measure/A-INT").status == 404


def test_old_numbers_say_so(at) -> None:
    """A night without an update is a night; two are told."""
    assert not reads.overview(lens_of(Role.HSA)).fresh.stale
    with clock.frozen(NOW + 14 * DAY):
        assert reads.overview(lens_of(Role.HSA)).fresh.stale
