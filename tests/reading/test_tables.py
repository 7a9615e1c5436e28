"""What becomes of every kind of damaged file: every row of it, or one line that quotes no row."""

import gzip
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.errors import InputError
from stages.reading.bounds import NESTED
from stages.reading.tables import Table, read_table

SECRET = "Ms-Private-555-0199"  # stands for the content of a row: no message may hold it
CUT_END = "the last line has no end: the file may be cut"


def file(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def parquet(folder: Path, **columns: pa.Array) -> Path:
    path = folder / "a.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def complaint(path: Path, max_mib: float = 1024) -> str:
    with pytest.raises(InputError) as refused:
        read_table(path, max_mib)
    message = str(refused.value)
    assert message.startswith(f"{path} must ")
    assert "\n" not in message
    assert SECRET not in message
    return message.removeprefix(f"{path} ")


def rows(table: Table) -> list[tuple[object, ...]]:
    """The rows of a table, gaps as None."""
    frame = table.frame.astype("object")
    return list(frame.where(frame.notna(), None).itertuples(index=False, name=None))


# --- any file


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    assert complaint(tmp_path / "a.csv") == "must exist, got nothing there; restore the file, or `dvc pull` it"
    (tmp_path / "b.parquet").mkdir()
    assert complaint(tmp_path / "b.parquet").startswith("must exist, got nothing there")


@pytest.mark.parametrize(
    ("name", "content", "got"),
    [
        ("a.csv", b"", "an empty file"),
        ("a.jsonl", b"", "an empty file"),
        ("a.parquet", b"", "an empty file"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "nothing"),
        ("a.csv", bytes(4096), "NUL bytes"),  # space that was set aside and never written
        ("a.jsonl", bytes(4096), "NUL bytes"),
    ],
)
def test_a_file_that_holds_nothing_is_refused(tmp_path, name, content, got):
    assert complaint(file(tmp_path, name, content)) == f"must hold data, got {got}; replace or remove it"


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@pytest.mark.parametrize(
    "content",
    [
        f'{{"a": "ü{SECRET}"}}\n'.encode("latin-1"),
        f"a,b\nü{SECRET},2\n".encode("latin-1"),
        "ü,b\n1,2\n".encode("latin-1"),
        "a,b\n1,2\n".encode("utf-16"),
        gzip.compress(b"a,b\n1,2\n", mtime=0),  # without its suffix
        "a,b\nü".encode()[:-1],  # cut within a character
        b"a,b\n\xed\xa0\x80,2\n",  # half a character
    ],
)
def test_other_bytes_than_utf_8_are_refused(tmp_path, name, content):
    assert complaint(file(tmp_path, name, content)) == "must be UTF-8, got other bytes; save it as UTF-8"


def test_utf_16_without_its_mark_is_refused_by_the_nul_bytes_in_its_header(tmp_path):
    path = file(tmp_path, "a.csv", "a,b\n1,2\n".encode("utf-16-le"))
    assert complaint(path) == "must be UTF-8, got NUL bytes in its header; save it as UTF-8"


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.csv", "a,b,a\n1,2,3\n", 1),
        ("a.csv", "a,a.1,b,b\n", 3),
        ("a.csv", "a, \n1,2\n", 2),
        ("a.csv", ",a\n0,1\n", 1),
        ("a.csv", f"1,{SECRET},{SECRET}\n", 2),  # no header at all: a row is in its place
        ("a.jsonl", '{"b": 0, "": 1}\n', 2),
    ],
)
def test_a_header_of_names_that_are_not_distinct_is_refused(tmp_path, name, content, place):
    message = complaint(file(tmp_path, name, content))
    assert message == f"must have a header of distinct names, got a blank or repeated one at {place}; mend it"


@pytest.mark.parametrize("count", [65_534, 65_535, 65_536, 65_537, 1_048_575, 1_048_576])
def test_as_many_rows_as_a_spreadsheet_holds_is_a_warning(tmp_path, count):
    path = parquet(tmp_path, x=pa.array(np.zeros(count)))
    usual = count in (65_534, 65_537)
    assert read_table(path).warnings == ([] if usual else [f"exactly {count:,} rows: cut by a spreadsheet?"])


# --- gzip


def test_gzip_is_read_as_what_it_holds(tmp_path):
    assert rows(read_table(file(tmp_path, "a.csv.gz", gzip.compress(b"a\nNA\n")))) == [("NA",)]
    assert rows(read_table(file(tmp_path, "a.JSONL.GZ", gzip.compress(b'{"a": "NA"}\n')))) == [("NA",)]


def test_another_kind_of_file_under_the_name_of_gzip_is_refused(tmp_path):
    path = file(tmp_path, "a.csv.gz", f"a,b\n{SECRET},2\n")
    assert complaint(path) == "must be gzip, got another kind of file; pack it, or name it by what it holds"


WHOLE = gzip.compress(f"a,b\n{SECRET},2\n".encode() * 99, mtime=0)


@pytest.mark.parametrize(
    "content",
    [
        WHOLE[:-1],
        WHOLE[:-9],
        WHOLE[:10],
        WHOLE[:2],
        WHOLE[:-8] + bytes(8),  # another checksum
        WHOLE + b"more",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff" + b"\xff" * 20,
    ],
)
def test_gzip_that_is_cut_or_damaged_is_refused(tmp_path, content):
    assert (
        complaint(file(tmp_path, "a.csv.gz", content)) == "must be whole gzip, got one that is cut or damaged; deliver it again"
    )


