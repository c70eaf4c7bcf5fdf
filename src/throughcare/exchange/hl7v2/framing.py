"""MLLP framing without any network: bytes go in as they arrive, whole messages come out, faults are counted.

A frame is VT, the message, FS, CR. Senders forget the CR, put line ends between frames, die in the middle and start
again: all of that is read. Only more noise or more bytes than the limits allow is abuse.
"""

from collections import Counter
from dataclasses import dataclass, field

START, END, RETURN = 0x0B, 0x1C, 0x0D
_QUIET = frozenset(b"\r\n\t \x00\x1c")  # between frames these mean nothing
_RESTART = (b"\x0bMSH", b"\x0bFHS", b"\x0bBHS", b"\x0b\xef\xbb\xbfMSH")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection may ask of us."""

    message_bytes: int = 4 * 1024 * 1024
    noise_bytes: int = 64 * 1024
    idle_seconds: float = 900.0
    frame_seconds: float = 30.0
    write_seconds: float = 30.0
    connections: int = 64


@dataclass(frozen=True, slots=True)
class Abuse:
    """How a connection broke the limits; `head` is the beginning of a frame that grew too large."""

    reason: str
    head: bytes = b""


@dataclass(slots=True)
class Deframer:
    """Finds messages in a stream. `abuse` is set, and nothing more is read, once the limits are broken."""

    limits: Limits
    counts: Counter[str] = field(default_factory=Counter)
    abuse: Abuse | None = None
    _buffer: bytearray = field(default_factory=bytearray)
    _inside: bool = False
    _noise: int = 0

    @property
    def is_inside(self) -> bool:
        """True while a frame has begun and not ended."""
        return self._inside

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes and give every message that became whole, in order, up to the first abuse."""
        # a frame is searched once: only its new bytes, and the few before them in which a mark may have begun
        searched = max(0, len(self._buffer) - 8) if self._inside else 0
        self._buffer += data
        messages: list[bytes] = []
        while self._buffer and self.abuse is None:
            if not self._inside and not self._enter():
                break
            end = self._buffer.find(END, searched)
            again = self._restart(searched, end if end >= 0 else len(self._buffer))
            searched = 0
            if again >= 0:
                self.counts["cut off"] += 1
                del self._buffer[: again + 1]
            elif self._is_too_large(end):
                self.abuse = Abuse("too large", bytes(self._buffer[:4096]))
            elif end < 0:
                break
            else:
                messages.append(bytes(self._buffer[:end]))
                del self._buffer[: end + 1]
                self._inside, self._noise = False, 0
        return messages

    def _is_too_large(self, end: int) -> bool:
        return (len(self._buffer) if end < 0 else end) > self.limits.message_bytes

    def _enter(self) -> bool:
        """Skip what stands between frames; True when a frame begins."""
        start = self._buffer.find(START)
        between = self._buffer[: start if start >= 0 else len(self._buffer)]
        noise = sum(byte not in _QUIET for byte in between)
        if noise:
            self._noise += noise
            self.counts["noise bytes"] += noise
            if self._noise > self.limits.noise_bytes:
                self.abuse = Abuse("noise")
        del self._buffer[: len(between) + (start >= 0)]
        self._inside = start >= 0
        return self._inside

    def _restart(self, since: int, until: int) -> int:
        """Where inside this frame the sender plainly began another one; -1 where it did not."""
        found = [self._buffer.rfind(mark, since, until) for mark in _RESTART]
        return max(found)


def frame(message: bytes) -> bytes:
    """Wrap a message for the wire."""
    return bytes((START,)) + message + bytes((END, RETURN))
