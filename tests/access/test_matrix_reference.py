"""The reference of the matrix names every class, role and condition."""

from throughcare.access import reference
from throughcare.access.matrix import load_matrix
from throughcare.kernel.vocabulary import Role


def test_every_class_role_and_condition_is_on_the_page() -> None:
    page = reference.markdown()
    matrix = load_matrix()
    for title in matrix.titles.values():
        assert f"| {title.english} |" in page
    for name in matrix.conditions:
        assert f"`{name}`" in page
    for role in Role:
        assert f"| {role} |" in page


def test_a_cell_reads_as_it_was_signed() -> None:
    page = reference.markdown()
    line = next(line for line in page.splitlines() if line.startswith("| Psychotherapy notes"))
    assert line.count("–") == 19
    assert "RW(" in line
