"""The reference of the clocks names every rule in force, each event, and nothing that an older edition said."""

from datetime import date

from throughcare.duties import clock_table, inert, reference

TODAY = date(2026, 11, 21)


def test_every_rule_and_event_in_force_is_on_the_page() -> None:
    page = reference.markdown(TODAY)
    for rule in clock_table.rules(TODAY).values():
        assert f"| **{rule.id}**" in page, rule.id
        assert rule.title in page
    for event in clock_table.events(TODAY):
        assert f"| `{event}` |" in page


def test_the_page_reads_as_the_rule_says() -> None:
    page = reference.markdown(TODAY)
    assert "7 days in a prison<br>14 days in a community or jail" in page
    assert "90 days before `release_at`" in page
    assert "every 90 days after it was done if control is fair" in page
    assert "release: convert to REL-RESULT" in page
    assert "signed; INT-02 again in 4 h" in page
    assert "every 1 day on the grid" in page and "| 1 business day |" in page and "| 1 month |" in page
    assert "again in 1 day |" in page and " 1 days" not in page and " 1 business days" not in page


def test_rows_of_the_tables_have_as_many_cells_as_their_heads() -> None:
    widths = [line.count(" | ") for line in reference.markdown(TODAY).splitlines() if line.startswith("|")]
    assert set(widths) == {8, 4, 2}


def test_what_waits_for_a_room_stands_there_by_what_the_rooms_can_tell() -> None:
    """The list is made, so it can't say of a rule that waits no more that it does."""
    _, waits = reference.markdown().split("## What waits for a room")
    opened, by_hand = waits.split("## Events")[0].split("These open")
    assert all(f"| **{r.id}** | {r.title} |" in opened for r in inert.rules())
    assert all(f"| **{r.id}** | {r.title} |" in by_hand for r in inert.unclosable())
    assert opened.count("| **") == len(inert.rules()) and by_hand.count("| **") == len(inert.unclosable())
    assert "INT-02" not in waits.split("## Events")[0]


def test_an_older_day_shows_the_older_edition() -> None:
    assert "| **DTH-03** (2018)" in reference.markdown(date(2025, 6, 1))
