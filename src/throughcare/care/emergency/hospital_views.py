"""Trips, returns and packets as the page draws them. No queries."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from throughcare.care.emergency import policy, states
from throughcare.care.emergency.hospital_reads import Away, OneTrip
from throughcare.care.emergency.models import Packet
from throughcare.care.emergency.rule_table import load_hospital
from throughcare.care.emergency.views import span_of_day
from throughcare.kernel.lens import Lens
from throughcare.ui.shapes import Cell, Column, FieldShape, Option, TableShape
from throughcare.ui.wording import t

STEPS = ("arrive", "observe", "admit", "discharge")
ANSWERS = ("ordered", "not_done")


def listed(lines: Sequence[Away]) -> TableShape:
    """Draw who is out, and who is back and not settled."""
    return TableShape(
        t("emergency.out_now"),
        [
            Column(t("emergency.person")),
            Column(t("emergency.how")),
            Column(t("emergency.hospital")),
            Column(t("emergency.left")),
            Column(t("emergency.nights"), numeric=True),
        ],
        [
            [
                Cell(
                    line.who.name,
                    href=reverse("hospital", kwargs={"person_id": line.trip.person_id}),
                    note=line.who.number,
                ),
                Cell(t(f"emergency.trip.{line.trip.state}"), meaning="harm" if line.trip.state in states.BACK else ""),
                line.trip.destination or "–",
                span_of_day(line.trip.left_at),
                str(line.stay.nights),
            ]
            for line in lines
        ],
        empty=t("emergency.nobody_out"),
        caption_hidden=True,
    )


def person(
    lens: Lens, trips: Sequence[OneTrip], packets: Sequence[Packet], typed: Mapping[str, str], wrong: Mapping[str, str]
) -> dict[str, Any]:
    """Draw one person's trips: the one that runs, with what can be done; those before it."""
    live = [one for one in trips if one.trip.state not in ("done", "closed")]
    current = live[0] if live else None
    may = {name: getattr(policy, name.upper()).allows(lens) for name in ("follow", "review", "answer", "packet")}
    return {
        "current": current,
        "stamps": _stamps(current) if current else [],
        "verbs": [v for v in STEPS if v in states.TRIP.verbs(current.trip.state)] if current else [],
        "past": [one for one in trips if one is not current],
        "packets": packets,
        "may": may,
        "review_fields": review_fields(typed, wrong),
        "answer_fields": answer_fields(typed, wrong),
        "step_fields": [
            FieldShape("destination", t("emergency.hospital"), value=typed.get("destination", ""), quiet=True),
            FieldShape(
                "at", t("emergency.at"), "time", value=typed.get("at", ""), error=wrong.get("at", ""), quiet=True
            ),
        ],
    }


def _stamps(one: OneTrip) -> list[tuple[str, Any]]:
    row = one.trip
    known = (
        ("left", row.left_at), ("at_ed", row.at_ed_at), ("admitted", row.admitted_at),
        ("discharged", row.discharged_at), ("returned", row.returned_at), ("reviewed", row.reviewed_at),
    )  # fmt: skip
    return [(t(f"emergency.trip_at.{name}"), at) for name, at in known if at is not None]


def review_fields(typed: Mapping[str, str], wrong: Mapping[str, str]) -> list[FieldShape]:
    """Draw the questions of a return (HOS-01)."""
    papers = tuple(Option(k, v) for k, v in load_hospital().papers.items())
    housing = (Option("yes", t("emergency.before_housing")),)

    def ask(name: str, kind: Any = "text", **more: Any) -> FieldShape:
        said = typed.get(name, "")
        return FieldShape(name, t(f"emergency.review.{name}"), kind, value=said, error=wrong.get(name, ""), **more)

    return [
        ask("findings", "textarea", rows=3, required=True),
        ask("papers", "radio", options=papers, required=True),
        ask("recommendations", "textarea", rows=4, hint=t("emergency.review.each_line"), quiet=True),
        ask("provider", required=True, max_length=120),
        FieldShape(
            "before_housing", t("emergency.review.before_housing"), "checks", options=housing,
            value=[typed["before_housing"]] if typed.get("before_housing") else [],
        ),
    ]  # fmt: skip


def answer_fields(typed: Mapping[str, str], wrong: Mapping[str, str]) -> list[FieldShape]:
    """Draw the answer to one recommendation."""
    options = tuple(Option(a, t(f"emergency.answer.{a}")) for a in ANSWERS)
    return [
        FieldShape("answer", t("emergency.answer"), "radio", options=options, inline=True, required=True,
                   error=wrong.get("answer", "")),
        FieldShape("words", t("emergency.answer_words"), value="", error=wrong.get("words", ""), quiet=True),
    ]  # fmt: skip


def programme_fields(typed: Mapping[str, str], wrong: Mapping[str, str]) -> list[FieldShape]:
    """Draw what 42 CFR 2.51 asks to be written."""
    return [
        FieldShape(n, t(f"emergency.programme.{n}"), value=typed.get(n, ""), error=wrong.get(n, ""), required=True)
        for n in ("recipient", "affiliation", "nature")
    ]
