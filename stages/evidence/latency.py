"""How long both models take: timed in turns on the same rows, in random order, so that a slow moment hits both alike."""

import time
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

from stages.evidence.scores import Array

RESAMPLES = 2000
WARM_UP = 2  # turns that are not counted
FIGURES = {"p50": 0.5, "p95": 0.95}


def latency(baseline: Any, candidate: Any, frame: pd.DataFrame, *, rounds: int, confidence: float, seed: int) -> dict[str, Any]:
    """Median and 95th percentile of one row and of one batch, milliseconds, and the ratio candidate over baseline.

    Parameters
    ----------
    frame : DataFrame of shape (rows of one batch, features).
    confidence : of the lower and of the upper bound of each ratio, one-sided.
    """
    with threadpool_limits(limits=1):  # on a busy machine threads that wait for a core take ten times as long as one
        one, batch = (_turns([baseline, candidate], rows, rounds, seed) for rows in (frame.head(1), frame))
    return {
        "one_row": figures(one, confidence, seed),
        "batch": figures(batch, confidence, seed) | {"rows": len(frame)},
    }


def figures(taken: Array, confidence: float, seed: int) -> dict[str, float]:
    """Percentiles of both models, and their ratios with bounds by resampling turns: what slows a turn slows both models.

    Parameters
    ----------
    taken : milliseconds of shape (turns, 2): baseline, candidate.
    """
    found: dict[str, float] = {}
    turns = np.random.default_rng(seed).integers(0, len(taken), (RESAMPLES, len(taken)))
    for label, share in FIGURES.items():
        baseline, candidate = np.quantile(taken, share, axis=0)
        drawn = np.quantile(taken[turns], share, axis=1)
        lower, upper = np.quantile(drawn[:, 1] / drawn[:, 0], [1 - confidence, confidence])
        found |= {
            f"baseline_{label}_ms": float(baseline),
            f"candidate_{label}_ms": float(candidate),
            f"ratio_{label}": float(candidate / baseline),
            f"ratio_{label}_lower": float(lower),
            f"ratio_{label}_upper": float(upper),
        }
    return found


def _turns(models: list[Any], frame: pd.DataFrame, rounds: int, seed: int) -> Array:
    """Milliseconds of shape (rounds, models)."""
    random = np.random.default_rng(seed)
    taken = np.empty((rounds + WARM_UP, len(models)))
    for turn in taken:
        for place in random.permutation(len(models)):
            start = time.perf_counter()
            models[place].predict(frame)
            turn[place] = (time.perf_counter() - start) * 1000
    return taken[WARM_UP:]
