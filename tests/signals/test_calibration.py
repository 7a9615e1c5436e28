"""Calibration: the gap between how sure the model is and how often it is right, less what noise adds."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_world import ledger, made_params, made_world
from scipy.stats import binom, foldnorm, norm

from stages.evidence.scores import Predictions
from stages.signals.calibration import by_chance, calibration, calibration_error
from stages.signals.world import World

CLASSES = np.array(["no", "yes"], dtype=object)


def answers(sure: np.ndarray, right: np.ndarray) -> Predictions:
    """Answers "yes", each as sure as given."""
    truth = np.where(right, "yes", "no").astype(object)
    return Predictions(truth, np.full(len(sure), "yes", dtype=object), np.column_stack([1 - sure, sure]), CLASSES)


def world_of(said: Predictions) -> World:
    fresh = pd.DataFrame({"batch": "2026-W10", "label": said.truth})
    return replace(made_world(made_params()), fresh=fresh, said=said)


def drawn(n: int, gap: float, random: np.random.Generator, low: float = 0.6) -> tuple[np.ndarray, np.ndarray]:
    """Scores between `low` and 1, right as often as they say less `gap`."""
    sure = random.uniform(low, 1, n)
    return sure, random.random(n) < sure - gap


def test_the_gap_of_one_score_is_the_difference_to_the_share_that_is_right():
    # 100 answers 80 % sure, 60 right: 0.2, and so clear (4 standard errors) that noise adds nothing
    value, error = calibration_error(np.full(100, 0.8), np.arange(100) < 60)
    assert value == pytest.approx(0.2, abs=1e-5)
    assert error == pytest.approx(np.sqrt(0.6 * 0.4 / 99))


def test_opposite_gaps_do_not_cancel():
    # half are 90 % sure and 70 % right, half 60 % sure and 80 % right, 1,000 rows each: mean gap 0.2
    sure = np.repeat([0.9, 0.6], 1000)
    right = np.concatenate([np.arange(1000) < 700, np.arange(1000) < 800])
    assert calibration_error(sure, right)[0] == pytest.approx(0.2, abs=1e-5)


def test_what_noise_adds_to_a_gap_is_taken_off():
    # 25 answers 80 % sure, 19 right: gap 0.04, standard error sqrt(0.76 * 0.24 / 24); scipy's folded normal has the mean
    gap, error = 0.04, np.sqrt(0.76 * 0.24 / 24)
    added = foldnorm(c=gap / error, scale=error).mean() - gap
    value, _ = calibration_error(np.full(25, 0.8), np.arange(25) < 19)
    assert value == pytest.approx(max(0.0, gap - added))
    larger, _ = calibration_error(np.full(25, 0.8), np.arange(25) < 16)  # gap 0.16
    error = np.sqrt(0.64 * 0.36 / 24)
    assert larger == pytest.approx(0.16 - (foldnorm(c=0.16 / error, scale=error).mean() - 0.16))


def test_bins_hold_as_many_rows_each():
    # Against pandas' own quantile bins, on 1,000 different scores of a model that is 15 points too sure.
    sure, right = drawn(1000, 0.15, np.random.default_rng(1))
    frame = pd.DataFrame({"gap": right - sure, "bin": pd.qcut(sure, 10, labels=False)})
    bins = frame.groupby("bin")["gap"].agg(["mean", "std", "size"])
    errors = bins["std"] / np.sqrt(bins["size"])
    shown = [foldnorm(c=abs(gap) / error, scale=error).mean() for gap, error in zip(bins["mean"], errors, strict=True)]
    value, error = calibration_error(sure, right)
    assert value == pytest.approx((2 * bins["mean"].abs() - shown).mean())
    assert error == pytest.approx(np.sqrt((errors**2).sum()) / 10)


def test_rows_of_one_score_share_a_bin_so_their_order_tells_nothing():
    random = np.random.default_rng(2)
    sure, right = random.choice([0.6, 0.9], 200), random.random(200) < 0.5
    order = random.permutation(200)
    assert calibration_error(sure[order], right[order]) == pytest.approx(calibration_error(sure, right))


@pytest.mark.parametrize("right", [16, 14, 12])
def test_chance_is_that_of_scores_that_hold(right):
    # One score of 80 % on 20 rows: as far from 16 as seen, or farther, by the binomial distribution.
    counts = np.arange(21)
    exact = binom.pmf(counts, 20, 0.8)[np.abs(counts - 16) >= abs(right - 16)].sum()
    found = by_chance(np.full(20, 0.8), np.arange(20) < right, seed=3)
    assert found == pytest.approx(exact, abs=0.001 + 3 * np.sqrt(exact * (1 - exact) / 999))


@pytest.mark.parametrize(("gap", "beyond"), [(0.0, False), (0.1, True)])
def test_it_agrees_with_spiegelhalters_test(gap, beyond):
    sure, right = drawn(1000, gap, np.random.default_rng(4))
    z = ((right - sure) * (1 - 2 * sure)).sum() / np.sqrt(((1 - 2 * sure) ** 2 * sure * (1 - sure)).sum())
    assert (2 * norm.sf(abs(z)) < 0.05) == beyond
    assert (by_chance(sure, right, seed=5) < 0.05) == beyond


@pytest.mark.parametrize(
    ("n", "gap", "state"),
    [(600, 0.0, "quiet"), (600, 0.2, "fired"), (5000, 0.05, "quiet"), (199, 0.3, "underpowered")],
)
def test_scores_must_be_off_by_much_and_beyond_chance(n, gap, state):
    found = calibration(world_of(answers(*drawn(n, gap, np.random.default_rng(6)))), made_params())
    assert (found.state, found.n) == (state, n)
    if n == 5000:
        assert found.p_value < 0.01  # proven, and smaller than the 0.1 allowed


def test_it_says_what_was_promised_and_what_came_true():
    found = calibration(world_of(answers(np.full(400, 0.9), np.arange(400) < 280)), made_params())
    assert found.why == "scores off by 20.0% on average: 90.0% sure, 70.0% right on 400 fresh labels"
    reach = 1.6449 * np.sqrt(0.7 * 0.3 / 399)
    assert found.interval == pytest.approx((0.2 - reach, 0.2 + reach), abs=1e-4)
    assert found.p_value == pytest.approx(0.001)  # none of 999 draws is as far off


def test_without_probabilities_or_labels_it_is_unknown():
    said = answers(np.full(300, 0.8), np.arange(300) < 240)
    broken = replace(said, probability=np.full((300, 2), np.nan))
    for own in (replace(said, probability=None), broken):
        assert calibration(world_of(own), made_params()).state == "unknown"
    assert calibration(made_world(made_params(), record=ledger()), made_params()).state == "unknown"


def test_scores_that_hold_fire_no_more_often_than_asked_even_of_a_model_that_is_almost_always_sure():
    # 150 runs at 5 %: three standard errors of chance are 5.3 points. A chi-square over bins fires in 13 % of such runs.
    random, runs = np.random.default_rng(20260105), 150
    found = [by_chance(*drawn(250, 0.0, random, low=0.98), seed=run) for run in range(runs)]
    assert np.mean(np.array(found) < 0.05) <= 0.05 + 0.053


def test_twenty_points_too_sure_are_found_on_200_rows():
    random, params = np.random.default_rng(20260105), made_params()
    states = [calibration(world_of(answers(*drawn(200, 0.2, random))), params).state for _ in range(20)]
    assert states.count("fired") >= 19
