"""Drawn rows: units that hang together stay together, and the work does not grow with the rows."""

from dataclasses import replace

import numpy as np
import pytest
from made_answers import classified, grouped, numbers, row_bootstrap, values

from stages.evidence import resampled
from stages.evidence.calibration_error import calibration_error
from stages.evidence.resampled import Drawn, calibration_errors, drawn_sums, scored, units
from stages.evidence.scores import score


def test_units_are_rows_or_groups_and_of_many_as_many_blocks():
    assert units(3, None, 0).tolist() == [0, 1, 2]
    assert units(4, np.array([9, 4, 9, 7]), 0).tolist() == [0, 1, 0, 2]
    many = units(10 * resampled.UNITS, None, 0)
    assert set(np.bincount(many)) == {10}
    groups = np.repeat(np.arange(3 * resampled.UNITS), 2)
    blocks = units(len(groups), groups, 0)
    assert np.array_equal(blocks[::2], blocks[1::2])  # both rows of a group
    assert set(np.bincount(blocks)) == {6}


def test_sums_over_drawn_units_vary_as_sums_over_rows_do():
    parts = np.random.default_rng(1).gamma(2, size=(300, 1))
    sums = drawn_sums(parts, 0)[:, 0]
    assert sums.shape == (resampled.REPLICATES,)
    # A sum of 300 drawn numbers has their mean times 300 and their (divided by n) variance times 300. The mean of 2,000 such
    # sums is known to sd / sqrt(2000), their spread to 1.6 %; thrice that.
    sd = parts.std() * 300**0.5
    assert sums.mean() == pytest.approx(parts.sum(), abs=3 * sd / 2000**0.5)
    assert sums.std() == pytest.approx(sd, rel=0.048)


def test_the_calibration_error_is_that_of_all_rows_and_varies_as_drawn_rows_do():
    sides = classified(600)
    found = calibration_errors(list(sides), 0)
    assert found.values == [score("expected_calibration_error", side) for side in sides]
    assert found.standard_error() == pytest.approx(row_bootstrap("expected_calibration_error", sides, 300), rel=0.14)


def test_the_calibration_error_by_hand():
    # Confidence 0.61 and 0.69 share a tenth, 1 of 2 right: |1 - 1.3| = 0.3. 0.95 and 1.0 share the last: |2 - 1.95| = 0.05.
    # Over 4 rows: 0.35 / 4.
    assert calibration_error(np.array([0.61, 0.95, 0.69, 1.0]), np.array([1, 1, 0, 1])) == pytest.approx(0.0875)


def test_a_model_without_chances_has_no_calibration_error():
    old, new = classified(60)
    assert calibration_errors([old, replace(new, probability=None)], 0) is None


def test_any_scorer_varies_as_drawn_rows_do():
    sides = numbers(300)
    found = scored("neg_median_absolute_error", list(sides), 0)
    # 400 draws against 300: 3.5 % and 4.1 %, together 5.4 %; thrice that.
    assert found.standard_error() == pytest.approx(row_bootstrap("neg_median_absolute_error", sides, 300), rel=0.17)


def test_of_many_rows_few_are_drawn_and_the_spread_shrunk(monkeypatch):
    sides = list(numbers(4000))
    whole = scored("neg_median_absolute_error", sides, 0).standard_error()
    monkeypatch.setattr(resampled, "MOST_ROWS", 1000)
    few = scored("neg_median_absolute_error", sides, 0)
    assert few.shrink == pytest.approx(0.5, rel=0.01)  # sqrt(1000 / 4000)
    # Other rows have another spread: a median's is known to 10 % or so from 1,000 rows. Unshrunk it were twice as large.
    assert few.standard_error() == pytest.approx(whole, rel=0.3)
    assert few.values == [score("neg_median_absolute_error", side) for side in sides]


def test_any_scorer_draws_whole_groups():
    sides = numbers(300)
    alone = scored("neg_median_absolute_error", list(sides), 0).standard_error()
    together = scored("neg_median_absolute_error", list(grouped(sides, 4)), 0).standard_error()
    assert together == pytest.approx(alone, rel=0.17)


def test_few_large_groups_are_all_drawn(monkeypatch):
    monkeypatch.setattr(resampled, "MOST_ROWS", 10)
    sides = [replace(side, groups=np.arange(300) % 3) for side in numbers(300)]
    assert scored("neg_median_absolute_error", sides, 0).shrink == pytest.approx((3 / 2) ** 0.5)  # of 3 groups: n / (n - 1)


def test_where_most_draws_are_undefined_there_is_no_spread():
    draws = np.array([[1.0, 2.0, np.nan, np.nan, np.nan]])
    assert Drawn(values=[1.0], draws=draws).standard_error() is None
    assert Drawn(values=[1.0], draws=draws[:, :3]).standard_error() == pytest.approx(0.5**0.5)


def test_an_undefined_metric_is_not_drawn():
    assert scored("neg_median_absolute_error", [values([1, np.nan], [1, 2])], 0) is None
