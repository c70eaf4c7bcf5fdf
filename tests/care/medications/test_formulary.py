"""The formulary's codes are RxNorm's, its classes follow the rules they cite, and names and packs find products."""

import csv
import gzip
import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughcare.care.medications import formulary, pass_views
from throughcare.care.medications.rules import barcodes
from throughcare.kernel import content

BOOK = formulary.load()
SALTS = {"42351": "6448", "52105": "6448", "28004": "6057", "300195": "117466", "1721603": "117466"}
SALTS |= {"236991": "32968", "847020": "613391", "1037041": "1037042"}
# Samples of others give these codes wrong names; here they must be nothing or what RxNorm says (README of the drug data).
KNOWN_BAD = {
    "1648756": "nitrofurantoin", "83367": "amiodarone", "115698": "quetiapine", "197322": "allopurinol", "311989": "allopurinol",
}  # fmt: skip


@pytest.fixture(scope="module")
def concepts(shared: Path) -> dict[str, dict[str, str]]:
    with gzip.open(shared / "corpora/drugs/rxnorm_concepts.csv.gz", "rt", encoding="utf-8") as file:
        return {row["rxcui"]: row for row in csv.DictReader(file)}


def plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def test_every_product_s_code_has_its_name_in_rxnorm(concepts) -> None:
    for product in BOOK.products:
        assert plain(concepts[product.rxcui]["name"]) == plain(product.name), product.rxcui
        assert concepts[product.rxcui]["tty"] in {"SCD", "GPCK"}


def test_every_ingredient_s_code_has_its_name_in_rxnorm(concepts) -> None:
    unknown = {code for code in BOOK.ingredients if code not in concepts}
    assert (
        unknown
        == {"82819", "1368001"}
        == {code for code, fact in BOOK.ingredients.items() if fact.verification == "unverified"}
    )
    for code, fact in BOOK.ingredients.items():
        if code not in unknown:
            assert plain(concepts[code]["name"]) == plain(fact.name), code


def test_every_code_written_beside_a_name_is_that_name_s(concepts) -> None:
    seen = 0
    for path, table, fields in (
        (formulary.CHECKS, "group", ("members",)),
        (formulary.CHECKS, "interaction", ("side_a", "side_b")),
        (formulary.CHECKS, "allergy_group", ("on", "to")),
    ):
        for row in content.rows(path, table):
            for part in "; ".join(row[name] for name in fields).split("; "):
                if "=" in part:
                    code, _, name = part.partition("=")
                    assert plain(BOOK.ingredients[code].name) == plain(name), (row["id"], part)
                    seen += 1
    assert seen > 600


