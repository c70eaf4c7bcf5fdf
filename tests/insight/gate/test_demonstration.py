"""The invented scorecard: through the real gate, the same each time, and nothing hidden within reach."""

import pytest

from tests.insight.gate.attacker import Attacker, succeeded
from throughcare.insight.gate import demonstration, editions, registry, writing
from throughcare.kernel import content


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions")
    demonstration.publish(folder)
    return folder


def test_every_edition_holds_every_registered_table_and_checks(root):
    place = next(iter(registry.tables(registry.places({})).values())).dimensions[0]
    for row in editions.listed(root):
        assert set(editions.read(root, row.id).tables) == set(registry.tables(place))
        assert editions.check(root, row.id) > 100


def test_it_says_in_each_file_that_it_is_invented_and_names_no_real_place(root):
    real = [row["name"] for row in content.rows("places/connecticut.toml", "facility")]
    for file in root.rglob("*.*"):
        if file.suffix in {".json", ".csv"} and file.name not in {"index.json", "hashes.json"}:
            text = file.read_text()
            assert writing.NOTICE["en"] in text
            assert not [name for name in real if name in text]


def test_an_invented_edition_made_again_is_the_same_bytes(root):
    again = {edition.id: writing.files_of(edition, tables) for edition, tables in first_two(root)}
    for name, files in again.items():
        assert files == {str(file.relative_to(root / name)): file.read_bytes() for file in (root / name).rglob("*.*")}


def first_two(root):
    found = demonstration.editions(root)
    return [next(found), next(found)]


@pytest.mark.parametrize("knows_codes", [False, True])
def test_no_hidden_number_is_within_reach_of_who_has_every_file(root, knows_codes):
    attacker = Attacker(knows_codes=knows_codes, identities=[({"sex": "women"}, {"facility": "demo-fern"})])
    for row in editions.listed(root):
        for name in editions.read(root, row.id).tables:
            attacker.read(editions.json_of(root, row.id, name))
    assert attacker.hidden
    assert not succeeded(attacker.attack(), knows_codes=knows_codes)
