"""Whatever bytes are in a file of data, reading ends in the rows that a second reader finds, or in one line that quotes none."""

import csv
import gzip
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.errors import InputError
from stages.reading.bounds import NESTED
from stages.reading.cells import typed
from stages.reading.tables import FIELDS, NO_OBJECT, Table, read_table

SUFFIXES = (".csv", ".jsonl", ".parquet", ".csv.gz", ".jsonl.gz")
CSV_LIKE = st.text(st.sampled_from('abx,;"\n\r\t \x00ü-019.'), max_size=60)
JSON_LIKE = st.text(st.sampled_from('{}[]":,ab1eE+-.\n\\u0d8ntrlsf '), max_size=60)
NUMBERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(), st.none())
CONSTANTS = {"NaN": None, "Infinity": float("inf"), "-Infinity": float("-inf")}
ACCIDENTS = ("flip", "insert", "remove", "cut", "repeat")
WORDS = st.text(st.sampled_from('ab,"\n\r ü1é'), max_size=6)
ROWS = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=6)
OBJECTS = st.lists(
    st.dictionaries(st.sampled_from(["a", "b", "ü"]), NUMBERS | st.booleans() | WORDS, min_size=1), min_size=1, max_size=6
)


@st.composite
def damaged(draw: Any, good: bytes, accidents: tuple[str, ...] = ACCIDENTS) -> bytes:
    """A good file after one to three accidents: a byte changed, put in or taken out, the end cut off, a line twice."""
    content = good
    for accident in draw(st.lists(st.sampled_from(accidents), min_size=1, max_size=3)):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        if accident == "flip":
            content = content[:at] + bytes([draw(st.integers(0, 255))]) + content[at + 1 :]
        if accident == "insert":
            content = (
                content[:at] + draw(st.sampled_from([b'"', b",", b"\n", b"\r", b"\x00", b"}", b"x", b"\xff"])) + content[at:]
            )
        if accident == "remove":
            content = content[:at] + content[at + 1 :]
        if accident == "cut":
            content = content[:at]
        if accident == "repeat":
            lines = content.splitlines(keepends=True)
            which = draw(st.integers(0, max(0, len(lines) - 1)))
            content = b"".join(lines[: which + 1] + lines[which:])
    return content


def read(name: str, content: bytes) -> Table | None:
    """Read a file as each kind of column; None where it is refused, in one line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            table = read_table(path)
            names = list(table.frame)[:3]
            for kind in ("text", "numeric", "times"):
                typed(table.frame, path, **({"text": [], "numeric": [], "times": []} | {kind: names}))
        except InputError as error:
            message = str(error)
            assert "\n" not in message
            assert len(message) < len(str(path)) + 200
            return None
    assert table.frame.index.equals(pd.RangeIndex(len(table.frame)))
    assert all(len(mask) == len(table.frame) and mask.any() for mask in table.broken.values())
    return table


def rows(table: Table) -> list[tuple[Any, ...]]:
    frame = table.frame.astype("object")
    return list(frame.where(frame.notna(), None).itertuples(index=False, name=None))


def broken(table: Table, rule: str) -> list[bool]:
    return table.broken[rule].tolist() if rule in table.broken else [False] * len(table.frame)


def agrees_with_csv(content: bytes) -> None:
    """What is read is what Python's csv module reads in strict mode, row by row."""
    table = read("2026-10-05.csv", content)
    if table is None:
        return
    strict = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    header, *body = [row for row in strict if row]
    assert list(table.frame) == header
    assert broken(table, FIELDS) == [len(row) != len(header) for row in body]
    cells = [tuple(cell or None for cell in row) if len(row) == len(header) else (None,) * len(header) for row in body]
    assert rows(table) == cells
    assert bool(table.warnings) == (not content.endswith((b"\n", b"\r")))


