"""Cells to typed columns: text, numbers, times in UTC, each cell by itself, and by rule which rows had one that is none.

A column with one "oops" in it reads, but for that cell, as it does without.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stages.errors import InputError
from stages.reading.scanning import may_hold

Masks = dict[str, np.ndarray]
_NUMBER = r"^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$"
_WHOLE_DAY = r"^(?:\d{4}-\d\d-\d\d|\d{8}T)"  # pandas takes "now" for the wall clock and "2026" for its first day
_NESTED = (list, tuple, dict, set, bytes, np.ndarray)
_FIRST, _LAST = pd.Timestamp("0001-01-01"), pd.Timestamp("9999-12-31T23:59:59.999999")  # what Python's own times can hold

# UTF-8 that was read as Latin-1 or Windows-1252: ü becomes Ã¼, ’ becomes â€™, 日本 becomes æ—¥æœ¬. A letter says how many bytes
# there are, and each further byte (80 to BF) is a character of its own. With Â, Ã, â, ï and ð one such group is enough; others
# must come twice in a row, since "groß«" and "QUALITÉ »" hold one.
_BYTE = "[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_MOJIBAKE = f"\ufffd|[ÂÃ]{_BYTE}|[âï]{_BYTE}{{2}}|ð{_BYTE}{{3}}|(?:[Ä-ß]{_BYTE}){{2}}|(?:[à-ï]{_BYTE}{{2}}){{2}}"
_CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F]"


def typed(
    frame: pd.DataFrame, path: Path, *, text: list[str], numeric: list[str], times: list[str]
) -> tuple[pd.DataFrame, Masks]:
    """The named columns, each as its kind; others are left out.

    Returns
    -------
    columns : `text` as str, `numeric` as float64, `times` as UTC timestamps; empty and unreadable cells are gaps, text that only
        looks damaged stays.
    masks : by row rule (`"amount: not a number"`), the rows that had a cell which could not be taken, bool of shape (rows,). Only
        rules with a row.

    Raises
    ------
    InputError
        Where a column is missing, or has nothing in it that could be its kind (bytes, lists).
    """
    missing = [name for name in (*text, *numeric, *times) if name not in frame]
    if missing:
        raise InputError(
            f"{path} must have the column {missing[0]!r}, got {len(frame.columns)} others; mend the file or params.yaml: columns"
        )
    kinds = dict.fromkeys(text, _text) | dict.fromkeys(numeric, _number) | dict.fromkeys(times, _time)
    columns, rules = {}, Masks()
    for name, kind in kinds.items():
        columns[name], masks = _as(kind, frame[name], path)
        rules |= {f"{name}: {what}": mask for what, mask in masks.items() if mask.any()}
    return pd.DataFrame(columns, index=frame.index, copy=False), rules


def _as(kind: Callable[[pd.Series], tuple[pd.Series, Masks]], column: pd.Series, path: Path) -> tuple[pd.Series, Masks]:
    try:
        return kind(column)
    except (ArithmeticError, NotImplementedError, TypeError, ValueError, pa.ArrowException) as error:
        raise InputError(
            f"{path} must have text, numbers or ISO times in the column {column.name!r}, got {type(error).__name__}; "
            "mend the file or params.yaml: columns"
        ) from None


def _text(column: pd.Series) -> tuple[pd.Series, Masks]:
    words, nested = _words(column)
    lost = _lost(column)
    gaps = lost | (words == "").to_numpy(dtype=bool, na_value=False)
    if gaps.any():
        words = words.mask(gaps)
    return words, {"not text": nested, "digits lost": lost} | _damaged(_arrow(words))


def _number(column: pd.Series) -> tuple[pd.Series, Masks]:
    numbers = column.astype("float64") if column.dtype.kind in "biuf" else _parsed(_words(column)[0])
    finite = np.isfinite(numbers)
    numbers = numbers if finite.all() else numbers.where(finite)
    return numbers, {"not a number": _unread(column, numbers)}


def _time(column: pd.Series) -> tuple[pd.Series, Masks]:
    if pd.api.types.is_datetime64_any_dtype(column):
        zoned: pd.Series = column.dt.tz_localize("UTC") if column.dt.tz is None else column.dt.tz_convert("UTC")
        times = _within(zoned).astype("datetime64[us, UTC]")
    else:
        times = _within(_parsed_times(_words(column)[0]))
    return times, {"not an ISO time": _unread(column, times)}


def _within(times: pd.Series) -> pd.Series:
    """Times of the years 1 to 9999; a zone can move the first and the last day out of them."""
    known = times.between(_FIRST.tz_localize("UTC"), _LAST.tz_localize("UTC")) | times.isna()
    return times if known.all() else times.where(known)


def _unread(column: pd.Series, read: pd.Series) -> np.ndarray:
    """Which cells hold something that could not be read; a blank one holds nothing."""
    unread = (column.notna() & read.isna()).to_numpy(copy=True)
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        unread[unread] = [not isinstance(cell, str) or bool(cell.strip()) for cell in column[unread]]
    return unread


def _words(column: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """The column as str, and which cells are none: lists, objects, bytes; they are gaps."""
    none = np.zeros(len(column), dtype=bool)
    if isinstance(column.dtype, pd.StringDtype):
        return column, none
    present = column.notna().to_numpy()
    if column.dtype == object or pd.api.types.is_float_dtype(column):
        cells = [_word(cell) if there else None for cell, there in zip(column.tolist(), present, strict=True)]
        none = present & np.array([cell is None for cell in cells], dtype=bool)
        if none.any() and (none == present).all():
            raise TypeError
        return pd.Series(cells, index=column.index, dtype="str", name=column.name), none
    return column.astype("str").where(present), none


def _word(cell: Any) -> str | None:
    if isinstance(cell, _NESTED):
        return None
    whole = isinstance(cell, float) and cell.is_integer()  # an id beside a gap: 42, not 42.0
    return str(int(cell)) if whole else str(cell)


def _lost(column: pd.Series) -> np.ndarray:
    """Which cells are floats so large (2**53, of 32 bits 2**24) that they no longer say which whole number they were."""
    if column.dtype == object:
        return np.array([isinstance(cell, float) and abs(cell) >= 2**53 for cell in column], dtype=bool)
    if pd.api.types.is_float_dtype(column):
        return np.asarray(column.abs() >= 2.0 ** (np.finfo(column.to_numpy().dtype).nmant + 1))
    return np.zeros(len(column), dtype=bool)


def _damaged(cells: pa.ChunkedArray) -> Masks:
    if not may_hold(cells, f"{_MOJIBAKE}|{_CONTROL}"):
        return {}
    found = {"mojibake": _MOJIBAKE, "control characters": _CONTROL}
    matches = {what: pc.match_substring_regex(cells, pattern) for what, pattern in found.items()}
    return {what: np.asarray(pc.fill_null(match, fill_value=False)) for what, match in matches.items()}


def _parsed(words: pd.Series) -> pd.Series:
    cells = _arrow(words)
    try:
        numbers = pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        like = pc.if_else(pc.match_substring_regex(cells, _NUMBER), cells, None)
        numbers = pc.cast(pc.ascii_trim_whitespace(like), pa.float64())
    return pd.Series(numbers.to_numpy(), index=words.index, name=words.name)


def _parsed_times(words: pd.Series) -> pd.Series:
    """ISO 8601 times; without a zone they are UTC."""
    for kind in (pa.timestamp("us", "UTC"), pa.timestamp("us")):
        try:
            times: pd.Series = pc.cast(_arrow(words), kind).to_pandas()
        except pa.ArrowInvalid:
            continue
        times = times.set_axis(words.index)
        return times if kind.tz else times.dt.tz_localize("UTC")
    iso = _arrow(words.where(words.str.match(_WHOLE_DAY)))
    short = pc.replace_substring_regex(iso, r"(\.\d{6})\d+", r"\1")  # one nanosecond, and pandas knows no year beyond 2262
    read: pd.Series = pd.to_datetime(short.to_pandas(), format="ISO8601", utc=True, errors="coerce")
    return read.set_axis(words.index).astype("datetime64[us, UTC]")


def _arrow(words: pd.Series) -> pa.ChunkedArray:
    """A str column as large_string, without a copy."""
    cells = pa.array(words, from_pandas=True)
    chunked = cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([cells])
    return chunked.cast(pa.large_string())
