"""Latency: finite, in turns, on the same rows."""

import math

import numpy as np
import pandas as pd
import pytest

from stages.evidence.latency import figures, latency

FRAME = pd.DataFrame({"x": range(7)})


class Heard:
    """Notes who was asked, and for how many rows."""

    def __init__(self, name: str, heard: list[tuple[str, int]]) -> None:
        self.name, self.heard = name, heard

    def predict(self, frame: pd.DataFrame) -> None:
        self.heard.append((self.name, len(frame)))


def timed(rounds: int = 20, seed: int = 1) -> tuple[dict, list[tuple[str, int]]]:
    heard: list[tuple[str, int]] = []
    return latency(Heard("old", heard), Heard("new", heard), FRAME, rounds=rounds, confidence=0.95, seed=seed), heard


def asked(seed: int) -> list[tuple[str, int]]:
    return timed(seed=seed)[1]


def test_both_models_are_asked_once_a_turn_for_one_row_and_for_the_batch():
    heard = asked(1)
    # 20 rounds and 2 turns to warm up, for one row and then for the batch
    assert [rows for _, rows in heard] == [1] * 44 + [7] * 44
    turns = [heard[k : k + 2] for k in range(0, len(heard), 2)]
    assert all({name for name, _ in turn} == {"old", "new"} for turn in turns)


def test_who_goes_first_changes_and_follows_the_seed():
    firsts = [name for name, _ in asked(1)[::2]]
    assert set(firsts) == {"old", "new"}
    assert asked(1) == asked(1)
    assert asked(1) != asked(2)


def test_every_figure_is_a_finite_positive_number():
    found, _ = timed(rounds=5)
    assert found["batch"].pop("rows") == 7
    assert set(found["batch"]) == set(found["one_row"])
    assert all(math.isfinite(value) and value > 0 for part in found.values() for value in part.values())


def test_the_ratio_is_candidate_over_baseline_with_its_bounds_around_it():
    found = timed()[0]["one_row"]
    for label in ("p50", "p95"):
        assert found[f"ratio_{label}"] == found[f"candidate_{label}_ms"] / found[f"baseline_{label}_ms"]
        assert found[f"ratio_{label}_lower"] <= found[f"ratio_{label}"] <= found[f"ratio_{label}_upper"]


def test_figures_by_hand():
    # Medians of 1, 2, 3 and 2, 4, 9; the 95th percentile lies nine tenths of the way from the second to the third.
    found = figures(np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 9.0]]), 0.95, 1)
    assert (found["baseline_p50_ms"], found["candidate_p50_ms"], found["ratio_p50"]) == (2, 4, 2)
    assert (found["baseline_p95_ms"], found["candidate_p95_ms"]) == pytest.approx((2.9, 8.5))
    # The turns have the ratios 2, 2 and 3. Of three drawn, the last is the middle one where it came twice or more: 7/27 = 26 %.
    assert (found["ratio_p50_lower"], found["ratio_p50_upper"]) == (2, 3)


def test_a_slow_moment_that_hits_both_models_leaves_the_ratio_alone():
    slow = np.random.default_rng(3).lognormal(0, 1, 40)
    found = figures(np.column_stack([slow, 1.5 * slow]), 0.95, 1)
    assert [found[f"ratio_p50{part}"] for part in ("", "_lower", "_upper")] == pytest.approx([1.5] * 3)


def test_the_bounds_of_the_ratio_hold_as_often_as_they_say():
    """Two models as fast as each other, 40 turns with noise of their own: in 300 runs a bound fails in 5 % ± 1.26 %.

    Three of these standard errors are allowed, and one point for the percentiles of few turns.
    """
    taken = np.random.default_rng(8).lognormal(0, 0.3, (300, 40, 2))
    found = [figures(turns, 0.95, 1) for turns in taken]
    assert np.mean([one["ratio_p50_lower"] > 1 for one in found]) <= 0.05 + 3 * 0.0126 + 0.01
    assert np.mean([one["ratio_p50_upper"] < 1 for one in found]) <= 0.05 + 3 * 0.0126 + 0.01
