"""Tango's score test: the statistic from its definition, the coverage by counting every outcome."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import multinomial

from stages.evidence.proportions import score_bounds, score_z


@pytest.mark.parametrize(("won", "lost", "n", "delta"), [(15, 5, 100, 0.02), (3, 9, 40, -0.1), (1, 1, 12, 0.3), (30, 2, 60, 0.2)])
def test_the_statistic_is_the_score_at_the_likeliest_share_under_the_hypothesis(won, lost, n, delta):
    # Under the hypothesis the shares are q + delta (won), q (lost) and the rest: q by a numerical search of the likelihood.
    def unlikely(q: float) -> float:
        return -(won * np.log(q + delta) + lost * np.log(q) + (n - won - lost) * np.log(1 - delta - 2 * q))

    least, most = max(0, -delta), (1 - delta) / 2
    q = minimize_scalar(unlikely, bounds=(least + 1e-12, most - 1e-12), method="bounded", options={"xatol": 1e-12}).x
    expected = (won - lost - n * delta) / np.sqrt(n * (2 * q + delta * (1 - delta)))
    assert score_z(won, lost, n, delta) == pytest.approx(expected, abs=1e-5)


def test_at_zero_it_is_mcnemars():
    assert score_z(15, 5, 100, 0.0) == pytest.approx(10 / 20**0.5)


def test_the_bounds_turn_round_with_the_models():
    lower, upper = score_bounds(12, 4, 80, 0.95)
    assert score_bounds(4, 12, 80, 0.95) == pytest.approx((-upper, -lower))


def test_the_bounds_are_inside_what_a_difference_can_be():
    for won, lost in product(range(7), repeat=2):
        if won + lost <= 6:
            lower, upper = score_bounds(won, lost, 6, 0.99)
            assert -1 <= lower <= (won - lost) / 6 <= upper <= 1


def test_few_rows_are_covered_too():
    # Every outcome of 40 rows, with its chance: the true difference, 0.15 - 0.1, is above the lower bound in about 95 %.
    covered = 0.0
    for won, lost in product(range(41), repeat=2):
        if won + lost <= 40:
            chance = multinomial.pmf([won, lost, 40 - won - lost], 40, [0.15, 0.1, 0.75])
            lower, _ = score_bounds(won, lost, 40, 0.95)
            covered += chance * (lower <= 0.05)
    assert covered == pytest.approx(0.95, abs=0.01)


def test_no_rows_have_no_bounds():
    assert score_bounds(0, 0, 0, 0.95) == (None, None)
