"""What the journal's faces stand on: the reader, and the writer's queue."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from edge.journal.log import Work
from edge.journal.reader import Reader
from edge.journal.writer import Writer, flush
from edge.record import Address

T = TypeVar("T")


class Door:
    """Has work done by the writer, and lends the reader's connections."""

    reader: Reader
    _writer: Writer

    async def _do(self, work: Work[T], *, alone: bool = True, apart: bool = False) -> T:
        """Give what came of work once it is committed; raise what refused it."""
        result: T = await asyncio.wrap_future(
            self._writer.submit(work, alone=alone, apart=apart)
        )
        return result

    async def commit(self) -> Address:
        """Commit all that waits; give the tail. Raises DiskFull: it waits on."""
        return await self._do(flush, alone=False)
