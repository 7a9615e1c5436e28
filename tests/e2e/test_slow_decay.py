"""Slow decay: every month a few more of the true cases are labelled as false ones, so every retrained model is a little worse.

No month's loss is large enough to see. A loop that promotes what is "not worse by more than 0.005" follows it down; the gate,
asked with the very same candidates on the same rows, does not.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from made_evidence import evidence
from sklearn.linear_model import LogisticRegression

from stages.decision.verdict import decide
from stages.evaluate import Both, answered, by_segment, compare
from stages.settings import Params

pytestmark = pytest.mark.e2e

FIRST, MONTHS, TRAINED, JUDGED, GOLDEN, TRUE = 100, 24, 20_000, 2000, 1500, 50_000
DIRT = 0.01  # how much the share of missed cases rises a month
TOLERANCE = 0.005


@dataclass(frozen=True)
class Loop:
    """What production truly scored at the end of each month, and which months replaced it."""

    scores: list[float]
    promoted: list[int]


@pytest.fixture
def params(make_params) -> Params:
    return make_params(
        {"gate.min_gain": 0.01, "gate.critical": [], "gate.floors": {}, "evaluate.segments": [], "evaluate.metrics": ["accuracy"],
         "columns.numeric": ["a", "b", "c", "d"], "columns.categorical": []}
    )  # fmt: skip


def rows(random: np.random.Generator, n: int) -> pd.DataFrame:
    """Four quantities; a noisy line between yes and no runs through them."""
    values = random.normal(size=(n, 4))
    truth = np.where(values @ [1.0, 0.5, -0.5, 0.25] + 0.5 * random.normal(size=n) > 0, "yes", "no")
    return pd.DataFrame(values, columns=list("abcd")).assign(label=truth)


def trained(random: np.random.Generator, n: int, missed: float) -> LogisticRegression:
    """A model of one month's rows; a share of those that are yes has the label no."""
    frame = rows(random, n)
    labels = frame["label"].mask((frame["label"] == "yes") & (random.random(n) < missed), "no")
    return LogisticRegression().fit(frame[list("abcd")], labels)


def gate_accepts(holdout: Both, golden: Both, tried: int, params: Params) -> bool:
    """The gate's verdict by all its rules; what is not evidence on quality is as usual."""
    scored = compare(golden, params)
    found = evidence(
        evaluation={"holdout": compare(holdout, params)["candidate"], "golden": scored["candidate"]},
        gain=compare(holdout, params)["primary"],
        segments=by_segment(holdout, params),
        golden=None,
        tried_golden=tried,
        old_golden=scored["baseline"],
    )
    found.comparison["golden"] = scored
    return decide(found, params).verdict == "promote"


def naive_accepts(holdout: Both, golden: Both, tried: int, params: Params) -> bool:
    return compare(holdout, params)["primary"]["delta"] >= -TOLERANCE


def played(accepts, params: Params) -> Loop:
    """Two years from a model of few rows: each month a candidate, judged on fresh, clean rows and on the golden set."""
    truth, golden = rows(np.random.default_rng(1), TRUE), rows(np.random.default_rng(2), GOLDEN)
    live = trained(np.random.default_rng(3), FIRST, 0.0)
    loop = Loop([_accuracy(live, truth)], [])
    for month in range(MONTHS):
        random = np.random.default_rng([4, month])
        candidate, holdout = trained(random, TRAINED, DIRT * month), rows(random, JUDGED)
        sides = [Both(part, *(answered(part, model, params) for model in (live, candidate))) for part in (holdout, golden)]
        if accepts(*sides, month + 1, params):
            live = candidate
            loop.promoted.append(month)
        loop.scores.append(_accuracy(live, truth))
    return loop


def _accuracy(model: LogisticRegression, frame: pd.DataFrame) -> float:
    return float(np.mean(model.predict(frame[list("abcd")]) == frame["label"]))


def test_a_naive_loop_loses_points_month_after_month_and_the_gate_does_not(params):
    naive, gated = played(naive_accepts, params), played(gate_accepts, params)
    assert gated.promoted == [0], "it has learned from far more rows; nothing after it is better"
    assert len(naive.promoted) >= 10
    assert naive.scores[-1] < max(naive.scores) - 0.015
    assert min(np.diff(gated.scores)) >= 0, "no month may have made production worse"
