"""Fields and lines of this room's pages, made from rows and from what was typed."""

from throughcare.chart.screens.frame import Again
from throughcare.ui.shapes import FieldShape, Option
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
