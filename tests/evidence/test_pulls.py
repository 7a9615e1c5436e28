"""What each row pulls: the derivative by its weight, with scikit-learn's weighted scorers; areas as DeLong wrote them down."""

import numpy as np
import pytest
from made_answers import TWO, classified, labels, numbers, values

from stages.evidence import ranks, ratios
from stages.evidence.paired import difference
from stages.evidence.row_means import row_scores
from stages.evidence.scores import Predictions, score

STEP = 1e-5


def derivative(metric: str, said: Predictions) -> np.ndarray:
    """By the weight of each row, from scikit-learn."""
    n = len(said.truth)
    shifts = STEP * np.eye(n)
    return np.array([(score(metric, said, 1 + shift) - score(metric, said, 1 - shift)) / (2 * STEP) for shift in shifts])


@pytest.mark.parametrize("metric", [name for name in ratios.RATIOS if not name.startswith(("d2_log", "d2_brier", "neg_median"))])
def test_a_row_pulls_as_the_metric_changes_with_its_weight(metric):
    said, _ = numbers(41)
    value, pull = ratios.pulled(metric, said)
    assert value == pytest.approx(score(metric, said), rel=1e-12)
    # The median of d2_absolute_error_score jumps with weights: of an odd number of rows it stays where it is.
    assert pull == pytest.approx(derivative(metric, said), abs=1e-7)


@pytest.mark.parametrize("metric", ["d2_log_loss_score", "d2_brier_score"])
@pytest.mark.parametrize("classes", [TWO, np.array(["a", "b", "c"], dtype=object)])
def test_so_it_does_where_the_model_gives_chances(metric, classes):
    said, _ = classified(40, classes)
    assert ratios.pulled(metric, said)[1] == pytest.approx(derivative(metric, said), abs=1e-7)


@pytest.mark.parametrize("decimals", [None, 1])
def test_so_it_does_in_the_average_precision_ties_too(decimals):
    said, _ = classified(40, TWO, decimals)
    value, pull = ranks.pulled("average_precision", said)
    coded = Predictions((said.truth == "b").astype(int), said.answer, said.probability, np.array([0, 1]))
    assert value == pytest.approx(score("average_precision", coded), rel=1e-12)
    assert pull == pytest.approx(derivative("average_precision", coded), abs=1e-7)


def delong(sides: list[np.ndarray], positive: np.ndarray) -> tuple[float, float]:
    """The difference of two areas and its variance, pair by pair of rows."""
    ones, zeros = np.flatnonzero(positive), np.flatnonzero(~positive)
    won = [np.array([[(s[i] > s[j]) + (s[i] == s[j]) / 2 for j in zeros] for i in ones]) for s in sides]
    apart = won[1] - won[0]
    return apart.mean(), apart.mean(axis=1).var(ddof=1) / len(ones) + apart.mean(axis=0).var(ddof=1) / len(zeros)


@pytest.mark.parametrize("decimals", [None, 1, 0])
def test_the_area_has_delongs_variance_ties_too(decimals):
    sides = classified(60, TWO, decimals)
    delta, variance = delong([side.probability[:, 1] for side in sides], sides[0].truth == "b")
    found = difference("roc_auc", *sides, 0)
    assert (found.delta, found.standard_error) == pytest.approx((delta, variance**0.5), abs=1e-12)


@pytest.mark.parametrize("metric", ["roc_auc_ovr", "roc_auc_ovr_weighted", "roc_auc_ovo", "roc_auc_ovo_weighted"])
def test_areas_over_several_classes_vary_as_the_jackknife_says(metric):
    said, _ = classified(120)
    value, pull = ranks.pulled(metric, said)
    left = np.array([score(metric, said.rows(np.arange(120) != k)) for k in range(120)])
    # Leaving a row out changes the metric by what the row pulls, to the first order: 1 / 120 of it is of the second.
    assert pull.std() == pytest.approx((left.mean() - left).std(), rel=0.05)
    assert np.corrcoef(pull, value - left)[0, 1] > 0.999


def test_a_class_of_one_row_leaves_the_area_without_a_measure_of_chance():
    baseline, candidate = (
        side.rows((side.truth == "a") | (np.arange(60) == np.argmax(side.truth == "b"))) for side in classified(60, TWO)
    )
    found = difference("roc_auc", baseline, candidate, 0)
    assert found.delta is not None
    assert (found.standard_error, found.bounds(0.95)) == (None, (None, None))


@pytest.mark.parametrize("bad", [0.0, -1.0])
@pytest.mark.parametrize("metric", ["neg_mean_poisson_deviance", "neg_mean_gamma_deviance"])
def test_a_number_that_the_metric_is_not_defined_for_leaves_it_undefined(metric, bad):
    said = values([1.0, 2.0], [1.0, bad])
    assert score(metric, said) is None
    assert row_scores(metric, said) is None


def test_a_median_pulls_as_hard_as_the_losses_about_it_are_rare():
    # Of exponential losses half are above log 2, where their density is 1/2: the standard error is 1 / (2 * 1/2 * sqrt(n)).
    losses = np.random.default_rng(2).exponential(size=20_000)
    value, pull = ratios.median(losses)
    assert value == -np.median(losses)
    assert (pull @ pull) ** 0.5 == pytest.approx(20_000**-0.5, rel=0.1)
    assert (pull > 0).sum() == (pull < 0).sum() == 10_000


def test_a_truth_that_never_changes_has_nothing_to_explain():
    assert ratios.pulled("r2", values([2, 2, 2], [1, 2, 3]))[0] == score("r2", values([2, 2, 2], [1, 2, 3])) == 0
    assert ratios.pulled("r2", values([2, 2, 2], [2, 2, 2]))[0] == score("r2", values([2, 2, 2], [2, 2, 2])) == 1


def test_a_model_without_chances_has_no_area():
    assert ranks.pulled("roc_auc", labels("abab", "aabb")) is None
