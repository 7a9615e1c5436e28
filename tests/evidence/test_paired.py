"""Paired differences: every metric has its value from scikit-learn, a standard error, and a reason where it has none."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_answers import THREE, TWO, classified, grouped, labels, numbers, row_bootstrap, values
from scipy.stats import ttest_1samp, ttest_rel
from sklearn.metrics import get_scorer_names

from stages.evidence.counts import COUNTED
from stages.evidence.difference import Difference
from stages.evidence.paired import bounds, by_segments, difference
from stages.evidence.ranks import AREAS
from stages.evidence.ratios import RATIOS
from stages.evidence.row_means import ROW_MEANS
from stages.evidence.scores import Predictions, score
from stages.evidence.segments import segments

FAST = {*ROW_MEANS, *RATIOS, *AREAS, *COUNTED}
WORLDS = {
    "numbers": numbers(300),
    "two classes": classified(300, TWO),
    "three classes": classified(300, THREE),
    "tied scores": classified(300, TWO, decimals=1),
}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("metric", sorted(FAST & set(get_scorer_names())))
def test_the_values_are_those_of_scikit_learn(metric, world):
    sides = WORLDS[world]
    found = difference(metric, *sides, 0)
    assert found.n == 300
    for ours, side in ((found.baseline, sides[0]), (found.candidate, sides[1])):
        theirs = score(metric, side)
        assert ours is theirs if theirs is None else ours == pytest.approx(theirs, rel=1e-12)
    assert (found.standard_error is None) == (found.baseline is None)


def test_every_metric_of_counts_rows_and_ranks_is_one_of_scikit_learn_or_ours():
    assert FAST - set(get_scorer_names()) == {"neg_mean_cost"}


def test_the_standard_error_of_four_rows_by_hand():
    # The baseline has rows 1 and 2 right, the candidate rows 1, 2 and 3: differences 0, 0, 1, 0. Mean 1/4, variance
    # (3 * (1/4)^2 + (3/4)^2) / 3 = 1/4, standard error sqrt(1/4 / 4) = 1/4.
    found = difference("accuracy", labels("aabb", "aaaa"), labels("aabb", "aaba"), 0)
    assert found == Difference(n=4, baseline=0.5, candidate=0.75, delta=0.25, standard_error=0.25, freedom=3, won=1, lost=0)


@pytest.mark.parametrize("metric", ["neg_mean_absolute_error", "neg_mean_squared_error", "neg_log_loss", "neg_brier_score"])
def test_a_mean_over_rows_has_the_bounds_of_a_paired_t_test(metric):
    sides = numbers(60) if "mean" in metric else classified(60)
    found = difference(metric, *sides, 0)
    rows = [np.array([_row(metric, side.rows(np.array([k]))) for k in range(60)]) for side in sides]
    test = ttest_rel(rows[1], rows[0], alternative="less")
    interval = ttest_rel(rows[1], rows[0]).confidence_interval(0.9)
    assert found.bounds(0.95) == pytest.approx((interval.low, interval.high), abs=1e-12)
    assert found.p_loss() == pytest.approx(test.pvalue, abs=1e-12)


def _row(metric: str, row: Predictions) -> float:
    """One row's share, written down again."""
    if row.classes is None:
        error = float(row.truth[0] - row.answer[0])
        return -abs(error) if "absolute" in metric else -(error**2)
    hit = np.array([float(row.truth[0] == name) for name in row.classes])
    return float(np.log(row.probability[0] @ hit) if "log" in metric else -np.sum((row.probability[0] - hit) ** 2))


@pytest.mark.parametrize("metric", ["f1_macro", "roc_auc_ovr", "roc_auc_ovo_weighted", "average_precision", "d2_log_loss_score"])
def test_the_standard_error_is_that_of_drawn_rows(metric):
    sides = classified(400)
    # The spread of 300 draws is itself known to 1 / sqrt(600) = 4.1 %, that of our 2,000 to 1.6 %: together 4.4 %, thrice that.
    assert difference(metric, *sides, 3).standard_error == pytest.approx(row_bootstrap(metric, sides, 300), rel=0.14)


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "roc_auc_ovr", "neg_log_loss", "expected_calibration_error", "r2"])
def test_rows_that_only_repeat_others_of_their_group_add_nothing(metric):
    sides = numbers(300) if metric == "r2" else classified(300)
    alone, together = difference(metric, *sides, 3), difference(metric, *grouped(sides, 5), 3)
    assert (together.n, together.groups, together.freedom) == (1500, 300, 299)
    assert together.delta == pytest.approx(alone.delta, abs=1e-12)
    # Drawn ones differ by chance: two spreads of 2,000 draws, each known to 1.6 %, thrice sqrt(2) * 1.6 %.
    assert together.standard_error == pytest.approx(alone.standard_error, rel=0.07)


