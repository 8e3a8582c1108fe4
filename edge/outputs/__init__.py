"""Outputs: each a consumer of the journal with a cursor of its own."""
