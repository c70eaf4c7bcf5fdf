"""Clinical documents that others made: each is read, and what its lists of allergies, medicines and problems hold is found.

The documents are not part of the project; without the folder ../shared these tests are skipped with a reason.
"""

import gzip
import random
from collections import Counter

import pytest
from lxml import etree

from throughcare.exchange.documents.ccda.found import COUNTED, NotADocument, item_of
from throughcare.exchange.documents.ccda.read import read

V3 = "{urn:hl7-org:v3}"
TEMPLATES = {
    "2.16.840.1.113883.10.20.22.2.6.1": "allergy",
    "2.16.840.1.113883.10.20.22.2.1.1": "medicine",
    "2.16.840.1.113883.10.20.22.2.5.1": "problem",
}
FOLDERS = {"emerge": 10, "hl7_examples": 29, "vendor": 12}


@pytest.fixture(scope="module")
def corpus(shared):
    root = shared / "corpora/ccda"
    return {
        folder: {path.name: gzip.decompress(path.read_bytes()) for path in sorted((root / folder).glob("*.gz"))}
        for folder in FOLDERS
    }


def entries(raw):
    """Count the entries of the three lists, by their templates, with no code of ours."""
    root = etree.fromstring(raw, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    counts: Counter[str] = Counter()
    for section in root.iter(f"{V3}section"):
        kinds = {TEMPLATES[t.get("root")] for t in section.findall(f"{V3}templateId") if t.get("root") in TEMPLATES}
        for kind in kinds:
            counts[kind] += len(section.findall(f"{V3}entry"))
    return counts


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_every_document_is_read_and_nothing_of_its_lists_is_lost(corpus, folder):
    documents = corpus[folder]
    assert len(documents) == FOLDERS[folder]
    found: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    as_words: Counter[str] = Counter()
    for name, raw in documents.items():
        document = read(raw)
        kinds[document.kind] += 1
        wanted = entries(raw)
        for kind in COUNTED:
            in_lists = {(one.section, one.entry) for one in document.of(kind) if not one.narrative}
            assert wanted[kind] <= len(in_lists), f"{name}: {kind}"
            if wanted[kind]:
                assert document.counted[kind] == wanted[kind], f"{name}: {kind}"
        for section in document.sections:
            if not section.kind:
                as_words[f"{section.code} {section.title}".strip() or "no title"] += 1
                assert section.lines or not section.entries, f"{name}: {section.title} is shown nowhere"
        for one in document.items:
            found[one.kind] += 1
            found["says nothing"] += bool(one.unknown)
            found["denied"] += one.negated
            assert one.unknown or one.code.text, f"{name}: {one}"
            assert item_of(one.kept()) == one
    print(f"\n{folder}: {len(documents)} documents {dict(kinds)}\n  {dict(sorted(found.items()))}")
    print(f"  sections shown as words: {dict(sorted(as_words.items()))}")


# Read by a person from the documents themselves.
SAYS = {
    ("emerge", "Patient-3.xml.gz"): [
        ("medicine", "Lisinopril 10 MG Oral Tablet", "314076", ""),
        ("problem", "Diabetes mellitus type 2", "44054006", ""),
        ("allergy", "Penicillin V", "N0000011298", ""),
        ("result", "Hgb A1c MFr Bld", "4548-4", "7.5"),
        ("immunization", "Influenza, high dose seasonal", "135", ""),
        ("procedure", "Diabetic foot examination", "401191002", ""),
    ],
    ("hl7_examples", "Consultation_Note.xml.gz"): [
        ("allergy", "Penicillin", "70618", ""),
        ("medicine", "atenolol 25 MG Oral Tablet", "197380", ""),
    ],
    ("vendor", "Greenway_Samples_26840_ExportSummary_CCDA.xml.gz"): [
        ("allergy", "Bicillin L-A", "215674", ""),
        ("vital_sign", "Heart Rate", "8867-4", "88"),
        ("social_history", "Smoking status", "ASSERTION", "Heavy tobacco smoker"),
    ],
    ("hl7_examples", "CCD.xml.gz"): [("allergy", "No known allergy", "419199007", "")],
}


@pytest.mark.parametrize(("folder", "name"), sorted(SAYS))
def test_what_it_says_is_what_is_read(corpus, folder, name):
    read_as = {(one.kind, one.code.text, one.code.code, one.value) for one in read(corpus[folder][name]).items}
    for wanted in SAYS[folder, name]:
        assert wanted in read_as


def test_a_torn_document_is_refused_in_a_sentence_or_read_and_never_breaks(corpus):
    chance = random.Random(20261122)
    answers: Counter[str] = Counter()
    for documents in corpus.values():
        for raw in list(documents.values())[::4]:
            if len(raw) > 120_000:
                continue
            for _ in range(3):
                torn = bytearray(raw)
                for _ in range(chance.randint(1, 6)):
                    at = chance.randrange(len(torn))
                    torn[at : at + chance.randint(0, 40)] = bytes(
                        chance.randrange(256) for _ in range(chance.randint(0, 9))
                    )
                try:
                    read(bytes(torn))
                    answers["read"] += 1
                except NotADocument as refused:
                    assert str(refused).endswith("."), str(refused)
                    answers["refused"] += 1
    print(f"\ntorn documents: {dict(answers)}")
