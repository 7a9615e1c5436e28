"""The reasons taken from masks are pandera's own lazy failure cases: a second implementation."""

import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.intake.rows import failing_rows, survivors

FIRST = "exclude_first"  # here the first of repeated values stays; pandera's default reports it as well
SCHEMA = pa.DataFrameSchema(
    {
        "id": pa.Column("str", unique=True, report_duplicates=FIRST),
        "color": pa.Column("str", [pa.Check.isin(["red", "blue"]), pa.Check.str_length(max_value=4)]),
        "size": pa.Column(
            "float64", [pa.Check.gt(0), pa.Check.in_range(-5, 9), pa.Check(lambda s: s % 2 == 0, error="even")], nullable=True
        ),
        "at": pa.Column("datetime64[us, UTC]"),
    },
    checks=pa.Check(lambda frame: frame["size"].fillna(0) + (frame["color"] == "red") != 2, error="red is not 1"),
)
NAMES = {"not_nullable": "missing", "field_uniqueness": "repeated"}

frames = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d", "e", None]),
        st.sampled_from(["red", "blue", "mauve", "", None]),
        st.sampled_from([-9.0, 0.0, 1.0, 2.0, 8.0, 10.0, None]),
        st.sampled_from(["2026-10-05", None]),
    ),
    max_size=12,
).map(
    lambda rows: pd.DataFrame(rows, columns=["id", "color", "size", "at"]).assign(
        id=lambda f: f["id"].astype("str").where(f["id"].notna()),
        color=lambda f: f["color"].astype("str").where(f["color"].notna()),
        size=lambda f: f["size"].astype("float64"),
        at=lambda f: pd.to_datetime(f["at"], utc=True).astype("datetime64[us, UTC]"),
    )
)


def pandera_reasons(frame: pd.DataFrame) -> set[tuple[int, str]]:
    try:
        SCHEMA.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        found = set()
        for case in error.failure_cases.to_dict("records"):
            if case["check"] == "field_uniqueness" and pd.isna(case["failure_case"]):
                continue  # two gaps: missing, not repeated
            place = "row" if case["schema_context"] == "DataFrameSchema" else case["column"]
            found.add((int(case["index"]), f"{place}: {NAMES.get(case['check'], case['check'])}"))
        return found
    return set()


@settings(max_examples=30, deadline=None)
@given(frame=frames)
def test_masks_and_pandera_name_the_same_rows_and_rules(frame):
    masks = failing_rows(frame, SCHEMA)
    assert {(int(row), rule) for rule, mask in masks.items() for row in np.flatnonzero(mask)} == pandera_reasons(frame)
    assert all(mask.any() for mask in masks.values())


@settings(max_examples=30, deadline=None)
@given(frame=frames)
def test_the_rows_that_pass_are_all_others_and_valid(frame):
    refused = np.any([np.zeros(len(frame), dtype=bool), *failing_rows(frame, SCHEMA).values()], axis=0)
    good = pd.concat([frame.head(0), *survivors(frame, refused, SCHEMA)])
    assert good.index.tolist() == np.flatnonzero(~refused).tolist()
    SCHEMA.validate(good, lazy=True)


@settings(max_examples=25, deadline=None)
@given(frame=frames)
def test_judging_rows_leaves_the_frame_alone(frame):
    before = frame.copy(deep=True)
    masks = failing_rows(frame, SCHEMA)
    list(survivors(frame, np.any([np.zeros(len(frame), dtype=bool), *masks.values()], axis=0), SCHEMA))
    pd.testing.assert_frame_equal(frame, before)
