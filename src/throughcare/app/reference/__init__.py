"""The reference: pages made from the code and the content, so that they can't say anything else.

`docs/build.py` writes them to `docs/reference/`; a test holds that what is committed is what is made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from throughcare.access import reference as access
from throughcare.app.reference import content, exchange, measures, running, storing, warehouse, writing
from throughcare.duties import reference as duties

# The day on which the content printed here is in force. Move it with a release.
IN_FORCE = date(2026, 12, 1)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the reference: its file name, what it answers, and what makes it."""

    name: str
    answers: str
    make: Callable[[], str]


PAGES: tuple[Page, ...] = (
    Page("settings", "Which variables of the environment are read?", running.settings),
    Page("commands", "What can `throughcare` do?", running.commands),
    Page("jobs", "What runs by itself, and how often?", running.jobs),
    Page("routes", "Which pages are there, and who may open them?", running.routes),
    Page("access-matrix", "Who may see what?", access.markdown),
    Page("clocks", "Which obligation of care has which clock?", lambda: duties.markdown(IN_FORCE)),
    Page("actions", "By which functions does the record change?", writing.actions),
    Page("events", "What do rooms tell each other, and who hears it?", writing.events),
    Page("states", "Which states does a thing go through?", writing.states),
    Page("forms", "Which forms and instruments are there, and may they be shipped?", content.forms),
    Page("alerts", "What are officers told?", content.alerts),
    Page("tables", "Which tables are there, and what does the database refuse?", storing.tables),
    Page("warehouse", "Which tables are measures counted on?", warehouse.contents),
    Page("measures", "What is counted, of whom, and how is it shown?", measures.markdown),
    Page("hl7v2", "Which HL7 v2 messages are taken, and what is answered?", exchange.hl7v2),
)


def files() -> dict[str, str]:
    """Make every page: its text by its file name."""
    made = {f"{page.name}.md": page.make().rstrip() + "\n" for page in PAGES}
    return {"README.md": _contents(), **made, **warehouse.files()}


def _contents() -> str:
    lines = [
        "# Reference",
        "",
        "These pages are made by `make docs` from the code and the content of this release. Change those, never these.",
        "",
        *(f"- [{page.answers}]({page.name}.md)" for page in PAGES),
        "- [How is one entry of the ledger built, and how is it verified from outside?](../explanation/ledger.md)",
    ]
    return "\n".join(lines) + "\n"
