"""JSON lines: every line is a row, a row of gaps with a rule, or a reason to refuse the file."""

import json
from pathlib import Path

import pandas as pd
import pytest

from stages.errors import InputError
from stages.reading import json_rows
from stages.reading.bounds import NESTED
from stages.reading.cells import typed
from stages.reading.tables import NO_OBJECT, Table, read_table

SECRET = "Ms-Private-555-0199"  # stands for the content of a row: no message may hold it
HALF, SMILE = "\\ud800", "\\ud83d\\ude00"  # half a character, and both halves of one


def read(folder: Path, content: str) -> Table:
    path = folder / "a.jsonl"
    path.write_bytes(content.encode())
    return read_table(path)


def complaint(folder: Path, content: str) -> str:
    with pytest.raises(InputError) as refused:
        read(folder, content)
    assert SECRET not in str(refused.value)
    return str(refused.value).removeprefix(f"{folder / 'a.jsonl'} ")


def cells(table: Table) -> dict[str, list[object]]:
    return {
        name: [None if not isinstance(cell, list | dict) and pd.isna(cell) else cell for cell in table.frame[name]]
        for name in table.frame
    }


def test_whole_numbers_are_text_with_every_digit_and_other_cells_are_what_they_are(tmp_path):
    big = "1" + "0" * 40
    lines = [f'{{"a": {big}, "b": 2.5, "c": true, "d": "NA"}}', '{"a": null, "b": null, "c": null, "d": null}', '{"a": -0}']
    table = read(tmp_path, "\n".join(lines) + "\n")
    assert cells(table) == {
        "a": [big, None, "-0"], "b": [2.5, None, None], "c": [True, None, None], "d": ["NA", None, None],
    }  # fmt: skip
    assert (table.broken, table.warnings) == ({}, [])


def test_absent_names_are_gaps_and_need_no_order(tmp_path):
    table = read(tmp_path, '{"a": "1", "b": "x"}\n{"b": null, "a": "2"}\n\n{"c": "NA"}\n')
    assert cells(table) == {"a": ["1", "2", None], "b": ["x", None, None], "c": [None, None, "NA"]}


def test_an_object_without_names_is_a_row_of_gaps(tmp_path):
    table = read(tmp_path, '{}\n{"a": 1.5}\n{}\n')
    assert (cells(table), table.broken) == ({"a": [None, 1.5, None]}, {})


def test_cells_of_several_kinds_stay_side_by_side(tmp_path):
    table = read(tmp_path, '{"a": 1}\n{"a": 2.5}\n{"a": [1]}\n{"a": true}\n')
    assert cells(table) == {"a": ["1", 2.5, NESTED, True]}


@pytest.mark.parametrize("nested", ["[]", "{}", '["b"]', '{"b": {"c": 1}}', "[" * 500 + "]" * 500])
def test_of_lists_and_objects_only_that_they_are_there_is_kept(tmp_path, nested):
    assert cells(read(tmp_path, f'{{"a": {nested}, "b": "x"}}\n')) == {"a": [NESTED], "b": ["x"]}


@pytest.mark.parametrize("depth", [900, 1000, 10_000])
def test_however_deep_a_line_is_nested_it_is_a_row_and_never_a_traceback(tmp_path, depth):
    frame = read(tmp_path, f'{{"a": {"[" * depth}{"]" * depth}}}\n{{"a": "x"}}\n').frame
    assert frame["a"].tolist() in (["x"], [NESTED, "x"], [None, "x"]) or pd.isna(frame["a"][0])
    typed(frame, Path("a.jsonl"), text=["a"], numeric=[], times=[])


def test_names_that_are_data_are_refused_before_they_fill_the_memory(tmp_path):
    lines = "".join(f'{{"{k}": 1}}\n' for k in range(10_001))
    assert complaint(tmp_path, lines) == "must have at most 10,000 columns, got more; keep data out of the names of columns"


