"""Refusals. Each carries one clear sentence for the person: what happened, what was kept, what to do next."""


class Refused(Exception):
    """The house will not do this; `sentence` says why, in words fit for a screen."""

    status = 422

    def __init__(self, sentence: str, *, fields: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fields = fields or {}


class Invalid(Refused):
    """The input can't be understood; `fields` says what is wrong where."""


class NotAllowed(Refused):
    """This role may not do or see that."""

    status = 403


class NotFound(Refused):
    """There is no such thing, or not for this person's eyes: the two look alike on purpose."""

    status = 404


class Stale(Refused):
    """The record changed, or is another person's, since the page was opened."""

    status = 409


class IntentReused(Refused):
    """One intent id came twice with different content."""

    status = 409
