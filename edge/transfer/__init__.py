"""Readings sent straight to another Relevé: proved, resumed, looked at before taken.

`offers` is what a receiving home has told codes for, `receiving` what comes in by them;
`parcels` is what a sending one has made ready, `sending` the way there.
"""

from __future__ import annotations
