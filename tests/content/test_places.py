"""Connecticut's places are those of the public sources; whatever was invented for the synthetic agency says so."""

from throughcare.kernel import content

PATH = "places/connecticut.toml"
FACILITIES = {row["id"]: row for row in content.rows(PATH, "facility")}
OPEN = {name: row for name, row in FACILITIES.items() if "closed" not in row}


def test_thirteen_sites_are_open_and_the_closed_ones_carry_their_date() -> None:
    assert len(OPEN) == 13
    assert {row["closed"] for row in FACILITIES.values() if "closed" in row} == {
        "2010",
        "2011",
        "2016-01",
        "2018-01-23",
        "2021-07-01",
    }


def test_five_sites_take_arrivals() -> None:
    assert {n for n, row in OPEN.items() if row.get("arrivals")} == {
        "bridgeport",
        "corrigan",
        "hartford",
        "new-haven",
        "york",
    }
    assert {row["kind"] for row in FACILITIES.values()} == {"jail", "prison", "both"}


def test_women_are_at_york_and_minors_at_manson() -> None:
    assert {n for n, row in OPEN.items() if row["sex"] == "women"} == {"york"}
    assert {n for n, row in OPEN.items() if row.get("under_18")} == {"manson"}
    agency = content.load(PATH)["agency"]
    assert (agency["women_at"], agency["minors_at"]) == ("york", "manson")


def test_the_codes_are_those_seen_in_real_data() -> None:
    codes = [code for row in FACILITIES.values() for code in row["codes"]]
    assert sorted(codes) == sorted(
        [
            "BRIDGEPORT CC", "BROOKLYN CI", "CHESHIRE CI", "CORRIGAN CI", "GARNER", "HARTFORD CC", "MACDOUGALL", "WALKER RC",
            "MANSON YI", "NEW HAVEN CC", "NORTHERN", "OSBORN CI", "ROBINSON CI", "WILLARD-CYBULSKI CI", "YORK CI",
        ]
    )  # fmt: skip


def test_unknown_places_stay_absent_and_populations_are_the_table_s() -> None:
    assert "capacity" not in OPEN["new-haven"]
    assert "capacity" not in OPEN["willard-cybulski"]
    assert sum(row["population_2020_02"] for row in OPEN.values()) == 11_409
    assert sum(row["population_2019_06"] for row in OPEN.values()) == 12_138


def test_units_are_marked_as_invented_and_hold_everybody() -> None:
    assert content.load(PATH)["synthetic"]["synthetic"] is True
    for row in OPEN.values():
        units = row["units"]
        assert units["synthetic"] is True
        assert units["count"] * units["cells_per_unit"] * units["beds_per_cell"] >= row.get("capacity", 0)
        assert units["count"] * units["cells_per_unit"] * units["beds_per_cell"] >= row["population_2020_02"]
    assert all("units" not in row for row in FACILITIES.values() if "closed" in row)


def test_the_hospitals_of_the_sources_are_named() -> None:
    assert len(content.rows(PATH, "hospital")) == 11
    assert len(content.rows(PATH, "parole_district")) == 5
