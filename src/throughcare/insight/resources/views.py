"""Charts and rows of demand and capacity in words. Pure but for wording."""

from __future__ import annotations

from typing import Any

from throughcare.insight.improvement import pictures
from throughcare.insight.improvement.drawing import Drawing, Spec, drawn
from throughcare.insight.improvement.pictures import ACCENT, SOFT
from throughcare.insight.resources.reads import Facility, Overview, Service
from throughcare.ui import wording


def said(found: Overview) -> str:
    """Say in one sentence where most is waited."""
    if not found.waits or not found.waits[0].hours:
        return wording.t("resources.nobody_waits")
    worst = found.waits[0]
    return wording.t(
        "resources.most",
        place=worst.place,
        queue=queue(worst.queue),
        hours=f"{worst.hours:,.0f}",
        hour=worst.worst_hour,
    )


def queue(name: str) -> str:
    """Write what a queue waits for."""
    return wording.t(f"resources.queue.{name}")


def service(one: Service) -> str:
    """Write a kind of service; a visit by the encounter's own kind."""
    kind, _, more = one.kind.partition(":")
    return wording.t(f"resources.service.{kind}") + (f": {more.replace('-', ' ').replace('_', ' ')}" if more else "")


def per_day(value: float | None) -> str:
    """Write a number of people a day."""
    return "–" if value is None else f"{value:,.1f}" if value < 10 else f"{value:,.0f}"


def waiting(page: Facility) -> tuple[str, list[Drawing]]:
    """Say and draw when people wait."""
    worst = max(page.hours, key=lambda h: h.waiting)
    if not worst.waiting:
        return wording.t("resources.nobody_waits"), []
    says = wording.t("resources.waits_at", hour=f"{worst.hour:02}:00", n=per_day(worst.waiting))
    rows = [{"hour": h.hour, "value": round(h.waiting, 2)} for h in page.hours]
    return says, _both(says, rows, wording.t("resources.people_waiting"))


def coming(page: Facility) -> tuple[str, list[Drawing]]:
    """Say and draw when people come."""
    worst = max(page.hours, key=lambda h: h.came)
    if not worst.came:
        return wording.t("resources.nobody_comes"), []
    says = wording.t("resources.comes_at", hour=f"{worst.hour:02}:00", n=per_day(worst.came))
    rows = [{"hour": h.hour, "value": round(h.came, 2)} for h in page.hours]
    return says, _both(says, rows, wording.t("resources.people_coming"))


def staffed(page: Facility) -> tuple[str, list[Drawing]]:
    """Say and draw who is there when."""
    here = [(h.hour, sum(h.here.values())) for h in page.hours]
    if not any(n for _, n in here):
        return wording.t("resources.no_roster"), []
    hour, least = min(here, key=lambda pair: (pair[1], pair[0]))
    says = wording.t("resources.fewest_at", hour=f"{hour:02}:00", n=per_day(least))
    rows = [{"hour": h, "value": round(n, 2)} for h, n in here]
    return says, _both(says, rows, wording.t("resources.people_here"))


def _both(says: str, rows: list[dict[str, Any]], title: str) -> list[Drawing]:
    return [drawn(says, _bars(rows, title, narrow=narrow)) for narrow in (False, True)]


def _bars(rows: list[dict[str, Any]], title: str, *, narrow: bool) -> Spec:
    most = max(r["value"] for r in rows)
    for row in rows:
        row["most"] = row["value"] == most
    hours = list(range(0, 24, 6 if narrow else 3))
    x = {
        "field": "hour",
        "type": "ordinal",
        "axis": {
            "title": None,
            "values": hours,
            "labelAngle": 0,
            "labelExpr": "pad(datum.value, 2, '0', 'left') + ':00'" if not narrow else "datum.value + ' h'",
        },
    }
    y = {"field": "value", "type": "quantitative", "axis": {"title": title, "tickCount": 4, "grid": True}}
    layers: list[Spec] = [
        {
            "data": {"values": rows},
            "mark": {"type": "bar", "color": ACCENT, "width": {"band": 0.72}},
            "encoding": {
                "x": x,
                "y": y,
                "fillOpacity": {"condition": {"test": "datum.most", "value": 1}, "value": 0.55},
            },
        },
        {
            "data": {"values": [r for r in rows if r["most"]][:1]},
            "mark": {"type": "text", "dy": -7, "fontWeight": 600, "color": SOFT},
            "encoding": {"x": x, "y": y, "text": {"field": "value", "format": ".2~f"}},
        },
    ]
    return pictures.whole(layers, pictures.NARROW if narrow else pictures.WIDE)
