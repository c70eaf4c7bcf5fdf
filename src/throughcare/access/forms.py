"""What the forms of this room hand in: shape only; the actions decide."""

from collections.abc import Mapping
from datetime import datetime, time
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict

from throughcare.access import kinds
from throughcare.access.kinds import Agreement
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid
from throughcare.kernel.vocabulary import DataClass, Role

E = TypeVar("E", bound=StrEnum)
TEXTS = {
    "kind": 40,
    "form_version": 40,
    "language": 12,
    "recipient": 160,
    "purpose": 160,
    "about": 120,
    "interpreter": 120,
    "witness": 120,
    "expires_event": 120,
    "irrevocable_until": 120,
    "disclosers": 200,
    "described": 400,
    "intermediary": 160,
    "signed_by": 160,
}


def agreement(sent: QueryDict) -> Agreement:
    """Read a consent form; refuse what is no class, no role or no date."""
    texts: dict[str, Any] = {name: sent.get(name, "").strip()[:longest] for name, longest in TEXTS.items()}
    if sent.get("agreed") not in ("yes", "no"):
        raise Invalid("The consent was not kept.", fields={"agreed": "Did the person agree or refuse?"})
    return Agreement(
        **texts,
        agreed=sent.get("agreed") == "yes",
        classes=tuple(_one_of(DataClass, value, "classes") for value in sent.getlist("classes")),
        roles=tuple(_one_of(Role, value, "roles") for value in sent.getlist("roles")),
        expires_at=day_end(sent, "expires_at"),
        statements=tuple(s.id for s in kinds.statements() if s.id in sent.getlist("statements")),
    )


def signed_at(sent: QueryDict) -> datetime | None:
    """Read the day on which it was signed: today's is now, an earlier one its last moment."""
    day = day_end(sent, "signed_on")
    return None if day is None or day.date() == clock.today() else day


def role(sent: QueryDict) -> Role:
    """Read a role."""
    return _one_of(Role, sent.get("role", ""), "role")


def roles(sent: QueryDict, name: str) -> tuple[Role, ...]:
    """Read several roles."""
    return tuple(_one_of(Role, value, name) for value in sent.getlist(name))


def numbers(sent: Mapping[str, str], name: str) -> list[int]:
    """Read whole numbers, with spaces or commas between."""
    words = sent.get(name, "")[:400].replace(",", " ").split()
    if not words or not all(word.isascii() and word.isdigit() and len(word) < 7 for word in words):
        raise Invalid("Nothing was changed.", fields={name: "Write whole numbers, such as: 1 2"})
    return [int(word) for word in words]


def place(sent: Mapping[str, str], name: str) -> UUID | None:
    """Read an id, or none where the field is empty."""
    text = sent.get(name, "").strip()
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("Nothing was changed.", fields={name: "Choose a place from the list."}) from None


def day_end(sent: QueryDict, name: str) -> datetime | None:
    """Read a day as its last moment in the agency's zone."""
    text = sent.get(name, "").strip()
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  (a day has no zone; its end gets one)
    except ValueError:
        raise Invalid("Nothing was kept.", fields={name: "Write the day as 2026-11-30."}) from None
    return datetime.combine(day, time(23, 59, 59), tzinfo=ZoneInfo(settings.TIME_ZONE))


def _one_of(kinds: type[E], value: str, name: str) -> E:
    try:
        return kinds(value)
    except ValueError:
        raise Invalid("Nothing was kept.", fields={name: "Choose from the list."}) from None
