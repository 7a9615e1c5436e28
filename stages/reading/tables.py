"""Read a data file defensively: every row of it is there, nothing is guessed, and what cannot be a row is said to be none.

pandas would turn the labels "NA" and "None" into gaps, one "oops" a numeric column into text, an extra field in every row the
first column into the index, and a file that is cut in mid-row into a shorter one. `stages/reading/cells.py` makes the cells
numbers and times.
"""

import csv
import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.errors import InputError
from stages.reading.bounds import MIB, allow, distinct
from stages.reading.csv_rows import csv_header, csv_rows
from stages.reading.json_rows import Cells, json_rows
from stages.reading.parquet_rows import parquet_columns
from stages.reading.scanning import is_utf8

FIELDS = "row: wrong number of fields"
NO_OBJECT = "row: not a JSON object"
_SPREADSHEET_ROWS = (65_535, 65_536, 1_048_575, 1_048_576)  # what .xls and .xlsx hold, with and without a header
_UNREADABLE = (
    ArithmeticError, KeyError, NotImplementedError, OSError, RecursionError, TypeError, ValueError, csv.Error, pa.ArrowException,
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A file as it was read.

    `frame` has a plain row index whose positions are the rows of the file; cells of CSV files are text, empty ones are gaps.
    `broken` says by row rule which lines could not be cut into cells, bool of shape (rows,): they are rows of gaps.
    `warnings` are remarks on the file as a whole.
    """

    frame: pd.DataFrame
    broken: dict[str, np.ndarray]
    warnings: list[str]


def read_table(path: Path, max_mib: float = 1024) -> Table:
    """Read CSV, JSON lines or parquet, plain or gzip, as it is.

    Parameters
    ----------
    max_mib : size, unpacked, above which the file is refused: a packed one is not unpacked further, parquet not decoded further.

    Raises
    ------
    InputError
        Where the file is missing, empty, too large, cut, not of its kind, or has a broken header; the message never quotes a row.
    """
    if not path.is_file():
        raise InputError(f"{path} must exist, got nothing there; restore the file, or `dvc pull` it")
    if not path.stat().st_size:
        raise InputError(f"{path} must hold data, got an empty file; replace or remove it")
    try:
        if path.name.lower().endswith(".parquet"):
            return _table(_parquet(path, max_mib), {}, [])
        return _text(path, _content(path, max_mib), max_mib)
    except _UNREADABLE as error:
        kind = path.name.partition(".")[2]
        raise InputError(f"{path} must be a whole {kind} file, got {type(error).__name__}; replace or remove it") from None


def _text(path: Path, content: bytes, max_mib: float) -> Table:
    if not content.strip(b"\x00"):
        raise InputError(f"{path} must hold data, got {'NUL bytes' if content else 'nothing'}; replace or remove it")
    if not is_utf8(content):
        raise InputError(f"{path} must be UTF-8, got other bytes; save it as UTF-8")
    json_lines = path.name.lower().endswith((".jsonl", ".jsonl.gz"))
    ended = content.endswith(b"\n") or (not json_lines and content.endswith(b"\r"))
    warnings = [] if ended else ["the last line has no end: the file may be cut"]
    if json_lines:
        columns, broken = json_rows(content, path, max_mib)
        return _table(columns, {NO_OBJECT: broken}, warnings)
    names = csv_header(content, path)
    distinct(names, path)
    cells, broken = csv_rows(content, names, path)
    return _table(dict(zip(names, cells.columns, strict=True)), {FIELDS: broken}, warnings)


def _table(columns: Mapping[str, Cells], broken: dict[str, np.ndarray], warnings: list[str]) -> Table:
    rows = max([len(own) for own in (*columns.values(), *broken.values())], default=0)
    frame = pd.DataFrame({name: _series(own) for name, own in columns.items()}, index=pd.RangeIndex(rows), copy=False)
    spread = [f"exactly {rows:,} rows: cut by a spreadsheet?"] if rows in _SPREADSHEET_ROWS else []
    return Table(frame, {rule: mask for rule, mask in broken.items() if mask.any()}, [*warnings, *spread])


def _series(cells: Cells) -> pd.Series:
    if isinstance(cells, list):
        return pd.Series(cells, dtype="object")
    exact = cells.null_count and (pa.types.is_integer(cells.type) or pa.types.is_boolean(cells.type))
    # Beside gaps, pandas would make whole numbers floats, and bools objects.
    column: pd.Series = cells.to_pandas(types_mapper=pd.ArrowDtype if exact else None, date_as_object=False)
    return column


def _content(path: Path, max_mib: float) -> bytes:
    """The bytes of a file, unpacked; of one that is too large, no more than `max_mib` are."""
    packed = path.name.lower().endswith(".gz")
    if packed and not _starts(path, b"\x1f\x8b"):
        raise InputError(f"{path} must be gzip, got another kind of file; pack it, or name it by what it holds")
    parts, size = [], 0
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            while part := file.read(MIB):
                size += len(part)
                allow(size, max_mib, path)
                parts.append(part)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError(f"{path} must be whole gzip, got one that is cut or damaged; deliver it again") from None
    return b"".join(parts)


def _parquet(path: Path, max_mib: float) -> dict[str, Cells]:
    if not _starts(path, b"PAR1"):
        raise InputError(f"{path} must be parquet, got another kind of file; convert it, or name it by what it holds")
    try:
        return parquet_columns(path, max_mib)
    except _UNREADABLE as error:
        what = f"got one that is cut or damaged ({type(error).__name__})"
        raise InputError(f"{path} must be whole parquet, {what}; deliver it again") from None


def _starts(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic
