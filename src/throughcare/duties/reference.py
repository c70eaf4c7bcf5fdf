"""The clock table as a page that clinicians and policy people can read, made from the content in force."""

from collections.abc import Iterable
from datetime import date

from throughcare.duties import clock_table, inert
from throughcare.duties.rule import Duration, Facts, Limit, Recurrence, Rule, Trigger
from throughcare.kernel import clock, content

WORDS = "vocabulary/duties.toml"
INTRODUCTION = """# Clocks

Every obligation of care that the software counts, as it is in force on {day:%d %B %Y}. This page is made from
`content/clocks/`; change it there, never here. **D** marks a value of the project's that a state's chief medical officer
signs; **K?** one that is recalled and must be read in the primary text before a court or an auditor sees it. Where several
limits match, the earliest binds. N calendar days end with the local day N-1 days after the first, which is day one; hours
are exact; business days leave out the first day, weekends and holidays.
"""


def markdown(on: date | None = None) -> str:
    """Return the whole clock table as Markdown: one table a family, then what each event must carry."""
    day = on or clock.now().date()
    parts = [INTRODUCTION.format(day=day)]
    for path in content.names(clock_table.FOLDER):
        ids = {row["id"] for row in content.load(path).get("rule", [])}
        family = [r for r in clock_table.rules(day).values() if r.id in ids]
        if family:
            parts.append(_family(path, family))
    return "\n".join([*parts, _waiting(), _events(day)])


def _family(path: str, family: list[Rule]) -> str:
    title = path.removeprefix("clocks/").removesuffix(".toml").replace("_", " ").capitalize()
    return "\n".join(
        [
            f"## {title}",
            "",
            f"Version {family[0].version}.",
            "",
            *_table(
                ("Row", "Duty", "Opens", "By when", "Owner", "Moves", "Refused", "Again", "Source"), map(_row, family)
            ),
            "",
        ]
    )


def _row(r: Rule) -> tuple[str, ...]:
    return (
        f"**{r.id}**{f' ({r.edition})' if r.edition else ''}",
        f"{r.title}. {r.obligation}{f' *{r.note}*' if r.note else ''}",
        "<br>".join(_trigger(t) for t in r.opens) or ("always" if r.kind == "invariant" else "as successor"),
        "<br>".join(limit_words(limit) for limit in r.limits) or "–",
        f"{', then '.join([r.owner, *r.cover])}; {r.lane}",
        _moves(r),
        _refused(r),
        "<br>".join(_again(recurrence) for recurrence in r.recurrences) or "–",
        "; ".join([*r.source, *(f"**{mark}**" for mark in r.marks)]),
    )


def _trigger(trigger: Trigger) -> str:
    return f"`{trigger.event}`{_when(trigger.when)}"


def limit_words(limit: Limit) -> str:
    """Write by when a duty must be done, and where."""
    kinds = f" in a {' or '.join(sorted(limit.facility_kinds))}" if limit.facility_kinds else ""
    anchor = f" {'before' if limit.before else 'from'} `{limit.anchor}`" if limit.anchor else ""
    return f"{_duration(limit.allowed)}{anchor}{kinds}{_when(limit.when)}"


def _again(recurrence: Recurrence) -> str:
    lasting = f" for {_duration(recurrence.lasting)}" if recurrence.lasting else ""
    counted = "after it was done" if recurrence.counted_from == "closed" else "on the grid of its due time"
    named = f"at the time given by `{recurrence.at}`, else " if recurrence.at else ""
    return f"{named}every {_duration(recurrence.every)} {counted}{lasting}{_when(recurrence.when)}"


def _duration(duration: Duration) -> str:
    words = {row["id"]: row for row in content.rows(WORDS, "unit")}[duration.unit]
    title = words.get("one", words["title"]) if duration.value == 1 else words["title"]
    return str(title).format(n=duration.value)


def _when(when: Facts | None) -> str:
    found = [f"{name} {_wanted(value)}" for name, value in (when or {}).items()]
    return f" if {' and '.join(found)}" if found else ""


def _wanted(value: object) -> str:
    if isinstance(value, dict) and "not" in value:
        return f"unless {_wanted(value['not'])}"
    if isinstance(value, dict):
        return " and ".join(f"{bound.replace('_', ' ')} {limit}" for bound, limit in value.items())
    if isinstance(value, list):
        return "is " + " or ".join(str(option) for option in value)
    return f"is {str(value).lower()}"


def _moves(r: Rule) -> str:
    successor = f" to {r.on_move.successor}" if r.on_move.successor else ""
    return f"transfer: {r.on_move.transfer}; release: {r.on_move.release}{successor}; death: {r.on_move.death}"


def _refused(r: Rule) -> str:
    if not r.refusal.allowed or r.refusal.after is None:
        return "no"
    return f"signed; {r.refusal.rearms_as} again in {_duration(r.refusal.after)}"


def _waiting() -> str:
    """Give the rules that wait, from what the rooms of this house can tell: nobody types this list."""
    open_ = ((f"**{r.id}**", r.title, ", ".join(dict.fromkeys(f"`{t.event}`" for t in r.opens))) for r in inert.rules())
    by_hand = ((f"**{r.id}**", r.title, ", ".join(f"`{t.event}`" for t in r.closes)) for r in inert.unclosable())
    return "\n".join(
        [
            "## What waits for a room",
            "",
            "Loaded and reviewed; nothing opens them until a room tells one of these events.",
            "",
            *_table(("Row", "Duty", "Waits for"), open_),
            "",
            "These open, and a person closes each by hand on its page, until a room tells one of these events.",
            "",
            *_table(("Row", "Duty", "Closed by hand until"), by_hand),
            "",
        ]
    )


def _events(day: date) -> str:
    uses = clock_table.events(day).values()
    rows = (
        (f"`{u.event}`", *(", ".join(part) or "–" for part in (u.opens, u.closes, u.ends)), ", ".join(u.facts) or "–")
        for u in uses
    )
    return "\n".join(
        ["## Events", "", "What a room must say, and with which facts, for the clocks to run.", ""]
        + _table(("Event", "Opens", "Closes", "Ends", "Facts"), rows)
        + [""]
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [_line(head), _line(("---",) * len(head)), *(_line(row) for row in rows)]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