def agrees_with_json(content: bytes) -> None:
    """What is read is what Python's json module reads, line by line, but for names that come twice and halves of characters.

    Of lists and objects only that they are there.
    """
    table = read("2026-10-05.jsonl", content)
    if table is None:
        return
    text = content.decode("utf-8-sig")
    found = [as_object(line) for line in text.split("\n") if line.strip()]
    assert broken(table, NO_OBJECT) == [row is None for row in found]
    for row, cells in zip(found, table.frame.to_dict("records"), strict=True):
        present = {name: cell for name, cell in (row or {}).items() if cell is not None and cell == cell}
        present = {name: NESTED if isinstance(cell, list | dict) else cell for name, cell in present.items()}
        assert present == {name: cell for name, cell in cells.items() if isinstance(cell, list) or not pd.isna(cell)}
    assert bool(table.warnings) == (not content.endswith(b"\n"))


def as_object(line: str) -> dict[str, Any] | None:
    seen: list[bool] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen.append(len({name for name, _ in pairs}) == len(pairs))
        return dict(pairs)

    try:
        row = json.loads(line, parse_int=str, object_pairs_hook=once, parse_constant=lambda name: CONSTANTS[name])
        json.dumps(row, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) and all(seen) else None


# --- any bytes


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=200))
def test_random_bytes_are_rows_or_one_line(suffix, content):
    read(f"2026-10-05{suffix}", content)
    if suffix.endswith(".gz"):
        read(f"2026-10-05{suffix}", gzip.compress(content))


@settings(max_examples=300, deadline=None)
@given(content=CSV_LIKE)
def test_almost_csv_is_read_as_a_strict_reader_does(content):
    agrees_with_csv(content.encode())


@settings(max_examples=300, deadline=None)
@given(content=JSON_LIKE)
def test_almost_json_lines_are_read_as_a_second_reader_does(content):
    agrees_with_json(content.encode())


@settings(max_examples=100, deadline=None)
@given(
    content=st.lists(
        st.dictionaries(st.sampled_from(["a", "b"]), st.recursive(NUMBERS | st.booleans() | st.text(max_size=5), st.lists)),
        max_size=4,
    )
)
def test_any_json_lines_are_rows_or_one_line(content):
    agrees_with_json("".join(json.dumps(line) + "\n" for line in content).encode())


# --- good files after an accident


@settings(max_examples=200, deadline=None)
@given(good=ROWS, end=st.sampled_from(["\n", "\r\n"]), data=st.data())
def test_damaged_csv_is_read_as_a_strict_reader_does_or_refused(good, end, data):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows([("a", "ü"), *good])
    whole = text.getvalue().encode()
    agrees_with_csv(whole)
    agrees_with_csv(data.draw(damaged(whole)))


@settings(max_examples=200, deadline=None)
@given(good=OBJECTS, ascii_only=st.booleans(), data=st.data())
def test_damaged_json_lines_are_read_as_a_second_reader_does_or_refused(good, ascii_only, data):
    whole = "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in good).encode()
    agrees_with_json(whole)
    agrees_with_json(data.draw(damaged(whole)))


@settings(max_examples=200, deadline=None)
@given(good=st.binary(min_size=1, max_size=100), data=st.data())
def test_damaged_gzip_is_refused_or_holds_what_it_held(good, data):
    """Gzip knows the checksum of what it holds; a changed time stamp or name in its header does no harm."""
    content = b"a\n" + good.hex().encode() + b"\n"
    table = read("2026-10-05.csv.gz", data.draw(damaged(gzip.compress(content, mtime=0), ACCIDENTS[:-1])))
    assert table is None or rows(table) == [(good.hex(),)]


@settings(max_examples=300, deadline=None)
@given(numbers=st.lists(st.none() | st.integers(0, 9), min_size=1, max_size=3), checked=st.booleans(), data=st.data())
def test_damaged_parquet_is_rows_or_one_line(numbers, checked, data):
    sink = io.BytesIO()
    table = pa.table({"a": pa.array(numbers), "b": ["ü"] * len(numbers)})
    pq.write_table(table, sink, write_page_checksum=checked)
    found = read("2026-10-05.parquet", data.draw(damaged(sink.getvalue())))
    assert found is None or len(found.frame) == len(numbers)
