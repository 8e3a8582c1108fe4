"""Erasure: what the household has erased goes from every place, and stays away."""
