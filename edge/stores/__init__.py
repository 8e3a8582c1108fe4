"""Stores: where readings are queried; one protocol, one conformance suite."""
