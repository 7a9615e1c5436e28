"""What becomes of every kind of damaged file: a whole frame, gaps, or one line that quotes no row."""

import datetime
import decimal
import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.errors import InputError
from stages.intake.reading import read_table, typed

SECRET = "Ms-Private-555-0199"  # stands for the content of a row: no message may hold it


def file(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def cells(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """The columns of a frame as lists, gaps as None."""
    return {name: [None if pd.isna(cell) else cell for cell in frame[name]] for name in frame}


def read_as(path: Path, kind: str, column: str = "x") -> list[Any]:
    """One column read as `text`, `numeric` or `times`."""
    kinds: dict[str, list[str]] = {"text": [], "numeric": [], "times": []}
    return cells(typed(read_table(path), path, **(kinds | {kind: [column]})))[column]


def complaint(path: Path) -> str:
    with pytest.raises(InputError) as refused:
        read_table(path)
    message = str(refused.value)
    assert message.startswith(f"{path} must ")
    assert "\n" not in message
    assert SECRET not in message
    return message.removeprefix(f"{path} ")


# --- CSV that is read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\nNA,None\nnull,nan\n", {"a": ["NA", "null"], "b": ["None", "nan"]}),  # words, not gaps
        ('a,b\n,""\n', {"a": [None], "b": [None]}),
        ("a,b\n1,2\n3\n", {"a": ["1", "3"], "b": ["2", None]}),  # cut in mid-row: the rest of the row is a gap
        ("a,b\n1,2,\n3,4,\n", {"a": ["1", "3"], "b": ["2", "4"]}),  # a comma too many at the end of every row loses nothing
        ("a,b\n", {"a": [], "b": []}),
        ("a,b", {"a": [], "b": []}),
        ("\ufeffa,b\n1,2\n", {"a": ["1"], "b": ["2"]}),  # the mark that Excel puts in front
        ("a,b\r\n1,2\r\n", {"a": ["1"], "b": ["2"]}),
        ('a,b\n"1\n2",3\n', {"a": ["1\n2"], "b": ["3"]}),
        ("a\n\n1\n\n", {"a": ["1"]}),  # blank lines are no rows
        ("a,b\n1\x00x,2\n", {"a": ["1\x00x"], "b": ["2"]}),
        ("a;b\n1;2\n", {"a;b": ["1;2"]}),  # another separator: one column, whose name params.yaml does not know
        ("a,b\n007,1e5\n", {"a": ["007"], "b": ["1e5"]}),
    ],
)
def test_csv_cells_are_text_as_written(tmp_path, content, expected):
    frame = read_table(file(tmp_path, "a.csv", content))
    assert cells(frame) == expected
    assert frame.index.tolist() == list(range(len(frame)))


def test_gzip_is_read_as_what_it_holds(tmp_path):
    assert cells(read_table(file(tmp_path, "a.csv.gz", gzip.compress(b"a\nNA\n")))) == {"a": ["NA"]}
    assert cells(read_table(file(tmp_path, "a.jsonl.gz", gzip.compress(b'{"a": "NA"}\n')))) == {"a": ["NA"]}


# --- CSV that is refused