def test_the_clinical_page_s_codes_are_here_under_their_names(shared: Path) -> None:
    with (shared / "corpora/drugs/code_check_rxnorm.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert plain(BOOK.ingredients[row["code"]].name) == plain(row["name_in_clinical_md"])


def test_strengths_are_those_that_rxnorm_links(shared: Path, concepts) -> None:
    links: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    with gzip.open(shared / "corpora/drugs/rxnorm_relations.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            links[row["rxcui1"]][row["relation"]].append(row["rxcui2"])
    compared = 0
    for product in BOOK.products:
        for part in links[product.rxcui]["consists_of"]:
            said = re.search(r" ([\d.]+) [A-Z]+(/[A-Z]+)?$", concepts[part]["name"])
            for code in links[part]["has_ingredient"]:
                mine = [s for s in product.strengths if s.ingredient == code]
                if said and mine and product.rxcui != "1648755":  # nitrofurantoin: two forms of one drug, added up
                    assert mine[0].amount == Decimal(said[1]), product
                    compared += 1
    assert compared > 300


@pytest.mark.parametrize(("code", "wrong"), KNOWN_BAD.items())
def test_known_bad_codes_are_not_what_bad_samples_say(code: str, wrong: str) -> None:
    assert BOOK.product(code) is None or wrong not in BOOK.product(code).name
    for ingredient in BOOK.contents(code):
        assert wrong not in BOOK.ingredient_name(ingredient)
    assert wrong not in getattr(BOOK.ingredients.get(code), "name", "")


def test_what_no_published_copy_confirms_is_left_out() -> None:
    assert len(BOOK.products) == 371
    assert not {"197320", "197311", "197313", "630208"} & {product.rxcui for product in BOOK.products}
    assert {product.verification for product in BOOK.products} == {
        "release_copy_2025", "published_value_set", "secondary",
    }  # fmt: skip


def test_unsigned_content_says_provisional() -> None:
    assert BOOK.provisional
    assert BOOK.edition == "2026.1, provisional"
    assert "not yet signed" in BOOK.review
    assert "National Library of Medicine" in BOOK.attribution


def test_salts_are_joined_under_their_drug() -> None:
    assert {code: BOOK.base(code) for code in SALTS} == SALTS
    assert {code for code, fact in BOOK.ingredients.items() if fact.same_as} == set(SALTS)
    assert BOOK.base("36437") == "36437"


def test_the_classes_follow_the_rules() -> None:
    for product in BOOK.products:
        names = " ".join(product.ingredient_names)
        if product.controlled:
            assert product.has("never_kop"), product.name
        if product.has("usually_kop"):
            assert not product.has("never_kop"), product.name
        if "insulin" in names:
            assert product.window == "time_critical" and product.critical == "insulin" and product.has("glucose_before")
            assert product.unit == "units"
        if product.has("last_dose_gate"):
            assert product.window == "opioid_line" and product.has("moud") and product.has("sedation_before")
        if product.injected and product.rxcui != "1870207":
            assert product.has("never_kop"), product.name
        if product.window:
            assert product.time_critical, f"{product.name}: on time to the half hour, yet a door may lose it"
    gate = {name for p in BOOK.products if p.has("last_dose_gate") for name in p.ingredient_names}
    assert gate == {"buprenorphine", "naloxone", "methadone"}


def test_emergency_drugs_are_those_of_the_ruling() -> None:
    always = {name for p in BOOK.products if p.has("emergency") for name in p.ingredient_names}
    assert always == {"naloxone", "epinephrine", "glucagon", "midazolam"}
    assert [p.ingredient_names for p in BOOK.products if p.has("emergency_if_seizure")] == [("lorazepam",)]


def test_every_critical_class_and_window_is_used() -> None:
    assert {p.critical for p in BOOK.products} - {""} == set(BOOK.critical_titles)
    assert {p.window for p in BOOK.products} - {None} == {"time_critical", "opioid_line"}
    with pytest.raises(ValueError, match="no flag"):
        BOOK.products[0].has("keep_on_person")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("sert 100", "sertraline 100 mg tablet"),
        ("Zoloft 25", "sertraline 25 mg tablet"),
        ("tylenol", "acetaminophen 325 mg tablet"),
        ("ssri 50", "sertraline 50 mg tablet"),
        ("subox 8", "buprenorphine 8 mg / naloxone 2 mg sublingual film"),
        ("lithium 450", "lithium carbonate 450 mg extended-release tablet"),
    ],
)
def test_fragments_find(text: str, label: str) -> None:
    assert BOOK.find(text)[0].label == label


def test_a_search_for_nothing_or_nonsense_finds_nothing() -> None:
    assert BOOK.find("") == BOOK.find("   ") == BOOK.find("zzzz sertraline") == ()
    assert len(BOOK.find("tablet", 7)) == 7


def test_quantities_come_from_the_strength_alone() -> None:
    sertraline = BOOK.product("312941")
    assert [words for _, words in sertraline.usual] == ["1 tablet (50 mg)", "2 tablets (100 mg)"]
    assert sertraline.amount("36437", Decimal("1.5")) == (Decimal("75.0"), "mg")
    assert BOOK.product("311041").usual == ()
    assert BOOK.product("311041").amount("274783", Decimal(18)) == (Decimal(18), "units")
    assert BOOK.product("991147").amount("6813", Decimal("8")) == (Decimal(80), "mg")
    assert BOOK.product("1996184").amount("1819", Decimal(1)) == (Decimal(100), "mg")
    assert BOOK.product("198029").amount("7407", Decimal(1)) == (Decimal("13.992"), "mg")
    assert BOOK.product("106258").amount("5492", Decimal(1)) is None, "a cream's dose is not computed"


