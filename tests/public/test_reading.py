"""The English pages can be read by somebody with six years of school: Flesch-Kincaid grade, counted here.

Names count as one easy word each: nobody can choose a shorter one. The grade is of running text, not of names and labels.
"""

import re

import pytest

from throughcare.public import facts
from throughcare.public.site import Site

NAMES = [
    "Department of Correction", "Connecticut", "Department of Justice", "Inspector General", "Correction Ombuds", "Ombuds", "Health Services Review",
    "Post-Incident Workplace Employee Reference Program", "Social Security", "Medicaid", "Waterbury", "Osborn", "Bridgeport", "Cybulski", "Hartford",
    "Newtown", "Niantic", "Enfield", "hepatitis C", "methadone", "buprenorphine", "naloxone", "infirmary", "Department", "the Department", "America", "medical",
]  # fmt: skip
PLAIN = ["index", "services", "care", "concerns", "questions", "methods", "findings", "facilities"]


def syllables(word: str) -> int:
    word = re.sub(r"[^a-z]", "", word.lower())
    if not word:
        return 1
    count = len(re.findall(r"[aeiouy]+", word))
    if (word.endswith("e") and not word.endswith(("le", "ee", "ye"))) or (
        word.endswith(("es", "ed")) and not re.search(r"[td]ed$|[sxz]es$|[cs]hes$|[cg]es$", word)
    ):
        count -= 1
    return max(count, 1)


def grade(text: str) -> float:
    for name in sorted(NAMES, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(name)}\b", "Ann", text)
    sentences = [s for s in re.split(r"[.!?:;”]+(?:\s|$)", text) if s.strip()]
    words = re.findall(r"[A-Za-z0-9$'’-]+", text)
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def running_text(html: str) -> str:
    main = html.partition("<main")[2].partition("</main>")[0]
    main = re.sub(
        r'<p class="(?:cited|up|map-note|downloads|hero-do)".*?</p>|<figure class="mission">.*?</figure>',
        "",
        main,
        flags=re.S,
    )
    found = re.findall(r"<(?:p|li|h1|h2)[^>]*>(.*?)</(?:p|li|h1|h2)>", main, re.S)
    texts = [re.sub(r"<[^>]+>", " ", part).strip() for part in found]
    return " ".join(part if part.endswith((".", "?", "!", ":")) else f"{part}." for part in texts if part)


def test_the_count_is_right_on_known_sentences():
    assert (
        syllables("medicine") == 3 and syllables("care") == 1 and syllables("needed") == 2 and syllables("asked") == 1
    )
    assert grade("The cat sat on the mat.") < 1
    assert grade("Interdisciplinary organizational accountability necessitates comprehensive documentation.") > 15


@pytest.mark.parametrize("name", [*PLAIN, *(f"services/{s.id}" for s in facts.library().services)])
def test_a_page_can_be_read_after_six_years_of_school(name: str, bare: Site):
    found = grade(running_text(bare.body(f"{name}.html").decode()))
    assert found < 7, f"[{name}] needs grade {found:.1f}"
