"""Every band edge of every instrument of the table of instruments, and what each calls for."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from throughcare.chart import forms

ZONE = ZoneInfo("America/New_York")


def answered(name: str, posted: dict[str, object]) -> forms.Score:
    form = forms.load(name)
    sex = str(posted.pop("sex", "unknown"))
    answers = forms.parse(form, posted, zone=ZONE)  # type: ignore[arg-type]
    assert answers.ok, answers.errors
    found = forms.score(form, answers, sex=sex)
    assert found is not None
    return found


def with_total(name: str, total: int) -> dict[str, object]:
    """Answers of an instrument of options that add up to `total`, all questions answered, the largest first."""
    form = forms.load(name)
    assert form.scale
    left, posted = total, {}
    for link_id in form.scale.items:
        item = form.item(link_id)
        if item.options:
            option = max(
                (o for o in item.options if o.weight is not None and o.weight <= left), key=lambda o: o.weight or 0
            )
            posted[link_id], left = option.code, left - int(option.weight or 0)
        elif item.kind == "boolean":
            posted[link_id], left = ("yes", left - 1) if left else ("no", 0)
        else:
            posted[link_id], left = str(min(left, int(item.maximum or 0))), left - min(left, int(item.maximum or 0))
    assert left == 0, f"{name}: {total} can't be reached this way"
    return posted


TOTALS = [
    ("phq-2", [(0, "negative"), (2, "negative"), (3, "positive"), (6, "positive")]),
    (
        "phq-9",
        [
            (0, "none"),
            (4, "none"),
            (5, "mild"),
            (9, "mild"),
            (10, "moderate"),
            (14, "moderate"),
            (15, "moderately-severe"),
            (19, "moderately-severe"),
            (20, "severe"),
            (27, "severe"),
        ],
    ),
    (
        "gad-7",
        [
            (0, "minimal"),
            (4, "minimal"),
            (5, "mild"),
            (9, "mild"),
            (10, "moderate"),
            (14, "moderate"),
            (15, "severe"),
            (21, "severe"),
        ],
    ),
    ("cmhs-m", [(0, "negative"), (5, "negative"), (6, "refer"), (12, "refer")]),
    ("cmhs-w", [(0, "negative"), (4, "negative"), (5, "refer"), (8, "refer")]),
    (
        "ciwa-ar",
        [(0, "mild"), (9, "mild"), (10, "moderate"), (18, "moderate"), (19, "severe"), (67, "severe")],
    ),
    ("pain", [(0, "none"), (1, "mild"), (3, "mild"), (4, "moderate"), (6, "moderate"), (7, "severe"), (10, "severe")]),
    (
        "epds",
        [(0, "negative"), (9, "negative"), (10, "possible"), (12, "possible"), (13, "probable"), (30, "probable")],
    ),
    (
        "tcuds-5",
        [
            (0, "none"),
            (1, "none"),
            (2, "mild"),
            (3, "mild"),
            (4, "moderate"),
            (5, "moderate"),
            (6, "severe"),
            (11, "severe"),
        ],
    ),
    ("moca", [(0, "low"), (25, "low"), (26, "normal"), (30, "normal")]),
    ("sedation", [(0, "awake"), (1, "drowsy"), (2, "hard-to-rouse")]),
    ("poss", [(0, "acceptable"), (2, "acceptable"), (3, "hold"), (4, "hold")]),
]


@pytest.mark.parametrize(("name", "total", "band"), [(n, t, b) for n, rows in TOTALS for t, b in rows])
def test_band_edges_of_totals(name: str, total: int, band: str) -> None:
    found = answered(name, with_total(name, total))
    assert (found.status, found.value, found.band and found.band.key) == ("final", Decimal(total), band)


# COWS allows only some values per sign, so each edge is reached by a named set.
COWS_ZERO = {
    f"cows-{n}": "0"
    for n in [
        "pulse",
        "sweating",
        "restlessness",
        "pupils",
        "bone-joint",
        "nose-tears",
        "gi",
        "tremor",
        "yawning",
        "anxiety",
        "gooseflesh",
    ]
}
COWS = [
    ({}, 0, "none"),
    ({"pulse": 4}, 4, "none"),
    ({"pupils": 5}, 5, "mild"),
    ({"pupils": 5, "restlessness": 5, "pulse": 2}, 12, "mild"),
    ({"pupils": 5, "restlessness": 5, "gooseflesh": 3}, 13, "moderate"),
    ({"pupils": 5, "restlessness": 5, "gooseflesh": 5, "gi": 5, "pulse": 4}, 24, "moderate"),
    ({"pupils": 5, "restlessness": 5, "gooseflesh": 5, "gi": 5, "pulse": 4, "sweating": 1}, 25, "moderately-severe"),
    (
        {
            "pupils": 5,
            "restlessness": 5,
            "gooseflesh": 5,
            "gi": 5,
            "pulse": 4,
            "sweating": 4,
            "tremor": 4,
            "yawning": 4,
        },
        36,
        "moderately-severe",
    ),
    (
        {
            "pupils": 5,
            "restlessness": 5,
            "gooseflesh": 5,
            "gi": 5,
            "pulse": 4,
            "sweating": 4,
            "tremor": 4,
            "yawning": 4,
            "anxiety": 1,
        },
        37,
        "severe",
    ),
    (
        {
            "pupils": 5,
            "restlessness": 5,
            "gooseflesh": 5,
            "gi": 5,
            "pulse": 4,
            "sweating": 4,
            "tremor": 4,
            "yawning": 4,
            "anxiety": 4,
        }
        | {"bone-joint": 4, "nose-tears": 4},
        48,
        "severe",
    ),
]


@pytest.mark.parametrize(("signs", "total", "band"), COWS)
def test_cows_edges(signs: dict[str, int], total: int, band: str) -> None:
    found = answered("cows", COWS_ZERO | {f"cows-{n}": str(w) for n, w in signs.items()})
    assert (found.value, found.band and found.band.key) == (Decimal(total), band)


ALLOWED = {
    "pulse": "0124", "sweating": "01234", "restlessness": "0135", "pupils": "0125", "bone-joint": "0124", "nose-tears": "0124",
    "gi": "01235", "tremor": "0124", "yawning": "0124", "anxiety": "0124", "gooseflesh": "035",
}  # fmt: skip


@pytest.mark.parametrize("sign", ALLOWED)
@pytest.mark.parametrize("value", "0123456")
def test_cows_takes_only_the_printed_values(sign: str, value: str) -> None:
    form = forms.load("cows")
    answers = forms.parse(form, {f"cows-{sign}": value}, zone=ZONE)
    assert answers.ok == (value in ALLOWED[sign])


AUDIT = [
    ("male", "3 0 0", 3, "negative"),
    ("male", "4 0 0", 4, "positive"),
    ("female", "2 0 0", 2, "negative"),
    ("female", "3 0 0", 3, "positive"),
    ("unknown", "3 0 0", 3, "positive"),
    ("unknown", "2 0 0", 2, "negative"),
    ("male", "4 2 0", 6, "positive"),
    ("female", "4 2 0", 6, "positive"),
    ("male", "4 3 0", 7, "high"),
    ("female", "4 3 0", 7, "high"),
    ("male", "4 4 4", 12, "high"),
]


@pytest.mark.parametrize(("sex", "values", "total", "band"), AUDIT)
def test_audit_c_edges(sex: str, values: str, total: int, band: str) -> None:
    posted: dict[str, object] = {f"audit-{i}": v for i, v in enumerate(values.split(), 1)}
    found = answered("audit-c", posted | {"sex": sex})
    assert (found.value, found.band and found.band.key) == (Decimal(total), band)


def test_audit_c_never_is_zero_and_complete() -> None:
    found = answered("audit-c", {"audit-1": "0"})
    assert (found.status, found.value, found.band and found.band.key) == ("final", 0, "negative")


PTSD = [
    ("male", 3, "negative"),
    ("male", 4, "positive"),
    ("female", 2, "negative"),
    ("female", 3, "positive"),
    ("unknown", 3, "positive"),
    ("male", 5, "positive"),
]


@pytest.mark.parametrize(("sex", "yes", "band"), PTSD)
def test_pc_ptsd_5_edges(sex: str, yes: int, band: str) -> None:
    posted: dict[str, object] = {"ptsd-gate": "yes", "sex": sex} | {
        f"ptsd-{i}": "yes" if i <= yes else "no" for i in range(1, 6)
    }
    found = answered("pc-ptsd-5", posted)
    assert (found.value, found.band and found.band.key) == (yes, band)


def test_pc_ptsd_5_without_trauma_is_zero() -> None:
    assert answered("pc-ptsd-5", {"ptsd-gate": "no"}).value == 0


@pytest.mark.parametrize(("yes", "band"), [(0, "negative"), (2, "negative"), (3, "positive"), (7, "positive")])
def test_rods_edges(yes: int, band: str) -> None:
    posted: dict[str, object] = {"rods-1": ["heroin"]} | {f"rods-{i + 2}": "yes" if i < yes else "no" for i in range(7)}
    found = answered("rods", posted)
    assert (found.value, found.band and found.band.key) == (yes, band)


def test_rods_gate_closed_is_negative() -> None:
    found = answered("rods", {"rods-1": ["none"]})
    assert (found.status, found.value, found.band and found.band.key) == ("final", 0, "negative")


CSSRS = [
    ("no no - - - no -", "none"),
    ("yes no - - - no -", "low"),
    ("no yes no no no no -", "low"),
    ("yes yes no no no no -", "low"),
    ("no yes yes no no no -", "moderate"),
    ("no no - - - yes no", "moderate"),
    ("no yes no yes no no -", "high"),
    ("no yes no no yes no -", "high"),
    ("no no - - - yes yes", "high"),
    ("yes yes yes yes yes yes yes", "high"),
]
CODE = {"yes": "LA33-6", "no": "LA32-8"}
CSSRS_IDS = ["cssrs-1", "cssrs-2", "cssrs-3", "cssrs-4", "cssrs-5", "cssrs-6", "cssrs-6b"]


@pytest.mark.parametrize(("row", "band"), CSSRS)
def test_cssrs_triage(row: str, band: str) -> None:
    posted: dict[str, object] = {n: CODE[v] for n, v in zip(CSSRS_IDS, row.split(), strict=True) if v != "-"}
    found = answered("c-ssrs-screener", posted)
    assert (found.status, found.value, found.band and found.band.key) == ("final", None, band)


@pytest.mark.parametrize(
    ("row", "floor"),
    [("- - - - - - -", None), ("- yes - yes - - -", "high"), ("yes - - - - - -", "low"), ("no no - - - yes -", "high")],
)
def test_cssrs_acts_before_it_is_complete(row: str, floor: str | None) -> None:
    posted: dict[str, object] = {n: CODE[v] for n, v in zip(CSSRS_IDS, row.split(), strict=True) if v != "-"}
    found = answered("c-ssrs-screener", posted)
    assert (found.status, found.band, found.floor.key if found.floor else None) == ("incomplete", None, floor)


def test_cssrs_bands_call_for_what_the_table_says() -> None:
    form = forms.load("c-ssrs-screener")
    assert form.scale
    keys = {band.key: [action.key for action in band.actions] for band in form.scale.bands}
    assert keys["none"] == []
    assert keys["low"] == ["mental-health-routine"], "72 hours in a jail by the clock (MHS-02)"
    assert "watch_staggered" in keys["moderate"]
    assert "watch_constant" in keys["high"]


BJMHS = [
    ("no no no no no no no no no", "none"),
    ("yes no no no no no no no no", "none"),
    ("yes yes no no no no no no no", "refer"),
    ("no no no no yes yes no no no", "refer"),
    ("no no no no no no yes no no", "refer"),
    ("no no no no no no no yes no", "refer"),
    ("no no no no no no no no yes", "refer"),
]


@pytest.mark.parametrize(("row", "band"), BJMHS)
def test_bjmhs_rule(row: str, band: str) -> None:
    names = [f"bjmhs-{i}" for i in range(1, 9)] + ["officer-concern"]
    found = answered("bjmhs", dict(zip(names, row.split(), strict=True)))
    assert found.band and found.band.key == band


AIMS = [
    ("0 0 0 0 0 0 0", "unlikely"),
    ("2 0 0 0 0 0 0", "unlikely"),
    ("1 1 1 1 1 1 2", "unlikely"),
    ("2 2 0 0 0 0 0", "likely"),
    ("3 0 0 0 0 0 0", "likely"),
    ("0 0 0 0 0 0 4", "likely"),
]


@pytest.mark.parametrize(("row", "band"), AIMS)
def test_aims_rule(row: str, band: str) -> None:
    posted: dict[str, object] = {f"aims-{i}": v for i, v in enumerate(row.split(), 1)}
    rest = {"aims-8": "0", "aims-9": "0", "aims-10": "0", "aims-11": "no", "aims-12": "no"}
    found = answered("aims", posted | rest)
    assert found.band and found.band.key == band


TB_IDS = ["cough", "blood", "fever", "night-sweats", "weight-loss", "fatigue", "chest-pain", "appetite"]


@pytest.mark.parametrize(
    ("yes", "band"),
    [
        ([], "none"), (["fever"], "one"), (["fever", "appetite"], "positive"), (["cough"], "positive"), (["blood"], "positive"),
        (["fatigue", "chest-pain", "weight-loss"], "positive"),
    ],
)  # fmt: skip
def test_tb_rule(yes: list[str], band: str) -> None:
    posted: dict[str, object] = {f"tb-{n}": "yes" if n in yes else "no" for n in TB_IDS} | {"tb-risk": ["none"]}
    found = answered("tb-symptoms", posted)
    assert found.band and found.band.key == band


FOUR_AT = [("normal 0 0 no", 0, "unlikely"), ("normal 1 0 no", 1, "cognitive"), ("mild 2 1 no", 3, "cognitive"), ("abnormal 0 0 no", 4, "delirium"), ("normal 0 0 yes", 4, "delirium"), ("normal 2 2 no", 4, "delirium"), ("abnormal 2 2 yes", 12, "delirium")]  # fmt: skip


@pytest.mark.parametrize(("row", "total", "band"), FOUR_AT)
def test_4at_edges(row: str, total: int, band: str) -> None:
    found = answered("4at", {f"4at-{i}": v for i, v in enumerate(row.split(), 1)})
    assert (found.value, found.band and found.band.key) == (total, band)


MORSE = [("0 0 0 0 0 0", 0, "low"), ("0 0 0 20 0 0", 20, "low"), ("25 0 0 0 0 0", 25, "moderate"), ("0 15 15 0 10 0", 40, "moderate"), ("25 0 0 20 0 0", 45, "high"), ("25 15 30 20 20 15", 125, "high")]  # fmt: skip


@pytest.mark.parametrize(("row", "total", "band"), MORSE)
def test_morse_edges(row: str, total: int, band: str) -> None:
    names = ["history", "second-diagnosis", "aid", "iv", "gait", "mental"]
    found = answered("morse", {f"morse-{n}": v for n, v in zip(names, row.split(), strict=True)})
    assert (found.value, found.band and found.band.key) == (total, band)


@pytest.mark.parametrize(
    ("yes", "total", "band"),
    [([3], 0, "none"), ([], 1, "low"), ([1], 2, "low"), ([1, 2], 3, "moderate"), ([1, 2, 4, 5], 5, "moderate"),
     ([1, 2, 4, 5, 6], 6, "substantial"), ([1, 2, 4, 5, 6, 7, 8], 8, "substantial"), ([1, 2, 4, 5, 6, 7, 8, 9], 9, "severe"),
     ([1, 2, 4, 5, 6, 7, 8, 9, 10], 10, "severe")],
)  # fmt: skip
def test_dast_10_reverses_its_third_item(yes: list[int], total: int, band: str) -> None:
    found = answered("dast-10", {f"dast-{i}": "yes" if i in yes else "no" for i in range(1, 11)})
    assert (found.value, found.band and found.band.key) == (total, band)


def test_prea_counts_and_gives_no_band() -> None:
    form = forms.load("prea-risk")
    posted = {i.link_id: "no" for i in form.walk() if i.kind == "boolean"} | {
        "prea-d-victim": "yes",
        "prea-d-age": "yes",
        "prea-e-institutional": "yes",
    }
    found = answered("prea-risk", dict(posted))
    assert (found.status, found.value, found.band, dict(found.counts)) == (
        "final",
        None,
        None,
        {"victim": 2, "abuser": 1},
    )
    assert [a.due for a in found.actions] == ["P14D"]


@pytest.mark.parametrize(("name", "item"), [("phq-9", "phq-9"), ("epds", "epds-10")])
def test_self_harm_items_call_for_the_cssrs_whatever_the_total(name: str, item: str) -> None:
    form = forms.load(name)
    code = next(o.code for o in form.item(item).options if o.weight == 1)
    alone = forms.parse(form, {item: code}, zone=ZONE)
    found = forms.score(form, alone)
    assert found and found.status == "incomplete" and found.band is None
    assert [(a.key, a.due) for a in found.actions] == [("c-ssrs-screener", "now")]
    assert [f.instrument for f in forms.fired(form, alone)] == ["c-ssrs-screener"]


@pytest.mark.parametrize("name", [n for n in forms.names() if forms.load(n).scale])
def test_one_skipped_item_leaves_no_band(name: str) -> None:
    form = forms.load(name)
    assert form.scale
    found = answered(name, {})
    if form.scale.items:
        assert (found.status, found.band, found.value) == ("incomplete", None, None)
        assert found.missing
