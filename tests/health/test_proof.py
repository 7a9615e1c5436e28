"""Exact bounds of a share, bounds of a sum, and the test for a falling trend."""

import itertools
import math

import pytest
from scipy.stats import binom

from stages.health.proof import share, total, trend


@pytest.mark.parametrize(("hits", "n"), [(1, 7), (3, 8), (6, 8)])
def test_at_a_bound_of_a_share_what_was_seen_is_just_as_unlikely_as_allowed(hits, n):
    found = share(hits, n, 0.95)
    assert found.value == hits / n
    assert binom.sf(hits - 1, n, found.lower) == pytest.approx(0.05)
    assert binom.cdf(hits, n, found.upper) == pytest.approx(0.05)


def test_none_and_all_have_one_bound_only():
    assert (share(0, 5, 0.95).lower, share(5, 5, 0.95).upper) == (0.0, 1.0)
    assert share(0, 5, 0.95).upper == pytest.approx(1 - 0.05 ** (1 / 5))


def test_the_errors_of_a_sum_add_up_as_squares():
    found = total([0.02, 0.03], [0.003, 0.004], 0.95)  # sqrt(9 + 16) = 5, and the 95th percentile is 1.645
    assert found.value == pytest.approx(0.05)
    assert (found.lower, found.upper) == (pytest.approx(0.05 - 0.008225, abs=1e-6), pytest.approx(0.05 + 0.008225, abs=1e-6))


@pytest.mark.parametrize("values", [[4, 3, 2, 1], [1, 2, 3, 4], [3, 4, 1, 2, 0], [2, 5, 1, 4, 3]])
def test_the_chance_of_a_fall_is_counted_over_every_order(values):
    def score(order):
        return sum(math.copysign(1, after - before) for before, after in itertools.combinations(order, 2))

    n, found = len(values), trend([float(value) for value in values])
    assert found
    orders = [score(order) for order in itertools.permutations(values)]
    assert found.p_value == pytest.approx(sum(own <= score(values) for own in orders) / len(orders))
    assert found.tau == pytest.approx(score(values) / (n * (n - 1) / 2))


def test_the_slope_is_the_median_of_all_pairs():
    found = trend([0.9, 0.88, 0.87, 0.5])  # slopes: -.02 -.015 -.1333 -.01 -.19 -.37, median (-.02 - .1333) / 2
    assert found
    assert found.slope == pytest.approx(-0.0766667, abs=1e-6)
    assert found.fall == pytest.approx(3 * 0.0766667, abs=1e-6)


def test_three_values_are_no_trend_and_equal_ones_no_fall():
    assert trend([0.9, 0.8, 0.7]) is None
    same = trend([0.9] * 6)
    assert same
    assert (same.tau, same.p_value, same.slope) == (0.0, 1.0, 0.0)
