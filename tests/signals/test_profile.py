"""Profiles: numbers in their order, no word of a text. (Parts add up to the whole: tests/properties.)"""

import json
import re
import struct
import zlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_models import COLUMNS

from stages.signals import profile as module
from stages.signals.profile import (
    BUCKETS,
    MANTISSA,
    NUMBERS,
    answers,
    merge,
    number_codes,
    numbers,
    of_training,
    profile,
    readable,
)

floats = st.floats(allow_nan=False)


def frame_of(values: list) -> pd.DataFrame:
    frame = pd.DataFrame(values, columns=["words", "kind", "size"])
    return frame.astype({"words": "str", "kind": "str", "size": "float64"})


def sketch(values) -> dict:
    return answers(pd.Series(values, dtype="float64"))


def words(*texts) -> dict:
    return profile(frame_of([(text, "red", 1.0) for text in texts]), COLUMNS)["columns"]["words"]


def place(number: float) -> int:
    """A number's place among all numbers, by the standard library: its bits, below zero all but the sign turned."""
    (bits,) = struct.unpack("<q", struct.pack("<d", number))
    return bits if bits >= 0 else bits ^ (2**63 - 1)


def test_a_profile_by_hand():
    frame = frame_of([("car car", "red", 1.0), (None, None, float("nan")), ("a b", "red", -2.0), ("Car", "blue", 1.0)])
    found = profile(frame, COLUMNS, pd.Series(["yes", "no", "yes", "yes"]), pd.Series([0.5, 0.5, 2.0]))
    # 1.0 is 0x3FF0000000000000; 2.0 is 0x4000000000000000 and -2.0 counts from the other end: -0x4000000000000001.
    assert found == {
        "rows": 4,
        "columns": {
            "kind": {"kind": "categorical", "missing": 1, "counts": {"blue": 1, "red": 2}},
            "size": {
                "kind": "numeric", "missing": 1, "bits": 52,
                "counts": {str(-0x4000000000000001): 1, str(0x3FF0000000000000): 2},
            },
            "words": {"kind": "words", "missing": 1, "counts": {str(zlib.crc32(b"car") % BUCKETS): 2}},
        },
        "labels": {"kind": "categorical", "missing": 0, "counts": {"no": 1, "yes": 3}},
        "predictions": {
            "kind": "numeric", "missing": 0, "bits": 52, "counts": {str(place(0.5)): 2, str(place(2.0)): 1},
        },
    }  # fmt: skip


def test_the_newest_training_rows_have_a_profile_of_their_own_inside_that_of_all():
    frame = frame_of([("car", "red", 1.0), ("bus", "blue", 2.0), ("bus", None, 3.0)])
    labels, said = pd.Series(["yes", "no", "no"]), pd.Series(["no"])
    late = np.array([False, False, True])
    found = of_training(frame, late, COLUMNS, labels, said)
    assert found == profile(frame, COLUMNS, labels, said) | {"newest": profile(frame[2:], COLUMNS, labels[2:])}
    none = of_training(frame, ~np.ones(3, dtype=bool), COLUMNS, labels, None)
    assert none == profile(frame, COLUMNS, labels) | {"newest": None}


def test_what_is_not_given_is_none():
    found = profile(frame_of([("car", "red", 1.0)]), COLUMNS)
    assert (found["labels"], found["predictions"]) == (None, None)


@pytest.mark.parametrize("labels", [pd.Series([1, 2]), pd.Series([1.0, 2.0]), pd.Series([1, 2], dtype="Int64")])
def test_labels_that_are_numbers_are_sketched_as_numbers(labels):
    assert answers(labels) == sketch([1.0, 2.0])


@pytest.mark.parametrize("labels", [pd.Series(["1", None]), pd.Series(["1", None], dtype="category")])
def test_labels_that_are_text_are_classes(labels):
    assert answers(labels) == {"kind": "categorical", "missing": 1, "counts": {"1": 1}}


