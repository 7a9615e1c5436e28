"""Parquet to columns of cells, counted while they are decoded: a page of a few bytes can stand for gigabytes.

What a file says of its own size is that of its pages. A page of one run says in ten bytes that a million rows hold the same word
of the dictionary, and each of them becomes a copy of it. So text is decoded so many rows at a time that they fit, however long.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stages.reading.bounds import MIB, NESTED, allow, distinct
from stages.reading.json_rows import Cells

_ROWS = 2**20  # that are decoded at a time, at most
_CELL = 8  # bytes: a number, or the place where a text ends
_NARROW = {"BOOLEAN": 1, "INT32": 4, "FLOAT": 4}
_SHARED = "DELTA_BYTE_ARRAY"  # the encoding in which a text is the beginning of the one before, and something more


def parquet_columns(path: Path, max_mib: float) -> dict[str, Cells]:
    """Read every column; of lists, objects and bytes only that they are there.

    Raises
    ------
    InputError
        Where the file is too large or its names are not distinct.
    """
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        rows, size = _rows_at_a_time(path, file, max_mib), 0
        columns: dict[str, Cells] = {}
        for field in file.schema_arrow:  # one after the other: all at once take a third more memory
            if _is_nested(_kind(field.type)):
                size += _CELL * file.metadata.num_rows
                allow(size, max_mib, path)
                columns[field.name] = [NESTED] * file.metadata.num_rows
                continue
            parts: list[pa.Array] = []
            for batch in file.iter_batches(rows, columns=[field.name], use_threads=False):
                parts.append(_plain(batch.column(field.name)))
                size += parts[-1].nbytes
                allow(size, max_mib, path)
                parts[-1].validate(full=True)  # parquet does not check that its text is UTF-8
            columns[field.name] = pa.chunked_array(parts, _kind(field.type))
        if any(len(column) != file.metadata.num_rows for column in columns.values()):
            raise ValueError
    return columns


def _rows_at_a_time(path: Path, file: pq.ParquetFile, max_mib: float) -> int:
    """So many that they cannot take more than `max_mib`; a file that says itself that it does is refused."""
    distinct(file.schema_arrow.names, path)
    chunks = [chunk for _, chunk in _chunks(file.metadata)]
    allow(sum(own.total_uncompressed_size for own in chunks), max_mib, path)
    allow(sum(own.num_values * _NARROW.get(own.physical_type, _CELL) for own in chunks), max_mib, path)
    return min(_ROWS, max(1, int(max_mib * MIB) // (_CELL + _longest(path, file))))


def _chunks(about: pq.FileMetaData) -> Iterator[tuple[int, pq.ColumnChunkMetaData]]:
    """Each column of each row group, with the number of the group."""
    for k in range(about.num_row_groups):
        group = about.row_group(k)
        yield from ((k, group.column(j)) for j in range(group.num_columns))


def _is_nested(kind: pa.DataType) -> bool:
    is_bytes = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_binary_view)
    return pa.types.is_nested(kind) or any(own(kind) for own in is_bytes)


def _longest(path: Path, file: pq.ParquetFile) -> int:
    """Bytes of the longest text that may be there more often than it is written; 0 where none is."""
    texts = {field.name for field in file.schema_arrow if _is_text(_kind(field.type))}
    own = [(k, chunk) for k, chunk in _chunks(file.metadata) if chunk.path_in_schema in texts]
    shared: list[int] = [chunk.total_uncompressed_size for _, chunk in own if _SHARED in chunk.encodings]
    coded = [(k, chunk.path_in_schema) for k, chunk in own if any("DICTIONARY" in name for name in chunk.encodings)]
    with pq.ParquetFile(path, read_dictionary=sorted({name for _, name in coded})) as words:
        return max([0, *shared, *(_in_dictionary(words, k, name) for k, name in coded)])


def _in_dictionary(file: pq.ParquetFile, group: int, name: str) -> int:
    """Bytes of the longest word in the dictionary of a row group, which comes as a whole with the first row."""
    first = next(file.iter_batches(1, row_groups=[group], columns=[name], use_threads=False), None)
    words = first.column(name) if first else None
    if not isinstance(words, pa.DictionaryArray):
        return 0
    return int(pc.max(pc.binary_length(words.dictionary)).as_py() or 0)


def _plain(cells: pa.Array) -> pa.Array:
    """Cells that each have a text of their own, as they are counted and worked on."""
    return cells.cast(_kind(cells.type)) if cells.type != _kind(cells.type) else cells


def _kind(own: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(own):
        return own.value_type
    return pa.large_string() if pa.types.is_string_view(own) else own


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