@pytest.mark.parametrize(
    ("name", "content", "kind", "error"),
    [
        ("a.csv", "", "csv", "EmptyDataError"),
        ("a.csv", "\n\n", "csv", "EmptyDataError"),
        ("a.csv", f"a,b\n1,2\n{SECRET},2,3\n", "csv", "ParserError"),  # one ragged row
        ("a.csv", f"a,b\n1,2,3\n{SECRET},5,6\n", "csv", "ParserWarning"),  # a field too many in every row
        ("a.csv", f'a,b\n"{SECRET},2\n', "csv", "ParserError"),  # a quote that never ends
        ("a.csv", f"a,b\nü{SECRET},2\n".encode("latin-1"), "csv", "UnicodeDecodeError"),
        ("a.csv", "ü,b\n1,2\n".encode("latin-1"), "csv", "UnicodeDecodeError"),
        ("a.csv", "a,b\n1,2\n".encode("utf-16"), "csv", "UnicodeDecodeError"),
        ("a.csv", gzip.compress(b"a,b\n1,2\n", mtime=0), "csv", "UnicodeDecodeError"),  # gzip without its suffix
        ("a.csv.gz", "a,b\n1,2\n", "csv.gz", "BadGzipFile"),  # its suffix without gzip
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-9], "csv.gz", "EOFError"),
        ("a.csv.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff" + b"\xff" * 20, "csv.gz", "error"),  # zlib.error
        ("a.parquet", f"a,b\n{SECRET},2\n", "parquet", "ArrowInvalid"),  # CSV under another name
        ("a.parquet", b"", "parquet", "ArrowInvalid"),
        ("a.jsonl", f'{{"a": "{SECRET}"', "jsonl", "JSONDecodeError"),
        ("a.jsonl", f'{{"a": "{SECRET}"}}\n2\n', "jsonl", "ValueError"),
        ("a.jsonl", "[" * 100_000, "jsonl", "RecursionError"),
        ("a.jsonl", '{"a": "\\ud800"}', "jsonl", "UnicodeEncodeError"),  # half a character
        ("a.jsonl", f'{{"a": "ü{SECRET}"}}'.encode("latin-1"), "jsonl", "UnicodeDecodeError"),
    ],
)
def test_a_file_that_cannot_be_read_whole_is_refused(tmp_path, name, content, kind, error):
    message = complaint(file(tmp_path, name, content))
    assert message == f"must be a whole {kind} file in UTF-8, got {error}; replace or remove it"


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.csv", "a,b,a\n1,2,3\n", 1),
        ("a.csv", "a,a.1,b,b\n", 3),
        ("a.csv", "a,b\x00\n1,2\n", 2),
        ("a.csv", "a, \n1,2\n", 2),
        ("a.csv", f"1,{SECRET},{SECRET}\n", 2),  # no header at all: a row is in its place
        ("a.jsonl", '{"": 1}', 1),
    ],
)
def test_a_header_of_names_that_are_not_distinct_is_refused(tmp_path, name, content, place):
    message = complaint(file(tmp_path, name, content))
    assert message == f"must have a header of distinct names, got a blank or repeated one at {place}; mend it"


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    assert complaint(tmp_path / "a.csv") == "must exist, got nothing there; restore the file, or `dvc pull` it"


def test_a_missing_column_is_named_without_the_others(tmp_path):
    path = file(tmp_path, "a.csv", f"{SECRET},b\n1,2\n")
    with pytest.raises(InputError) as refused:
        typed(read_table(path), path, text=["name"], numeric=[], times=[])
    assert str(refused.value) == f"{path} must have the column 'name', got 2 others; mend the file or params.yaml: columns"


# --- kinds of cells


def test_ids_beside_gaps_keep_every_digit_in_every_kind_of_file(tmp_path):
    big = 123_456_789_012_345_678  # beyond 2**53, where floats skip whole numbers
    csv = file(tmp_path, "a.csv", f"x,y\n{big},1\n,1\n")
    lines = file(tmp_path, "a.jsonl", f'{{"x": {big}}}\n{{"x": null}}\n')
    pq.write_table(pa.table({"x": pa.array([big, None], pa.int64())}), tmp_path / "a.parquet")
    pd.DataFrame({"x": pd.array([big, None], dtype="Int64")}).to_parquet(tmp_path / "b.parquet")
    for path in (csv, lines, tmp_path / "a.parquet", tmp_path / "b.parquet"):
        assert read_as(path, "text") == [str(big), None]


def test_whole_numbers_stored_as_floats_read_as_whole_numbers(tmp_path):
    pd.DataFrame({"x": [42.0, None]}).to_parquet(tmp_path / "a.parquet")
    assert read_as(tmp_path / "a.parquet", "text") == ["42", None]


def test_an_index_that_pandas_stored_is_a_column(tmp_path):
    pd.DataFrame({"y": [1, 2]}, index=pd.Index(["a", "b"], name="x")).to_parquet(tmp_path / "a.parquet")
    assert read_as(tmp_path / "a.parquet", "text") == ["a", "b"]


def test_numbers_are_read_cell_by_cell_and_what_is_none_is_a_gap(tmp_path):
    content = {
        "1": 1.0, "oops": None, "inf": None, "-inf": None, "nan": None, "1e3": 1000.0, " 5 ": 5.0, "-2.5": -2.5,
        "1_000": None, "0x10": None, "True": None, "1e999": None, '"1,5"': None, "1" + "0" * 400: None,
    }  # fmt: skip
    path = file(tmp_path, "a.csv", "x\n" + "\n".join(content) + "\n")
    assert read_as(path, "numeric") == list(content.values())


