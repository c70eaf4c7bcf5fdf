"""The pages of going home."""

from throughcare.chart.screens import frame
from throughcare.reentry import policy
from throughcare.reentry.screens import outside, packet, planning

__all__ = ["outside", "packet", "planning"]

frame.also("release_plan", policy.READ, group="plans")
