"""The workspace's reads, each through a lens: what runs and what signals; one measure's chart; its groups; one project."""

from throughcare.insight.improvement.reads.charts import (
    ChartPage,
    Division,
    EquityPage,
    Place,
    annotation,
    chart_page,
    equity_page,
)
from throughcare.insight.improvement.reads.places import place
from throughcare.insight.improvement.reads.workspace import project, workspace

__all__ = [
    "ChartPage",
    "Division",
    "EquityPage",
    "Place",
    "annotation",
    "chart_page",
    "equity_page",
    "place",
    "project",
    "workspace",
]
