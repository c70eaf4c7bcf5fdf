"""What happens at the doors: break-glass, accounts, consents."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class GlassBroken(Event):
    """A chart was opened against the matrix: privacy officer, provider (and Part 2 programme) are told, one reviews."""

    name: ClassVar[str] = "break_glass_opened"
    part2: bool = False

    def payload(self) -> dict[str, Any]:
        """Tell whether a Part 2 record was opened, so that its programme is told."""
        return {"part2": self.part2}


@dataclass(frozen=True, kw_only=True)
class GlassTold(Event):
    """Who had to know of a break-glass has read of it."""

    name: ClassVar[str] = "break_glass_told"
    role: str = ""

    def payload(self) -> dict[str, Any]:
        """Say who: the provider, or the substance-use programme."""
        return {"role": self.role}


@dataclass(frozen=True, kw_only=True)
class AmendmentAsked(Event):
    """A person asked for their record to be amended; the answer is owed by a day (45 CFR 164.526)."""

    name: ClassVar[str] = "amendment_asked"


@dataclass(frozen=True, kw_only=True)
class HoldEndAsked(Event):
    """Who keeps the records asked that a legal hold ends; another office answers (HLD-01)."""

    name: ClassVar[str] = "hold_end_asked"


@dataclass(frozen=True, kw_only=True)
class HoldEnded(Event):
    """A legal hold ended, by two."""

    name: ClassVar[str] = "hold_ended"


@dataclass(frozen=True, kw_only=True)
class HoldKept(Event):
    """A legal hold stands on, though its end was asked for."""

    name: ClassVar[str] = "hold_kept"


@dataclass(frozen=True, kw_only=True)
class AmendmentDecided(Event):
    """The person was answered."""

    name: ClassVar[str] = "amendment_decided"


@dataclass(frozen=True, kw_only=True)
class LookFound(Event):
    """A detector found looks at records that somebody should be asked about."""

    name: ClassVar[str] = "look_found"


@dataclass(frozen=True, kw_only=True)
class LookReviewed(Event):
    """Somebody answered what a detector asked."""

    name: ClassVar[str] = "look_reviewed"


@dataclass(frozen=True, kw_only=True)
class GlassReviewed(Event):
    """Somebody judged a break-glass."""

    name: ClassVar[str] = "break_glass_reviewed"
    finding: str = ""

    def payload(self) -> dict[str, Any]:
        """Give the finding."""
        return {"finding": self.finding}


@dataclass(frozen=True, kw_only=True)
class AccountLeft(Event):
    """A member of staff has left: what they own must be owned by others."""

    name: ClassVar[str] = "account_left"
    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event):
    """A person agreed to, or refused, something in writing."""

    name: ClassVar[str] = "consent_signed"
    kind: str = ""
    agreed: bool = True

    def payload(self) -> dict[str, Any]:
        """Give its kind and answer."""
        return {"kind": self.kind, "agreed": self.agreed}


@dataclass(frozen=True, kw_only=True)
class ConsentRevoked(Event):
    """A person took a consent back."""

    name: ClassVar[str] = "consent_revoked"
    kind: str = ""

    def payload(self) -> dict[str, Any]:
        """Give its kind."""
        return {"kind": self.kind}


@dataclass(frozen=True, kw_only=True)
class CopyAsked(Event):
    """A person asked for a copy of their record; the answer is owed within 30 days."""

    name: ClassVar[str] = "copy_asked"


@dataclass(frozen=True, kw_only=True)
class CopyDecided(Event):
    """The copy was given, or refused on a ground of the law."""

    name: ClassVar[str] = "copy_decided"


@dataclass(frozen=True, kw_only=True)
class InstitutionTold(Event):
    """The institution was told something of a person for one of the law's purposes; `ref` is the disclosure."""

    name: ClassVar[str] = "institution_told"
    purpose: str

    def payload(self) -> dict[str, Any]:
        """Give which of the six purposes."""
        return {"purpose": self.purpose}
