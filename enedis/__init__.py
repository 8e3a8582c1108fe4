"""Enedis's files and answers on electricity; pure, usable alone."""
