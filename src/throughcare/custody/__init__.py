"""Custody: places, stays, moves, the schedule and operational alerts."""
