"""Read a data file defensively: ids and categories as text, ISO times in UTC, numbers cell by cell, nothing guessed.

pandas would turn the labels "NA" and "None" into gaps, one "oops" a numeric column into text, and an extra field in every
row the first column into the index. Here every cell starts as text; what cannot be read as its kind becomes a gap that the
row rules see.
"""

import gzip
import json
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stages.errors import InputError

_UNREADABLE = (
    ArithmeticError, EOFError, KeyError, NotImplementedError, OSError, RecursionError, TypeError, ValueError,
    pa.ArrowException, pd.errors.ParserWarning, zlib.error,
)  # fmt: skip


def read_table(path: Path) -> pd.DataFrame:
    """Read CSV, JSON lines or parquet, plain or gzip, as it is.

    Returns
    -------
    DataFrame with a plain row index; the cells of CSV files are text, empty ones are gaps.

    Raises
    ------
    InputError
        Where the file is missing, unreadable or has a broken header; the message never quotes a row.
    """
    if not path.is_file():
        raise InputError(f"{path} must exist, got nothing there; restore the file, or `dvc pull` it")
    try:
        frame = _read(path)
    except _UNREADABLE as error:
        kind = path.name.partition(".")[2]
        raise InputError(
            f"{path} must be a whole {kind} file in UTF-8, got {type(error).__name__}; replace or remove it"
        ) from None
    names = [str(name) for name in frame.columns]
    broken = [k for k, name in enumerate(names, start=1) if not name.strip() or "\x00" in name or names.count(name) > 1]
    if broken:  # a file without a header has a row there: the name is not quoted
        raise InputError(f"{path} must have a header of distinct names, got a blank or repeated one at {broken[0]}; mend it")
    return frame


def typed(frame: pd.DataFrame, path: Path, *, text: list[str], numeric: list[str], times: list[str]) -> pd.DataFrame:
    """The named columns, each as its kind; others are left out.

    Returns
    -------
    DataFrame with `text` as str, `numeric` as float64, `times` as UTC timestamps; unreadable cells are gaps.

    Raises
    ------
    InputError
        Where a column is missing, or holds what cannot be text, numbers or times (bytes, say).
    """
    missing = [name for name in (*text, *numeric, *times) if name not in frame]
    if missing:
        raise InputError(
            f"{path} must have the column {missing[0]!r}, got {len(frame.columns)} others; mend the file or params.yaml: columns"
        )
    as_kind = dict.fromkeys(text, _text) | dict.fromkeys(numeric, _number) | dict.fromkeys(times, _time)
    return pd.DataFrame({name: _as(kind, frame[name], path) for name, kind in as_kind.items()}, index=frame.index)


def _read(path: Path) -> pd.DataFrame:
    name = path.name.lower()
    if name.endswith(".parquet"):
        # Whole numbers beside gaps stay whole; a pandas index is a column like any other.
        frame: pd.DataFrame = pq.read_table(path, partitioning=None).to_pandas(integer_object_nulls=True, ignore_metadata=True)
        return frame
    if name.endswith((".jsonl", ".jsonl.gz")):
        return _read_json_lines(path)
    names = pd.read_csv(path, header=None, nrows=1, dtype="str", keep_default_na=False).iloc[0].tolist()
    if len(set(names)) < len(names):  # pandas would rename the second one
        return pd.DataFrame(columns=names)
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # "this leads to a loss of data": every row has a field too many
        return pd.read_csv(
            path, dtype="str", keep_default_na=False, na_values=[""], index_col=False, on_bad_lines="error", low_memory=False
        )


def _read_json_lines(path: Path) -> pd.DataFrame:
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return pd.DataFrame([json.loads(line, parse_int=str) for line in lines if line.strip()])


def _as(kind: Callable[[pd.Series], pd.Series], column: pd.Series, path: Path) -> pd.Series:
    try:
        return kind(column)
    except _UNREADABLE as error:
        raise InputError(
            f"{path} must have text, numbers or ISO times in the column {column.name!r}, got {type(error).__name__}; "
            "mend the file or params.yaml: columns"
        ) from None


def _text(column: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(column):  # whole numbers beside gaps: 42, not 42.0
        column = column.astype("float64")
        whole = column.dropna()
        if (whole == np.floor(whole)).all() and (whole.abs() < 2**53).all():
            column = column.astype("Int64")
    return column.astype("str").where(column.notna())


def _number(column: pd.Series) -> pd.Series:
    cells = column.astype("str") if column.dtype.kind in "mM" else column  # a time is no number
    numbers = pd.to_numeric(cells, errors="coerce").astype("float64")
    return numbers.where(np.isfinite(numbers))


def _time(column: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(column):
        zoned: pd.Series = column.dt.tz_localize("UTC") if column.dt.tz is None else column.dt.tz_convert("UTC")
        return zoned.astype("datetime64[us, UTC]")
    text: pd.Series = column.astype("str")
    whole_day = text.str.match(r"\d{4}-\d\d-\d\d|\d{8}T")  # pandas takes "now" for the wall clock and "2026" for its first day
    iso: pd.Series = text.where(whole_day)
    times: pd.Series = pd.to_datetime(iso, format="ISO8601", utc=True, errors="coerce")
    return times.astype("datetime64[us, UTC]")
