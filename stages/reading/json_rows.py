"""JSON lines to columns of cells: whole numbers keep every digit, a line that is not an object is a row of gaps."""

import io
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from stages.errors import InputError
from stages.reading.bounds import NESTED, allow, distinct

Cells: TypeAlias = "pa.ChunkedArray | list[Any]"  # a list where cells are of several kinds, or nested
_PIECE = 8 * 2**20  # bytes that are read at a time; a longer line is no row
_PLACE = 8  # bytes of a cell, even of a gap
_KINDS = {str: pa.large_string(), float: pa.float64(), bool: pa.bool_()}
_CONSTANTS = {"NaN": None, "Infinity": math.inf, "-Infinity": -math.inf}  # what Python's own json writes
_MARK = b"\xef\xbb\xbf"  # that some editors put in front of UTF-8
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def json_rows(content: bytes, path: Path, max_mib: float) -> tuple[dict[str, Cells], np.ndarray]:
    """Read one object a line.

    Returns
    -------
    columns : by name, the cells: text, whole numbers as text, other numbers as float64, bool; null and absent ones are gaps. A
        line that is not an object is a row of gaps. Blank lines are no rows. Of a list or an object only that it is there.
    broken : which rows these are, bool of shape (rows,).

    Raises
    ------
    InputError
        Where the last line is cut, no line is an object, or so many lines have names of their own that their gaps take more than
        `max_mib`.
    """
    parts: list[dict[str, pa.Array | list[Any]]] = []
    sizes: list[int] = []
    broken: list[bool] = []
    names: dict[str, None] = {}
    for rows in _pieces(content):
        broken += [row is None for row in rows]
        sizes.append(len(rows))
        own = dict.fromkeys(name for row in rows if row for name in row)
        names |= own
        distinct(list(names), path)
        allow(_PLACE * len(names) * len(broken), max_mib, path)
        parts.append({name: _array([row.get(name) if row else None for row in rows]) for name in own})
    if broken and broken[-1] and not content.endswith(b"\n"):
        raise InputError(f"{path} must end with a whole line, got one that is cut; deliver the file again")
    if all(broken):
        raise InputError(f"{path} must be JSON lines, got no line that is an object; replace or remove it")
    columns = {name: _joined([part.get(name, pa.nulls(size)) for part, size in zip(parts, sizes, strict=True)]) for name in names}
    return columns, np.array(broken, dtype=bool)


def _pieces(content: bytes) -> Iterator[list[dict[str, Any] | None]]:
    """Each line's object, None where it is none; so many at a time that they fit into memory as Python's objects."""
    decoder = json.JSONDecoder(object_pairs_hook=_object, parse_int=str, parse_constant=_CONSTANTS.get)
    file = io.BytesIO(content)
    file.seek(len(_MARK) if content.startswith(_MARK) else 0)
    while lines := file.readlines(_PIECE):
        yield [_parsed(line, decoder) for line in lines if line.strip()]


def _parsed(content: bytes, decoder: json.JSONDecoder) -> dict[str, Any] | None:
    if len(content) > _PIECE:
        return None
    line = content.decode("utf-8")
    try:
        row = decoder.decode(line)
        if _SURROGATE.search(line):
            json.dumps(row, ensure_ascii=False).encode()  # half a character is no text
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    nested = "[" in line or line.count("{") > 1
    return {name: NESTED if isinstance(cell, list | dict) else cell for name, cell in row.items()} if nested else row


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError  # a name that comes twice: neither value can be told to be the right one
    return row


def _array(cells: list[Any]) -> pa.Array | list[Any]:
    """Cells of one kind as an array, others as they are."""
    kinds = set(map(type, cells)) - {type(None)}
    if not kinds:
        return pa.nulls(len(cells))
    kind = _KINDS.get(kinds.pop()) if len(kinds) == 1 else None
    return pa.array(cells, kind) if kind else cells


def _joined(parts: list[pa.Array | list[Any]]) -> Cells:
    arrays = [part for part in parts if isinstance(part, pa.Array)]
    kinds = {part.type for part in arrays} - {pa.null()}
    if len(arrays) < len(parts) or len(kinds) > 1:
        return [cell for part in parts for cell in (part if isinstance(part, list) else part.to_pylist())]
    kind = kinds.pop() if kinds else pa.large_string()
    return pa.chunked_array([part.cast(kind) for part in arrays], kind)
