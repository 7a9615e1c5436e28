"""Cells become text, numbers and times one by one; what cannot be taken is a gap with a rule."""

import datetime
import decimal
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_cells import FILE, as_kind, stored, words

from stages.errors import InputError
from stages.reading.cells import typed
from stages.reading.tables import read_table

SECRET = "Ms-Private-555-0199"  # stands for the content of a row: no message may hold it
NUMBER = "x: not a number"


# --- columns


def test_columns_that_nobody_asked_for_are_left_out_and_the_others_have_their_kind():
    frame = pd.DataFrame({name: words("2026-10-05" if name == "t" else "2") for name in "zntx"}, index=[7])
    columns, masks = typed(frame, FILE, text=["x"], numeric=["n"], times=["t"])
    assert {name: str(kind) for name, kind in columns.dtypes.items()} == {"x": "str", "n": "float64", "t": "datetime64[us, UTC]"}
    assert (columns.index.tolist(), masks) == ([7], {})


def test_a_missing_column_is_named_without_the_others():
    with pytest.raises(InputError) as refused:
        typed(pd.DataFrame({SECRET: [1], "b": [2]}), FILE, text=["name"], numeric=[], times=[])
    assert str(refused.value) == "a.csv must have the column 'name', got 2 others; mend the file or params.yaml: columns"


@pytest.mark.parametrize("kind", ["text", "numeric", "times"])
def test_a_column_of_gaps_is_one_of_its_kind(kind):
    for cells in (words(None, None), pd.Series([None, None], dtype="object"), pd.Series([np.nan, np.nan]), words()):
        assert as_kind(cells, kind) == ([None] * len(cells), {})


# --- text


def test_ids_beside_gaps_keep_every_digit_in_every_kind_of_file(tmp_path):
    big = 123_456_789_012_345_678  # beyond 2**53, where floats skip whole numbers
    (tmp_path / "a.csv").write_text(f"x,y\n{big},1\n,1\n")
    (tmp_path / "a.jsonl").write_text(json.dumps({"x": big}) + '\n{"x": null}\n')
    pq.write_table(pa.table({"x": pa.array([big, None], pa.int64())}), tmp_path / "a.parquet")
    pd.DataFrame({"x": pd.array([big, None], dtype="Int64")}).to_parquet(tmp_path / "b.parquet")
    for name in ("a.csv", "a.jsonl", "a.parquet", "b.parquet"):
        assert as_kind(read_table(tmp_path / name).frame["x"], "text") == ([str(big), None], {})


def test_whole_numbers_stored_as_floats_read_as_whole_numbers_cell_by_cell(tmp_path):
    assert as_kind(stored(tmp_path, 42.0, None, 0.5, -3.0), "text") == (["42", None, "0.5", "-3"], {})
    assert as_kind(pd.Series([42.0, "42.0", True, None], dtype="object"), "text") == (["42", "42.0", "True", None], {})


@pytest.mark.parametrize(("kind", "bits"), [(pa.float64(), 53), (pa.float32(), 24), (None, 53)])
def test_floats_that_no_longer_say_which_whole_number_they_were_are_no_text(tmp_path, kind, bits):
    cells = [2.0**bits - 1, 2.0**bits, -(2.0**bits), None, float("inf")]
    column = stored(tmp_path, *cells, kind=kind) if kind else pd.Series(cells, dtype="object")
    expected = [str(2**bits - 1), None, None, None, None]
    assert as_kind(column, "text") == (expected, {"x: digits lost": [False, True, True, False, True]})


DAMAGED = [
    "Größe",
    "déjà vu",
    "Ångström",
    "it’s",
    "“so”",
    "wait…",
    "5 €",
    "naïve",
    "привет",
    "日本語",
    "ok 😀",
    "½",
    "© 2026",
    "ﬁt",
    "→ go",
    "ÖL",
]


@pytest.mark.parametrize("text", DAMAGED)
@pytest.mark.parametrize("page", ["latin-1", "windows-1252"])
def test_utf_8_that_was_read_as_something_else_is_mojibake_and_stays(text, page):
    read = "".join(
        text.encode()[k : k + 1].decode(page, errors="ignore") or chr(text.encode()[k]) for k in range(len(text.encode()))
    )
    cells = [text, read, None]
    assert as_kind(words(*cells), "text") == (cells, {"x: mojibake": [False, True, False]})


def test_every_letter_of_latin_1_is_known_as_mojibake():
    letters = [chr(code) for code in range(0xA0, 0x100)]
    cells = [letter.encode().decode("latin-1") for letter in letters]
    assert as_kind(words(*letters, *cells), "text")[1] == {"x: mojibake": [False] * len(letters) + [True] * len(cells)}


def test_signs_that_replace_what_could_not_be_read_are_mojibake():
    assert as_kind(words("Gr\ufffd\ufffde", "plain"), "text")[1] == {"x: mojibake": [True, False]}


