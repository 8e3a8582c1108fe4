"""`readings.parquet`: the readings in columns, where pyarrow is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from typing import Any

from edge.interval import Step
from edge.portability.pack import Member
from edge.portability.readings import Fitted
from edge.portability.refusal import PackRefused
from edge.registers import CATALOGUE
from edge.sample import Slice
from edge.stores.protocol import IntervalColumns

PATH = "readings.parquet"
RESOURCE = {
    "format": "parquet",
    "mediatype": "application/vnd.apache.parquet",
    "description": "The same rows as readings.csv, in columns",
}


def check() -> None:
    """Raise PackRefused where pyarrow isn't installed."""
    if importlib.util.find_spec("pyarrow") is None:
        raise PackRefused(
            "Parquet needs pyarrow, which isn't installed",
            hint='`pip install "releve[parquet]"`, or export without --parquet',
        )


class Columns:
    """Writes rows of readings into a member of a pack, a group of rows a page."""

    def __init__(self, member: Member) -> None:
        import pyarrow as pa  # noqa: PLC0415 - an extra, that a Pi needs not
        from pyarrow import parquet as pq  # noqa: PLC0415 - same

        self._pa, texts = pa, pa.dictionary(pa.int32(), pa.string())
        moment = pa.timestamp("ms", "UTC")
        self._schema = pa.schema(
            [
                *(("start", moment), ("end", moment)),
                *((name, texts) for name in ("meter", "register", "step")),
                *(("value", pa.int64()), ("unit", texts), ("quality", texts)),
                *(("source", texts), ("device", pa.int16())),
                *(("coverage", pa.float64()), ("minimum", pa.int64())),
                *(("mean", pa.float64()), ("maximum", pa.int64())),
                ("index_end", pa.int64()),
            ]
        )
        self._writer = pq.ParquetWriter(
            pa.PythonFile(_Sink(member), mode="w"), self._schema, compression="zstd"
        )

    def own(
        self,
        meter: str,
        register: str,
        step: Step,
        rows: IntervalColumns,
        fitted: Fitted,
    ) -> None:
        """Write rows of the home's own meter; what is unknown has none."""
        known = [at for at, value in enumerate(rows.value) if value is not None]
        count = len(known)

        def some(column: list[Any]) -> list[Any]:
            return column if count == len(rows) else [column[at] for at in known]

        starts = some(rows.start_ms)
        self._write(
            *(starts, some(rows.end_ms), [meter] * count, [register] * count),
            *([step.value] * count, some(rows.value)),
            *([CATALOGUE[register].unit] * count, some(rows.quality)),
            *(some(rows.sources), fitted.all(starts), some(rows.coverage)),
            *(some(rows.minimum), some(rows.mean), some(rows.maximum)),
            [None] * count,
        )

    def said(self, some: Iterable[Slice], fitted: Fitted) -> None:
        """Write what sources said of periods."""
        rows = [one for one in some if one.value is not None]
        none = [None] * len(rows)
        starts = [one.start_ms for one in rows]
        self._write(
            *(starts, [one.end_ms for one in rows], [one.meter for one in rows]),
            *([one.register for one in rows], none, [one.value for one in rows]),
            *([CATALOGUE[one.register].unit for one in rows],),
            *([one.quality.value for one in rows], [one.origin for one in rows]),
            *(fitted.all(starts), none, none, none, none),
            [one.index_end for one in rows],
        )

    def _write(self, *columns: list[Any]) -> None:
        arrays = [
            self._pa.array(column, field.type)
            for column, field in zip(columns, self._schema, strict=True)
        ]
        if len(columns[0]):
            self._writer.write_batch(
                self._pa.RecordBatch.from_arrays(arrays, schema=self._schema)
            )

    def close(self) -> None:
        """Write what readers begin with."""
        self._writer.close()


class _Sink:
    """A member of a pack as pyarrow writes to it."""

    closed = False

    def __init__(self, member: Member) -> None:
        self._member = member

    def write(self, data: Any) -> int:
        """Take bytes."""
        self._member.write_bytes(bytes(data))
        return len(data)

    def tell(self) -> int:
        """Give how many there were."""
        return self._member.size

    def flush(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing: the pack ends its members."""
