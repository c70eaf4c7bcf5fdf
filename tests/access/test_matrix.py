"""The access matrix is the table of the specification, cell by cell; custody reads no clinical class."""

from pathlib import Path

import pytest

from throughcare.access.matrix import load_matrix
from throughcare.kernel import content
from throughcare.kernel.lens import SETTLED_BY_ROW
from throughcare.kernel.vocabulary import SEALED, DataClass, Role, Verb

# Typed from clinical.md 7.3 by hand, one line a class, columns in order. r read, w write, s summary, o operational,
# a aggregate, . nothing; after : the condition, / joins permissions.
TYPED = """
class             prov rn lpn psych sud dental pharm planner him hsa sched custody transport prea parole community patient ombuds public
demographics      r r r r r r r r rw r r r/w:source r/w:source r r:consent r:consent r r a
operational_alert rw rw r rw r r r r r r r o o o o/r:consent r:consent r r .
appointment       rw rw r rw rw rw r rw r r rw o:place_and_time o . r:consent r:consent r:hidden_offsite_date r a
clinical          rw rw s rw s s s s r r:sample . . . . r:consent r:consent s r:consent a
medication        rw rw rw rw s s rw r r r:sample . . . . r:consent r:consent r r:consent a
result            rw r . r s s s s r r:sample . . . . r:consent r:consent r r:consent a
infection         r r:need s:med_name_only r:need . r:need r r:consent r r:sample . . . . r:consent r:consent r r:consent a:aggregate_min_11
mental_health     s s . rw s . s s r r:sample . . . . r:consent r:consent s r:consent a
psychotherapy     . . . rw:author . . . . . . . . . . . . . . .
part2             r:tpo r:tpo s:dose_only r:tpo rw . s:dose_only r:consent r:trained r:audit . . . . r:criminal_justice_consent r:consent r r:consent a
sud_counselling   . . . . rw:author . . . . . . . . . r:separate_consent r:separate_consent . . .
prea              r:need r:need . r:need . . . . . r:audit . . o:housing rw . r:consent r:own r:consent a
reproductive      r r r:need r:need . . r r:consent r r:sample . o:accommodation o . r:consent r:consent r r:consent a
forensic          . . . rw:forensic_team . . . . . . . . . . r:court_order . . r:consent .
peer_review       r:committee . . r:committee . . r:committee . . rw . . . . . . . r:law .
grievance         r:own/w:own_reply r:own . r:own r:own r:own r:own . r rw . . s:incident_only r:sexual_safety . . rw:own r a
controlled_count  r rw rw . rw . rw . . r . . . . . . . . .
audit_log         r:own r:own r:own r:own r:own r:own r:own . r r . . . . . . s:accounting r:consent .
request           rw rw rw rw r:need rw . r:need r r:sample . . . . . r:consent rw:own r:consent a
duty              rw rw rw rw rw rw rw rw rw rw rw o o rw:own . . . . a
"""
LETTERS = {"r": "read", "w": "write", "s": "summary", "o": "operational"}
ROLES = [role for role in Role if role is not Role.OPERATOR]
CLINICAL = [
    cls
    for cls in DataClass
    if cls not in {DataClass.DEMOGRAPHICS, DataClass.OPERATIONAL_ALERT, DataClass.APPOINTMENT, DataClass.DUTY}
]


def typed() -> dict[tuple[str, str], str]:
    lines = [line.split() for line in TYPED.strip().splitlines()[1:]]
    return {(role, line[0]): cell for line in lines for role, cell in zip(ROLES, line[1:], strict=True)}


def written(role: str, cls: str) -> str:
    permissions = load_matrix().cell(role, cls).permissions
    parts = [
        "".join(letter for letter, verb in LETTERS.items() if verb in p.verbs)
        + ("a" if p.aggregate else "")
        + (f":{p.condition}" if p.condition else "")
        for p in permissions
    ]
    return "/".join(parts) or "."


@pytest.mark.parametrize(("role", "cls"), sorted(typed()))
def test_each_cell_is_the_table_s(role: str, cls: str) -> None:
    assert written(role, cls) == typed()[role, cls]


def test_every_role_and_class_has_a_cell() -> None:
    assert set(load_matrix().cells) == {(role, cls) for role in Role for cls in DataClass}
    assert len(typed()) == 19 * 20


@pytest.mark.parametrize("role", [Role.CUSTODY, Role.TRANSPORT])
def test_custody_reads_no_clinical_class(role: Role) -> None:
    for cls in CLINICAL:
        assert not load_matrix().cell(role, cls).verbs & {Verb.READ, Verb.WRITE}, cls


def test_the_operator_and_the_public_see_no_entry_at_all() -> None:
    for cls in DataClass:
        assert not load_matrix().cell(Role.OPERATOR, cls).permissions
        assert not load_matrix().cell(Role.PUBLIC, cls).verbs


def test_what_is_not_named_is_denied() -> None:
    assert not load_matrix().cell("janitor", DataClass.CLINICAL).verbs
    assert not load_matrix().cell(Role.PROVIDER, "horoscope").verbs


@pytest.mark.parametrize("cls", sorted(SEALED))
def test_a_sealed_class_is_read_without_a_condition_by_its_keepers_only(cls: DataClass) -> None:
    keepers = {role for role in Role if (c := load_matrix().cell(role, cls)).verbs & {Verb.READ} and not c.condition}
    assert keepers <= {Role.SUD, Role.PREA, Role.HSA, Role.PATIENT}


def test_a_permission_that_needs_a_record_is_left_aside_where_another_does_not() -> None:
    parole = load_matrix().cell(Role.PAROLE, DataClass.OPERATIONAL_ALERT)
    assert (parole.verbs, parole.condition) == ({Verb.OPERATIONAL}, "")
    provider = load_matrix().cell(Role.PROVIDER, DataClass.PART2)
    assert (provider.verbs, provider.condition) == ({Verb.READ}, "tpo")


def test_the_lens_leaves_only_row_conditions_to_the_rooms() -> None:
    """Whatever needs a consent or an authority is refused by the lens itself until one is on record."""
    conditions = load_matrix().conditions
    assert {name for name, (kind, _) in conditions.items() if kind in {"row", "source", "cut"}} == SETTLED_BY_ROW


def test_the_table_is_the_specification_s_words() -> None:
    texts = {cell.text for cell in load_matrix().cells.values()}
    assert {"C/TPO", "R (Part 2 trained)", "- (KOP card only)", "agg >= 11", "RW(source)", "C 2.35"} <= texts


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ('id = "horoscope"', "is no data class"),
        (
            'id = "clinical"\ntitle = "x"\ntitle_es = "x"\n[class.cells]\njanitor = { text = "R", grants = [] }',
            "no role",
        ),
        (
            'id = "clinical"\ntitle = "x"\ntitle_es = "x"\n[class.cells]\n'
            'rn = { text = "R", grants = [{ verbs = ["look"] }] }',
            "unknown verb [look]",
        ),
        (
            'id = "clinical"\ntitle = "x"\ntitle_es = "x"\n[class.cells]\n'
            'rn = { text = "R", grants = [{ verbs = ["read"], condition = "maybe" }] }',
            "unknown condition [maybe]",
        ),
    ],
)
def test_an_unclear_cell_is_refused(field: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "access").mkdir()
    (tmp_path / "access/matrix.toml").write_text(f'version = "x"\ncondition = []\n[[class]]\n{field}\n')
    monkeypatch.setenv(content.OVERLAY_SETTING, str(tmp_path))
    with pytest.raises(content.ContentError) as raised:
        load_matrix()
    assert says in str(raised.value)
