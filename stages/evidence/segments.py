"""The parts of the holdout that are judged for themselves: every value of the columns in `evaluate.segments`."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from stages.evidence.classes import ROWS_AT_ONCE, Array, places

MISSING = "(missing)"


@dataclass(frozen=True, kw_only=True)
class Segments:
    """Segments by name, `column=value`, column by column; a row is in one of each column, or in none.

    Attributes
    ----------
    codes : for each column, the place in `names` of each row's segment, -1 where it is in none; each of shape (rows,).
    """

    names: tuple[str, ...]
    codes: tuple[Array, ...]


def segments(frame: pd.DataFrame, columns: list[str], min_rows: int, always: list[str]) -> Segments:
    """The segments of a frame.

    Values on fewer than `min_rows` rows are left out, but for those in `always`, which come even when they have no row.
    """
    names: list[str] = []
    codes = []
    for column in columns:
        wanted = {name.split("=", 1)[1] for name in always if name.split("=", 1)[0] == column}
        values, place = _places(frame[column], min_rows, wanted)
        codes.append(np.where(place < 0, place, place + len(names)))
        names += [f"{column}={value}" for value in values]
    return Segments(names=tuple(names), codes=tuple(codes))


def _places(column: "pd.Series[Any]", min_rows: int, wanted: set[str]) -> tuple[list[str], Array]:
    """The values that are segments, in order, and each row's place among them."""
    raw, found = _factorised(column)
    names = [*pd.Series(found).astype("str"), MISSING]  # the last one is what a gap's -1 means
    text, spelled = pd.factorize(np.array(names, dtype=object))  # two values may be spelled alike
    counts = np.bincount(raw.astype("int32") + 1, minlength=len(names))
    rows = np.bincount(text, np.roll(counts, -1))
    values = sorted(wanted | set(spelled[(rows > 0) & (rows >= min_rows)]))
    place = pd.Index(values, dtype=object).get_indexer(pd.Index(spelled, dtype=object)).astype("int32")
    return values, place[text][raw]


def _factorised(column: "pd.Series[Any]") -> tuple[Array, Array]:
    """`pd.factorize` with -1 for gaps, some rows at a time, which bounds the memory."""
    starts = range(0, max(len(column), 1), ROWS_AT_ONCE)

    def part(start: int) -> Array:
        return column.iloc[start : start + ROWS_AT_ONCE].to_numpy()

    found = pd.unique(np.concatenate([pd.unique(part(start)) for start in starts]))
    found = found[~pd.isna(found)]
    return np.concatenate([places(part(start), found) for start in starts]), found
