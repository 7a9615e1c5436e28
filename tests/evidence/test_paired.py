"""Paired differences: Student's bounds against scipy, bootstrap bounds against a bootstrap of rows."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from stages.evidence.paired import Difference, bounds, difference, mean_bounds
from stages.evidence.scores import Predictions, score

CLASSES = np.array(["a", "b", "c"], dtype=object)


def answers(n: int, right: float, seed: int, truth: np.ndarray) -> Predictions:
    """A model that is right on about `right` of the rows."""
    random = np.random.default_rng(seed)
    probability = random.dirichlet([1, 1, 1], n)
    hit = random.random(n) < right
    place = np.array([list(CLASSES).index(t) for t in truth])
    probability[hit, place[hit]] += 1
    probability /= probability.sum(axis=1, keepdims=True)
    return Predictions(truth, CLASSES[probability.argmax(axis=1)], probability, CLASSES)


def two(n: int, shares=(0.5, 0.3, 0.2), seed: int = 1) -> tuple[Predictions, Predictions]:
    truth = np.random.default_rng(seed).choice(CLASSES, n, p=shares)
    return answers(n, 0.6, seed + 1, truth), answers(n, 0.7, seed + 2, truth)


def numbers(truth: list[float], answer: list[float]) -> Predictions:
    return Predictions(np.array(truth), np.array(answer), None, None)


def test_the_bounds_of_four_rows_by_hand():
    # The baseline has rows 1 and 2 right, the candidate rows 1, 2 and 3: differences 0, 0, 1, 0. Mean 1/4, variance
    # (3 * (1/4)^2 + (3/4)^2) / 3 = 1/4, standard error sqrt(1/4 / 4) = 1/4, t(0.95; 3) = 2.3534.
    truth = np.array(["a", "a", "b", "b"], dtype=object)
    baseline = Predictions(truth, np.array(["a", "a", "a", "a"], dtype=object), None, CLASSES)
    candidate = Predictions(truth, np.array(["a", "a", "b", "a"], dtype=object), None, CLASSES)
    found = difference("accuracy", baseline, candidate, 0.95, 0)
    assert (found.n, found.baseline, found.candidate, found.delta) == (4, 0.5, 0.75, 0.25)
    assert found.lower == pytest.approx(0.25 - 0.25 * 2.3534, abs=1e-4)
    assert found.upper == pytest.approx(0.25 + 0.25 * 2.3534, abs=1e-4)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_the_bounds_of_a_mean_are_those_of_scipy(confidence):
    values = np.random.default_rng(0).normal(size=50)
    # A one-sided bound at c is the end of the two-sided interval at 2c - 1.
    expected = ttest_1samp(values, 0).confidence_interval(2 * confidence - 1)
    assert mean_bounds(values, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize("metric", ["accuracy", "neg_mean_absolute_error", "neg_mean_squared_error"])
def test_a_mean_over_rows_is_the_metric(metric):
    if metric == "accuracy":
        baseline, candidate = two(80)
    else:
        baseline, candidate = numbers([1, 2, 4], [1, 3, 1]), numbers([1, 2, 4], [2, 2, 3])
    found = difference(metric, baseline, candidate, 0.95, 0)
    assert found.delta == pytest.approx(score(metric, candidate) - score(metric, baseline))
    assert found.lower < found.delta < found.upper
    assert (found.lower + found.upper) / 2 == pytest.approx(found.delta)


def row_bootstrap(metric: str, baseline: Predictions, candidate: Predictions, draws: int) -> np.ndarray:
    """Really resampled rows, one by one."""
    random = np.random.default_rng(99)
    found = []
    for _ in range(draws):
        rows = random.integers(0, len(baseline.truth), len(baseline.truth))
        found.append(score(metric, candidate.rows(rows)) - score(metric, baseline.rows(rows)))
    return np.array(found)


@pytest.mark.parametrize(
    ("metric", "shares"),
    [("f1_macro", (0.6, 0.38, 0.02)), ("neg_log_loss", (0.5, 0.3, 0.2))],
)  # fmt: skip
def test_the_bootstrap_is_the_bootstrap_of_rows(metric, shares):
    baseline, candidate = two(100, shares)
    found = difference(metric, baseline, candidate, 0.9, 3)
    draws = row_bootstrap(metric, baseline, candidate, 400)
    # A quantile q of B draws has the standard error sqrt(q (1 - q) / B) / density; with a normal density at the 10 % point
    # that is 0.1755 in units of 1 / sd: sqrt(0.09 / 400 + 0.09 / 400) / 0.1755 = 0.121 sd. Three and a half of them.
    slack = 3.5 * 0.121 * draws.std()
    assert found.lower == pytest.approx(np.quantile(draws, 0.1), abs=slack)
    assert found.upper == pytest.approx(np.quantile(draws, 0.9), abs=slack)


def test_a_class_that_a_draw_leaves_out_does_not_count_as_a_failure():
    # One of 30 rows is of class c and always right. A draw leaves it out with 37 %; the mean over classes is then over two.
    # Both models are right everywhere, so every draw, and both bounds, must be exactly 1.
    truth = np.array(["a"] * 20 + ["b"] * 9 + ["c"], dtype=object)
    perfect = Predictions(truth, truth, None, CLASSES)
    assert bounds("f1_macro", perfect, 0.95, 1) == (1.0, 1.0)


def test_the_same_seed_gives_the_same_bounds_and_another_gives_others():
    truth, old, new = np.random.default_rng(4).normal(size=(3, 30))
    baseline, candidate = numbers(truth, truth + old), numbers(truth, truth + new / 2)
    first, again, other = (difference("neg_root_mean_squared_error", baseline, candidate, 0.95, seed) for seed in (1, 1, 2))
    assert first == again
    assert first.lower != other.lower


@pytest.mark.parametrize("metric", ["accuracy", "neg_log_loss"])
def test_a_model_against_itself_gains_exactly_nothing(metric):
    baseline, _ = two(60)
    found = difference(metric, baseline, baseline, 0.95, 1)
    assert (found.delta, found.lower, found.upper) == (0, 0, 0)


def test_differences_that_are_all_equal_have_bounds_without_width():
    truth = [1.0, 2.0, 3.0]
    found = difference("neg_mean_absolute_error", numbers(truth, [2, 3, 4]), numbers(truth, truth), 0.95, 1)
    assert (found.delta, found.lower, found.upper) == (1, 1, 1)


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_rows_have_no_bounds(n):
    baseline, candidate = (said.rows(np.arange(60) < n) for said in two(60))
    found = difference("accuracy", baseline, candidate, 0.95, 1)
    assert found.n == n
    assert (found.lower, found.upper) == (None, None)
    assert (found.delta is None) == (n == 0)
    assert bounds("accuracy", candidate, 0.95, 1) == (None, None)


def test_a_metric_undefined_on_one_side_has_no_difference():
    baseline, candidate = two(60)
    silent = Predictions(baseline.truth, baseline.answer, None, CLASSES)
    found = difference("neg_log_loss", silent, candidate, 0.95, 1)
    assert found == Difference(60, None, score("neg_log_loss", candidate), None, None, None)


def test_the_bounds_of_one_model_agree_with_the_binomial():
    # 80 right of 100: mean 0.8, standard error sqrt(0.8 * 0.2 / 99) = 0.0402, t(0.95; 99) = 1.6604.
    truth = np.array(["a"] * 100, dtype=object)
    said = Predictions(truth, np.array(["a"] * 80 + ["b"] * 20, dtype=object), None, CLASSES)
    assert bounds("accuracy", said, 0.95, 1) == pytest.approx((0.8 - 1.6604 * 0.040202, 0.8 + 1.6604 * 0.040202), abs=1e-5)


def test_the_lower_bound_holds_as_often_as_it_says():
    # The true gain is 0.15 - 0.10 = 0.05; each of 400 runs has its own 200 rows. The share of lower bounds above the
    # truth must be 5 %, within 3 standard errors: sqrt(0.05 * 0.95 / 400) = 0.0109.
    random = np.random.default_rng(11)
    missed = 0
    for _ in range(400):
        gains = random.choice([-1.0, 0.0, 1.0], 200, p=[0.1, 0.75, 0.15])
        lower, _ = mean_bounds(gains, 0.95)
        missed += lower > 0.05
    assert missed / 400 == pytest.approx(0.05, abs=3 * 0.0109)
