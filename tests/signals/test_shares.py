"""The tests behind drift, against scipy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2_contingency, hypergeom, ks_2samp, norm

from stages.signals.shares import apart, apart_p_value, holm, share_p_values


def p_value(old: int, old_rows: int, new: int, new_rows: int) -> float:
    return float(share_p_values(np.array([old]), old_rows, np.array([new]), new_rows)[0])


def exact(old: int, old_rows: int, new: int, new_rows: int) -> float:
    """Twice the smaller tail of the hypergeometric distribution: Fisher's exact test."""
    chance = hypergeom(old_rows + new_rows, old + new, new_rows)
    return min(1.0, 2 * float(min(chance.cdf(new), chance.sf(new - 1))))


@given(st.integers(1, 400), st.integers(1, 400), st.data())
def test_p_values_are_never_below_the_exact_ones_and_hardly_above_them(old_rows, new_rows, data):
    old, new = data.draw(st.integers(0, old_rows)), data.draw(st.integers(0, new_rows))
    ours, truth = p_value(old, old_rows, new, new_rows), exact(old, old_rows, new, new_rows)
    assert ours >= truth * (1 - 1e-9)
    if truth < 1:
        z = norm.isf(truth / 2)
        assert ours <= truth * (1 + 1 / z**2) * (1 + 1e-9)


@pytest.mark.parametrize("counts", [(600_000, 1_000_000, 598_000, 1_000_000), (100_000, 500_000, 101_200, 500_000)])
def test_with_many_rows_the_p_value_is_that_of_chi_squared(counts):
    old, old_rows, new, new_rows = counts
    table = [[old, old_rows - old], [new, new_rows - new]]
    assert p_value(*counts) == pytest.approx(chi2_contingency(table, correction=False).pvalue, rel=0.15)


def test_a_rare_level_beside_a_large_reference_is_a_binomial():
    # 10 of a million rows before, 6 of 1,000 now: of 16 rows each is a new one with chance 1,000 / 1,001,000.
    ours = p_value(10, 1_000_000, 6, 1000)
    assert ours == pytest.approx(2 * binomtest(6, 16, 1000 / 1_001_000, alternative="greater").pvalue, rel=0.03)


def test_equal_shares_are_no_evidence():
    assert p_value(30, 100, 15, 50) == 1.0
    assert p_value(100, 100, 50, 50) == 1.0
    assert p_value(0, 100, 0, 50) == 1.0
    assert share_p_values(np.array([]), 100, np.array([]), 50).tolist() == []


def test_p_values_are_symmetric_in_side_and_level():
    assert p_value(30, 100, 25, 60) == pytest.approx(p_value(25, 60, 30, 100))
    assert p_value(30, 100, 25, 60) == pytest.approx(p_value(70, 100, 35, 60))


@pytest.mark.parametrize(("n", "m"), [(5000, 3000), (200, 40_000)])
def test_the_distance_is_that_of_kolmogorov_and_smirnov(n, m):
    random = np.random.default_rng(1)
    one, other = random.poisson(20, n), random.poisson(20.6, m)
    rows = [np.bincount(side, minlength=80) for side in (one, other)]
    far = np.abs(apart(*rows))
    scipy = ks_2samp(one, other, method="asymp")
    assert far.max() == pytest.approx(scipy.statistic)
    assert far.argmax() == scipy.statistic_location
    # scipy's asymptotic p-value is of one-sample form with a rounded number of rows
    assert apart_p_value(far.max(), n, m) == pytest.approx(scipy.pvalue, rel=0.1)


def test_the_distance_by_hand():
    # Up to the first number 1 of 4 rows and 1 of 8: 0.25 and 0.125; up to the second 2 and 5: 0.5 and 0.625.
    assert apart(np.array([1, 1, 2]), np.array([1, 4, 3])).tolist() == [-0.125, 0.125, 0.0]
    assert apart_p_value(0.0, 3, 5) == 1.0


def test_holm_by_hand():
    # Sorted 0.01, 0.02, 0.03, 0.9: times 4, 3, 2, 1 = 0.04, 0.06, 0.06, 0.9; never below the one before.
    assert holm([0.02, 0.9, 0.01, 0.03]) == pytest.approx([0.06, 0.9, 0.04, 0.06])
    # Sorted 0.01, 0.011, 0.5: times 3, 2, 1 = 0.03, 0.022, 0.5; the second is lifted to 0.03.
    assert holm([0.01, 0.011, 0.5]) == pytest.approx([0.03, 0.03, 0.5])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []
