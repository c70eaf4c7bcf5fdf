"""Each sample of an agency's own content on a how-to page can be laid over ours as it stands there, and does what it says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from throughcare.exchange.hl7v2 import facts, judging, whom
from throughcare.kernel import content

PAGES = Path(__file__).resolve().parents[2] / "docs/how-to"
# A sample, and the file of the folder that the words before it name.
SAMPLES = {
    ("connect-a-laboratory.md", 0): "exchange/hl7v2.toml",
    ("connect-a-laboratory.md", 1): "exchange/laboratories.toml",
    ("send-to-the-registry.md", 0): "exchange/destinations.toml",
}


def samples(page: str) -> list[str]:
    """Give the TOML of a page, without its indent."""
    found = re.findall(r"^( *)```toml\n(.*?)^ *```", (PAGES / page).read_text(), re.MULTILINE | re.DOTALL)
    return ["\n".join(line.removeprefix(indent) for line in text.split("\n")) for indent, text in found]


@pytest.fixture(autouse=True)
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for (page, n), file in SAMPLES.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(samples(page)[n])
    monkeypatch.setenv(content.OVERLAY_SETTING, str(tmp_path))
    content.forget()
    yield tmp_path
    monkeypatch.undo()
    content.forget()


def test_every_sample_of_these_pages_is_tried() -> None:
    assert sorted(SAMPLES) == sorted((page, n) for page in {p for p, _ in SAMPLES} for n in range(len(samples(page))))


def test_the_laboratory_gives_our_number_back() -> None:
    said = (facts.Identifier("T0000001", authority="LABORATORY"),)
    assert [one.system for one in whom.numbers(said, "X")] == ["urn:throughcare:person"]


def test_the_laboratorys_own_code_is_read_and_the_others_still() -> None:
    assert judging.coded(facts.Code("K", "Potassium", "L"), "MAIN LAB") == (judging.LOINC, "2823-3")
    senders = {row["id"]: row["needs_order"] for row in content.rows(judging.PATH, "sender")}
    assert senders == {"POINT OF CARE": False, "CLINIC METERS": False}


def test_the_registry_is_sent_to_and_nobody_else() -> None:
    rows = {row["id"]: row for row in content.rows("exchange/destinations.toml", "destination")}
    assert (rows["registry"]["host"], rows["registry"]["port"], rows["registry"]["tls"]) == (
        "engine.agency.example",
        2575,
        True,
    )
    assert [row["id"] for row in rows.values() if row["host"]] == ["registry"]
