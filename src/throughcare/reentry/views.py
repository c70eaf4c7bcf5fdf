"""Fields and lines of this room's pages, made from rows and from what was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from throughcare.chart.screens.frame import Again
from throughcare.duties.reads import WorkItem
from throughcare.kernel.lens import Lens
from throughcare.reentry import partners, policy, states
from throughcare.reentry.models import Bridge, ReleasePlan
from throughcare.reentry.tables import load_table
from throughcare.ui.jinja import moment as house_moment
from throughcare.ui.shapes import ClockShape, FieldShape, Option, Section
from throughcare.ui.wording import t


def _field(name: str, again: Again | None, **more: object) -> FieldShape:
    typed, wrong = (again.typed, again.wrong) if again else ({}, {})
    return FieldShape(
        name,
        t(f"reentry.field.{name}"),
        value=typed.get(name, ""),
        error=wrong.get(name, ""),
        **more,  # type: ignore[arg-type]
    )


def hand_over_fields(again: Again | None) -> list[FieldShape]:
    """Ask who signed or saw it, and where it went if the person has left."""
    mine = again if again and again.typed.get("act") != "refuse" else None
    return [
        _field("signed", mine, kind="check"),
        _field("witness", mine, width="m"),
        _field("sent_to", mine, width="m", hint=t("reentry.field.sent_to_hint")),
    ]


def refusal_fields(again: Again | None) -> list[FieldShape]:
    """Ask what makes a refusal informed."""
    mine = again if again and again.typed.get("act") == "refuse" else None
    return [
        _field("risk_told", mine, width="full"),
        _field("said", mine, width="full"),
        _field(
            "capacity",
            mine,
            kind="select",
            options=[Option("has", t("reentry.capacity.has")), Option("fluctuates", t("reentry.capacity.fluctuates"))],
        ),
        _field("witness", mine, width="m"),
        _field("second_witness", mine, width="m"),
        _field("signed", mine, kind="check"),
    ]


# What is handed on to somebody outside, by its duty's rule, with the verb of its button.
HANDED_ON = ("REL-RESULT", "REL-INFECTION", "REL-MH", "REL-REFER", "REL-MED", "REL-MOUD")
TABS = (
    ("releases", policy.READ),
    ("release_docket", policy.HAND_OVER),
    ("release_after", policy.FOLLOW),
    ("partners", policy.PARTNERS),
)


def tabs(current: str, lens: Lens) -> list[Section]:
    """Give the planner's pages that this reader may open."""
    return [
        Section(t(f"reentry.tab.{name}"), reverse(name), "current" if name == current else "open")
        for name, door in TABS
        if door.allows(lens)
    ]


def clock_of(item: WorkItem) -> ClockShape:
    """Give the clock of one duty."""
    return ClockShape(item.opened_at, item.due_at, item.closed_at, item.outcome, item.soon_at)


def _mine(again: Again | None, act: str) -> Again | None:
    return again if again and again.typed.get("act") == act else None


def reach_fields(plan: ReleasePlan | None, again: Again | None) -> list[FieldShape]:
    """Ask how the person is reached outside and what they have with them."""
    mine = _mine(again, "reach")

    def of(name: str, **more: object) -> FieldShape:
        stored = getattr(plan, name) if plan else ""
        value = mine.typed.get(name, "") if mine else str(stored or "")
        shape = _field(name, mine, **more)
        return replace(shape, value=value)

    return [
        of("phone", width="m"),
        of("reach_words", width="full", hint=t("reentry.field.reach_hint")),
        of("town", width="m"),
        of("pharmacy", width="m"),
        of("insurance", width="m"),
        of("naloxone_kit", width="s"),
        of("naloxone_trained_on", kind="date", width="s"),
    ]


