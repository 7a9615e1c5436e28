"""CSV: every line is a row of text cells, a row of gaps with a rule, or a reason to refuse the file."""

from pathlib import Path

import pandas as pd
import pytest

from stages.errors import InputError
from stages.reading.tables import FIELDS, Table, read_table

SECRET = "Ms-Private-555-0199"  # stands for the content of a row: no message may hold it
CUT_END = ["the last line has no end: the file may be cut"]


def read(folder: Path, content: str) -> Table:
    path = folder / "a.csv"
    path.write_bytes(content.encode())
    return read_table(path)


def complaint(folder: Path, content: str) -> str:
    with pytest.raises(InputError) as refused:
        read(folder, content)
    assert SECRET not in str(refused.value)
    return str(refused.value).removeprefix(f"{folder / 'a.csv'} ")


def cells(table: Table) -> dict[str, list[str | None]]:
    return {name: [None if pd.isna(cell) else cell for cell in table.frame[name]] for name in table.frame}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\nNA,None\nnull,nan\n", {"a": ["NA", "null"], "b": ["None", "nan"]}),  # words, not gaps
        ('a,b\n,""\n', {"a": [None], "b": [None]}),
        ("a,b\n", {"a": [], "b": []}),
        ("\ufeffa,b\n1,2\n", {"a": ["1"], "b": ["2"]}),  # the mark that Excel puts in front
        ('\ufeff"a",b\n1,2\n', {"a": ["1"], "b": ["2"]}),
        ("a,b\r\n1,2\r\n", {"a": ["1"], "b": ["2"]}),
        ("a,b\r1,2\r", {"a": ["1"], "b": ["2"]}),
        ('a,b\n"1\n2",3\n', {"a": ["1\n2"], "b": ["3"]}),
        ('a,b\r\n"1\r\n2",3\r\n', {"a": ["1\r\n2"], "b": ["3"]}),
        ('a,b\n"1,""2""",3\n', {"a": ['1,"2"'], "b": ["3"]}),
        ('a,b\n5" screen,x\n', {"a": ['5" screen'], "b": ["x"]}),  # a quote within a cell that has none around it
        ('"a\nb",c\n1,2\n', {"a\nb": ["1"], "c": ["2"]}),
        ("\n\na\n\n1\n\n", {"a": ["1"]}),  # blank lines are no rows
        ("a,b\n1\x00x,2\n", {"a": ["1\x00x"], "b": ["2"]}),
        ("a,b\n007,1e5\n", {"a": ["007"], "b": ["1e5"]}),
        ("a,b\n x ,\t\n", {"a": [" x "], "b": ["\t"]}),
        ("a\n1;2\n", {"a": ["1;2"]}),
    ],
)
def test_cells_are_text_as_written(tmp_path, content, expected):
    table = read(tmp_path, content)
    assert cells(table) == expected
    assert table.frame.index.equals(pd.RangeIndex(len(table.frame)))
    assert (table.broken, table.warnings) == ({}, [])
    assert {str(kind) for kind in table.frame.dtypes} == {"str"}


def test_a_line_of_another_length_is_a_row_of_gaps_in_its_place(tmp_path):
    table = read(tmp_path, 'a,b\n1,2\n3\n\n4,5,6\n"7\n7",8\n9,\n,,\n')
    assert cells(table) == {"a": ["1", None, None, "7\n7", "9", None], "b": ["2", None, None, "8", None, None]}
    assert {rule: mask.tolist() for rule, mask in table.broken.items()} == {FIELDS: [False, True, True, False, False, True]}


def test_the_rows_that_broke_are_found_among_many(tmp_path):
    """More than one block of 2**20 bytes, with quoted line ends: the position in the file is that of the row, not of the line."""
    odd = {0, 1, 777, 65_000, 119_999}
    lines = [f"{k}\n" if k in odd else f'{k},"x\r\ny"\n' for k in range(120_000)]
    table = read(tmp_path, "a,b\n" + "".join(lines))
    assert len("".join(lines)) > 2**20
    assert set(table.broken[FIELDS].nonzero()[0]) == odd
    assert cells(table)["a"] == [None if k in odd else str(k) for k in range(120_000)]
    assert set(table.frame["b"].dropna()) == {"x\r\ny"}


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_line_ends_in_cells_are_kept_where_a_block_ends(tmp_path, shift):
    filler = "x" * (2**20 - 6 + shift)  # a, two line ends, a quote and 1 are 5 bytes more: unshifted, byte 2**20 is the \r
    assert cells(read(tmp_path, f'a\n{filler}\n"1\r\n2"\n')) == {"a": [filler, "1\r\n2"]}


def test_a_row_that_is_larger_than_a_block_is_read(tmp_path):
    long = "x" * 5_000_000
    assert cells(read(tmp_path, f"a,b\n1,2\n3,{long}\n4\n")) == {"a": ["1", "3", None], "b": ["2", long, None]}


# --- refused


@pytest.mark.parametrize("content", ["a,b\n1,2,3\n4,5,6\n", "a,b\n1,2,\n4,5,\n", f"a,b\n1,{SECRET},3\n"])
def test_a_field_too_many_in_every_row_is_refused(tmp_path, content):
    message = complaint(tmp_path, content)
    assert message == "must have rows as long as its header, got 3 for 2, and no row that fits; export it again"


@pytest.mark.parametrize(
    "content", [f"a,b\n1,2\n{SECRET}", "a,b\n1,2\n3,4\n5", "a,b\n1", "a,b,c\n1,2,3\n4,5", "a,b\n1,2\n\x00\x00"]
)
def test_a_file_that_is_cut_in_mid_row_is_refused(tmp_path, content):
    assert complaint(tmp_path, content) == "must end with a whole row, got one that is cut; deliver the file again"


@pytest.mark.parametrize(
    "content",
    [
        f'a,b\n1,2\n3,"{SECRET}',  # cut within a cell
        f'a,b\n"{SECRET},2\n1,2\n',
        f'a,b\n"{SECRET}"x,2\n',  # text behind the quote that ends the cell
        f'a,b\n"{SECRET},2\n3,"4"\n',  # a quote too many, which swallows lines up to the next one
        '"a,b\n1,2\n',
        'a,b\n1,"""\n',
    ],
)
def test_a_quote_out_of_place_is_refused(tmp_path, content):
    message = complaint(tmp_path, content)
    assert message == "must close every quote at the end of its cell, got one that does not; the file may be cut: export it again"


@pytest.mark.parametrize("content", ["a;b\n1;2\n", "a\tb\n1\t2\n", '"a;b"\n1\n'])
def test_other_separators_than_commas_are_refused(tmp_path, content):
    assert complaint(tmp_path, content) == "must be separated by commas, got semicolons or tabs; export it again"


def test_a_file_of_blank_lines_is_refused(tmp_path):
    assert complaint(tmp_path, "\n\r\n\n") == "must have a header, got blank lines; replace or remove it"


# --- warned


@pytest.mark.parametrize(("content", "count"), [("a,b\n1,2\n3,4", 2), ("a,b", 0), ("a,b\n1,2\n3,4,5", 2), ("a\n1", 1)])
def test_a_last_line_without_an_end_is_a_warning(tmp_path, content, count):
    table = read(tmp_path, content)
    assert (len(table.frame), table.warnings) == (count, CUT_END)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_is_one(tmp_path, end):
    assert read(tmp_path, f"a,b{end}1,2{end}").warnings == []
