"""Reference of content: forms and instruments with what their owners allow, and the sentences that officers read."""

from collections.abc import Iterator
from typing import Any

from throughcare.app.reference.markdown import code, page, table
from throughcare.chart.forms import library
from throughcare.kernel import content

SOURCE, NOTICE = "urn:throughcare:extension:source", "urn:throughcare:extension:notice"
PROVISIONAL = "urn:throughcare:extension:provisional"


def forms() -> str:
    """List every form: version, questions, score, where its wording is from, and what a clinician must still check."""
    rows = [_form(name) for name in library.names()]
    return page(
        "Forms and instruments",
        "From `content/forms/`. *Structure only* means that the owner licenses the wording: the agency supplies it, and until then the "
        "form refuses to open. *To check* names wording that a clinician compares with the published original before use.",
        table(("Form", "Title", "Version", "Asks", "Score", "Wording", "Source and notice", "To check"), rows),
        "## Bands\n\nWhat a finished score says, by the table that stands beside the form.",
        table(("Form", "Band", "Score", "Positive", "Calls for"), _bands()),
    )


def _form(name: str) -> tuple[str, ...]:
    body = content.load(f"forms/{name}.json")
    asked = [item for item in _items(body) if item.get("type") not in ("group", "display")]
    extensions: list[dict[str, Any]] = body.get("extension", [])
    told = [str(e["valueString"]) for e in extensions if e["url"] in (SOURCE, NOTICE)]
    check = [
        f"{part['valueString']}"
        for e in extensions
        if e["url"] == PROVISIONAL
        for part in e.get("extension", [])
        if part["url"] == "why"
    ]
    scored = f"forms/{name}.score.toml" in content.names("forms", ".score.toml")
    range_ = _range(content.load(f"forms/{name}.score.toml")) if scored else ""
    wording = "shipped" if all(item.get("text") or item["type"] == "display" for item in asked) else "structure only"
    return (
        code(name),
        body.get("title", ""),
        body["version"],
        str(len(asked)),
        range_,
        wording,
        " · ".join(told),
        " ".join(check),
    )


def _items(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in body.get("item", []):
        yield item
        yield from _items(item)


def _range(score: dict[str, Any]) -> str:
    return f"{score['low']} to {score['high']}" if "low" in score and "high" in score else "by rule"


def _bands() -> Iterator[tuple[str, ...]]:
    for path in content.names("forms", ".score.toml"):
        name = path.removeprefix("forms/").removesuffix(".score.toml")
        for band in content.load(path).get("band", []):
            limits = f"{band['from']} to {band['to']}" if "from" in band and "to" in band else "by rule"
            acts = " ".join(str(action["en"]) for action in band.get("action", []))
            yield code(name), band["en"], limits, "yes" if band.get("positive") else "no", acts


def alerts() -> str:
    """List every sentence that custody can be told; never what health staff know about why."""
    path = "custody/alerts.toml"
    rows = [
        (code(row["id"]), row["title"], row["text"], row["first_aid"], row["call"], _lasting(row["lasts_hours"]))
        for row in content.rows(path, "alert")
    ]
    return page(
        "Operational alerts",
        f"Version {content.load(path)['version']} of `content/{path}`. What to do, what first aid, whom to call, until when; never why. An "
        "author fills the places in braces with typed values; there is no free text. Each stands in Spanish beside the English.",
        table(("Alert", "Title", "Do", "First aid", "Call", "Stands for"), rows),
    )


def _lasting(hours: int) -> str:
    if not hours:
        return "until ended"
    return f"{hours} h" if hours < 96 else f"{hours // 24} days"
