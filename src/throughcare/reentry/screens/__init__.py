"""The pages of going home."""

from throughcare.chart.screens import frame
from throughcare.reentry import policy
from throughcare.reentry.screens import packet

__all__ = ["packet"]

frame.also("release_packet", policy.READ, after="chart_medicines")
