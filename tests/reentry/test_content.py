"""What is read on the way home: words of the sixth grade, both languages whole, partners that are sourced or named Sample."""

import re

from throughcare.chart.plain_words import plain
from throughcare.kernel import content
from throughcare.reentry import partners
from throughcare.reentry.rules import after_failure, may_finish, steps_now
from throughcare.reentry.tables import load_table

WORDS = "wording/reentry_packet.toml"


def syllables(word: str) -> int:
    """Count the syllables of an English word, as the formula asks: groups of vowels, a silent e left out."""
    word = re.sub(r"[^a-z]", "", word.lower())
    found = len(re.findall(r"[aeiouy]+", word)) - (word.endswith("e") and not word.endswith("le"))
    return max(1, found)


def grade(text: str) -> float:
    """Give the Flesch-Kincaid grade of a text."""
    sentences = [s for s in re.split(r"[.!?:]+", text) if s.strip()]
    words = re.findall(r"[A-Za-z']+", text)
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def sentences(lang: str) -> list[str]:
    said = content.load(WORDS)[lang].values()
    return [x for s in said for x in (s.values() if isinstance(s, dict) else [s])]


def test_the_words_are_of_the_sixth_grade_at_most() -> None:
    whole = [s for s in sentences("en") if s[-1] in ".!?" and "{" not in s]
    assert 1 < grade(" ".join(whole)) <= 6
    assert [s for s in whole if len(s.split()) >= 10 and grade(s) > 8] == []
    for said in sentences("es"):
        for sentence in re.split(r"(?<=[.!?])\s", said):
            assert len(sentence.split()) <= 25, sentence


def test_both_languages_say_the_same_things() -> None:
    english, spanish = content.load(WORDS)["en"], content.load(WORDS)["es"]
    assert english.keys() == spanish.keys()
    for key, said in english.items():
        holes = set(re.findall(r"{(\w+)}", str(said)))
        assert holes == set(re.findall(r"{(\w+)}", str(spanish[key]))), key


def test_shipped_partners_are_sourced_and_invented_ones_are_named_so() -> None:
    for row in content.rows(partners.SHIPPED, "partner"):
        assert row["source"].startswith("K:"), row["id"]
        assert not {"phone", "hours", "address"} & row.keys(), "the page gives none of these"
        assert "Sample" not in row["name"]
    for row in content.rows(partners.SYNTHETIC, "partner"):
        assert row["name"].startswith("Sample "), row["id"]
        assert "555-01" in row["phone"], "numbers kept for fiction"


def test_plain_words() -> None:
    assert plain("Hypertension", "en") == "High blood pressure"
    assert plain("Seizures", "es") == "Convulsiones"
    assert plain("Fracture of the left wrist", "es") == "Fracture of the left wrist"
    assert plain("Old myocardial infarction", "en") == "Old myocardial infarction (heart attack)"


def test_calling_ends_after_three_by_day_seven() -> None:
    table = load_table()
    assert after_failure(table, [1], 1, no_way=False).left == 2
    assert after_failure(table, [1, 1, 7], 7, no_way=False).ends == (1, 7)
    assert after_failure(table, [1, 1, 7, 30], 30, no_way=False).ends == ()
    assert after_failure(table, [1], 1, no_way=True).ends == (1, 7)


def test_steps_count_back_from_the_release_that_custody_names() -> None:
    from datetime import date

    table = load_table()
    found = {
        s.step.id: s.standing
        for s in steps_now(table, date(2026, 12, 22), date(2026, 11, 22), {"consent": "done"}, left=False)
    }
    assert (found["open_case"], found["consent"], found["appointments"]) == ("late", "done", "now")
    assert (found["warm_call"], found["call"]) == ("later", "after")
    assert all(s.standing in ("later", "after") for s in steps_now(table, None, date(2026, 11, 22), {}, left=False))
    assert "coverage" in may_finish(table, {"consent": "done"})
