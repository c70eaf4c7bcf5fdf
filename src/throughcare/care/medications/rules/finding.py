"""What a rule found: a code for the program, a sentence for people in both languages, and the source it follows."""

from __future__ import annotations

from dataclasses import dataclass

from throughcare.chart.forms.text import Text


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found, with its reason and source."""

    code: str
    text: Text
    source: str