# --- size


def test_a_file_that_is_too_large_is_refused_and_one_of_the_very_size_is_not(tmp_path):
    content = b"a\n" + b"1" * (2**20 - 3) + b"\n"  # 1 MiB
    for name, packed in (("a.csv", content), ("a.csv.gz", gzip.compress(content, mtime=0))):
        path = file(tmp_path, name, packed)
        assert len(read_table(path, max_mib=1).frame) == 1
        assert complaint(path, 0.999) == "must be at most 0.999 MiB unpacked, got more; split it, or raise batches.max_mib"


def test_of_a_gzip_bomb_no_more_than_the_limit_is_unpacked(tmp_path, monkeypatch):
    path = file(tmp_path, "a.csv.gz", gzip.compress(bytes(64 * 2**20)))  # 64 KiB that become 64 MiB
    unpacked = []
    read = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda self, size=-1: unpacked.append(size) or read(self, size))
    assert complaint(path, 2).startswith("must be at most 2 MiB unpacked")
    assert unpacked == [2**20] * 3


def test_parquet_counts_by_what_it_unpacks_to(tmp_path):
    path = parquet(tmp_path, x=pa.array(np.random.default_rng(0).random(2**18)))  # 2.3 MiB with its dictionary
    assert len(read_table(path, max_mib=2.5).frame) == 2**18
    assert complaint(path, 1.9) == "must be at most 1.9 MiB unpacked, got more; split it, or raise batches.max_mib"


# --- parquet


def test_another_kind_of_file_under_the_name_of_parquet_is_refused(tmp_path):
    path = file(tmp_path, "a.parquet", f"a,b\n{SECRET},2\n")
    assert complaint(path) == "must be parquet, got another kind of file; convert it, or name it by what it holds"


@pytest.mark.parametrize("lost", [1, 4, 8, 100, 300])
def test_parquet_that_was_cut_is_refused(tmp_path, lost):
    whole = parquet(tmp_path, x=pa.array([SECRET] * 9)).read_bytes()
    cut = file(tmp_path, "b.parquet", whole[:-lost])
    assert complaint(cut) == "must be whole parquet, got one that is cut or damaged (ArrowInvalid); deliver it again"


def test_parquet_with_text_that_is_no_text_is_refused(tmp_path):
    path = parquet(tmp_path, x=pa.array([b"\xff\xfe"]).view(pa.string()))
    assert complaint(path) == "must be whole parquet, got one that is cut or damaged (ArrowInvalid); deliver it again"


def test_parquet_whose_own_checksums_disagree_is_refused(tmp_path):
    sink = io.BytesIO()
    pq.write_table(pa.table({"x": [SECRET]}), sink, compression="none", use_dictionary=False, write_page_checksum=True)
    damaged = sink.getvalue().replace(SECRET.encode(), SECRET[::-1].encode())
    assert complaint(file(tmp_path, "a.parquet", damaged)).startswith("must be whole parquet, got one that is cut or damaged")


def test_parquet_with_two_columns_of_one_name_is_refused(tmp_path):
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"]), tmp_path / "a.parquet")
    assert complaint(tmp_path / "a.parquet").startswith("must have a header of distinct names, got a blank or repeated one at 1")


def test_names_with_dots_are_columns_of_their_own(tmp_path):
    path = parquet(tmp_path, **{"a": pa.array([1]), "a.b": pa.array([2]), "c": pa.array([{"d": 3}])})
    frame = read_table(path).frame
    assert (list(frame), rows(read_table(path))) == (["a", "a.b", "c"], [(1, 2, NESTED)])


def test_whole_numbers_and_bools_beside_gaps_stay_what_they_are(tmp_path):
    big = 2**63 - 1
    table = read_table(
        parquet(tmp_path, x=pa.array([big, None]), y=pa.array([True, None]), z=pa.array([2**64 - 1, None], pa.uint64()))
    )
    assert rows(table) == [(big, True, 2**64 - 1), (None, None, None)]
    assert table.frame["x"].iloc[0] == big  # not merely the nearest float


def test_an_index_that_pandas_stored_is_a_column(tmp_path):
    pd.DataFrame({"y": [1, 2]}, index=pd.Index(["a", "b"], name="x")).to_parquet(tmp_path / "a.parquet")
    table = read_table(tmp_path / "a.parquet")
    assert table.frame["x"].tolist() == ["a", "b"]
    assert table.frame.index.equals(pd.RangeIndex(2))


def test_parquet_without_rows_is_a_frame_without_rows(tmp_path):
    table = read_table(parquet(tmp_path, x=pa.array([], pa.string())))
    assert (list(table.frame), len(table.frame), table.broken, table.warnings) == (["x"], 0, {}, [])


def test_rows_of_several_groups_stay_in_order(tmp_path):
    pq.write_table(pa.table({"x": range(10), "y": [str(k) for k in range(10)]}), tmp_path / "a.parquet", row_group_size=3)
    assert rows(read_table(tmp_path / "a.parquet")) == [(k, str(k)) for k in range(10)]
