"""From measures' results to drafts: tables of service by site, zero where a site has none."""

from datetime import date, datetime, timedelta

import duckdb
import pytest

from tests.insight.made import HARTFORD, at, tables
from throughcare.app.gate_ports import filled
from throughcare.insight.gate import dividing, registry
from throughcare.insight.gate.cells import Counts
from throughcare.insight.gate.periods import period_of
from throughcare.insight.gate.release import decide
from throughcare.insight.measures import definitions
from throughcare.kernel.ids import derived

YORK, MANSON = str(derived("facility", "york")), str(derived("facility", "manson"))


def test_results_fill_the_tables_of_service_and_pass_the_gate():
    period = period_of("quarter", "2026-Q1")
    found = {"A-INT": {YORK: (190, 200), MANSON: (12, 14)}, "Q-CBP": {YORK: (50, 80)}, "unknown": {YORK: (1, 2)}}
    drafts = filled(found, period)
    assert [one.table.id for one in drafts] == ["A-INT"]
    assert drafts[0].rows["state",].denominator == 214
    release = decide("2026-Q1", drafts, identities=registry.identities())
    rows = {row.at["facility"]: row for row in release.tables[0].rows}
    assert rows["manson"].value.reason == "base"
    assert not rows["york"].numerator.is_shown, "or the one small site could be worked out from the state"
    assert rows["state"].value.number == 94.4


def _measured(con, rows: list[tuple]) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE measured (facility VARCHAR, sex VARCHAR, age_band VARCHAR, state VARCHAR, ref VARCHAR)"
    )
    for row in rows:
        con.execute("INSERT INTO measured VALUES (?, ?, ?, ?, 'r')", row)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            [("f1", "25-34", "met"), ("f1", "18-24", "late"), ("f2", "65+", "open")],
            {("york", "18-34"): (1, 2), ("manson", "55-up"): (0, 1)},
        ),
        ([("f1", "25-34", "met"), ("f1", "25-34", "left"), ("f1", "25-34", "excused")], {("york", "18-34"): (1, 1)}),
        ([("f1", "25-34", "met"), (None, "25-34", "met")], {("york", "18-34"): (1, 1)}),  # at no known site
        ([("f1", "25-34", "met"), ("f1", None, "met")], None),  # of no known age: the table is not drafted
        ([("f1", "under 18", "met")], None),
        ([], None),
    ],
)
def test_people_are_counted_by_the_nodes_of_the_table(rows, told):
    con = duckdb.connect()
    _measured(con, [(site, "male", age, state) for site, age, state in rows])
    sites = {"f1": "york", "f2": "manson"}
    place = registry.places({"york": "York", "manson": "Manson"})
    found = dividing.counted(con, registry.tables(place)["Q-CBP"], dividing.strata(sites))
    assert found == (None if told is None else {at: Counts(*n) for at, n in told.items()})


def test_a_measure_of_people_is_run_for_the_quarter_and_shares_its_total_with_that_by_site():
    """Requests of a quarter: by origin and by site the same total, so that the gate takes both."""
    start = at("2026-02-10 08:00")
    people = [
        {"id": f"p{n}", "data_class": "demographics", "sex": "male", "race_ethnicity": r}
        for n, r in enumerate(["black", "white", None])
    ]
    requests = [
        {"id": f"c{n}-{k}", "person_id": f"p{n}", "facility": YORK, "placed": True, "data_class": "request", "state": "closed", "not_done": False,
         "received_at": start, "sent_at": start, "triaged_at": start + timedelta(hours=1), "seen_at": start + timedelta(hours=2 + 40 * (k % 2))}
        for n in range(3) for k in range(40)
    ]  # fmt: skip
    con = tables(
        person=[
            {
                k: r.get(k)
                for k in (
                    "id",
                    "data_class",
                    "sex",
                    "birth_date",
                    "language",
                    "race_ethnicity",
                    "race_codes",
                    "deceased_at",
                    "survivor_id",
                )
            }
            for r in people
        ],
        communication=requests,
    )
    period, by = period_of("quarter", "2026-Q1"), dividing.strata({YORK: "york", MANSON: "manson"})
    registered = registry.tables(registry.places({"york": "York", "manson": "Manson"}))
    known = datetime(2026, 10, 31, tzinfo=HARTFORD)
    definition = definitions.find("A-SC2")
    drafts = [
        dividing.draft(con, definition, registered[name], period, by, known) for name in ("A-SC2", "A-SC2-origin")
    ]
    assert {d.rows[(t,)].denominator for d, t in zip(drafts, ("state", "all"), strict=True)} == {120}
    assert drafts[1].rows["other",].denominator == 40  # nothing was said of the third
    assert decide("2026-Q1", drafts).may_be_published
    assert dividing.draft(con, definitions.find("S-SH"), registered["A-SC2"], period, by, known) is None


def test_a_judged_measure_looks_back_from_the_quarters_end():
    judged = next(d for d in definitions.every() if d.judged)
    known = datetime(2026, 10, 31, tzinfo=HARTFORD)
    assert dividing.lasting(judged, period_of("quarter", "2026-Q1"), known).first == date(2025, 4, 1)
    assert dividing.lasting(definitions.find("A-SC2"), period_of("quarter", "2026-Q1"), known).first == date(2026, 1, 1)
