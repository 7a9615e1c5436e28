"""Small odd worlds: every metric agrees with scikit-learn's scorer on what is undefined, and nothing breaks."""

import numpy as np
import pytest

from stages.evidence.counts import COUNTED
from stages.evidence.paired import bounds, difference
from stages.evidence.ranks import AREAS
from stages.evidence.ratios import RATIOS
from stages.evidence.row_means import ROW_MEANS
from stages.evidence.scores import Predictions, score

METRICS = (*ROW_MEANS, *RATIOS, *AREAS, *COUNTED, "expected_calibration_error", "ndcg_at_2", "reciprocal_rank", "neg_max_error")
Random = np.random.Generator


def groups_of(random: Random, n: int) -> np.ndarray | None:
    return random.integers(0, 3, n) if random.random() < 0.4 else None


def costs_of(random: Random, n: int) -> np.ndarray | None:
    return random.choice([0.0, 1.0, np.nan], n, p=[0.5, 0.45, 0.05]) if random.random() < 0.5 else None


def numbers(random: Random, n: int) -> list[Predictions]:
    """Few values, zeros and negative ones among them, now and then no number."""
    truth, groups = random.choice([0.0, 1, 2, -1, 0.3, np.nan], n, p=[0.3, 0.3, 0.2, 0.1, 0.09, 0.01]), groups_of(random, n)
    answers = random.choice([0.0, 1, 2, 0.3, np.inf], (2, n), p=[0.3, 0.3, 0.2, 0.19, 0.01])
    return [Predictions(truth, answer, None, None, groups, costs_of(random, n)) for answer in answers]


def classified(random: Random, n: int) -> list[Predictions]:
    """Two or three classes, some truths of no class or missing, scores with ties, now and then none or NaN."""
    classes = np.array(list("abc")[: random.integers(2, 4)], dtype=object)
    labels = classes if random.random() < 0.7 else np.array([*classes, "y", "z", None], dtype=object)
    truth, groups, sides = random.choice(labels, n), groups_of(random, n), []
    for _ in range(2):
        chance = np.round(random.dirichlet(np.ones(len(classes)), n), random.integers(1, 9)) + 0.01
        chance /= chance.sum(axis=1, keepdims=True)
        chance[random.random(n) < 0.01] = np.nan
        given = chance if random.random() < 0.9 else None
        sides.append(Predictions(truth, classes[chance.argmax(axis=1)], given, classes, groups, costs_of(random, n)))
    return sides


@pytest.mark.parametrize("made", [numbers, classified])
@pytest.mark.parametrize("metric", METRICS)
def test_up_to_six_rows_are_scored_as_scikit_learn_scores_them(metric, made):
    for seed in range(12):
        random = np.random.default_rng((seed, METRICS.index(metric)))
        sides = made(random, int(random.integers(0, 7)))
        found = difference(metric, *sides, seed)
        for ours, side in zip((found.baseline, found.candidate), sides, strict=True):
            theirs = score(metric, side)
            assert ours is theirs if theirs is None else ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)
        assert (found.delta is None) == (found.baseline is None or found.candidate is None)
        low, high = bounds(metric, sides[0], 0.9, seed)
        assert (low is None) == (high is None)
