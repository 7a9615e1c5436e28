"""What one column of a batch looks like: its gaps, its most frequent values, the size of its numbers, a hash a row."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Array = NDArray[Any]

TOP = 50  # values kept of a column
LOOKED_AT = 10_000  # rows at most that tell which texts are worth counting; one on 1 % of all rows is among them
CLOCK = "time of day"  # what is counted of a time: a default moves with its day, or it does not
DAY_US = 86_400_000_000
SIGMAS = 4.0  # half the width of the interval of a median: it is missed once in 16,000 columns


@dataclass(frozen=True, kw_only=True)
class Size:
    """The median of a column's numbers, zeros and signs left out, and the interval that it is known to.

    Zeros say nothing of the unit; without them, and without signs, a change of unit moves the median of any column by its factor.
    """

    median: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Look:
    """A column: gaps, rows by value (of the `TOP` most frequent), size of its numbers, a 64-bit hash a row, shape (rows,)."""

    missing: int
    values: dict[str, int]
    size: Size | None
    hashes: Array


def category(cells: pd.Series, most: int = TOP) -> Look:
    """A column of codes and names."""
    codes, found = pd.factorize(cells)
    names = np.asarray(found, dtype=object)
    hashes = np.append(pd.util.hash_array(names, categorize=False), np.uint64(0))  # a gap has the code -1: the last
    values = _most_frequent(np.bincount(codes[codes >= 0], minlength=len(names)), names, most)
    return Look(missing=int((codes < 0).sum()), values=values, size=None, hashes=hashes[codes])


def text(cells: pd.Series) -> Look:
    """A column of free text: texts that are on many rows are counted under a hash, and a row is known by their length."""
    held = pa.array(cells, from_pandas=True).cast(pa.large_string())
    names = sorted(category(_every(held, len(held) // LOOKED_AT + 1)).values)
    found = pc.index_in(held, value_set=pa.array(names, pa.large_string())).fill_null(-1).to_numpy(zero_copy_only=False)
    counts = np.bincount(found[found >= 0], minlength=len(names))
    keys = [f"{key:016x}" for key in pd.util.hash_array(np.array(names, dtype=object), categorize=False)] if names else []
    lengths = pc.binary_length(held).fill_null(-1).to_numpy(zero_copy_only=False)
    return Look(
        missing=held.null_count,
        values=_most_frequent(counts, np.array(keys, dtype=object), TOP),
        size=None,
        hashes=lengths.astype("int64").view("uint64"),
    )


def numbers(cells: pd.Series) -> Look:
    """A column of quantities."""
    held = cells.to_numpy(dtype="float64") + 0.0  # no negative zero
    present = np.sort(held[np.isfinite(held)])
    starts = np.flatnonzero(np.append(True, np.diff(present) != 0)[: len(present)])
    counts = np.diff(np.append(starts, len(present)))
    most = np.argsort(-counts, kind="stable")[:TOP]
    values = {repr(float(present[starts[place]])): int(counts[place]) for place in most}
    return Look(missing=len(held) - len(present), values=values, size=_size(present), hashes=pd.util.hash_array(held))


def instants(times: pd.Series) -> Look:
    """A column of times; gaps are one and the same instant. Of the values only the rows at the most frequent time of day count.

    Which one it is does not matter: days that are exported in another zone all move.
    """
    held = times.dt.tz_localize(None).to_numpy().astype("datetime64[us]").astype("int64")
    present = held[times.notna().to_numpy()]
    most = int(np.unique(present % DAY_US, return_counts=True)[1].max(initial=0))
    return Look(
        missing=len(held) - len(present), values={CLOCK: most} if most else {}, size=None, hashes=pd.util.hash_array(held)
    )


def identifiers(cells: pd.Series) -> Look:
    """A column of ids: only its hashes count."""
    hashes = pd.util.hash_array(cells.to_numpy(dtype=object), categorize=False)
    return Look(missing=int(cells.isna().sum()), values={}, size=None, hashes=hashes)


def mixed(hashes: Array, more: Array) -> Array:
    """Hashes of longer rows, shape (rows,): each so far with that of one more column."""
    return pd.util.hash_array(hashes * np.uint64(0x9E3779B97F4A7C15) + more)


def _every(held: Any, step: int) -> pd.Series:
    """Every `step`-th cell, chunk by chunk: to take them from all chunks at once would copy the column."""
    chunks = held.chunks if isinstance(held, pa.ChunkedArray) else [held]
    starts = np.cumsum([0, *map(len, chunks)])
    parts = [
        chunk.take(pa.array(np.arange(-start % step, len(chunk), step))) for start, chunk in zip(starts, chunks, strict=False)
    ]
    taken: pd.Series = pa.chunked_array(parts, held.type).to_pandas()
    return taken


def _most_frequent(counts: Array, names: Array, most: int) -> dict[str, int]:
    """The most frequent values; of equally frequent ones the first by name."""
    least = np.partition(counts, -most)[-most] if len(counts) > most else 0
    ordered = sorted(zip((-counts[counts >= least]).tolist(), names[counts >= least].tolist(), strict=True))[:most]
    return {str(name): -count for count, name in ordered}


def _size(present: Array) -> Size | None:
    """The size of sorted numbers; the interval of a median runs between two of them (its ranks are binomial, so exact enough).

    None where there are too few to bound it.
    """
    sizes = np.sort(np.abs(present[present != 0]))
    rank = int(np.floor(len(sizes) / 2 - SIGMAS * np.sqrt(len(sizes)) / 2))
    if rank < 1:
        return None
    return Size(median=float(np.median(sizes)), low=float(sizes[rank - 1]), high=float(sizes[-rank]))
