"""Read a data file defensively: ids and categories as text, ISO times in UTC, numbers cell by cell, nothing guessed.

pandas would turn the labels "NA" and "None" into gaps, one "oops" a numeric column into text, and an extra field in every
row the first column into the index. Here every cell starts as text; what cannot be read as its kind becomes a gap that the
row rules see.
"""

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd

from stages.errors import InputError

_UNREADABLE = (ValueError, OSError, EOFError, KeyError, TypeError, gzip.BadGzipFile, UnicodeError)


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
        kind = path.name.split(".", 1)[1]
        raise InputError(
            f"{path} must be a whole {kind} file in UTF-8, got {type(error).__name__}; replace or remove it"
        ) from None
    names = [str(name) for name in frame.columns]
    broken = [name for name in names if not name.strip() or "\x00" in name or names.count(name) > 1]
    if broken:
        raise InputError(f"{path} must have a header of distinct names, got {broken[0]!r}; mend the header")
    return frame


def typed(frame: pd.DataFrame, path: Path, *, text: list[str], numeric: list[str], times: list[str]) -> pd.DataFrame:
    """The named columns, each as its kind; others are left out.

    Returns
    -------
    DataFrame with `text` as str, `numeric` as float64, `times` as UTC timestamps; unreadable cells are gaps.

    Raises
    ------
    InputError
        Where a column is missing.
    """
    missing = [name for name in (*text, *numeric, *times) if name not in frame]
    if missing:
        raise InputError(
            f"{path} must have the column {missing[0]!r}, got {len(frame.columns)} others; mend the file or params.yaml: columns"
        )
    kinds = {name: _text(frame[name]) for name in text}
    kinds |= {name: _number(frame[name]) for name in numeric}
    kinds |= {name: _time(frame[name]) for name in times}
    return pd.DataFrame(kinds, index=frame.index)


def _read(path: Path) -> pd.DataFrame:
    if path.name.endswith(".parquet"):
        return pd.read_parquet(path).reset_index(drop=True)
    if ".jsonl" in path.name:
        return _read_json_lines(path)
    names = pd.read_csv(path, header=None, nrows=1, dtype="str", keep_default_na=False).iloc[0].tolist()
    if len(set(names)) < len(names):
        return pd.DataFrame(columns=names)
    return pd.read_csv(
        path, dtype="str", keep_default_na=False, na_values=[""], index_col=False, on_bad_lines="error", low_memory=False
    )


def _read_json_lines(path: Path) -> pd.DataFrame:
    opener = gzip.open if path.name.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return pd.DataFrame([json.loads(line) for line in lines if line.strip()])


def _text(column: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(column):  # whole numbers beside gaps: 42, not 42.0
        whole = column.dropna()
        if (whole == np.floor(whole)).all() and (whole.abs() < 2**53).all():
            column = column.astype("Int64")
    return column.astype("str").where(column.notna())


def _number(column: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    return numbers.where(np.isfinite(numbers))


def _time(column: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(column):
        zoned = column.dt.tz_localize("UTC") if column.dt.tz is None else column.dt.tz_convert("UTC")
        return zoned.astype("datetime64[us, UTC]")
    times: pd.Series = pd.to_datetime(column.astype("str"), format="ISO8601", utc=True, errors="coerce")
    return times.astype("datetime64[us, UTC]")
