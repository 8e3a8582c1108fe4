"""Water meters: portals' files and radio messages; pure, usable alone."""
