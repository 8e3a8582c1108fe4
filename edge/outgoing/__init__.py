"""The way out to where the owner typed: an address that was checked, and no other.

`destination` reads what was typed, `places` looks the name up once and judges what it
is, `connect` and `http` go there and nowhere else.
"""

from __future__ import annotations
