"""Rows of tables without text: equal in every feature is a repeat only where rows are distinctive."""

import numpy as np
import pandas as pd
import pytest

from stages.intake.equal_rows import EqualRows, come_back, equal_rows

FEATURES = ["kind", "size"]


def table(rows: int, first: int = 0, **changes: object) -> pd.DataFrame:
    """Rows that all differ in their number; `first` is that of the first one."""
    size = np.arange(first, first + rows) + 0.1
    own = {"id": [f"i{k}" for k in range(rows)], "kind": pd.array(["a", "b"] * (rows // 2) + ["a"] * (rows % 2), dtype="str")}
    return pd.DataFrame(own | {"size": size} | changes)


def taken_in(*sides: pd.DataFrame) -> EqualRows:
    found = equal_rows(sides, FEATURES)
    assert isinstance(found, EqualRows), found
    return found


def test_a_row_equal_in_every_feature_is_found_whatever_its_id():
    training = table(6, first=98).assign(id="other")
    # the holdout has the numbers 0 to 119 with a and b in turns; 98 is even, so 98 and after have the same kinds in both
    assert taken_in(table(120)).repeated(training).tolist() == [True] * 6
    assert taken_in(table(100)).repeated(training).tolist() == [True, True, False, False, False, False]
    assert taken_in(table(120)).repeated(training.assign(kind="b")).tolist() == [False, True] * 3


def test_the_golden_set_is_of_the_test_side_and_may_repeat_the_holdout():
    golden = table(50)  # as drawn from the holdout
    assert taken_in(table(100), golden).repeated(table(2)).tolist() == [True, True]
    assert taken_in(table(100, first=500), golden).repeated(table(2)).tolist() == [True, True]


def test_gaps_equal_gaps_and_nothing_else():
    gone = table(120)
    gone.loc[0, "size"], gone.loc[1, "kind"] = np.nan, None
    side = taken_in(gone)
    assert side.repeated(gone.iloc[:2]).tolist() == [True, True]
    assert side.repeated(table(2)).tolist() == [False, False]
    assert side.repeated(table(2, kind=["nan", "nan"])).tolist() == [False, False]


def test_numbers_are_equal_to_seven_digits_in_either_precision():
    single = table(120, size=(np.arange(120) + 0.1).astype("float32").astype("float64"))
    assert taken_in(single).repeated(table(120)).all()
    assert not taken_in(single).repeated(table(120, size=(np.arange(120) + 0.1) * 1.00001)).any()
    zero = table(120).assign(size=[0.0, *range(1, 120)])
    assert taken_in(zero).repeated(table(1, size=[-0.0])).all()


def test_numbers_beyond_single_precision_are_no_error():
    huge = table(120).assign(size=1e300)
    assert "equal another one" in equal_rows([huge], FEATURES)


@pytest.mark.parametrize(("shared", "usable"), [(0, True), (2, True), (3, False)])
def test_up_to_one_row_in_a_hundred_may_have_an_equal_one(shared, usable):
    # 200 rows, of which the last `shared` all are as the first of them: 2 of 200 are 1 %, 3 are 1.5 %
    rows = table(200)
    rows.loc[200 - shared :, FEATURES] = ["a", 5000.0]
    found = equal_rows([rows], FEATURES)
    assert isinstance(found, EqualRows) is usable
    assert usable or found == "1.5% of the test rows equal another one in every feature, so equal rows may be so by chance"


def test_few_test_rows_say_nothing_about_chance():
    assert equal_rows([table(60), table(39, first=60)], FEATURES) == (
        "99 test rows are too few to tell whether equal ones are equal by chance"
    )
    assert isinstance(equal_rows([table(60), table(40, first=60)], FEATURES), EqualRows)
    assert isinstance(equal_rows([table(0), table(0)], FEATURES), str)


def test_a_table_of_a_few_categories_is_left_alone():
    rows = pd.DataFrame({"kind": ["a", "b", "c"] * 50, "size": [1.0, 2.0] * 75})
    # 6 combinations on 150 rows: each row has equals
    assert str(equal_rows([rows], FEATURES)).startswith("100.0% of the test rows equal another one")


def test_rows_that_most_batches_share_with_the_test_side_come_back_by_themselves():
    assert come_back([0.9, 0.8, 0.0])
    assert not come_back([0.9, 0.1, 0.0])  # one batch that was copied is a leak
    assert not come_back([0.5, 0.5])
    assert not come_back([])


def test_no_argument_is_changed():
    rows = table(120)
    before = rows.copy()
    taken_in(rows).repeated(rows)
    pd.testing.assert_frame_equal(rows, before)
