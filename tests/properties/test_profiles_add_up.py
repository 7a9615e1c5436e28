"""The profiles of parts add up to the profile of the whole, byte for byte, however the rows are cut."""

import json
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_models import COLUMNS

from stages.signals import profile as module
from stages.signals.profile import merge, profile

anything = st.floats(allow_infinity=False)  # NaN is a gap
close = st.floats(1000, 1030)
row = st.tuples(
    st.one_of(st.none(), st.text("ab zé", max_size=8)),
    st.one_of(st.none(), st.sampled_from(["red", "blue", ""])),
    st.one_of(anything, close),
    st.sampled_from(["yes", "no"]),
    st.one_of(anything, close),
)


def whole_frame(rows: list) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["words", "kind", "size", "y", "said"])
    return frame.astype({"words": "str", "kind": "str", "size": "float64", "y": "str", "said": "float64"})


def of(frame: pd.DataFrame) -> dict:
    return profile(frame, COLUMNS, frame["y"], frame["said"])


@given(st.lists(row, max_size=60), st.lists(st.integers(0, 60), max_size=4), st.integers(2, 20))
def test_the_profiles_of_the_parts_add_up_to_that_of_the_whole(rows, cuts, most):
    frame = whole_frame(rows)
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "NUMBERS", most)  # so few that numbers lose bits, in some parts more than in others
        parts = [of(frame[start:end]) for start, end in pairwise(edges)]
        assert json.dumps(merge(parts)) == json.dumps(of(frame))
        assert merge([merge(parts[:2]), *parts[2:]]) == merge(parts)
