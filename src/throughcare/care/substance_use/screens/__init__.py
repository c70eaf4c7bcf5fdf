"""The pages of this room: checks, and what follows them."""

from throughcare.care.substance_use import policy
from throughcare.care.substance_use.screens import monitoring, programme
from throughcare.chart.screens import frame

__all__ = ["monitoring", "programme"]

# A name that says nothing of why, for whoever stands behind the nurse.
frame.also("checks", policy.CHECK, group="substances")
frame.also("outside_doses", policy.CALL, group="substances")
frame.also("programme_record", policy.PROGRAMME, group="substances")
