"""What follows from a difference at any confidence: bounds and the chance that a loss is luck."""

import json
from dataclasses import asdict

import pytest
from scipy.stats import norm, t

from stages.evidence.difference import Difference, from_json
from stages.evidence.proportions import score_bounds, score_z

MEAN = Difference(n=25, baseline=0.5, candidate=0.6, delta=0.1, standard_error=0.05, freedom=24)
RIGHT = Difference(n=200, baseline=0.8, candidate=0.85, delta=0.05, standard_error=0.02, freedom=199, won=15, lost=5)


@pytest.mark.parametrize("confidence", [0.6, 0.95, 0.9995])
def test_bounds_follow_students_t_and_without_freedom_the_normal_distribution(confidence):
    lower, upper = MEAN.bounds(confidence)
    assert (lower, upper) == pytest.approx((0.1 - 0.05 * t.ppf(confidence, 24), 0.1 + 0.05 * t.ppf(confidence, 24)))
    drawn = Difference(n=25, delta=0.1, standard_error=0.05)
    assert drawn.bounds(confidence)[0] == pytest.approx(0.1 - 0.05 * norm.ppf(confidence))


def test_a_loss_is_proven_where_its_p_value_is_below_one_minus_the_confidence():
    loss = Difference(n=25, delta=-0.1, standard_error=0.05, freedom=24)
    assert loss.p_loss() == pytest.approx(t.cdf(-2, 24))  # -0.1 / 0.05
    for found in (loss, Difference(n=200, delta=-0.05, won=5, lost=15)):
        for confidence in (0.9, 0.97, 0.98, 0.99):
            assert (found.bounds(confidence)[1] < 0) == (found.p_loss() < 1 - confidence)


def test_accuracy_has_the_bounds_of_the_score_test():
    assert RIGHT.bounds(0.95) == score_bounds(15, 5, 200, 0.95)
    assert RIGHT.p_loss() == pytest.approx(norm.cdf(score_z(15, 5, 200, 0)))


def test_equal_answers_do_not_prove_that_the_models_are_equal():
    lower, upper = Difference(n=100, delta=0, standard_error=0, freedom=99, won=0, lost=0).bounds(0.95)
    # With 0 of 100 rows apart each bound is where z reaches 1.645: n d / sqrt(n d (1 - d)) = z, d = z^2 / (n + z^2).
    assert (lower, upper) == pytest.approx((-2.7055 / 102.7055, 2.7055 / 102.7055), abs=1e-6)


@pytest.mark.parametrize(
    "found",
    [
        Difference(n=0),
        Difference(n=1, delta=1.0),
        Difference(n=9, delta=0.5, standard_error=0, freedom=8),
        Difference(n=9, delta=1, standard_error=0, freedom=8, won=9, lost=0),
        Difference(n=9, delta=-1, standard_error=0, freedom=8, won=0, lost=9),
    ],
)
def test_without_a_measure_of_chance_nothing_is_proven(found):
    assert found.bounds(0.95) == (None, None)
    assert found.p_loss() is None


@pytest.mark.parametrize("found", [MEAN, RIGHT, Difference(n=0)])
def test_a_kept_difference_comes_back_whole(found):
    kept = json.loads(json.dumps(asdict(found) | {"lower": 0.1, "segment": "tier=pro"}))
    assert from_json(kept) == found
