"""The pages of this room: the call, the code, what an officer sees."""

from throughcare.care.emergency.screens import calling, code, officer

__all__ = ["calling", "code", "officer"]
