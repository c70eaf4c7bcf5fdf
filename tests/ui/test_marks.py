"""What is printed or typeset says who took it, as what, when and of whom; a label and a public page don't."""

from pathlib import Path

import pytest

import throughcare
from throughcare.ui.marks import mark, mark_of
from throughcare.ui.shapes import BannerShape, Viewer

SOURCE = Path(throughcare.__file__).parent
# Stuck on a pack or a door: a mark across would hide what is read at arm's length.
LABELS = {"kept_label.html", "stock_labels.html", "tags.html"}
ABOUT = BannerShape("x", "Sample-Reyes, Luis", "T0000001", 40, "Hartford")


@pytest.mark.parametrize(
    ("viewer", "about", "said"),
    [
        (
            Viewer(name="Demo-Nurse", role_title="Nurse"),
            ABOUT,
            "Demo-Nurse · Nurse · Sat · Sample-Reyes, Luis T0000001",
        ),
        (Viewer(name="Demo-Nurse", role_title="Nurse"), None, "Demo-Nurse · Nurse · Sat"),
        (Viewer(), ABOUT, ""),
    ],
)
def test_the_sentence(viewer: Viewer, about: BannerShape | None, said: str) -> None:
    assert mark_of(viewer, about, "Sat") == said


def test_nobody_signed_in_leaves_no_mark() -> None:
    assert mark("", "Nurse", "Sat", "Sample") == ""


def test_every_sheet_carries_it_and_labels_alone_do_not() -> None:
    sheets = [p for p in SOURCE.rglob("*.html") if '{% extends "ui/print.html" %}' in p.read_text("utf-8")]
    assert len(sheets) > 15
    assert {p.name for p in sheets if "block mark" in p.read_text("utf-8")} == LABELS


def test_every_typeset_page_about_a_person_carries_it() -> None:
    pages = [p for p in SOURCE.rglob("*.typ") if p.name != "binder.typ"]
    assert len(pages) == 3
    for page in pages:
        assert page.read_text("utf-8").count("sys.inputs.mark") == 3, page
