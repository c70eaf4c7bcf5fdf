"""The kinds of consent (clinical.md 7.4), and what the law asks each signed form to say (42 CFR 2.31, 45 CFR 164.508)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from throughcare.kernel import content
from throughcare.kernel.errors import Invalid
from throughcare.kernel.vocabulary import DataClass, Role

FILE = "access/consents.toml"
# Which classes only a kind of their own opens, and which no consent of this house opens at all.
BY_CONDITION = {
    "tpo": frozenset({DataClass.PART2}),
    "criminal_justice_consent": frozenset({DataClass.PART2}),
    "separate_consent": frozenset({DataClass.SUD_COUNSELLING}),
}
NEVER = frozenset({DataClass.PSYCHOTHERAPY, DataClass.PEER_REVIEW, DataClass.CONTROLLED_COUNT})
ORDINARY = frozenset(DataClass) - NEVER - frozenset().union(*BY_CONDITION.values())
# What some consent opens, by a form of its own where it must.
OPENED = frozenset(DataClass) - NEVER


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of consent: whether it releases data, which classes it may open, and what it needs."""

    code: str
    title: str
    title_es: str
    releases: bool
    classes: frozenset[DataClass]
    one_for_each: str
    needs_ending_event: bool
    law: str
    notice: str = ""
    asks: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    only_to: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Statement:
    """What a form must say to who signs it, in the project's words, and the law that asks for it."""

    id: str
    en: str
    es: str
    law: str

    def said(self, lang: str) -> str:
        """Give it in a language of the forms."""
        return self.es if lang == "es" else self.en


class Said(Protocol):
    """A form as it was signed: what is handed in, or what is kept."""

    @property
    def agreed(self) -> bool:
        """Tell whether the person agreed."""

    @property
    def intermediary(self) -> str:
        """Give through whom it goes."""

    @property
    def statements(self) -> Sequence[str]:
        """Name the statements that stood on it."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What stands on the signed form."""

    kind: str
    form_version: str
    agreed: bool
    language: str
    classes: tuple[DataClass, ...] = ()
    roles: tuple[Role, ...] = ()
    recipient: str = ""
    purpose: str = ""
    about: str = ""
    interpreter: str = ""
    witness: str = ""
    starts_at: datetime | None = None
    expires_at: datetime | None = None
    expires_event: str = ""
    irrevocable_until: str = ""
    disclosers: str = ""
    described: str = ""
    intermediary: str = ""
    signed_by: str = ""
    statements: tuple[str, ...] = ()


def all_kinds() -> tuple[Kind, ...]:
    """Give every kind, in the content's order."""
    return tuple(_kinds(content.stamp()).values())


@lru_cache(maxsize=4)
def _kinds(stamp: tuple[str, int]) -> dict[str, Kind]:
    return {
        row["id"]: Kind(
            code=row["id"],
            title=row["title"],
            title_es=row["title_es"],
            releases=row["scope"] == "disclosure",
            classes=_classes(row["scope"], row.get("condition", "")),
            one_for_each=row.get("one_for_each", ""),
            needs_ending_event=row.get("needs_ending_event", False),
            law=row.get("law", ""),
            notice=row.get("notice", ""),
            asks=tuple(row.get("asks", ())),
            statements=tuple(row.get("statements", ())),
            only_to=frozenset(Role(r) for r in row.get("only_to", ())),
        )
        for row in content.rows(FILE, "consent")
    }


def of(code: str) -> Kind:
    """Give one kind; refuse one that nobody wrote."""
    kind = _kinds(content.stamp()).get(code)
    if kind is None:
        raise Invalid("The consent was not kept.", fields={"kind": "Choose what the consent is for."})
    return kind


def missing(kind: Kind, agreement: Agreement) -> dict[str, str]:
    """Say what the form lacks, by field."""
    wrong = {}
    if kind.one_for_each and not agreement.about:
        wrong["about"] = f"One form for each {kind.one_for_each}: name it."
    beyond = set(agreement.classes) - kind.classes
    if beyond:
        wrong["classes"] = (
            f"This kind of consent can't open [{', '.join(sorted(beyond))}]. That needs a form of its own."
        )
    if not kind.releases:
        return wrong
    if kind.only_to and set(agreement.roles) - kind.only_to:
        wrong["roles"] = f"This form tells nobody but: {', '.join(sorted(kind.only_to))} ({kind.law})."
    wrong |= lacks(kind, agreement)
    if not agreement.classes:
        wrong["classes"] = "Say what may be told."
    if not agreement.purpose:
        wrong["purpose"] = "Say what it is for."
    if not (agreement.roles or agreement.recipient):
        wrong["recipient"] = "Say who may receive it."
    if kind.needs_ending_event and not agreement.expires_event:
        wrong["expires_event"] = "Name the event that ends it."
    if not (agreement.expires_at or agreement.expires_event):
        wrong["expires_at"] = "A release ends on a date or with an event: say which."
    return wrong


def lacks(kind: Kind, said: Said) -> dict[str, str]:
    """Say which elements of 42 CFR 2.31(a) a signed yes lacks, by field; such a form opens nothing (2.31(c)). A no needs none."""
    if not said.agreed:
        return {}
    wrong = {name: ASKED[name] for name in kind.asks if not str(getattr(said, name)).strip()}
    if set(due(kind, through=bool(said.intermediary))) - set(said.statements):
        wrong["statements"] = "The form must say each of these; one that did not is signed again."
    return wrong


def due(kind: Kind, *, through: bool) -> tuple[str, ...]:
    """Name the statements that a form of this kind makes; one more where it goes through an intermediary."""
    return (*kind.statements, "intermediary") if kind.statements and through else kind.statements


def statements() -> tuple[Statement, ...]:
    """Give the statements, in the content's order."""
    return tuple(Statement(row["id"], row["en"], row["es"], row["law"]) for row in content.rows(FILE, "statement"))


# What is said where an element that the kind asks for is empty.
ASKED = {
    "disclosers": "Say who may disclose: name the programme, person or office.",
    "described": "Say what is told in words that mean something to the person, substance use named.",
    "recipient": "Name who may receive it, or the class of them that the law allows.",
    "purpose": "Say what it is for.",
    "irrevocable_until": "Name the event before which it can't be taken back.",
    "signed_by": "Say who signed: the person, or who signs for them and why.",
}


def _classes(scope: str, condition: str) -> frozenset[DataClass]:
    if scope != "disclosure":
        return frozenset()
    return BY_CONDITION.get(condition, ORDINARY)
