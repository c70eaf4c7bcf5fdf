"""Legal statuses: reviewed content that says of each segment whether the agency holds the person and custody may see."""

from dataclasses import dataclass

from throughcare.kernel import content
from throughcare.kernel.errors import Invalid

PATH = "custody/legal_status.toml"


@dataclass(frozen=True, slots=True)
class Status:
    """One kind of segment, or the end of them all (`discharged`)."""

    key: str
    title: str
    title_es: str
    in_custody: bool
    custody_sees: bool


def statuses() -> dict[str, Status]:
    """Give all kinds by their key."""
    return {
        row["id"]: Status(row["id"], row["title"], row["title_es"], row["in_custody"], row["custody_sees"])
        for row in content.rows(PATH, "status")
    }


def status(key: str) -> Status:
    """Give one kind; refuse a word that the content does not know."""
    found = statuses().get(key)
    if found is None:
        raise Invalid(f"[{key}] is no legal status here. Use one of: {', '.join(statuses())}. Nothing was changed.")
    return found
