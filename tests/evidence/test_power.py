"""How many rows it takes: by hand, against the table of the issue, and in simulation."""

import math

import numpy as np
import pytest

from stages.evidence.difference import Difference
from stages.evidence.power import chance_equal_passes, rows_needed, rows_to_settle, spread_of
from stages.evidence.proportions import score_z

Z95, Z80 = 1.644854, 0.841621  # quantiles of the normal distribution, from a table


def needed(**changes) -> int | None:
    asked = {"spread": 0.3, "true_gain": 0.02, "min_gain": 0.01, "strict": True, "confidence": 0.95}
    return rows_needed(**(asked | changes))


def mean(delta: float, error: float, n: int = 900) -> Difference:
    """A difference of a metric whose bounds are normal."""
    return Difference(n=n, baseline=0.5, candidate=0.5 + delta, delta=delta, standard_error=error)


@pytest.mark.parametrize(("disagreement", "rows"), [(0.02, 1200), (0.05, 3100), (0.10, 6200), (0.20, 12300)])
def test_a_strict_proof_of_one_point_takes_the_rows_of_the_table(disagreement, rows):
    found = needed(spread=spread_of(disagreement, 0.02))
    # e.g. disagreement 0.05: (1.644854 + 0.841621)² * (0.05 - 0.02²) / 0.01² = 6.18256 * 496 = 3066.5
    assert found == math.ceil((Z95 + Z80) ** 2 * (disagreement - 0.0004) / 0.0001)
    assert round(found, -2) == rows


@pytest.mark.parametrize(
    ("true_gain", "rows"),
    # spread 0.3. Above 0: (2.486475 * 0.3 / gain)²; the point above 0.01: (0.841621 * 0.3 / (gain - 0.01))²
    [(0.02, 1392), (0.012, 15938), (0.01, None), (0.005, None)],  # 0.02: 1391.1 > 637.5; 0.012: 3864.1 < 15937.1
)
def test_without_strict_both_the_bound_and_the_point_have_to_get_there(true_gain, rows):
    assert needed(strict=False, true_gain=true_gain) == rows


def test_no_number_of_rows_proves_a_gain_that_is_not_there():
    assert needed(true_gain=0.01) is None
    assert needed(true_gain=-0.01, min_gain=0.0, strict=False) is None


@pytest.mark.parametrize(("disagreement", "gain"), [(0.01, 0.02), (0.01, -0.02), (1.1, 0.02), (-0.1, 0.0)])
def test_models_that_differ_on_fewer_rows_than_one_gains_are_impossible(disagreement, gain):
    with pytest.raises(ValueError, match="disagreement"):
        spread_of(disagreement, gain)


@pytest.mark.parametrize("strict", [True, False])
def test_with_the_rows_needed_four_fifths_of_the_good_candidates_pass(strict):
    gain, least, disagreement, runs = 0.02, 0.01, 0.1, 4000
    n = needed(spread=spread_of(disagreement, gain), strict=strict)
    won_share = (disagreement + gain) / 2
    draws = np.random.default_rng(5).multinomial(n, [won_share, disagreement - won_share, 1 - disagreement], runs)
    # A score bound is above a mark where the test of that mark rejects.
    proven = [score_z(int(won), int(lost), n, least if strict else 0.0) >= Z95 for won, lost, _ in draws]
    passed = np.mean(np.array(proven) & (draws[:, 0] - draws[:, 1] >= least * n))
    assert passed == pytest.approx(0.8, abs=3 * math.sqrt(0.8 * 0.2 / runs))  # three Monte Carlo standard errors


def test_an_equal_candidate_passes_as_often_as_its_estimate_stays_above_margin_and_reach():
    # The bound is -0.03 or better where the estimate is above -0.03 + 1.644854 * 0.01: 1.355146 standard errors below 0.
    assert chance_equal_passes(mean(0.004, 0.01), 0.03, 0.95) == pytest.approx(0.9123, abs=1e-4)  # from a normal table
    # Without a margin it is the error that the confidence allows.
    assert chance_equal_passes(mean(0.004, 0.01), 0.0, 0.95) == pytest.approx(0.05, abs=1e-6)


def test_the_chance_of_an_equal_candidate_agrees_with_simulated_ones():
    n, disagreement, margin, runs = 500, 0.1, 0.03, 4000
    draws = np.random.default_rng(6).multinomial(n, [disagreement / 2, disagreement / 2, 1 - disagreement], runs)
    passed = np.mean([score_z(int(won), int(lost), n, -margin) >= Z95 for won, lost, _ in draws])
    said = chance_equal_passes(Difference(n=n, delta=0.0, won=25, lost=25), margin, 0.95)
    assert said == pytest.approx(passed, abs=0.03)  # the score test is no exact normal one


@pytest.mark.parametrize(
    ("delta", "margin", "rows"),
    [
        # error 0.01 on 900 rows: spread 0.3. It passes: (2.486475 * 0.3 / (delta + margin))² rows in all.
        (0.0, 0.01, 5565 - 900),  # 5564.2
        (0.01, 0.0, 5565 - 900),
        (0.02, -0.01, 5565 - 900),  # a gain of 0.01 that is asked for
        # It fails, being worse than allowed: above the loss of 0.01 (0.841621 * 0.3 / 0.01)² = 637.5, above 0 1391.1 rows.
        (-0.02, 0.01, 1392 - 900),
        (-0.01, 0.01, None),  # on the margin
        (-0.01, -0.02, 5565 - 900),  # the gain is not there, and a loss is as far from proof
        (0.01, -0.02, None),  # some gain, less than asked for: never settled as a loss
    ],
)
def test_rows_to_settle_by_hand(delta, margin, rows):
    assert rows_to_settle(mean(delta, 0.01), margin, 0.95) == rows


def test_what_is_settled_takes_no_more_rows():
    assert rows_to_settle(mean(0.1, 0.01), 0.0, 0.95) == 0


def test_few_groups_take_more_rows_than_many():
    few = Difference(n=900, groups=6, delta=0.01, standard_error=0.01, freedom=5)
    # Student's t(0.95; 5) is 2.015048 by table: ((2.015048 + 0.841621) * 0.3 / 0.01)² = 7344.5
    assert rows_to_settle(few, 0.0, 0.95) == 7345 - 900
    assert chance_equal_passes(few, 0.03, 0.95) == pytest.approx(0.8377, abs=1e-4)  # the normal table at 3 - 2.015


def test_where_there_are_no_bounds_nothing_is_said():
    for unknown in (Difference(n=0), mean(0.0, 0.0), Difference(n=0, won=0, lost=0, delta=None)):
        assert chance_equal_passes(unknown, 0.03, 0.95) is None
        assert rows_to_settle(unknown, 0.03, 0.95) is None


def test_models_that_agree_on_every_row_still_need_enough_of_them():
    agree = Difference(n=30, delta=0.0, standard_error=0.0, won=0, lost=0)
    assert 0 < chance_equal_passes(agree, 0.03, 0.95) < 0.5
    assert rows_to_settle(agree, 0.03, 0.95) > 57  # Tango's bound needs z² * (1 - 0.03) / 0.03 = 87.5 rows in all
