"""The pages of this room: the call, the code, what an officer sees, the way to hospital and back, the packet."""

from throughcare.care.emergency.screens import calling, code, hospital, officer, packet

__all__ = ["calling", "code", "hospital", "officer", "packet"]