def test_gaps_count_where_every_line_has_names_of_its_own(tmp_path):
    """400 lines with 400 names are 160,000 places of 8 bytes, 1.2 MiB, in a file of 5 KiB."""
    (tmp_path / "a.jsonl").write_text("".join(f'{{"{k}": "1"}}\n' for k in range(400)))
    assert read_table(tmp_path / "a.jsonl", max_mib=1.3).frame.shape == (400, 400)
    with pytest.raises(InputError, match=r"must be at most 1\.2 MiB unpacked, got more"):
        read_table(tmp_path / "a.jsonl", max_mib=1.2)


def test_a_line_that_is_longer_than_a_row_can_be_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(json_rows, "_PIECE", 100)
    table = read(tmp_path, f'{{"a": "x"}}\n{{"a": "{"x" * 100}"}}\n{{"a": "y"}}\n')
    assert (cells(table), table.broken[NO_OBJECT].tolist()) == ({"a": ["x", None, "y"]}, [False, True, False])


def test_a_column_reads_the_same_however_far_down_its_cells_are(tmp_path, monkeypatch):
    monkeypatch.setattr(json_rows, "_PIECE", 100_000)  # bytes that are read at a time; the file has 224 KB
    content = '{"a": "x"}\n' * 10_000 + '{"b": true}\n' + '{"a": "y"}\n' * 10_000 + '{"b": 0.5}\n' + '{"c": false}\n'
    table = read(tmp_path, content)
    frame = table.frame
    assert (len(frame), table.broken) == (20_003, {})
    assert frame["a"].dropna().tolist() == ["x"] * 10_000 + ["y"] * 10_000
    assert frame["b"].dropna().to_dict() == {10_000: True, 20_001: 0.5}
    assert frame["c"].dropna().to_dict() == {20_002: False}


def test_what_python_writes_for_gaps_is_a_gap(tmp_path):
    table = read(tmp_path, json.dumps({"a": float("nan"), "b": float("inf")}) + "\n")
    assert cells(table) == {"a": [None], "b": [float("inf")]}


@pytest.mark.parametrize(
    "line",
    [
        "2", '"a"', "[]", "null", "{", '{"a": 1,}', "{'a': 1}", '{"a": 1}{"a": 2}', '{"a": 1, "a": 2}', '{"b": {"a": 1, "a": 2}}',
        "[" * 100_000, f'{{"a": "{HALF}"}}', f'{{"{HALF}": 1}}', '{"a": "\t"}', "\x00", '{"a": 01}',
    ],
)  # fmt: skip
def test_a_line_that_is_not_an_object_is_a_row_of_gaps_in_its_place(tmp_path, line):
    table = read(tmp_path, f'{{"a": "1"}}\n{line}\n{{"a": "{SMILE}"}}\n')
    assert cells(table) == {"a": ["1", None, "😀"]}
    assert {rule: mask.tolist() for rule, mask in table.broken.items()} == {NO_OBJECT: [False, True, False]}


def test_a_mark_in_front_of_the_file_is_no_part_of_it(tmp_path):
    assert cells(read(tmp_path, '\ufeff{"a": "1"}\r\n')) == {"a": ["1"]}


@pytest.mark.parametrize("content", [f'{{"a": "{SECRET}"', f'{{"a": 1}}\n{{"a": "{SECRET}', '{"a": 1}\n{', "[" * 100_000])
def test_a_file_that_is_cut_in_mid_line_is_refused(tmp_path, content):
    assert complaint(tmp_path, content) == "must end with a whole line, got one that is cut; deliver the file again"


@pytest.mark.parametrize(
    "content", [f'[{{"a": "{SECRET}"}}]\n', "a,b\n1,2\n", '[\n{"a": 1},\n{"a": 2}\n]\n'.replace("}", "},"), "\n\n"]
)
def test_another_kind_of_file_is_refused(tmp_path, content):
    assert complaint(tmp_path, content) == "must be JSON lines, got no line that is an object; replace or remove it"


@pytest.mark.parametrize("end", ["", "\r", " "])
def test_a_last_line_without_an_end_is_a_warning(tmp_path, end):
    table = read(tmp_path, '{"a": "1"}\n{"a": "2"}' + end)
    assert (len(table.frame), table.warnings) == (2, ["the last line has no end: the file may be cut"])
