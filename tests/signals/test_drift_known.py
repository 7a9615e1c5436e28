"""What the newest training rows show as well is known since training, and no drift."""

import numpy as np
import pandas as pd
import pytest
from made_profiles import COLUMNS, OLD, RECENT, TRIGGER, known

from stages.sections import Drift
from stages.signals.drift import ColumnDrift, drift, drift_signals
from stages.signals.profile import of_training
from stages.signals.signal import Signal

LEAST = TRIGGER.drift.min_change
YES = pd.Series(["yes", "no"] * 500, dtype="str")
LATE = np.arange(1000) >= 800  # the newest 200 of 1,000 training rows


def trained(before: dict, after: dict, labels: pd.Series = YES) -> dict:
    """The profile of training rows, of which the newest are in another world than the others."""
    frame = pd.concat([OLD[~LATE].assign(**before), OLD[LATE].assign(**after)])
    return of_training(frame, LATE, COLUMNS, labels, YES)


def found(reference: dict, said: float = 0.5, **now) -> dict[str, ColumnDrift]:
    recent = known(RECENT.assign(**now), said)
    return {row.column: row for row in drift(recent, recent["labels"], reference, COLUMNS, TRIGGER)}


def feature_drift(rows: dict[str, ColumnDrift]) -> Signal:
    return drift_signals(list(rows.values()), TRIGGER)[0]


@pytest.mark.parametrize(
    ("column", "before", "after", "where", "change"),
    [
        ("kind", "a", "b", "a: 80.0% → 0.0%", 0.8),
        ("size", 1.0, 2.0, "up to 1: 80.0% → 0.0%", 0.8),
        ("count", np.nan, 3.0, "no value: 80.0% → 0.0%", 0.8),
        ("words", "", "word3", "some words: 20.0% → 100.0% of rows", 0.8),
    ],
)
def test_a_change_that_the_newest_training_rows_show_is_known_since_training(column, before, after, where, change):
    row = found(trained({column: before}, {column: after}), **{column: after})[column]
    assert (row.state, row.where, row.new, row.known(LEAST)) == ("quiet", where, 0.0, True)
    assert row.change == pytest.approx(change)  # against all training rows all the same
    old = trained({column: before}, {column: after}) | {"newest": None}  # a bundle from before there was a newest part
    assert found(old, **{column: after})[column].state == "fired"


def test_labels_and_rows_that_go_back_to_the_old_world_are_judged_alike():
    labels = pd.Series(np.where(LATE, "yes", "no"), dtype="str")
    assert found(trained({}, {}, labels), said=1.0)["y"].known(LEAST)  # 20 % yes, of the newest 100 %, and now 100 %
    assert found(trained({}, {}, labels), said=0.0)["y"].state == "fired"  # no: 80 %, 0 %, 100 %: above the one and the other
    back = found(trained({"kind": "a"}, {"kind": "b"}), kind="a")["kind"]
    assert (back.state, back.new) == ("fired", pytest.approx(0.2))  # a: 80 %, 0 %, 100 %


def test_a_share_on_the_way_from_the_old_world_to_the_newest_is_no_drift():
    halfway = np.where(np.arange(400) % 2, "a", "b")  # 50 % a: 30 points less than all, 50 points more than the newest
    assert found(trained({"kind": "a"}, {"kind": "b"}), kind=halfway)["kind"].new == 0.0


def test_beside_a_known_change_a_new_one_is_drift_and_is_the_one_that_is_told():
    new = np.where(np.arange(400) % 4, "b", "c")  # the newest are all b, a quarter is c now
    row = found(trained({"kind": "a"}, {"kind": "b"}), kind=new)["kind"]
    assert (row.state, row.where, row.change, row.new) == ("fired", "c: 0.0% → 25.0%", 0.25, 0.25)
    numbers = found(trained({"size": 1.0}, {"size": 2.0}), size=np.where(np.arange(400) % 4, 2.0, 3.0))["size"]
    assert (numbers.state, numbers.where, numbers.new) == ("fired", "up to 2: 100.0% → 75.0%", pytest.approx(0.25))


def test_a_new_change_must_be_beyond_chance_by_itself():
    # A known change of 80 points is sure; the new one, 2 of 50 rows, is not. Fisher's exact test against 0 of 1,000 says
    # 50 * 49 / (1,050 * 1,049) = 0.0022, times two sides, three levels and eight columns.
    now = known(RECENT[:50].assign(kind=["c"] * 2 + ["b"] * 48), 0.5)
    trigger = TRIGGER.model_copy(update={"drift": Drift(min_change=0.04, min_rows=50)})
    rows = {row.column: row for row in drift(now, None, trained({"kind": "a"}, {"kind": "b"}), COLUMNS, trigger)}
    assert (rows["kind"].new, rows["kind"].state) == (0.04, "quiet")
    assert rows["kind"].p_value == pytest.approx(2 * 3 * 8 * 50 * 49 / (1050 * 1049), rel=0.05)


@pytest.mark.parametrize("newest", [{"rows": 199}, {"columns": {}}, {"columns": {"kind": {"kind": "categorical"}}}])
def test_a_newest_part_that_cannot_be_compared_says_nothing(newest):
    trigger = TRIGGER.model_copy(update={"drift": Drift(min_change=0.1, min_rows=200)})
    whole = trained({"kind": "a"}, {"kind": "b"})
    now = known(RECENT.assign(kind="b"))
    rows = {row.column: row for row in drift(now, None, whole | {"newest": whole["newest"] | newest}, COLUMNS, trigger)}
    assert rows["kind"].state == "fired"
    rows = {row.column: row for row in drift(now, None, whole, COLUMNS, trigger)}
    assert rows["kind"].known(LEAST)


def test_the_signal_tells_what_is_known_apart_from_what_it_judges():
    quiet = feature_drift(found(trained({"kind": "a", "count": 0.0}, {"kind": "b", "count": 1.0}), kind="b", count=1.0))
    assert quiet.state == "quiet"
    assert quiet.value < LEAST
    assert quiet.why.startswith("no large and significant change in 5 columns, the largest is ")
    assert quiet.why.endswith("; known since training: count up to 0: 80.0% → 0.0% and 1 more column")
    fired = feature_drift(found(trained({"kind": "a", "size": 1.0}, {"kind": "b", "size": 1.0}), kind="b", size=9.0))
    assert fired.why == "size up to 1: 100.0% → 0.0%; known since training: kind a: 80.0% → 0.0%"


def test_where_all_is_known_the_signal_is_quiet_and_tells_the_change():
    labels = pd.Series(np.where(LATE, "yes", "no"), dtype="str")
    rows = found(trained({}, {}, labels), said=1.0)
    signal = drift_signals(list(rows.values()), TRIGGER)[2]
    assert (signal.state, signal.value) == ("quiet", pytest.approx(0.8))
    assert signal.why == "known since training: y no: 80.0% → 0.0%"
