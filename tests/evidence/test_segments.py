"""Segments: every value of the declared columns, the critical ones always."""

import numpy as np
import pandas as pd
import pytest

from stages.evidence.segments import segments

FRAME = pd.DataFrame({"tier": ["pro", "pro", "basic", None, None], "size": [1.0, 1.0, 2.0, 2.0, 2.0]})


def found(frame: pd.DataFrame, columns: list[str], min_rows: int, always: list[str]) -> dict[str, list[int]]:
    """The rows of each segment."""
    parts = segments(frame, columns, min_rows, always)
    assert len(parts.codes) == len(columns)
    return {
        name: np.flatnonzero([own in row for row in zip(*parts.codes, strict=True)]).tolist()
        for own, name in enumerate(parts.names)
    }


def test_every_value_of_enough_rows_is_a_segment_and_missing_is_a_value():
    assert found(FRAME, ["tier"], 2, []) == {"tier=(missing)": [3, 4], "tier=pro": [0, 1]}


def test_a_critical_segment_is_listed_however_small_even_without_a_row():
    assert found(FRAME, ["tier"], 3, ["tier=basic", "tier=gone"]) == {"tier=basic": [2], "tier=gone": []}


def test_a_segment_of_another_column_is_not_looked_for_here():
    assert list(found(FRAME, ["tier"], 2, ["size=1.0"])) == ["tier=(missing)", "tier=pro"]


def test_columns_keep_their_order_and_numbers_make_segments_too():
    assert list(found(FRAME, ["size", "tier"], 2, [])) == ["size=1.0", "size=2.0", "tier=(missing)", "tier=pro"]


@pytest.mark.parametrize("value", ["a=b", "", "ä <b>", "(missing)"])
def test_an_odd_value_is_a_name_like_any_other(value):
    assert found(pd.DataFrame({"tier": [value, "x"]}), ["tier"], 99, [f"tier={value}"]) == {f"tier={value}": [0]}


def test_values_that_are_spelled_alike_are_one_segment():
    frame = pd.DataFrame({"tier": np.array([1, "1", None, np.nan, "(missing)"], dtype=object)})
    assert found(frame, ["tier"], 1, []) == {"tier=(missing)": [2, 3, 4], "tier=1": [0, 1]}


def test_a_column_of_gaps_is_one_segment():
    assert found(pd.DataFrame({"tier": [None, None], "size": [np.nan, np.nan]}), ["tier", "size"], 1, []) == {
        "tier=(missing)": [0, 1],
        "size=(missing)": [0, 1],
    }


def test_a_category_that_no_row_has_is_no_segment():
    frame = pd.DataFrame({"tier": pd.Categorical(["x", "x", None], categories=["x", "y"])})
    assert found(frame, ["tier"], 1, []) == {"tier=(missing)": [2], "tier=x": [0, 1]}


def test_no_rows_have_the_critical_segments_alone():
    assert found(FRAME.iloc[:0], ["tier"], 1, ["tier=pro"]) == {"tier=pro": []}