def visit_fields(again: Again | None) -> list[FieldShape]:
    """Ask for an appointment outside."""
    mine = _mine(again, "visit")
    kinds = [Option(k, t(f"reentry.kind.{k}")) for k in load_table().appointments]
    places = [Option("", t("reentry.by_hand"))]
    places += [Option(p.id, f"{p.name}, {p.town}") for p in partners.all_partners()]
    return [
        _field("kind", mine, kind="select", options=kinds, required=True),
        _field("partner", mine, kind="select", options=places),
        _field("place", mine, width="m"),
        _field("address", mine, width="m"),
        _field("visit_phone", mine, width="s"),
        _field("day", mine, kind="date", width="s"),
        _field("time", mine, kind="time", width="s"),
        _field("walk_in", mine, width="m", hint=t("reentry.field.walk_in_hint")),
        _field("bring", mine, width="m"),
    ]


def contact_fields(plan: ReleasePlan | None, again: Again | None) -> list[FieldShape]:
    """Ask what came of a call."""
    mine = again if again and "channel" in again.typed else None
    days = [Option(str(d), t("reentry.day", n=d)) for d in states.DAYS]
    channels = [Option(c, t(f"reentry.channel.{c}")) for c in states.CHANNELS]
    kept = [Option(k, t(f"reentry.kept.{k or 'choose'}")) for k in states.KEPT]
    taking = [Option(k, t(f"reentry.taking.{k or 'choose'}")) for k in states.TAKING]
    return [
        _field("day", mine, kind="select", options=days, required=True),
        _field("channel", mine, kind="select", options=channels, required=True),
        _field(
            "reached",
            mine,
            kind="radio",
            options=[Option("yes", t("reentry.yes")), Option("no", t("reentry.no"))],
            required=True,
        ),
        _field("kept", mine, kind="select", options=kept),
        _field("taking", mine, kind="select", options=taking),
        _field("words", mine, kind="textarea"),
        _field("no_way", mine, kind="check"),
        _field("why", mine, width="full"),
    ]


def bridge_fields(bridge: Bridge | None, again: Again | None) -> list[FieldShape]:
    """Ask for how many days, and which pharmacy has it."""
    mine = _mine(again, "send")
    if bridge is None:
        return []
    shown = {"pharmacy": bridge.pharmacy, "days": str(bridge.days)}
    fields = [_field("pharmacy", mine, width="m"), _field("days", mine, width="xs", inputmode="numeric")]
    return [replace(f, value=f.value or shown[f.name]) for f in fields]


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One partner as the directory shows it: what it is, when it is open, what it accepts."""

    partner: partners.Partner
    open: str
    meaning: str
    accepts: list[str]
    hours: list[str]


def partner_rows(found: Sequence[partners.Partner], now: datetime) -> list[PartnerRow]:
    """Give the lines of the directory."""
    return [_partner(p, now) for p in found]


def _partner(p: partners.Partner, now: datetime) -> PartnerRow:
    is_open, opens = p.open_at(now), p.next_opening(now)
    if is_open is None:
        said, meaning = t("reentry.partner.hours_unknown"), ""
    elif is_open:
        said, meaning = t("reentry.partner.open_now"), "done"
    else:
        said = t("reentry.partner.opens", when=house_moment(opens)) if opens else t("reentry.partner.closed")
        meaning = "shift"
    hours = [f"{t('reentry.weekday.' + day)} {a:%H:%M}–{b:%H:%M}" for day, (a, b) in p.hours.items()]
    words = [t(f"reentry.accepts.{a}") for a in p.accepts] + [t(f"reentry.offers.{o}") for o in p.offers]
    return PartnerRow(p, said, meaning, words, hours)


def search_fields(asked: Mapping[str, str]) -> list[FieldShape]:
    """Ask for a town, a kind, what is accepted, open now."""
    anything = Option("", t("reentry.any"))
    accepted = sorted({a for p in partners.all_partners() for a in p.accepts})

    def of(name: str, options: list[Option]) -> FieldShape:
        shape = FieldShape(name, t(f"reentry.search.{name}"), kind="select", options=[anything, *options])
        return replace(shape, value=asked.get(name, ""))

    return [
        of("town", [Option(x, x) for x in partners.towns()]),
        of("kind", [Option(k, t(f"reentry.partner.{k}")) for k in partners.KINDS]),
        of("accepts", [Option(a, t(f"reentry.accepts.{a}")) for a in accepted]),
        FieldShape("open", t("reentry.search.open"), kind="check", value=asked.get("open", "")),
    ]
