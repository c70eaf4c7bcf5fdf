"""Duties as the page draws them: lanes, rows, one link from each row to where it is done. No queries."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.urls import NoReverseMatch, get_resolver, reverse

from throughcare.duties.boards import EscalationRow
from throughcare.duties.reads import Waiting, WorkGroup, WorkItem, Worklist
from throughcare.duties.rule import LANES, LaneName
from throughcare.duties.titles import role_title
from throughcare.kernel import clock
from throughcare.ledger.reads import VersionRow
from throughcare.ui.deeds import deed, from_where
from throughcare.ui.shapes import (
    Action,
    ClockShape,
    DutyLine,
    DutyRow,
    FieldShape,
    Lane,
    Option,
    PageKeys,
    Section,
    Version,
)
from throughcare.ui.wording import t

Row = TypeVar("Row")
# How many people, or late duties, stand on one page of a board.
PAGE = 15

LINE = 46  # letters of titles that stand in one line of a row


def clock_of(item: WorkItem) -> ClockShape:
    """Draw a duty's clock."""
    return ClockShape(item.opened_at, item.due_at, item.closed_at, item.outcome, item.soon_at)


def duty_href(item: WorkItem) -> str:
    """Give the page of the duty itself."""
    return reverse("duty", kwargs={"duty_id": item.id})


def do_href(item: WorkItem) -> str:
    """Give the page on which the duty is done; its own page where its room has none yet."""
    for names in _parameters(item.page) if item.page else ():
        given = {name: _argument(name, item) for name in names}
        if all(given.values()):
            try:
                return reverse(item.page, kwargs=given)
            except NoReverseMatch:
                continue
    return duty_href(item)


@lru_cache(maxsize=256)
def _parameters(page: str) -> tuple[tuple[str, ...], ...]:
    ways = get_resolver().reverse_dict.getlist(page)
    return tuple(tuple(names) for way in ways for _, names in way[0])


def _argument(name: str, item: WorkItem) -> UUID | str | None:
    known: dict[str, UUID | str | None] = {
        "form": item.form,
        "person_id": item.person_id,
        "duty_id": item.id,
        "facility_id": item.facility_id,
        "user_id": item.subject_id,
    }
    return known.get(name, item.ref)


def action_of(item: WorkItem) -> Action:
    """Give the one thing to do with a duty: its verb, one click from doing it."""
    return Action(item.verb or "Open", do_href(item), hint=item.title)


def row(group: WorkGroup) -> DutyRow:
    """Draw a person with what waits for them, the worst first; each duty of the lane now stands in sight (0043)."""
    first, shown = group.first, [group.first.title]
    also = [item for item in group.items[1:] if item.lane == "now"]
    if not also:
        for item in group.items[1:3]:
            if item.lane == first.lane and len(" · ".join([*shown, item.title])) <= LINE:
                shown.append(item.title)
    more = len(group.items) - len(shown) - len(also)
    return DutyRow(
        who=group.name,
        what=" · ".join(shown),
        clock=clock_of(first),
        place=group.place,
        action=action_of(first),
        href=duty_href(first),
        note=f"+{more}\N{NO-BREAK SPACE}more" if more else "",
        seed=str(group.person_id) if group.person_id else "",
        id=str(first.id),
        also=[_line(item) for item in also],
    )


def _line(item: WorkItem) -> DutyLine:
    late = item.due_at < clock.now()
    return DutyLine(item.title, f"{'late since' if late else 'by'} {_moment(item.due_at)}", duty_href(item), late)


def lanes(work: Worklist, *, more_href: str) -> list[Lane]:
    """Draw the three lanes; an empty one says what comes next."""
    return [_lane(key, work.groups[key], work.waiting[key], work, more_href) for key in LANES]


def _lane(key: LaneName, groups: Sequence[WorkGroup], waiting: Waiting, work: Worklist, more_href: str) -> Lane:
    hidden = waiting.people - len(groups)
    more = Action("Show", f"{more_href}more={key}", tone="quiet") if hidden > 0 else None
    summary = ""
    if hidden > 0 and groups:
        summary = f"{hidden} more"
    elif hidden > 0:
        summary = f"{waiting.people} waiting · next {_when(waiting)}: {waiting.next_title}"
    return Lane(key, [row(g) for g in groups], _next_words(key, work), waiting.people, summary, more)


def _next_words(key: LaneName, work: Worklist) -> str:
    for lane in LANES[LANES.index(key) + 1 :]:
        waiting = work.waiting[lane]
        if waiting.next_due:
            first = "Late since" if waiting.next_due < work.now else "Next"
            return f"Nothing {_LANE_WORDS[key]}. {first} {_when(waiting)}: {waiting.next_title}."
    return f"Nothing {_LANE_WORDS[key]}."


_LANE_WORDS = {"now": "now", "shift": "this shift", "later": "later"}


