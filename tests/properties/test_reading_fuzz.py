"""Whatever bytes are in a file of data, reading ends in a frame or in one line that quotes no row."""

import gzip
import io
import json
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.errors import InputError
from stages.intake.reading import read_table, typed

SUFFIXES = (".csv", ".jsonl", ".parquet", ".csv.gz", ".jsonl.gz")
CSV_LIKE = st.text(st.sampled_from('abx,;"\n\r\t \x00ü-019.'), max_size=60)
JSON_LIKE = st.text(st.sampled_from('{}[]":,ab1eE+-.\n\\u0d8ntrlsf '), max_size=60)
NUMBERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(), st.none())


@st.composite
def parquet_with_a_damaged_byte(draw):
    sink = io.BytesIO()
    pd.DataFrame({"a": draw(st.lists(NUMBERS, min_size=1, max_size=3)), "b": "x"}).astype({"a": "float64"}).to_parquet(sink)
    damaged = bytearray(sink.getvalue())
    for _ in range(draw(st.integers(0, 3))):
        damaged[draw(st.integers(0, len(damaged) - 1))] = draw(st.integers(0, 255))
    return bytes(damaged)


def read(name: str, content: bytes) -> None:
    """Read a file as each kind of column, and demand a frame or one line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            frame = read_table(path)
            assert frame.index.tolist() == list(range(len(frame)))
            names = [column for column in frame if isinstance(column, str)][:3]
            for kind in ("text", "numeric", "times"):
                typed(frame, path, **({"text": [], "numeric": [], "times": []} | {kind: names}))
        except InputError as error:
            message = str(error)
            assert "\n" not in message
            assert len(message) < len(str(path)) + 200


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=200))
def test_random_bytes_are_a_frame_or_one_line(suffix, content):
    read(f"2026-10-05{suffix}", content)
    if suffix.endswith(".gz"):
        read(f"2026-10-05{suffix}", gzip.compress(content))


@settings(max_examples=150, deadline=None)
@given(content=CSV_LIKE)
def test_almost_csv_is_a_frame_or_one_line(content):
    read("2026-10-05.csv", content.encode())


@settings(max_examples=150, deadline=None)
@given(content=JSON_LIKE)
def test_almost_json_lines_are_a_frame_or_one_line(content):
    read("2026-10-05.jsonl", content.encode())


@settings(max_examples=100, deadline=None)
@given(
    content=st.lists(
        st.dictionaries(st.sampled_from(["a", "b"]), st.recursive(NUMBERS | st.booleans() | st.text(max_size=5), st.lists)),
        max_size=4,
    )
)
def test_any_json_lines_are_a_frame_or_one_line(content):
    lines = "\n".join(json.dumps(line) for line in content)
    read("2026-10-05.jsonl", lines.encode())


@settings(max_examples=100, deadline=None)
@given(content=parquet_with_a_damaged_byte())
def test_damaged_parquet_is_a_frame_or_one_line(content):
    read("2026-10-05.parquet", content)


@settings(max_examples=50, deadline=None)
@given(content=st.binary(min_size=1, max_size=100), at=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_damaged_gzip_is_a_frame_or_one_line(content, at, byte):
    damaged = bytearray(gzip.compress(b"a,b\n" + content, mtime=0))
    damaged[at % len(damaged)] = byte
    read("2026-10-05.csv.gz", bytes(damaged))
