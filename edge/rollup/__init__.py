"""Pure functions that turn what a meter said into intervals."""
