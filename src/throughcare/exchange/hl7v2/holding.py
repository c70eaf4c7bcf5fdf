"""Why a message waits for a person or for another message, in words fit for the board."""

from dataclasses import dataclass
from uuid import UUID

REASONS = {
    "unknown_person": "Nobody here has this number yet",
    "two_people": "The numbers are two people's",
    "other_person": "The number is another person's",
    "unknown_place": "The place is not one of ours",
    "out_of_order": "Something else must come first",
    "other_content": "This id came before with other content",
    "ahead": "It lies in the future",
    "not_taken": "The record refused it",
    "failed": "Something of ours failed",
}
# What is held for these is tried again by itself when what it waits for has come.
RETRIED = frozenset({"unknown_person", "unknown_place", "out_of_order", "ahead"})


class Hold(Exception):
    """Raised while a message is applied: everything it did is undone, and it waits on the board."""

    def __init__(self, hold: str, sentence: str, waits_for: str = "") -> None:
        super().__init__(sentence)
        self.hold = hold
        self.sentence = sentence
        self.waits_for = waits_for


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a message came to, in one sentence without a name.

    `also` are messages that it set free, `left` what it says that has no place in the chart, `asks` what somebody must still
    say of it: which order it answers, or what becomes of its request.
    """

    sentence: str
    also: tuple[UUID, ...] = ()
    left: tuple[str, ...] = ()
    asks: str = ""
