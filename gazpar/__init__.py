"""GRDF gas meters: pulses, the portal's files, ADICT; pure, usable alone."""
