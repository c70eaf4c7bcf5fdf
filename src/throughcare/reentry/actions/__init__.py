"""The only writers of going home."""

from throughcare.reentry.actions.packets import hand_over_packet, refuse_packet

__all__ = ["hand_over_packet", "refuse_packet"]
