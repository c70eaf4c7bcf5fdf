"""Connected apps over HTTP: the page on which somebody says yes or no, the endpoints that programs call, and the administrator's pages."""

from throughcare.chart.screens import frame
from throughcare.exchange.smart import administering, asking, endpoints, opening, policy

frame.also("chart_apps", policy.CHART, group="access")

__all__ = ["administering", "asking", "endpoints", "opening"]