def test_groups_of_one_row_are_rows():
    sides = tuple(replace(side, groups=np.arange(80)) for side in numbers(80))
    alone, single = (difference("neg_mean_absolute_error", *own, 0) for own in (numbers(80), sides))
    assert single.standard_error == pytest.approx(alone.standard_error, rel=1e-12)
    assert (single.groups, single.freedom) == (80, 79)


def test_groups_of_other_sizes_are_a_ratio_of_sums():
    # Absolute errors 1, 1 | 4 of the baseline, 0, 0 | 0 of the candidate: gains 1, 1 | 4, mean 2. What the groups pull:
    # (1 - 2 + 1 - 2) / 3 = -2/3 and (4 - 2) / 3 = 2/3; variance 2 / (2 - 1) * (4/9 + 4/9) = 16/9.
    truth, groups = [0.0, 0.0, 0.0], np.array([7, 7, 3])
    sides = [replace(values(truth, answer), groups=groups) for answer in ([1, 1, 4], [0, 0, 0])]
    found = difference("neg_mean_absolute_error", *sides, 0)
    assert (found.delta, found.standard_error, found.freedom) == (2, pytest.approx(4 / 3), 1)


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "neg_log_loss", "neg_mean_absolute_error", "roc_auc_ovr"])
def test_every_segment_is_compared_as_if_it_were_alone(metric):
    sides = numbers(200) if "absolute" in metric else classified(200)
    frame = pd.DataFrame({"tier": np.resize(["pro", "basic", "rare", "basic"], 200), "size": np.arange(200) // 150})
    parts = segments(frame, ["tier", "size"], 60, ["tier=gone"])
    assert parts.names == ("tier=basic", "tier=gone", "size=0")
    basic, gone, small = by_segments(metric, *sides, parts, 5)
    for found, mask in ((basic, frame["tier"] == "basic"), (small, frame["size"] == 0)):
        assert found == difference(metric, *(side.rows(mask.to_numpy()) for side in sides), 5)
    assert gone == Difference(n=0)


def test_the_same_seed_gives_the_same_difference_and_another_gives_another():
    first, again, other = (difference("f1_macro", *classified(100), seed) for seed in (1, 1, 2))
    assert first == again
    assert first.standard_error != other.standard_error


@pytest.mark.parametrize("metric", ["accuracy", "neg_log_loss", "f1_macro", "roc_auc_ovr", "expected_calibration_error"])
def test_a_model_against_itself_gains_exactly_nothing(metric):
    baseline, _ = classified(60)
    found = difference(metric, baseline, baseline, 1)
    assert (found.delta, found.standard_error) == (0, 0)
    lower, _ = found.bounds(0.95)
    assert lower is None or lower < 0


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_the_bounds_of_one_models_mean_are_those_of_scipy(confidence):
    said, _ = numbers(50)
    # A one-sided bound at c is the end of the two-sided interval at 2c - 1.
    expected = ttest_1samp(-np.abs(said.truth - said.answer), 0).confidence_interval(2 * confidence - 1)
    found = bounds("neg_mean_absolute_error", said, confidence, 0)
    assert found == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_a_class_that_a_draw_leaves_out_does_not_count_as_a_failure():
    # One of 30 rows is of class c and always right. A draw leaves it out with 37 %; the mean over classes is then over two.
    # The model is right everywhere, so every draw, and both bounds, must be exactly 1.
    perfect = labels("a" * 20 + "b" * 9 + "c", "a" * 20 + "b" * 9 + "c", "abc")
    assert bounds("f1_macro", perfect, 0.95, 1) == (1.0, 1.0)
