"""Consent: what the household granted to whom, in a ledger, and what follows."""
