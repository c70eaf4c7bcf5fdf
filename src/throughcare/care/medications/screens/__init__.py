"""The pages of this room: orders and doses, the pass, observed doses, doors, stock, kept packs."""

from throughcare.care.medications import policy
from throughcare.care.medications.screens import doors, kept, observed, orders, passing, stock
from throughcare.chart.screens import frame

__all__ = ["doors", "kept", "observed", "orders", "passing", "stock"]

# The room's tabs on a chart, in their order.
frame.also("medications", policy.LIST, after="chart_medicines")
frame.also("observed_treatment", policy.OBSERVED, after="medications")