@pytest.mark.parametrize(
    ("line", "drugs"),
    [
        ("Lisinopril 10 mg daily", {"29046"}),
        ("metoprolol succinate ER 50mg po once a day", {"6918"}),
        ("hydrocodone/acetaminophen 5/325 prn", {"5489", "161"}),
        ("Zoloft 100", {"36437"}),
        ("lithium carbonate 300 mg BID", {"42351"}),
        ("sertraline and something blue", set()),
        ("water pill", set()),
        ("", set()),
    ],
)
def test_a_line_as_people_write_it_is_read_whole_or_not_at_all(line: str, drugs: set[str]) -> None:
    assert BOOK.said(line) == drugs


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text("0123456789()\x1d]dC", max_size=60)))
def test_nothing_that_is_typed_or_scanned_breaks(text: str) -> None:
    found = BOOK.by_scan(text)
    assert (found.product is None) is bool(found.sentence)
    BOOK.find(text)
    BOOK.said(text)


def test_an_agency_signs_by_naming_who_reviewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "formulary").mkdir()
    for path in (formulary.FORMULARY, formulary.CHECKS):
        (tmp_path / path).write_text('version = "ct-1"\nreviewed_by = "A. Sample-Reyes, PharmD"\noverrides = []\n')
    monkeypatch.setenv(content.OVERLAY_SETTING, str(tmp_path))
    content.forget()
    signed = formulary.load()
    (tmp_path / formulary.CHECKS).write_text("overrides = []\n")
    content.forget()
    half = formulary.load()
    monkeypatch.delenv(content.OVERLAY_SETTING)
    content.forget()
    assert (signed.edition, signed.provisional, len(signed.products)) == ("ct-1", False, 371)
    assert half.provisional, "both files are to be signed"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("flags", "never_kop keep_away"),
        ("route", "by air"),
        ("window", "often"),
        ("schedule", "C9"),
        ("strengths", "161=5 MG/"),
    ],
)
def test_a_wrong_word_is_refused_with_its_row(tmp_path: Path, monkeypatch, field: str, value: str) -> None:
    (tmp_path / "formulary").mkdir()
    change = f'[[overrides]]\ntable = "product"\nid = "312941"\n{field} = "{value}"\n'
    if field == "strengths":
        change = change.replace("161=5 MG/", "99999999=5 MG")
    (tmp_path / formulary.FORMULARY).write_text(change)
    monkeypatch.setenv(content.OVERLAY_SETTING, str(tmp_path))
    content.forget()
    try:
        with pytest.raises(content.ContentError, match="312941"):
            formulary.load()
    finally:
        monkeypatch.delenv(content.OVERLAY_SETTING)
        content.forget()


@pytest.mark.parametrize("path", content.names("formulary"))
def test_each_file_says_version_source_since_when_and_who_reviewed(path: str) -> None:
    body = content.load(path)
    assert body["version"] and body["source"] and body["effective_from"]
    assert body["reviewed_by"] == "" and "provisional" in body["review"]


# --- packs ----------------------------------------------------------------------------------------------------------------


def gtin(ten: str, indicator: str = "0") -> str:
    body = f"{indicator}03{ten}"
    return body + barcodes.check_digit(body)


@pytest.mark.parametrize(
    "scanned",
    [
        "00300021433017", "300021433017", "0300021433017", "0002143301", "00002143301", "0002-1433-01", "00002-1433-01",
        "(01)00300021433017(17)271231(10)A1B2(21)77", "]d2010030002143301717271231" + "10A1B2\x1d2177",
        "01003000214330171727123110A1B2\x1d2177",
    ],
)  # fmt: skip
def test_a_pack_is_found_whatever_the_symbol(scanned: str) -> None:
    found = BOOK.by_scan(scanned)
    assert found.product is not None and found.product.rxcui == "1551295", found.sentence
    assert found.ndc == "00002143301"


