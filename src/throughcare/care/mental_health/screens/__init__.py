"""The watch's pages: the round at the door, the boards, one person's watch. HTTP only."""

from throughcare.care.mental_health import policy
from throughcare.care.mental_health.screens import boards, person, rounds
from throughcare.chart.screens import frame

__all__ = ["boards", "person", "rounds"]

frame.also("watch", policy.WATCH, group="mind")
