"""The workspace over a made agency: charts with what was changed, projects turn by turn, who may, what the database refuses."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.test.utils import CaptureQueriesContext

from bench import made_warehouse
from tests.fixtures_lenses import lens_of
from throughcare.duties import clock_table
from throughcare.insight.improvement import actions, reads, series, views
from throughcare.insight.improvement.actions import meetings, projects
from throughcare.insight.improvement.models import Annotation, Cycle, Target
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role

TODAY = date(2026, 11, 2)
HARTFORD, YORK = (derived("facility", c) for c in ("hartford", "york"))
LEAD = Actor("staff", derived("test", "hsa"), "Demo-Lead", Role.HSA, HARTFORD, "page")
NURSE = Actor("staff", derived("test", "rn"), "Demo-Nurse", Role.RN, HARTFORD, "page")
KEEPER = Actor("staff", derived("test", "him"), "Demo-Keeper", Role.HIM, HARTFORD, "page")
MEASURE = "T-MHS-01"
LATER = TODAY + timedelta(days=60)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("improvement") / "warehouse"
    rules = list(clock_table.rules(TODAY))[:3]
    rules += [MEASURE.removeprefix("T-")] if MEASURE.removeprefix("T-") not in rules else []
    made_warehouse.make(folder, people=90, months=made_warehouse.months("2025-08", 15), rules=rules)
    return folder


@pytest.fixture
def here(db, warehouse: Path, settings) -> Iterator[None]:
    from throughcare.duties.working_time import working_time

    settings.WAREHOUSE = warehouse
    with clock.frozen(working_time().end_of_day(TODAY) - timedelta(hours=12)):
        yield


def begun(**more: object) -> UUID:
    said = {"title": "Screens by day three", "aim": "Nine of ten by day three", "kind": "process", "measure": MEASURE}
    return actions.start_project(actor=LEAD, **(said | {"facility_id": HARTFORD, "due_on": LATER} | more))  # type: ignore[arg-type]


def turned(project: UUID, *, act: str = "adopt") -> UUID:
    cycle = actions.plan_cycle(
        actor=NURSE, project=project, change="A list at eight", prediction="It rises", due_on=LATER
    )
    actions.record_done(actor=NURSE, cycle=cycle, did="Done", did_on=date(2026, 6, 3))
    actions.record_study(actor=NURSE, cycle=cycle, saw="It rose", as_predicted=True)
    actions.decide_act(actor=NURSE, cycle=cycle, act=act)  # type: ignore[arg-type]
    return cycle


def test_a_project_goes_turn_by_turn_and_stands_on_the_chart(here) -> None:
    project = begun()
    turned(project, act="adapt")
    turned(project)
    actions.conclude_project(actor=LEAD, project=project, how="adopt", learned="Lists help.")
    page = reads.project(lens_of(Role.RN), project)
    assert [c.state for c in page.cycles] == ["acted", "acted"]
    assert page.project.state == "adopted"
    chart = reads.chart_page(lens_of(Role.HSA), MEASURE, facility=str(HARTFORD))
    assert [c.number for c in chart.changes] == [1, 2]
    assert {c.month for c in chart.changes} == {"2026-06"}
    assert reads.chart_page(lens_of(Role.HSA), MEASURE).changes == []  # a facility's change is not the agency's


def test_a_turn_past_its_day_is_overdue_until_it_is_studied(here) -> None:
    """Done is not studied: the day stands, on the list first and in words, until somebody has looked at the chart."""
    other = begun(title="Another")
    project = begun()
    cycle = actions.plan_cycle(actor=NURSE, project=project, change="A list", prediction="It rises", due_on=TODAY)

    def first() -> tuple[object, bool, bool]:
        rows = reads.workspace(lens_of(Role.HSA)).running
        return rows[0].project.id, rows[0].overdue, rows[1].overdue

    assert first() == (project, False, False)
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert first() == (project, True, False)
        actions.record_done(actor=NURSE, cycle=cycle, did="Done", did_on=TODAY)
        assert first() == (project, True, False)
        actions.record_study(actor=NURSE, cycle=cycle, saw="It rose", as_predicted=True)
        assert not any(first()[1:])
    assert other != project


def test_no_step_is_skipped_and_one_turn_is_open_at_a_time(here) -> None:
    project = begun()
    cycle = actions.plan_cycle(actor=NURSE, project=project, change="x", prediction="y", due_on=LATER)
    with pytest.raises(Stale):
        actions.record_study(actor=NURSE, cycle=cycle, saw="z", as_predicted=True)
    with pytest.raises(Stale, match="turn is still open"):
        actions.plan_cycle(actor=NURSE, project=project, change="x", prediction="y", due_on=LATER)
    with pytest.raises(Stale, match="turn is still open"):
        actions.conclude_project(actor=LEAD, project=project, how="abandon", learned="nothing")


def test_adopting_asks_for_a_change_that_was_adopted(here) -> None:
    project = begun()
    turned(project, act="abandon")
    with pytest.raises(Invalid, match="No turn ended"):
        actions.conclude_project(actor=LEAD, project=project, how="adopt", learned="x")
    actions.conclude_project(actor=LEAD, project=project, how="abandon", learned="It does not help.")
    with pytest.raises(Stale):
        actions.plan_cycle(actor=NURSE, project=project, change="x", prediction="y", due_on=LATER)


@pytest.mark.parametrize("words", ["", "  ", "see T1234567 of unit B", "x" * 2001])
def test_words_are_needed_and_name_nobody(here, words) -> None:
    with pytest.raises(Invalid):
        begun(aim=words)


def test_a_day_to_come_and_a_day_gone(here) -> None:
    with pytest.raises(Invalid):
        begun(due_on=TODAY - timedelta(days=1))
    with pytest.raises(Invalid):
        actions.annotate(actor=LEAD, measure=MEASURE, facility_id=None, since=LATER, words="x")
    with pytest.raises(Invalid):
        begun(measure="T-NONE")


def test_who_may(here) -> None:
    with pytest.raises(NotAllowed):
        actions.annotate(actor=KEEPER, measure=MEASURE, facility_id=None, since=TODAY, words="x")
    with pytest.raises(NotAllowed):
        actions.set_target(actor=NURSE, measure=MEASURE, facility_id=None, value="95", since=TODAY, why="x")
    with pytest.raises(NotAllowed):
        reads.workspace(lens_of(Role.CUSTODY))


def test_targets_follow_one_another_and_stay(here) -> None:
    for value, since in (("80", date(2026, 1, 1)), ("90", date(2026, 7, 1)), ("95", date(2026, 12, 1))):
        actions.set_target(actor=LEAD, measure=MEASURE, facility_id=None, value=value, since=since, why="agreed")
    page = reads.chart_page(lens_of(Role.HSA), MEASURE)
    assert page.target == 90  # that of December is not yet
    assert len(page.targets) == 3
    with pytest.raises(Stale):
        actions.set_target(actor=LEAD, measure=MEASURE, facility_id=None, value="1", since=date(2026, 7, 1), why="x")
    for wrong in ("101", "-1", "many", ""):
        with pytest.raises(Invalid):
            actions.set_target(actor=LEAD, measure=MEASURE, facility_id=None, value=wrong, since=TODAY, why="x")


def test_a_wrong_annotation_is_taken_back_and_stays_in_the_list(here) -> None:
    made = actions.annotate(actor=NURSE, measure=MEASURE, facility_id=None, since=date(2026, 5, 4), words="A new form")
    actions.take_annotation_back(actor=NURSE, annotation=made, why="another measure")
    page = reads.chart_page(lens_of(Role.HSA), MEASURE)
    assert (page.changes, [a.id for a in page.taken_back]) == ([], [made])
    with pytest.raises(Stale):
        actions.take_annotation_back(actor=NURSE, annotation=made, why="again")


def test_the_database_refuses_what_the_actions_never_do(here) -> None:
    project = begun()
    cycle = turned(project)
    note = Annotation.objects.get(cycle=cycle)
    target = actions.set_target(actor=LEAD, measure=MEASURE, facility_id=None, value="9", since=TODAY, why="x")
    for rows, change in (
        (Cycle.objects.filter(id=cycle), {"saw": "something else"}),
        (Annotation.objects.filter(id=note.id), {"words": "another"}),
        (Target.objects.filter(id=target), {"value": 1}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


def test_a_reader_with_places_sees_those_alone(here) -> None:
    mine = replace(lens_of(Role.HSA), facilities=frozenset({HARTFORD}))
    everybody, own = series.of(lens_of(Role.HSA), MEASURE), series.of(mine, MEASURE)
    assert set(own.groups("facility", own.months)) == {str(HARTFORD)} < set(everybody.groups("facility", own.months))
    assert [n.denominator for _, n in own.by_month()] == [n.denominator for _, n in everybody.by_month(str(HARTFORD))]
    assert own.groups("sex", own.months) == {}
    assert [d.kind for d in reads.equity_page(mine, MEASURE).divisions] == ["facility"]
    with pytest.raises(NotFound):
        reads.chart_page(mine, MEASURE, facility=str(YORK))
    theirs = begun(facility_id=YORK)
    with pytest.raises(NotFound):
        reads.project(mine, theirs)
    assert theirs not in {r.project.id for r in reads.workspace(mine).running}


def test_groups_add_up_to_everybody(here) -> None:
    page = reads.equity_page(lens_of(Role.HSA), MEASURE)
    assert {d.kind for d in page.divisions} >= {"sex", "age_band", "facility"}
    whole = {sum(g.denominator for g in d.groups) for d in page.divisions}
    assert len(whole) == 1
    assert all(g.ratio is None for d in page.divisions for g in d.groups if g.denominator < 30)


def test_a_years_studies_close_their_clock(here, monkeypatch) -> None:
    """One of process and one of outcome at a facility, each studied: then the clock hears it, and not before."""
    told: list[object] = []
    monkeypatch.setattr(projects, "emit", told.append)
    monkeypatch.setattr(meetings, "emit", told.append)
    for kind in ("process", "process", "outcome"):
        project = begun(kind=kind)
        turned(project)
        actions.conclude_project(actor=LEAD, project=project, how="adopt", learned="Lists help.")
    assert [e.name for e in told] == ["quality_studies_done"]
    actions.record_meeting(
        actor=LEAD, facility_id=HARTFORD, kind="quality", held_on=TODAY, disciplines="all", decided="Go on."
    )
    assert told[-1].name == "quality_committee_met"
    actions.record_meeting(
        actor=LEAD, facility_id=HARTFORD, kind="staff", held_on=TODAY, disciplines="all", decided="Counts read."
    )
    assert told[-1].name == "staff_meeting_held", "ADM-01-STAFF closes by it"


def test_a_chart_says_itself_and_has_its_table(here) -> None:
    page = reads.chart_page(lens_of(Role.HSA), MEASURE)
    wide, narrow = views.over_time(page)
    assert wide.width > narrow.width
    assert str(len([v for v in page.chart.values if v.value is not None])) in wide.says
    assert len(views.months(page)) == len([v for v in page.chart.values if v.value is not None])
    names = {a for s in _all(wide.shapes) for a, _ in s.attributes}
    assert not {"style", "class", "onclick", "href"} & names


def _all(shapes):
    for s in shapes:
        yield s
        yield from _all(s.inside)


def test_few_queries(here) -> None:
    from django.db import connection

    for _ in range(3):
        turned(begun())
    for read in (lambda: reads.workspace(lens_of(Role.HSA)), lambda: reads.chart_page(lens_of(Role.HSA), MEASURE)):
        with CaptureQueriesContext(connection) as counted:
            read()
        assert len(counted) <= 12


def test_the_binder_says_rules_numbers_and_dates(here) -> None:
    """Each standard has its rules in force; those that are counted have a number; the same binder is the same bytes."""
    import zipfile
    from io import BytesIO

    from throughcare.insight.improvement import binding, standards

    actions.record_meeting(
        actor=LEAD, facility_id=HARTFORD, kind="quality", held_on=TODAY, disciplines="all", decided="Go on."
    )
    found = standards.binder(lens_of(Role.HSA))
    by_id = {s.id: s for s in found.standards}
    assert all(s.clauses for s in found.standards)
    assert [m.decided for m, _ in by_id["A-06"].meetings] == ["Go on."]
    assert "T-MHS-01" in {s.measure.id for s in by_id["E-05"].shown}
    body = binding.as_zip(found, standards.agency())
    assert body == binding.as_zip(found, standards.agency())
    with zipfile.ZipFile(BytesIO(body)) as archive:
        assert archive.namelist() == ["binder.pdf", "numbers.csv", "sha256.txt"]
        assert archive.read("binder.pdf").startswith(b"%PDF")
        assert b"E-05,T-MHS-01," in archive.read("numbers.csv")
    with pytest.raises(NotFound):
        standards.binder(lens_of(Role.HSA), "Z-99")
    with pytest.raises(NotAllowed):
        standards.binder(lens_of(Role.RN))
