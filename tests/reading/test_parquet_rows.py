"""Parquet is counted while it is decoded, so that a file of a few bytes cannot fill the machine."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.errors import InputError
from stages.reading import parquet_rows
from stages.reading.bounds import NESTED
from stages.reading.tables import read_table

LARGE = r"must be at most 1 MiB unpacked, got more; split it, or raise batches\.max_mib"
WORD = "a" * 10_000


def stored(folder: Path, columns: dict[str, Any], **options: Any) -> Path:
    path = folder / "a.parquet"
    pq.write_table(pa.table(columns), path, compression="zstd", **options)
    return path


def coded(word: Any, rows: int) -> pa.DictionaryArray:
    """One word on many rows, as few bytes."""
    return pa.DictionaryArray.from_arrays(np.zeros(rows, dtype="int32"), pa.array([word]))


@pytest.mark.parametrize("store_schema", [True, False], ids=["as categories", "as text"])
def test_a_word_that_a_dictionary_repeats_counts_as_often_as_it_is_there(tmp_path, store_schema):
    """A hundred times 10 KB fit into 1 MiB (with what says where they end), 105 times do not."""
    path = stored(tmp_path, {"x": coded(WORD, 100)}, store_schema=store_schema)
    assert read_table(path, max_mib=1).frame["x"].tolist() == [WORD] * 100
    path = stored(tmp_path, {"x": coded(WORD, 105)}, store_schema=store_schema)
    assert path.stat().st_size < 2000
    with pytest.raises(InputError, match=LARGE):
        read_table(path, max_mib=1)


def test_of_a_bomb_no_more_than_the_limit_is_decoded(tmp_path, monkeypatch):
    path = stored(tmp_path, {"x": coded(WORD, 100_000)})  # 1 GB
    seen: list[int] = []
    plain = parquet_rows._plain
    monkeypatch.setattr(parquet_rows, "_plain", lambda cells: seen.append(len(cells)) or plain(cells))
    with pytest.raises(InputError, match=LARGE):
        read_table(path, max_mib=1)
    assert seen == [104, 104]  # rows of 10,008 bytes: 104 of them fit into 1 MiB


def test_the_longest_word_of_every_row_group_counts(tmp_path):
    """The first group has short words, the second long ones."""
    words = pa.chunked_array([coded("a", 1000).cast(pa.string()), coded(WORD, 1000).cast(pa.string())])
    path = stored(tmp_path, {"x": words, "y": np.zeros(2000)}, row_group_size=1000)
    with pytest.raises(InputError, match=LARGE):
        read_table(path, max_mib=1)
    assert read_table(path, max_mib=11).frame["x"].str.len().tolist() == [1] * 1000 + [10_000] * 1000


@pytest.mark.parametrize(
    "column",
    [np.zeros(200_000), pa.nulls(200_000, pa.string()), pa.array([[0] * 200_000]), np.zeros(1_100_000, dtype=bool)],
    ids=["numbers", "gaps", "a list", "bools"],
)
def test_a_run_of_one_value_counts_by_its_cells_before_it_is_decoded(tmp_path, column, monkeypatch):
    """200,000 cells of 8 bytes, 1,100,000 of one: each more than 1 MiB (1,048,576), and a few hundred bytes in the file."""
    monkeypatch.setattr(parquet_rows, "_longest", lambda *_: pytest.fail("the file was opened further"))
    with pytest.raises(InputError, match=LARGE):
        read_table(stored(tmp_path, {"x": column}), max_mib=1)


@pytest.mark.parametrize(("encoding", "few"), [("DELTA_BYTE_ARRAY", True), ("DELTA_LENGTH_BYTE_ARRAY", False)])
def test_words_that_share_their_beginnings_count_in_full(tmp_path, encoding, few):
    path = stored(tmp_path, {"x": [WORD] * 200}, use_dictionary=False, column_encoding={"x": encoding})
    assert (pq.read_metadata(path).row_group(0).total_byte_size < 50_000) == few
    with pytest.raises(InputError, match=LARGE):
        read_table(path, max_mib=1)
    assert read_table(path, max_mib=2).frame["x"].tolist() == [WORD] * 200


@pytest.mark.parametrize(
    "column",
    [pa.array([[1], None, []]), pa.array([{"a": 1}, None, {"a": None}]), pa.array([b"a", None, b""]), coded(b"a", 3)],
    ids=["lists", "objects", "bytes", "bytes as categories"],
)
def test_of_what_no_column_can_be_made_of_only_that_it_is_there_is_kept(tmp_path, column):
    frame = read_table(stored(tmp_path, {"x": column, "y": ["a", "b", None]})).frame
    assert frame["x"].tolist() == [NESTED] * 3
    assert frame["y"].tolist()[:2] == ["a", "b"]


def test_what_is_not_kept_is_not_decoded(tmp_path):
    """A list of a million words of 10 KB would be 10 GB; the million counts 8 bytes each."""
    lists = pa.ListArray.from_arrays([0, 0, 1_000_000], coded(WORD, 1_000_000))
    assert read_table(stored(tmp_path, {"x": lists}), max_mib=8).frame["x"].tolist() == [NESTED] * 2