@given(st.lists(floats, max_size=20))
def test_few_numbers_are_kept_as_they_are_and_in_their_order(values):
    found = sketch(values)
    codes, rows = number_codes(found)
    # -0.0 is 0.0
    assert codes.tolist() == sorted({place(value + 0.0) for value in values})
    assert numbers(codes, found["bits"]).tolist() == sorted(set(values))
    assert rows.tolist() == [values.count(value) for value in sorted(set(values))]


@given(st.lists(floats, min_size=1, max_size=40), st.integers(2, 12))
def test_more_numbers_lose_as_few_bits_as_they_must(values, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "NUMBERS", most)
        found = sketch(values)
    codes = [{place(value + 0.0) >> shift for value in values} for shift in range(64)]
    shift = min(shift for shift, own in enumerate(codes) if len(own) <= most)
    assert found["bits"] == MANTISSA - shift
    assert number_codes(found)[0].tolist() == sorted(codes[shift])
    assert sum(found["counts"].values()) == len(values)


def test_air_pressure_is_not_lost_in_an_octave():
    # 1013 ± 8 hPa to a tenth: 161 numbers in a 64th of an octave, every one kept.
    pressure = np.round(np.linspace(1005, 1021, 161), 1)
    found = sketch(np.tile(pressure, 20))
    assert (found["bits"], len(found["counts"])) == (52, 161)


def test_a_continuous_column_keeps_no_more_than_it_may():
    found = sketch(np.random.default_rng(1).normal(size=50_000))
    assert NUMBERS / 2 < len(found["counts"]) <= NUMBERS
    # Six bits make bins of 1/128 below 1, of 1/64 up to 2 and of 1/32 beyond: at most 0.24 / 64 = 0.4 % of the rows in one.
    assert max(found["counts"].values()) < 0.006 * 50_000


@given(st.lists(st.one_of(st.none(), st.text("aB é_-ẞ字1.", max_size=12)), min_size=1, max_size=12))
def test_the_words_are_those_of_scikit_learn(texts):
    expected: dict[str, int] = {}
    for text in texts:
        found = re.findall(r"(?u)\b\w\w+\b", text.lower()) if text else []
        for bucket in {zlib.crc32(word.encode()) % BUCKETS for word in found}:
            expected[str(bucket)] = expected.get(str(bucket), 0) + 1
    assert words(*texts)["counts"] == expected


def test_texts_are_read_in_pieces(monkeypatch):
    texts = [f"word{k} word{k % 3}" for k in range(10)]
    whole = words(*texts)
    monkeypatch.setattr(module, "PIECE", 3)
    assert words(*texts) == whole


def test_no_word_is_kept():
    assert "secret" not in json.dumps(words("secret", "top secret"))


def test_an_empty_frame_has_a_profile():
    empty = frame_of([])
    nothing = profile(empty, COLUMNS)
    assert nothing["columns"]["size"] == {"kind": "numeric", "missing": 0, "bits": 52, "counts": {}}
    full = profile(frame_of([("car", "red", 1.0)]), COLUMNS)
    assert merge([nothing, full]) == full


def test_labels_are_those_of_the_parts_that_have_them():
    frame = frame_of([("car", "red", 1.0)])
    merged = merge([profile(frame, COLUMNS), profile(frame, COLUMNS, pd.Series(["yes"]))])
    assert merged["labels"] == {"kind": "categorical", "missing": 0, "counts": {"yes": 1}}
    assert merged["predictions"] is None


def test_a_sketch_of_an_earlier_version_is_not_readable():
    found = profile(frame_of([("car", "red", 1.0)]), COLUMNS)["columns"]
    assert all(readable(own) for own in found.values())
    earlier = [
        {"kind": "text", "present": 2, "counts": {"boat": 1}},
        {"kind": "categorical", "present": 2, "counts": {"red": 2}},
        {"kind": "numeric", "present": 2, "counts": {"20016": 2}},
        {"yes": 1},
        {},
        None,
    ]
    assert not any(readable(own) for own in earlier)
