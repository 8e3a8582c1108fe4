"""GRDF gas meters: pulses, the portal's files, ADICT; pure, usable alone."""

from gazpar.coefficients import Coefficients, Energy
from gazpar.formats import FORMATS

__all__ = ["FORMATS", "Coefficients", "Energy"]
