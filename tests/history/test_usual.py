"""Intervals against a second implementation, and what differs from a history by hand."""

import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from stages.history.usual import CHANCE, Change, Range, amounts, shares, unlike


@pytest.mark.parametrize(("k", "n"), [(0, 20), (1, 20), (19, 20), (20, 20), (3, 1000), (500, 1000), (7, 7)])
@pytest.mark.parametrize("at_once", [1, 10])
def test_intervals_of_shares_are_clopper_and_pearsons(k, n, at_once):
    # an interval with a confidence of 1 - 2c misses with each of its ends at most with the chance c
    exact = binomtest(k, n).proportion_ci(1 - 2 * CHANCE / at_once, method="exact")
    own = shares(k, n, at_once)
    assert (own.value.item(), own.low.item(), own.high.item()) == pytest.approx((k / n, exact.low, exact.high), abs=1e-7)


def test_a_share_of_no_rows_may_be_anything():
    own = shares([0], [0])
    assert (own.low.item(), own.high.item()) == (0, 1)


@pytest.mark.parametrize("k", [1, 5, 1000])
def test_intervals_of_numbers_of_rows_are_garwoods(k):
    # Garwood 1936: half the quantiles of chi-squared with 2k and 2k + 2 degrees of freedom
    low, high = chi2.ppf(CHANCE, 2 * k) / 2, chi2.ppf(1 - CHANCE, 2 * k + 2) / 2
    own = amounts([k])
    assert (own.value.item(), own.low.item(), own.high.item()) == pytest.approx((k, low, high), rel=1e-6)


def test_no_rows_are_infinitely_fewer_than_some():
    assert unlike(amounts([0]), amounts([[100], [100], [100]]), factor=True).item() == -np.inf


def certain(*values: float) -> Range:
    """Estimates without noise; several are a history, one value a batch."""
    column = np.array(values)[:, np.newaxis] if len(values) > 1 else np.array(values)
    return Range(column, column, column)


@pytest.mark.parametrize(
    ("own", "past", "expected"),
    [
        (0.5, (0.1, 0.1, 0.1), 0.4),
        (0.1, (0.5, 0.5, 0.5), -0.4),
        (0.5, (0.1, 0.2, 0.4), 0.2),  # from the median 0.3, but no more than twice the 0.1 from the most similar batch
        (0.5, (0.1, 0.2, 0.3), 0.3),  # from the median; twice the distance to the most similar batch is 0.4
        (0.5, (0.5, 0.1, 0.1), 0.0),  # as in one of them
        (0.3, (0.1, 0.1, 0.9, 0.9), -0.2),  # between two usual states is unusual too
    ],
)
def test_a_change_is_measured_from_the_median_and_from_the_most_similar_batch(own, past, expected):
    assert unlike(certain(own), certain(*past)).item() == pytest.approx(expected)


def test_a_factor_is_a_difference_of_logarithms():
    # the median of 1, 2, 4 is 2: log(16 / 2), where twice log(16 / 4) is more; of 1, 2, 3, 5 it is 2.5
    assert unlike(certain(16), certain(1, 2, 4), factor=True).item() == pytest.approx(np.log(8))
    assert unlike(certain(100), certain(1, 2, 3, 5), factor=True).item() == pytest.approx(np.log(40))


def test_batches_whose_intervals_overlap_do_not_differ():
    own = Range(np.array([0.5]), np.array([0.3]), np.array([0.7]))
    past = Range(np.array([[0.1], [0.2]]), np.array([[0.0], [0.1]]), np.array([[0.2], [0.3]]))
    assert unlike(own, past).item() == 0


def test_limits_are_inclusive_whatever_the_last_bit_says():
    assert 0.15 - 0.1 < 0.05  # by one bit
    assert Change(size=0.15 - 0.1, why="").reaches(0.05)
    assert Change(size=np.log(10), why="", factor=True).reaches(10)
    assert not Change(size=0.049, why="").reaches(0.05)
    assert not Change(size=1.0, why="").reaches(None)


def test_no_change_reaches_no_limit():
    assert not Change(size=0.0, why="", factor=True).reaches(1)
