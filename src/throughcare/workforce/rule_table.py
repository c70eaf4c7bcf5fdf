"""Reviewed tables of workforce: what sites can do, what a licence allows, equipment and its checks, what is kept of staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from throughcare.kernel import content

SITES, SCOPE, EQUIPMENT = "workforce/capabilities.toml", "workforce/scope.toml", "workforce/equipment.toml"
STAFF = "workforce/staff.toml"


@dataclass(frozen=True, slots=True)
class Reported:
    """What a public source says of one ability of a site."""

    capability: str
    there: bool
    as_of: str
    source: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of emergency equipment."""

    key: str
    title: str
    every: timedelta
    counted: bool


@dataclass(frozen=True, slots=True)
class EntryKind:
    """One kind of thing that staff do: with hours to be reached at once, or added up over a year."""

    key: str
    title: str
    least: int
    sums: bool


@dataclass(frozen=True, slots=True)
class CredentialKind:
    """One kind of thing that ends by itself; the roles that own no duty while theirs is over."""

    key: str
    title: str
    blocks: frozenset[str]


def capabilities() -> dict[str, str]:
    """Give the abilities that are asked of a site, by key."""
    return {r["id"]: r["title"] for r in content.rows(SITES, "capability")}


def of_site(code: str) -> dict[str, Reported]:
    """Give what is reported of a facility; what is absent is not recorded."""
    rows = [r for r in content.rows(SITES, "site") if r["facility"] == code]
    return {r["capability"]: Reported(r["capability"], r["state"] == "reported", r["as_of"], r["source"]) for r in rows}


def scope() -> Mapping[str, tuple[str, ...]]:
    """Give for each role the beginnings of duties that its licence does not let it own."""
    return {r["id"]: tuple(r["never"]) for r in content.rows(SCOPE, "scope")}


def kinds() -> dict[str, Kind]:
    """Give the kinds of equipment."""
    return {
        r["id"]: Kind(r["id"], r["title"], timedelta(hours=r["check_hours"]), r.get("counted", False))
        for r in content.rows(EQUIPMENT, "kind")
    }


def findings() -> dict[str, tuple[str, bool]]:
    """Give what a check can find, and whether the thing is then ready."""
    return {r["id"]: (r["title"], r.get("good", False)) for r in content.rows(EQUIPMENT, "finding")}


def health_professionals() -> frozenset[str]:
    """Name the roles that are health professionals."""
    return frozenset(content.load(STAFF)["health_professionals"])


def officers() -> frozenset[str]:
    """Name the roles that are officers."""
    return frozenset(content.load(STAFF)["officers"])


def continuing_hours() -> int:
    """Give how many hours of continuing education a year asks for."""
    return int(content.load(STAFF)["continuing_hours"])


def entries() -> dict[str, EntryKind]:
    """Give what may be written down of a member of staff, by key."""
    rows = content.rows(STAFF, "entry")
    return {r["id"]: EntryKind(r["id"], r["title"], r.get("least", 0), r.get("sums", False)) for r in rows}


def credentials() -> dict[str, CredentialKind]:
    """Give what may lapse, by key."""
    rows = content.rows(STAFF, "credential")
    return {r["id"]: CredentialKind(r["id"], r["title"], frozenset(r["blocks"])) for r in rows}