def test_lot_serial_and_expiry_are_read() -> None:
    found = BOOK.by_scan("01003000214330171727020010A1B2\x1d2177")
    assert (found.lot, found.serial, found.expires) == ("A1B2", "77", date(2027, 2, 28))
    assert found.expired(date(2027, 3, 1)) and not found.expired(date(2027, 2, 28))
    assert BOOK.by_scan(gtin("0002143301", "5")).outer


@pytest.mark.parametrize(
    ("scanned", "said"),
    [
        ("", "Nothing was scanned"),
        ("00300021433018", "check digit"),
        ("4006381333931", "no United States medicine number"),
        ("(17)271231(10)A", "which product"),
        ("(01)00300021433017(17)271331", "expiry date"),
        ("0100300021433", "check digit"),
        ("T1234567", "no pack's barcode"),
        ("https://example.org", "no pack's barcode"),
        ("9" * 201, "no pack's barcode"),
        ("99999-9999-99", "not on the formulary"),
        ("٠٠٣٠٠٠٢١٤٣٣٠١٧", "no pack's barcode"),
        ("(01)00300021433017(01)00300021433017", "damaged"),
    ],
)
def test_what_cannot_be_read_says_why(scanned: str, said: str) -> None:
    found = BOOK.by_scan(scanned)
    assert found.product is None
    assert said in found.sentence


def test_an_ambiguous_number_asks_for_eyes_and_never_guesses() -> None:
    number, _, rxcui = next(pack for pack in BOOK._packs if pack[1] == "x")
    ten = number[:5] + number[6:]
    found = BOOK.by_scan(ten)
    assert found.product is None
    assert rxcui in {product.rxcui for product in found.candidates}
    assert "Compare" in found.sentence
    assert BOOK.by_scan(number).product.rxcui == rxcui, "eleven digits are certain"


def test_every_certain_gtin_of_the_source_finds_its_product(shared: Path) -> None:
    wrong, unsure, total = 0, 0, 0
    with gzip.open(shared / "corpora/drugs/ndc.csv.gz", "rt", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file)):
            if number % 9 or not row["gtin14_indicator_0"]:
                continue
            found = BOOK.by_scan(row["gtin14_indicator_0"])
            total += 1
            wrong += found.product is not None and found.product.rxcui != row["formulary_rxcui"]
            unsure += found.product is None
    print(f"GTIN-14: {total} scanned, {wrong} wrong, {unsure} asked for eyes")
    assert wrong == 0
    assert unsure < total / 100


def test_fit_for_a_search_as_one_types() -> None:
    from time import perf_counter

    began = perf_counter()
    for text in ("s", "se", "ser", "sert", "oxy 5", "insulin gl"):
        BOOK.find(text)
    assert perf_counter() - began < 0.1


@pytest.mark.parametrize("day", ["270228", "270200", "251231"])
def test_an_expired_pack_makes_no_dose_ready(day: str) -> None:
    number, layout, code = next(
        p for p in BOOK.packs_of(p.rxcui for p in BOOK.find("lisinopril 10", 1)) if p[1] in "abc"
    )
    labeler, product = (int(n) for n in barcodes.LAYOUTS[layout][:2])
    ten = number[5 - labeler : 5] + number[9 - product : 9] + number[9 + 2 - (10 - labeler - product) :]
    first = "003" + ten
    found = pass_views.scanned(BOOK, f"(17){day}(10)A1(01){first}{barcodes.check_digit(first)}", date(2026, 11, 23))
    if day == "251231":
        assert (found["code"], found["maybe"]) == ("", []) and "expired" in found["sentence"]
    else:
        assert code in {found["code"], *found["maybe"]}
