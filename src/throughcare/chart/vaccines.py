"""The vaccines that the chart offers by name, read strictly from `content/chart/vaccines.toml`: CVX code and title."""

from collections.abc import Mapping

from throughcare.kernel import content
from throughcare.kernel.errors import Invalid

PATH = "chart/vaccines.toml"


def titles() -> Mapping[str, str]:
    """Give the title of each vaccine by its CVX code, by name."""
    found = {str(row["id"]): str(row["title"]) for row in content.rows(PATH, "vaccine")}
    return dict(sorted(found.items(), key=lambda pair: pair[1].casefold()))


def title(code: str, field: str) -> str:
    """Give one vaccine's title; refuse a code that is not listed."""
    found = titles().get(code)
    if found is None:
        raise Invalid(
            "This vaccine is not on the list. Nothing was recorded.", fields={field: "Choose one of the list."}
        )
    return found
