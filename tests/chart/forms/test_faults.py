"""The error summary says question and need as two sentences."""

import pytest

from throughcare.chart.questions import _both


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Awake?", "Awake? It needs an answer."),
        ("Tell us in your own words", "Tell us in your own words: It needs an answer."),
        ("", "It needs an answer."),
    ],
)
def test_question_and_sentence_stand_apart(question: str, said: str) -> None:
    assert _both(question, "It needs an answer.") == said