def test_what_people_write_is_no_mojibake():
    cells = [
        "»groß« und «QUALITÉ »", "SÃO PAULO, AÇÃO", "voilà « à »", "¿QUÉ?", "Île-de-France – été", "ÄÖÜäöüß€", "Ð, Þ, ñ, Ñandú",
        "ελληνικά", "日本語…", "Â et â", "x² ± 3 °C", "naïve…", "Việt Nam ÂN", "ʻokina", "a\tb\r\nc",
    ]  # fmt: skip
    assert as_kind(words(*cells), "text") == (cells, {})


def test_control_characters_stay_and_have_a_rule():
    cells = ["a\x00b", "a\x1bb", "\x0b", "a\tb\r\nc", "plain", None]
    rule = {"x: control characters": [True, True, True, False, False, False]}
    assert as_kind(words(*cells), "text") == (cells, rule)


def test_lists_and_objects_among_text_are_gaps_with_a_rule():
    column = pd.Series(["a", ["b"], {"c": 1}, None, ()], dtype="object")
    assert as_kind(column, "text") == (["a", None, None, None, None], {"x: not text": [False, True, True, False, True]})


@pytest.mark.parametrize("cell", [b"\xff", [1], {"a": 1}])
@pytest.mark.parametrize("kind", ["text", "numeric", "times"])
def test_a_column_of_nothing_but_bytes_lists_or_objects_is_refused(tmp_path, cell, kind):
    with pytest.raises(InputError, match="must have text, numbers or ISO times in the column 'x', got TypeError"):
        as_kind(stored(tmp_path, cell, None), kind)


# --- numbers


def test_numbers_are_read_cell_by_cell_and_what_is_none_is_a_gap_with_a_rule():
    content = {
        "1": 1.0, "oops": None, "inf": None, "-inf": None, "nan": None, "1e3": 1000.0, " 5 ": 5.0, "\t-2.5": -2.5, ".5": 0.5,
        "5.": 5.0, "+1": 1.0, "1_000": None, "0x10": None, "True": None, "1e999": None, "1,5": None, "1" + "0" * 400: None,
        "١": None, "1e": None, "-": None, "1 2": None, "NaN": None, "1e-999": 0.0,
    }  # fmt: skip
    expected = list(content.values())
    rule = {NUMBER: [cell is None for cell in expected] + [False]}
    assert as_kind(words(*content, None), "numeric") == ([*expected, None], rule)


@pytest.mark.parametrize("cell", ["inf", "-inf", "nan", "1e999"])
def test_no_number_is_none_where_all_others_are(cell):
    assert as_kind(words("1", cell), "numeric") == ([1.0, None], {NUMBER: [False, True]})


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_one_oops_changes_no_other_number(numbers):
    """Both ways to read are as exact as Python's: `float(str(x)) == x`."""
    cells = [str(number) for number in numbers]
    assert as_kind(words(*cells), "numeric") == (numbers, {})
    assert as_kind(words(*cells, "oops"), "numeric") == ([*numbers, None], {NUMBER: [False] * len(cells) + [True]})


@pytest.mark.parametrize("blank", ["", " ", "\t"])
def test_a_blank_cell_is_a_gap_and_no_number_that_cannot_be_read(blank):
    for column in (words(blank, "oops", "1"), pd.Series([blank, "oops", 1.0], dtype="object")):
        assert as_kind(column, "numeric") == ([None, None, 1.0], {NUMBER: [False, True, False]})


def test_an_empty_text_is_a_gap_as_in_csv_and_blanks_are_text():
    assert as_kind(words("", " ", None, "a"), "text") == ([None, " ", None, "a"], {})


def test_infinity_in_a_column_of_floats_is_no_number_and_nan_is_a_gap():
    column = pd.Series([1.0, np.inf, -np.inf, np.nan])
    assert as_kind(column, "numeric") == ([1.0, None, None, None], {NUMBER: [False, True, True, False]})


# --- parquet


@pytest.mark.parametrize(
    ("values", "text", "number"),
    [
        (pa.array([True, None]), "True", 1.0),
        (pa.array([decimal.Decimal("1.50"), None]), "1.50", 1.5),
        (pa.array([datetime.date(2026, 10, 5), None]), "2026-10-05", None),
        (pa.array([0, None], pa.timestamp("us")), "1970-01-01", None),  # a time is no number
        (pa.array([3, None], pa.duration("s")), "0 days 00:00:03", None),
        (pa.array(["5", None]).dictionary_encode(), "5", 5.0),
        (pa.array([2**64 - 1, None], pa.uint64()), "18446744073709551615", 2.0**64),
        (pa.array([7, None], pa.int8()), "7", 7.0),
        (pa.array([1.5, None], pa.float16()), "1.5", 1.5),
    ],
)
def test_parquet_types_read_as_text_and_as_numbers(tmp_path, values, text, number):
    pq.write_table(pa.table({"x": values}), tmp_path / "a.parquet")
    column = read_table(tmp_path / "a.parquet").frame["x"]
    assert as_kind(column, "text") == ([text, None], {})
    assert as_kind(column, "numeric") == ([number, None], {} if number is not None else {NUMBER: [True, False]})
