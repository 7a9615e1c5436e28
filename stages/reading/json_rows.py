"""JSON lines to columns of cells: whole numbers keep every digit, a line that is not an object is a row of gaps."""

import io
import json
import math
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from stages.errors import InputError

Cells: TypeAlias = "pa.ChunkedArray | list[Any]"  # a list where cells are of several kinds, or nested
_LINES = 10_000  # that are read at a time
_KINDS = {str: pa.large_string(), float: pa.float64(), bool: pa.bool_()}
_CONSTANTS = {"NaN": None, "Infinity": math.inf, "-Infinity": -math.inf}  # what Python's own json writes
_MARK = b"\xef\xbb\xbf"  # that some editors put in front of UTF-8
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def json_rows(content: bytes, path: Path) -> tuple[dict[str, Cells], np.ndarray]:
    """Read one object a line.

    Returns
    -------
    columns : by name, the cells: text, whole numbers as text, other numbers as float64, bool; null and absent ones are gaps. A
        line that is not an object is a row of gaps. Blank lines are no rows.
    broken : which rows these are, bool of shape (rows,).

    Raises
    ------
    InputError
        Where the last line is cut, or no line is an object.
    """
    parts: list[dict[str, pa.Array | list[Any]]] = []
    sizes: list[int] = []
    broken: list[bool] = []
    lines = _objects(content)
    while rows := list(islice(lines, _LINES)):
        broken += [row is None for row in rows]
        sizes.append(len(rows))
        parts.append(_packed([row or {} for row in rows]))
    if broken and broken[-1] and not content.endswith(b"\n"):
        raise InputError(f"{path} must end with a whole line, got one that is cut; deliver the file again")
    if all(broken):
        raise InputError(f"{path} must be JSON lines, got no line that is an object; replace or remove it")
    names = dict.fromkeys(name for part in parts for name in part)
    columns = {name: _joined([part.get(name, pa.nulls(size)) for part, size in zip(parts, sizes, strict=True)]) for name in names}
    return columns, np.array(broken, dtype=bool)


def _objects(content: bytes) -> Iterator[dict[str, Any] | None]:
    """Each line's object, None where it is none."""
    decoder = json.JSONDecoder(object_pairs_hook=_object, parse_int=str, parse_constant=_CONSTANTS.get)
    lines = io.BytesIO(content)
    lines.seek(len(_MARK) if content.startswith(_MARK) else 0)
    for line in lines:
        if line.strip():
            yield _parsed(line.decode("utf-8"), decoder)


def _parsed(line: str, decoder: json.JSONDecoder) -> dict[str, Any] | None:
    try:
        row = decoder.decode(line)
        if _SURROGATE.search(line):
            json.dumps(row, ensure_ascii=False).encode()  # half a character is no text
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError  # a name that comes twice: neither value can be told to be the right one
    return row


def _packed(rows: list[dict[str, Any]]) -> dict[str, pa.Array | list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: _array([row.get(name) for row in rows]) for name in names}


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
