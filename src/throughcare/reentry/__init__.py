"""Re-entry: the packet, the partners, the days after the door."""
