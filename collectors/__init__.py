"""Collectors: what portals and APIs on the Internet know of a home's meters.

They run in a process of their own (`releve collect`), off by default, and hand what
they read to the service over a local socket (edge/sources/collected).
"""

from __future__ import annotations

from collectors.collector import Answered, Collector, Credentials, Rhythm, Task
from collectors.errors import CollectorError, NotCollected, Reason, Unusable
from collectors.window import Window

__all__ = [
    "Answered",
    "Collector",
    "CollectorError",
    "Credentials",
    "NotCollected",
    "Reason",
    "Rhythm",
    "Task",
    "Unusable",
    "Window",
]
