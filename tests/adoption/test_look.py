"""The first look at a file of rows: it starts from a whole one."""

import json

import pytest

from stages.adoption.guess import Asked
from stages.adoption.look import look
from stages.errors import InputError

LINES = [f"T{k},2026-01-{5 + k % 20:02}T12:00,{'ab'[k % 2]},{'xy'[k % 3 == 0]}" for k in range(200)]
HEADER = "ticket,created_at,channel,label"


def csv_file(folder, lines):
    path = folder / "rows.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def test_a_whole_file_is_cut_into_batches(tmp_path):
    """January 5, 2026 begins week 2; 200 rows over 20 days are 10 a day, and the last six days are in week 4."""
    start = look(csv_file(tmp_path, LINES), Asked(target="label"), "week")
    assert start.labelled == {"2026-W02": 70, "2026-W03": 70, "2026-W04": 60}
    assert start.raw["ticket"].tolist() == start.read["ticket"].tolist() == [f"T{k}" for k in range(200)]


def test_what_is_odd_about_the_file_is_remarked(tmp_path):
    path = csv_file(tmp_path, LINES)
    assert look(path, Asked(), "week").warnings == []
    path.write_text(path.read_text().removesuffix("\n"))
    assert look(path, Asked(), "week").warnings == ["the last line has no end: the file may be cut"]


def test_people_in_categories_are_looked_at_as_the_stages_see_them(tmp_path):
    lines = [line.replace(",a,", ",jo@example.org,") for line in LINES]
    start = look(csv_file(tmp_path, lines), Asked(), "week")
    assert start.read["channel"].unique().tolist() == ["[email] b6be3cb5", "b"]  # printf jo@example.org | sha256sum


def test_lines_that_are_no_rows_are_counted_and_refused(tmp_path):
    path = csv_file(tmp_path, [*LINES[:7], "T7,secret", *LINES[7:], "a,b,c,d,e"])
    with pytest.raises(InputError) as refused:
        look(path, Asked(), "week")
    assert str(refused.value) == (
        "rows.csv must hold whole rows, got 2 of 202 that fail 'row: wrong number of fields', the first is row 8; "
        "mend or remove them"
    )


def test_lines_that_are_no_objects_are_counted_and_refused(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"ticket": "T1"}) + "\nsecret\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"got 1 of 2 that fail 'row: not a JSON object', the first is row 2; mend or remove them"
    ):
        look(path, Asked(), "week")


def test_a_header_without_rows_is_refused(tmp_path):
    with pytest.raises(InputError, match="must hold rows, got a header only; give it some history"):
        look(csv_file(tmp_path, []), Asked(), "week")
