"""Search a whole buffer of text at once: a tenth of the time of asking cell by cell, for what is nearly never there."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def is_utf8(content: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        _one_cell(content, 0, len(content)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def fits(content: bytes, pattern: str) -> bool:
    """Whether `pattern` (RE2: linear in time, whatever it is given) is found in the UTF-8 bytes."""
    return bool(pc.match_substring_regex(_one_cell(content, 0, len(content)), pattern)[0].as_py())


def may_hold(cells: pa.ChunkedArray, pattern: str) -> bool:
    """False where no cell matches `pattern`; true where one does, or where two neighbours do together.

    Parameters
    ----------
    cells : large_string.
    """
    return any(pc.match_substring_regex(_text_of(chunk), pattern)[0].as_py() for chunk in cells.chunks if len(chunk))


def _text_of(chunk: pa.LargeStringArray) -> pa.LargeStringArray:
    _, offsets, text = chunk.buffers()
    ends = np.frombuffer(offsets, dtype="int64")
    return _one_cell(text or b"", int(ends[chunk.offset]), int(ends[chunk.offset + len(chunk)]))


def _one_cell(text: bytes | pa.Buffer, start: int, end: int) -> pa.LargeStringArray:
    """An array of one cell that holds the text between two places, without a copy."""
    offsets = np.array([start, end], dtype="int64")
    return pa.LargeStringArray.from_buffers(1, pa.py_buffer(offsets), pa.py_buffer(text))
