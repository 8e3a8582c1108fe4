"""When a frame will end at the earliest, told by how long the one before it was."""

from __future__ import annotations

ETX = b"\x03"
BITS_A_BYTE = 10
"""Start, seven of data, parity, stop."""
GUARD_S = 0.03
"""What was heard may have come so long ago: an adapter gives its bytes in lumps."""
SHORT_S = 0.002
"""Rest where an end is near: a dozen wake-ups a frame at most, on the slowest lines."""
LATE_BYTES = 64
"""A frame that is longer by so much has lost its end, or another one has begun."""


class Cadence:
    """Counts bytes from one end of frame to the next; pure, told what was heard."""

    def __init__(self) -> None:
        self._length = self._since = 0

    def hear(self, data: bytes) -> None:
        """Take what was heard."""
        last = data.rfind(ETX)
        if last < 0:
            self._since += len(data)
            return
        before = data.rfind(ETX, 0, last)
        self._length = last - before if before >= 0 else self._since + last + 1
        self._since = len(data) - last - 1

    def rest_s(self, baud: int, longest_s: float) -> float:
        """Give how long one may look away without making an end of frame wait.

        No line gives its bytes faster than its speed; while the length of a frame is
        not known, or its end did not come, it is the longest rest.
        """
        left = self._length - self._since
        if not self._length or left < -LATE_BYTES:
            return longest_s
        return min(longest_s, max(SHORT_S, left * BITS_A_BYTE / baud - GUARD_S))
