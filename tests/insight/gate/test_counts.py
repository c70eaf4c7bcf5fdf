"""From measures' results to drafts: tables of service by site, zero where a site has none."""

from throughcare.app.gate_ports import filled
from throughcare.insight.gate import registry
from throughcare.insight.gate.periods import period_of
from throughcare.insight.gate.release import decide
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
