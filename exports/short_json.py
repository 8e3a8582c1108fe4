"""JSON that is read where it comes, and not by the process that reads files.

It has a known length, depth and number of values, which are counted before it is read:
an empty list takes thirty times its bytes, and an object fifty.
"""

from __future__ import annotations

import json
import re

from exports.document import Json

DEEPEST = 32
MOST_NESTED = 50_000
"""Lists and objects."""
MOST_VALUES = 250_000
# a quote that never ends reaches to the end: each byte is looked at once
NESTING = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def short_json(data: bytes, most: int) -> Json:
    """Read JSON of so many bytes at the most; raise ValueError."""
    nested = data.count(b"[") + data.count(b"{")
    if len(data) > most or nested > MOST_NESTED or data.count(b",") > MOST_VALUES:
        raise ValueError("it says too much")
    depth = 0
    for found in NESTING.finditer(data):
        token = found[0]
        depth += (token in b"[{") - (token in b"]}")
        if depth > DEEPEST:
            raise ValueError("it is nested too deep")
    return json.loads(data)
