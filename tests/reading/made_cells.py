"""Cells made for the tests of reading: as a text file has them, as a parquet file has them, and what they are read as."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stages.reading.cells import typed
from stages.reading.tables import read_table

FILE = Path("a.csv")


def as_kind(column: pd.Series, kind: str) -> tuple[list[Any], dict[str, list[bool]]]:
    """A column `x` read as `text`, `numeric` or `times`, gaps as None; and the rules with the rows they name."""
    kinds: dict[str, list[str]] = {"text": [], "numeric": [], "times": []}
    frame, masks = typed(pd.DataFrame({"x": column}), FILE, **(kinds | {kind: ["x"]}))
    return [None if pd.isna(cell) else cell for cell in frame["x"]], {rule: mask.tolist() for rule, mask in masks.items()}


def words(*cells: str | None) -> pd.Series:
    return pd.Series(cells, dtype="str")


def stored(folder: Path, *cells: object, kind: pa.DataType | None = None) -> pd.Series:
    """Cells as they come back from a parquet file."""
    pq.write_table(pa.table({"x": pa.array(cells, kind)}), folder / "a.parquet")
    return read_table(folder / "a.parquet").frame["x"]
