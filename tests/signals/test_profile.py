"""Profiles: counts that add up, numbers in their order."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from stages.sections import Columns
from stages.signals.profile import codes, profile

COLUMNS = Columns(
    id="id",
    time="at",
    target="y",
    text=["words"],
    categorical=["kind"],
    numeric=["size"],
    prediction=None,
    model_version=None,
    group=None,
)
finite = st.floats(allow_nan=False, allow_infinity=False)
rows = st.lists(
    st.tuples(
        st.one_of(st.none(), st.text("ab zé", max_size=8)),
        st.one_of(st.none(), st.sampled_from(["red", "blue", ""])),
        st.one_of(st.just(float("nan")), finite),
        st.sampled_from(["yes", "no"]),
    ),
    min_size=2,
    max_size=30,
)


def frame_of(values: list) -> pd.DataFrame:
    frame = pd.DataFrame(values, columns=["words", "kind", "size", "y"])
    return frame.astype({"words": "str", "kind": "str", "size": "float64", "y": "str"})


def added(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in set(one) | set(other)}


@given(st.lists(finite, min_size=1, max_size=20))
def test_codes_keep_the_order_of_the_numbers(numbers):
    ordered = codes(pd.Series(sorted(numbers), dtype="float64"))
    assert ordered.is_monotonic_increasing
    assert np.sign(ordered).tolist() == [np.sign(number) for number in sorted(numbers)]


@given(finite)
def test_codes_mirror_at_zero(number):
    here, there = codes(pd.Series([number, -number]))
    assert here == -there


def test_an_octave_has_sixteen_codes():
    # 1, 1 + 1/16, ..., 1 + 15/16 lie in [1, 2): sixteen codes in a row, and 2 has the next one.
    found = codes(pd.Series([*(1 + np.arange(16) / 16), 2.0])).tolist()
    assert found == list(range(found[0], found[0] + 17))
    assert codes(pd.Series([1.01])).tolist() == found[:1]


@given(rows, st.data())
def test_the_profiles_of_two_parts_add_up_to_that_of_the_whole(values, data):
    cut = data.draw(st.integers(1, len(values) - 1))
    frame = frame_of(values)
    whole, one, other = (profile(part, part["y"], COLUMNS) for part in (frame, frame[:cut], frame[cut:]))
    assert whole["rows"] == one["rows"] + other["rows"]
    assert whole["labels"] == added(one["labels"], other["labels"])
    for name in ("words", "kind", "size"):
        parts = [part["columns"][name] for part in (one, other)]
        assert whole["columns"][name]["present"] == parts[0]["present"] + parts[1]["present"]
        assert whole["columns"][name]["counts"] == added(parts[0]["counts"], parts[1]["counts"])


def test_a_word_counts_once_a_row_and_gaps_do_not_count():
    frame = frame_of([("car car boat", "red", 1.0, "yes"), ("car", None, float("nan"), "no"), (None, "red", 1.0, "no")])
    found = profile(frame, frame["y"], COLUMNS)
    assert found["columns"]["words"] == {"kind": "text", "present": 2, "counts": {"boat": 1, "car": 2}}
    assert found["columns"]["kind"] == {"kind": "categorical", "present": 2, "counts": {"red": 2}}
    assert found["columns"]["size"]["present"] == 2
    assert list(found["columns"]["size"]["counts"].values()) == [2]
    assert found["labels"] == {"no": 2, "yes": 1}


def test_numbers_to_predict_are_not_listed():
    frame = frame_of([("car", "red", 1.0, "yes")])
    assert profile(frame, pd.Series([1.5]), COLUMNS)["labels"] == {}