def test_times_are_iso_in_utc_and_what_is_not_is_a_gap(tmp_path):
    content = {
        "2026-10-05": "2026-10-05T00:00+00:00",
        "2026-10-05 12:00": "2026-10-05T12:00+00:00",  # without a zone: UTC
        "2026-10-05T12:00:00Z": "2026-10-05T12:00+00:00",
        "2026-10-05T12:00:00+02:00": "2026-10-05T10:00+00:00",
        "2026-10-05T23:30-01:00": "2026-10-06T00:30+00:00",
        "20261005T120000Z": "2026-10-05T12:00+00:00",
        "05/10/2026": None, "10/05/2026": None, "05.10.2026": None, "2026-02-30": None, "2026-13-01": None,
        "2026": None, "2026-10": None, "20261005": None, "1759665600": None, "now": None, "today": None, "NaT": None,
    }  # fmt: skip
    path = file(tmp_path, "a.csv", "x\n" + "\n".join(content) + "\n")
    expected = [None if text is None else pd.Timestamp(text) for text in content.values()]
    assert read_as(path, "times") == expected


@pytest.mark.parametrize(
    ("values", "text", "numeric"),
    [
        (pa.array([True, None]), ["True", None], [1.0, None]),
        (pa.array([decimal.Decimal("1.50"), None]), ["1.50", None], [1.5, None]),
        (pa.array([datetime.date(2026, 10, 5), None]), ["2026-10-05", None], [None, None]),
        (pa.array([0, None], pa.timestamp("us")), ["1970-01-01", None], [None, None]),  # a time is no number
        (pa.array(["5", None]).dictionary_encode(), ["5", None], [5.0, None]),
        (pa.nulls(2), [None, None], [None, None]),
        (pa.array([[1], None]), ["[1]", None], [None, None]),
        (pa.array([2**64 - 1, None], pa.uint64()), ["18446744073709551615", None], [float(2**64), None]),
    ],
)
def test_parquet_types_read_as_text_and_as_numbers(tmp_path, values, text, numeric):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"x": values}), path)
    assert read_as(path, "text") == text
    assert read_as(path, "numeric") == numeric


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_parquet_times_of_every_unit_and_zone_are_utc(tmp_path, unit, zone):
    noon = pd.Timestamp("2026-10-05T12:00+00:00")
    per_second = {"ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    values = pa.array([int(noon.timestamp()) * per_second, None], pa.timestamp(unit, zone))
    pq.write_table(pa.table({"x": values}), tmp_path / "a.parquet")
    assert read_as(tmp_path / "a.parquet", "times") == [noon, None]


@pytest.mark.parametrize(
    ("values", "kind"),
    [(pa.array([b"\xff"]), "text"), (pa.array([b"\xff"]), "times"), (pa.array([2**62], pa.timestamp("ms")), "times")],
)
def test_a_column_that_cannot_be_its_kind_at_all_is_refused(tmp_path, values, kind):
    pq.write_table(pa.table({"x": values}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="must have text, numbers or ISO times in the column 'x', got "):
        read_as(tmp_path / "a.parquet", kind)


@pytest.mark.parametrize("lost", [1, 4, 8, 100])
def test_parquet_that_was_cut_is_refused(tmp_path, lost):
    pd.DataFrame({"x": [SECRET]}).to_parquet(tmp_path / "a.parquet")
    cut = file(tmp_path, "b.parquet", (tmp_path / "a.parquet").read_bytes()[:-lost])
    assert complaint(cut) == "must be a whole parquet file in UTF-8, got ArrowInvalid; replace or remove it"


def test_parquet_with_two_columns_of_one_name_is_refused(tmp_path):
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"]), tmp_path / "a.parquet")
    assert complaint(tmp_path / "a.parquet").startswith("must ")


def test_json_lines_keep_gaps_and_need_no_order_of_keys(tmp_path):
    lines = [{"a": 1, "b": "x"}, {"b": None, "a": 2.5}, {"b": "NA"}]
    path = file(tmp_path, "a.jsonl", "\n".join(json.dumps(line) for line in lines) + "\n\n")
    assert read_as(path, "numeric", "a") == [1.0, 2.5, None]
    assert read_as(path, "text", "b") == ["x", None, "NA"]


def test_columns_that_nobody_asked_for_are_left_out(tmp_path):
    path = file(tmp_path, "a.csv", "z,n,t,x\n1,2,2026-10-05,3\n")
    frame = typed(read_table(path), path, text=["x"], numeric=["n"], times=["t"])
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {"x": "str", "n": "float64", "t": "datetime64[us, UTC]"}
