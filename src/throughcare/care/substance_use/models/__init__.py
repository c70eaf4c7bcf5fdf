"""Rows of the room: monitoring and offers in the open; a programme's record sealed."""

from throughcare.care.substance_use.models.monitoring import Check, Episode, Offer
from throughcare.care.substance_use.models.programme import Enrolment, EnrolmentEntry, OutsideCall

__all__ = ["Check", "Enrolment", "EnrolmentEntry", "Episode", "Offer", "OutsideCall"]
