"""CSV to columns of text cells: no row is cut, merged or moved without a word.

Quotes are checked over the whole file first. Where they are sound, pyarrow's reader agrees with Python's csv module in strict
mode on every row, and says by number which rows have more or fewer cells than the header.
"""

import csv
import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from stages.errors import InputError
from stages.reading.scanning import fits

_CELL = r'(?:[^",\r\n][^,\r\n]*|"(?:[^"]|"")*")?'
_SOUND = rf"\A(?:{_CELL}[,\r\n])*{_CELL}\z"
_BLOCK = 2**20  # bytes that are cut at a time
_ENDS = (b"\n", b"\r")


def csv_header(content: bytes, path: Path) -> list[str]:
    """The names in the first line that is not blank.

    Raises
    ------
    InputError
        Where there is none, cells are not separated by commas, or a quote is out of place anywhere in the file.
    """
    if b'"' in content and not fits(content, _SOUND):
        raise InputError(
            f"{path} must close every quote at the end of its cell, got one that does not; the file may be cut: export it again"
        )
    lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    names = next((row for row in csv.reader(lines, strict=True) if row), None)
    if names is None:
        raise InputError(f"{path} must have a header, got blank lines; replace or remove it")
    if len(names) == 1 and set(names[0]) & {";", "\t"}:
        raise InputError(f"{path} must be separated by commas, got semicolons or tabs; export it again")
    return names


def csv_rows(content: bytes, names: list[str], path: Path) -> tuple[pa.Table, np.ndarray]:
    """Cut a file whose header is `names` into cells.

    Returns
    -------
    table : the rows of the file, each cell large_string, an empty one null; a line with more or fewer cells than the header is
        a row of nulls. Blank lines are no rows.
    broken : which rows these are, bool of shape (rows,).

    Raises
    ------
    InputError
        Where the last line is cut in mid-row, or no line has as many cells as the header.
    """
    whole = content.endswith(_ENDS)
    table, odd = _cut(content if whole else content + b"\n", names)
    rows = table.num_rows + len(odd)
    if not whole and odd.get(rows - 1, len(names)) < len(names):
        raise InputError(f"{path} must end with a whole row, got one that is cut; deliver the file again")
    if odd and not table.num_rows:
        raise InputError(
            f"{path} must have rows as long as its header, got {odd[0]} for {len(names)}, and no row that fits; export it again"
        )
    broken = np.zeros(rows, dtype=bool)
    broken[list(odd)] = True
    return _with_gaps(table, broken) if odd else table, broken


def _cut(content: bytes, names: list[str]) -> tuple[pa.Table, dict[int, int]]:
    """The rows that fit the header, and of the others the number of cells by position."""
    try:
        return _cut_in_blocks(content, names, _block(content))
    except pa.ArrowInvalid:  # a row that is larger than a block
        return _cut_in_blocks(content, names, len(content))


def _cut_in_blocks(content: bytes, names: list[str], block: int) -> tuple[pa.Table, dict[int, int]]:
    odd: dict[int, int] = {}

    def note(row: pa.csv.InvalidRow) -> str:
        odd[row.number - 2] = row.actual_columns  # the header is row 1
        return "skip"

    table = pa.csv.read_csv(
        pa.BufferReader(content),
        pa.csv.ReadOptions(use_threads=False, block_size=block),  # threads would lose the numbers of rows
        pa.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
        pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()),
            null_values=[""],
            strings_can_be_null=True,
            check_utf8=False,  # the reader of the file did
        ),
    )
    return table, odd


def _block(content: bytes) -> int:
    """A size of block none of which ends between the two bytes of a line end: pyarrow drops the second one in a quoted cell."""
    sizes = range(_BLOCK, _BLOCK + 1000)
    return next((size for size in sizes if b"\r" not in content[size - 1 :: size]), len(content))


def _with_gaps(table: pa.Table, broken: np.ndarray) -> pa.Table:
    """The table with a row of nulls where a row is broken."""
    place = np.cumsum(~broken) - 1
    return table.take(pa.array(place, mask=broken))
