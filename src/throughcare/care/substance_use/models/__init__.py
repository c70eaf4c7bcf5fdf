"""Rows of the room: monitoring and offers in the open; a programme's record sealed."""

from throughcare.care.substance_use.models.monitoring import Check, Episode, Offer

__all__ = ["Check", "Episode", "Offer"]
