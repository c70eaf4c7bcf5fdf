"""The pages of this room: orders and doses, the pass, observed doses, doors, stock, kept packs."""

from throughcare.care.medications import policy
from throughcare.care.medications.screens import alerting, doors, kept, observed, orders, own, passing, stock
from throughcare.chart.screens import frame

__all__ = ["alerting", "doors", "kept", "observed", "orders", "own", "passing", "stock"]

# The room's pages among the parts of a chart.
frame.also("medications", policy.LIST, group="medicines", before="chart_medicines")
frame.also("observed_treatment", policy.OBSERVED, group="substances")
