"""Water meters: portals' files and radio messages; pure, usable alone."""

from water.errors import MessageRefused, WaterError
from water.formats import FORMATS
from water.radio import Medium, RadioReading

__all__ = ["FORMATS", "Medium", "MessageRefused", "RadioReading", "WaterError"]
