"""A block is a body of its own kind, and is its own bytes."""

from __future__ import annotations

from edge.journal.block import Block
from edge.journal.bodies import Kind, encode, kind_of

BLOCK = Block("m", 0, 10, b"packed", {})


def test_a_block_is_told_from_what_is_written_out():
    assert kind_of(BLOCK) is Kind.BLOCK


def test_a_block_is_kept_as_it_was_packed():
    assert encode(BLOCK) == b"packed"
