"""Handover: a household moves out, and the machine stays, or goes to a new home."""
