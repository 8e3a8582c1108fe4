"""What is the owner's alone does not exist for anyone else."""

from __future__ import annotations

from fastapi import Request

from api.door import OWNER
from api.guard import nowhere


def owner_only(request: Request) -> None:
    """Let the owner through; raise the Problem of an address that serves nothing."""
    if request.scope["state"]["grant"] != OWNER:
        raise nowhere()
