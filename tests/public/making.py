"""Made editions of invented places, for tests of the public site: two quarters, hidden cells, a correction."""

from pathlib import Path

from throughcare.insight.gate import writing
from throughcare.insight.gate.editions import Axis, Edition, Listed, Node, PublishedRow, PublishedTable, Shown

STATE = Node("state", {"en": "Whole state", "es": "Todo el estado"})
SITES = tuple(
    Node(name, {"en": f"Demo-{name.capitalize()}", "es": f"Demo-{name.capitalize()}"}, "state")
    for name in ("alder", "birch", "cedar", "dogwood")
)
PLACES = Axis("facility", {"en": "Site", "es": "Centro"}, (STATE, *SITES))
QUARTERS = ("2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1")
MEASURES = {
    "A-INT": ("access", "service", "Screened within 4 hours", "Revisados en 4 horas", 94.1),
    "A-SC1": ("access", "service", "Request answered within 24 hours", "Petición atendida en 24 horas", 81.3),
    "M-ADH": ("medication", "service", "Doses given that were due", "Dosis dadas que tocaban", 91.0),
    "S-WATCH": ("safety", "service", "Watch checks on time", "Rondas de vigilancia a tiempo", 96.2),
    "R-MED": ("reentry", "service", "Left with medicine", "Salieron con su medicina", 72.4),
    "R-F7": ("reentry", "person", "Seen within 7 days of release", "Atendidos en 7 días de la salida", 41.8),
    "Q-CBP": ("quality", "person", "Blood pressure under control", "Presión arterial controlada", 63.0),
}


def period(quarter: str) -> Node:
    year, q = quarter.split("-Q")
    return Node(quarter, {"en": f"Q{q} {year}", "es": f"T{q} {year}"})


def row(quarter: str, place: str, value: float, of: int) -> PublishedRow:
    at = {"period": quarter, "facility": place}
    if place == "dogwood":
        return PublishedRow(at, Shown(reason="small"), Shown(of // 9), Shown(reason="small"))
    if place == "cedar" and quarter == "2025-Q4":
        return PublishedRow(at, Shown(reason="complement"), Shown(of), Shown(reason="complement"))
    value = min(value, 98.6)
    some = round(of * value / 100)
    half = 196 * (value / 100 * (1 - value / 100) / of) ** 0.5
    flags = ("unstable",) if some < 20 else ()
    low, high = round(value - half, 1), round(min(100.0, value + half), 1)
    return PublishedRow(at, Shown(some), Shown(of), Shown(round(100 * some / of, 1)), low, high, flags)


def table(id: str, quarters: tuple[str, ...]) -> PublishedTable:
    domain, kind, en, es, base = MEASURES[id]
    rows = [
        row(quarter, node.id, base + 1.3 * QUARTERS.index(quarter) - 1.4 * n, 2310 if node is STATE else 700 - 90 * n)
        for quarter in quarters
        for n, node in enumerate(PLACES.nodes)
    ]
    measure = {
        "id": id, "version": "2026.1", "direction": "higher", "unit": "percent",
        "numerator": {"en": "Those for whom it was done in time.", "es": "Aquellas para quienes se hizo a tiempo."},
        "denominator": {"en": "Everyone for whom it was due.", "es": "Todas las personas a quienes les tocaba."},
    }  # fmt: skip
    summary = {
        "en": "Of everyone for whom it was due, how many got it.",
        "es": "De todas las personas, cuántas lo recibieron.",
    }
    axes = (Axis("period", {"en": "Quarter", "es": "Trimestre"}, tuple(period(q) for q in quarters)), PLACES)
    return PublishedTable(id, kind, "1", domain, {"en": en, "es": es}, summary, measure, axes, 0, tuple(rows))


def publish(root: Path, *, demonstration: bool = True) -> Path:
    """Write two standing editions, one that was corrected, and one withdrawn, under `root`."""
    ids = ["2025-Q4", "2026-Q1", "2026-Q1-r2", "2025-Q3"]
    told = {
        "2025-Q3": Listed("2025-Q3", "2025-Q3", "2025-11-06", None, None, "2025-11-09", {"en": "A table was counted twice.", "es": "Una tabla se contó dos veces."}),
        "2025-Q4": Listed("2025-Q4", "2025-Q4", "2026-02-06"),
        "2026-Q1": Listed("2026-Q1", "2026-Q1", "2026-05-06", None, "2026-Q1-r2"),
        "2026-Q1-r2": Listed("2026-Q1-r2", "2026-Q1", "2026-05-20", "2026-Q1"),
    }  # fmt: skip
    for name in ids:
        quarter = told[name].period
        quarters = QUARTERS[: QUARTERS.index(quarter) + 1][-2:]
        corrections = (
            {
                "table": "R-MED",
                "at": {"facility": "birch"},
                "note": {"en": "One week was missing.", "es": "Faltaba una semana."},
            },
        )
        edition = Edition(
            id=name, folder=root / name, period={"id": quarter, "start": "", "end": ""}, title=period(quarter).title,
            published_on=told[name].published_on, demonstration=demonstration, corrects=told[name].corrects,
            corrections=corrections if told[name].corrects else (),
            signed=({"part": "clinical", "on": told[name].published_on}, {"part": "privacy", "on": told[name].published_on}),
            tables=tuple(MEASURES),
        )  # fmt: skip
        writing.write(root, writing.files_of(edition, [table(m, quarters) for m in MEASURES]), name, told.values())
    return root
