"""How long both models take: timed in turns on the same rows, in random order, so that a slow moment hits both alike."""

import time
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn


def latency(baseline: Any, candidate: Any, frame: pd.DataFrame, rounds: int, seed: int) -> dict[str, Any]:
    """Median and 95th percentile of one row and of one batch, milliseconds, and the ratio candidate over baseline.

    Parameters
    ----------
    frame : DataFrame of shape (rows of one batch, features).
    """
    with threadpool_limits(limits=1):  # on a busy machine threads that wait for a core take ten times as long as one
        return {
            "one_row": _turns(baseline, candidate, frame.head(1), rounds, seed),
            "batch": _turns(baseline, candidate, frame, rounds, seed) | {"rows": len(frame)},
        }


def _turns(baseline: Any, candidate: Any, frame: pd.DataFrame, rounds: int, seed: int) -> dict[str, float]:
    models = {"baseline": baseline, "candidate": candidate}
    random = np.random.default_rng(seed)
    taken: dict[str, list[float]] = {name: [] for name in models}
    for turn in range(rounds + 2):
        for name in random.permutation(list(models)):
            start = time.perf_counter()
            models[name].predict(frame)
            if turn >= 2:  # the first two turns warm up
                taken[name].append((time.perf_counter() - start) * 1000)
    figures = {
        f"{name}_{label}_ms": float(np.quantile(taken[name], q)) for name in models for label, q in (("p50", 0.5), ("p95", 0.95))
    }
    return figures | {
        f"ratio_{label}": figures[f"candidate_{label}_ms"] / figures[f"baseline_{label}_ms"] for label in ("p50", "p95")
    }
