"""Bad input to a comparison: never a proof, never an exception that quotes a row."""

from dataclasses import replace

import numpy as np
import pytest
from made_answers import TWO, classified, labels, numbers

from stages.errors import CannotJudge
from stages.evidence.difference import Difference
from stages.evidence.paired import bounds, difference
from stages.evidence.scores import Predictions, score


@pytest.mark.parametrize("by", [0.1, 0.7, 1e9])
def test_differences_that_are_all_equal_prove_nothing(by):
    # 0.1 and 0.7 are no exact binary numbers: rounding must not pass for a tiny spread.
    truth = np.random.default_rng(0).normal(size=50)
    baseline, candidate = (Predictions(truth, truth + error, None, None) for error in (2 * by, by))
    found = difference("neg_mean_absolute_error", baseline, candidate, 1)
    assert (found.delta, found.standard_error) == (pytest.approx(by), 0)
    assert found.bounds(0.95) == (None, None)
    assert found.p_loss() is None


def test_a_candidate_that_alone_is_always_right_proves_nothing():
    for metric in ("accuracy", "f1_macro", "balanced_accuracy"):
        found = difference(metric, labels("aabb", "bbaa"), labels("aabb", "aabb"), 1)
        assert (found.delta, found.bounds(0.95)) == (1, (None, None))


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "neg_log_loss", "top_k_accuracy"])
def test_fewer_than_two_rows_have_no_bounds(metric, n):
    baseline, candidate = (said.rows(np.arange(60) < n) for said in classified(60))
    found = difference(metric, baseline, candidate, 1)
    assert (found.n, found.standard_error, found.bounds(0.95), found.p_loss()) == (n, None, (None, None), None)
    assert found.baseline == score(metric, baseline)
    assert bounds(metric, candidate, 0.95, 1) == (None, None)


def test_one_group_has_no_bounds():
    sides = [replace(side, groups=np.zeros(60, dtype=int)) for side in classified(60)]
    for metric in ("accuracy", "f1_macro", "roc_auc_ovr", "expected_calibration_error"):
        found = difference(metric, *sides, 1)
        assert (found.groups, found.standard_error) == (1, None)
        assert found.delta is not None


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "neg_log_loss", "roc_auc_ovr", "expected_calibration_error"])
def test_a_score_that_is_no_number_leaves_the_metric_undefined(metric, bad):
    baseline, candidate = classified(60)
    chance = candidate.probability.copy()
    chance[7, 1] = bad
    found = difference(metric, baseline, replace(candidate, probability=chance), 1)
    assert found == Difference(n=60, baseline=score(metric, baseline))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("metric", ["neg_mean_absolute_error", "r2", "neg_median_absolute_error", "neg_max_error"])
def test_a_number_that_is_none_leaves_the_metric_undefined(metric, bad):
    baseline, candidate = numbers(60)
    answer = baseline.answer.copy()
    answer[7] = bad
    found = difference(metric, replace(baseline, answer=answer), candidate, 1)
    assert found == Difference(n=60, candidate=score(metric, candidate))
    truth = candidate.truth.copy()
    truth[7] = bad
    assert difference(metric, *(replace(side, truth=truth) for side in (baseline, candidate)), 1) == Difference(n=60)


@pytest.mark.parametrize("missing", [np.nan, None])
def test_a_missing_truth_or_answer_leaves_the_metric_undefined(missing):
    baseline, candidate = classified(60)
    answer, truth = baseline.answer.copy(), baseline.truth.copy()
    answer[3] = truth[3] = missing
    assert difference("accuracy", replace(baseline, answer=answer), candidate, 1).baseline is None
    assert difference("f1_macro", *(replace(side, truth=truth) for side in (baseline, candidate)), 1) == Difference(n=60)


@pytest.mark.parametrize("cost", [np.nan, np.inf])
def test_costs_are_compared_and_a_cost_that_is_no_number_leaves_them_undefined(cost):
    baseline, candidate = (replace(side, costs=3.0 * (side.truth != side.answer)) for side in classified(200))
    found, right = difference("neg_mean_cost", baseline, candidate, 1), difference("accuracy", baseline, candidate, 1)
    # A wrong answer costs 3: the cost falls by thrice the gain in accuracy.
    assert (found.delta, found.standard_error) == pytest.approx((3 * right.delta, 3 * right.standard_error), rel=1e-9)
    broken = replace(candidate, costs=np.where(np.arange(200) == 9, cost, candidate.costs))
    assert difference("neg_mean_cost", baseline, broken, 1) == Difference(n=200, baseline=found.baseline)
    assert difference("neg_mean_cost", baseline, replace(candidate, costs=None), 1).candidate is None


def test_a_class_that_is_never_predicted_counts_as_failed():
    # Truth aabbc, answers aabba: the recall of c is 0, balanced accuracy (1 + 1 + 0) / 3.
    found = difference("balanced_accuracy", labels("aabbc", "aabba", "abc"), labels("aabbc", "aabbc", "abc"), 1)
    assert (found.baseline, found.candidate) == (pytest.approx(2 / 3), 1)


def test_one_class_only_has_no_area_but_an_accuracy():
    sides = [side.rows(side.truth == "a") for side in classified(100, TWO)]
    for metric in ("roc_auc", "neg_log_loss", "d2_log_loss_score"):
        assert difference(metric, *sides, 1) == Difference(n=len(sides[0].truth))
    assert difference("accuracy", *sides, 1).standard_error > 0


def test_models_that_know_other_classes_are_compared_by_their_names():
    # The baseline never learned c: places of classes differ, names count.
    baseline, candidate = labels("bcbc", "bbbb", "ab"), labels("bcbc", "bcbb", "bc")
    found = difference("accuracy", baseline, candidate, 1)
    assert (found.baseline, found.candidate, found.won, found.lost) == (0.5, 0.75, 1, 0)


def test_other_rows_or_another_truth_are_refused():
    baseline, candidate = classified(60)
    with pytest.raises(CannotJudge, match=r"same rows, got \[60, 60, 59, 59\] rows"):
        difference("accuracy", baseline, candidate.rows(np.arange(60) > 0), 1)
    with pytest.raises(CannotJudge, match="the same truth"):
        difference("accuracy", baseline, replace(candidate, truth=candidate.truth[::-1]), 1)
    for groups in (None, np.arange(60) // 3):
        with pytest.raises(CannotJudge, match="the same groups"):
            difference("accuracy", replace(baseline, groups=np.arange(60) // 2), replace(candidate, groups=groups), 1)
    with pytest.raises(CannotJudge, match="in classes or both in numbers"):
        difference("accuracy", baseline, numbers(60)[0], 1)


def test_a_metric_undefined_on_one_side_has_no_difference():
    baseline, candidate = classified(60)
    found = difference("neg_log_loss", replace(baseline, probability=None), candidate, 1)
    assert found == Difference(n=60, candidate=score("neg_log_loss", candidate))


def test_a_largest_error_has_no_bounds():
    found = difference("neg_max_error", *numbers(60), 1)
    assert found.delta is not None
    assert found.bounds(0.95) == (None, None)


@pytest.mark.parametrize("metric", ["roc_auc_ovr", "roc_auc_ovo_weighted"])
def test_areas_of_several_classes_want_probabilities_as_scikit_learn_does(metric):
    baseline, candidate = classified(60)
    odd = replace(candidate, probability=2 * candidate.probability)
    assert score(metric, odd) is None
    assert difference(metric, baseline, odd, 1) == Difference(n=60, baseline=score(metric, baseline))
