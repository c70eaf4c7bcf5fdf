"""The pages of this room: checks, and what follows them."""

from throughcare.care.substance_use import policy
from throughcare.care.substance_use.screens import monitoring
from throughcare.chart.screens import frame

__all__ = ["monitoring"]

# A name that says nothing of why, for whoever stands behind the nurse.
frame.also("checks", policy.CHECK, after="chart_results")
