"""Segments: every value of the declared columns, the critical ones always."""

import pandas as pd
import pytest

from stages.evidence.segments import segments

FRAME = pd.DataFrame({"tier": ["pro", "pro", "basic", None, None], "size": [1.0, 1.0, 2.0, 2.0, 2.0]})


def found(columns: list[str], min_rows: int, always: list[str]) -> dict[str, list[bool]]:
    return {name: mask.tolist() for name, mask in segments(FRAME, columns, min_rows, always)}


def test_every_value_of_enough_rows_is_a_segment_and_missing_is_a_value():
    assert found(["tier"], 2, []) == {
        "tier=(missing)": [False, False, False, True, True],
        "tier=pro": [True, True, False, False, False],
    }


def test_a_critical_segment_is_listed_however_small_even_without_a_row():
    assert found(["tier"], 3, ["tier=basic", "tier=gone"]) == {
        "tier=basic": [False, False, True, False, False],
        "tier=gone": [False] * 5,
    }


def test_a_segment_of_another_column_is_not_looked_for_here():
    assert list(found(["tier"], 2, ["size=1.0"])) == ["tier=(missing)", "tier=pro"]


def test_numbers_make_segments_too():
    assert list(found(["size", "tier"], 2, [])) == ["size=1.0", "size=2.0", "tier=(missing)", "tier=pro"]


@pytest.mark.parametrize("value", ["a=b", "", "ä <b>", "(missing)"])
def test_an_odd_value_is_a_name_like_any_other(value):
    frame = pd.DataFrame({"tier": [value, "x"]})
    assert dict(segments(frame, ["tier"], 99, [f"tier={value}"]))[f"tier={value}"].tolist() == [True, False]