def _when(waiting: Waiting) -> str:
    return _moment(waiting.next_due) if waiting.next_due else ""


def _moment(due: datetime) -> str:
    at, today = clock.local(due), clock.today()
    return f"{at:%H:%M}" if at.date() == today else f"{at.day} {at:%b %H:%M}"


def versions(rows: Sequence[VersionRow]) -> list[Version]:
    """Draw the history of a duty as the ledger keeps it."""
    return [Version(v.version, v.recorded_at, from_where(v.actor), deed(v.action), "", v.reason) for v in rows]


CAPACITY = (
    Option("has", "Can decide this now"),
    Option("fluctuates", "Can decide now, but not always: ask again soon"),
    Option("lacks", "Cannot decide this now"),
)


def fields(typed: Mapping[str, str], wrong: Mapping[str, str]) -> dict[str, FieldShape]:
    """Draw the questions of a duty's page, with what was typed and what was wrong."""
    asked = [
        FieldShape("risk_told", "Risk that I explained, in plain words", "textarea", required=True, rows=3),
        FieldShape("said", "What the person said", "textarea", rows=2),
        FieldShape("capacity", "Can the person decide this now?", "radio", options=CAPACITY, required=True),
        FieldShape("interpreter", "Interpreter, if there was one"),
        FieldShape(
            "signed_by_person",
            "Did the person sign?",
            "radio",
            options=(Option("yes", "Yes"), Option("no", "No, two witnesses")),
            required=True,
            inline=True,
        ),
        FieldShape("witness", "Witness", required=True),
        FieldShape("second_witness", "Second witness, if not signed"),
        FieldShape("reason", "Why", required=True, max_length=400),
        FieldShape(
            "how",
            "What became of it?",
            "radio",
            options=(Option("excused", "Not needed this time"), Option("void", "It should not stand at all")),
            required=True,
        ),
    ]
    drawn = {f.name: replace(f, value=typed.get(f.name, ""), error=wrong.get(f.name, "")) for f in asked}
    drawn["how"] = replace(drawn["how"], value=typed.get("how", "excused"))
    drawn["reopen"] = FieldShape("reason", "Why", required=True, max_length=400)
    return drawn


def cover_page(
    groups: Sequence[WorkGroup], whose: str, after: str
) -> tuple[list[Section], Sequence[WorkGroup], PageKeys]:
    """Give whose duties there are to choose from, and one page of those who wait, worst first."""
    owners = Counter(g.first.owner_role for g in groups)
    base = f"?{urlencode({'whose': whose})}&" if whose in owners else "?"
    choices = [("", t("cover.all"), len(groups)), *((role, role_title(role), n) for role, n in owners.most_common())]
    tabs = [
        Section(
            name, f"?whose={role}#people", "current" if (whose if whose in owners else "") == role else "open", str(n)
        )
        for role, name, n in choices
    ]
    chosen = [g for g in groups if whose not in owners or g.first.owner_role == whose]
    shown, following = _after(chosen, [str(g.subject_id) for g in chosen], after)
    return tabs, shown, _keys(len(shown), base, "after", following, after, "#people")


def told_page(told: Sequence[EscalationRow], after: str) -> tuple[Sequence[EscalationRow], PageKeys]:
    """Give one page of the late duties that somebody was told of: those that nobody has seen first, in their order."""
    late = sorted((e for e in told if e.duty), key=lambda e: bool(e.seen_by))
    shown, following = _after(late, [str(e.id) for e in late], after)
    return shown, _keys(len(shown), "?", "told", following, after, "#told")


def _after(rows: Sequence[Row], keys: Sequence[str], key: str) -> tuple[Sequence[Row], str]:
    """Give the rows behind this key (all of them where it has left the list) and the key of the next page."""
    start = keys.index(key) + 1 if key in keys else 0
    shown = rows[start : start + PAGE]
    return shown, keys[start + PAGE - 1] if len(rows) > start + PAGE else ""


def _keys(shown: int, base: str, name: str, following: str, after: str, place: str) -> PageKeys:
    return PageKeys(
        shown,
        older=f"{base}{name}={following}{place}" if following else "",
        newer=f"{base}{place}" if after else "",
        by_time=False,
    )


def plan_fields(colleagues: Sequence[tuple[UUID, str, str]]) -> list[FieldShape]:
    """Draw the questions of who is put on shift."""
    people = tuple(Option(f"{id_} {role}", f"{name}, {role_title(role)}") for id_, name, role in colleagues)
    return [
        FieldShape("who", "Who", "select", options=people, required=True),
        FieldShape("hours", "Hours from now", "number", value="8", minimum="0.5", maximum="24", step="0.5", width="xs"),
        FieldShape("on_call", "On call, not on site", "checks", options=(Option("yes", "On call"),)),
        FieldShape("phone", "Telephone", width="s"),
    ]
