"""Which of the declared arguments are the best? scikit-learn's own grid search, cross-validated in the order of time.

A fold is judged on batches newer than all that it learned from, because that is what production asks of a model. Everything is
fitted anew in every fold, the vocabulary of a text column too. Only training rows are seen: the holdout has no part in it.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from stages.artefacts import DIGITS
from stages.errors import UsageError
from stages.modelling.estimator import counted, one_line
from stages.modelling.rows import Array, Rows, evenly

FOLDS = 4  # at most: a combination of arguments costs about two fits on all rows
ROWS = 20_000  # that a search sees at most, evenly spaced: bounds the seconds

Scorer = Callable[[Any, pd.DataFrame, Array], float]  # fitted model, inputs, labels; greater is better, NaN where undefined


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One combination of arguments, with its mean score over the folds; None where it is undefined in one of them."""

    arguments: dict[str, Any]
    score: float | None


@dataclass(frozen=True, kw_only=True)
class Search:
    """What was tried, in the order of the declared lists, on how many rows and folds, and what came out best."""

    chosen: dict[str, Any]
    tried: list[Tried]
    rows: int
    folds: int


def search(pipeline: Pipeline, lists: dict[str, list[Any]], rows: Rows, scorer: Scorer) -> Search | str:
    """Try every combination of the listed arguments of a pipeline's estimator.

    Returns
    -------
    Search, or in words why these rows cannot be searched on. Of equal scores (to a millionth, so that the last bits of a sum
    decide nothing) the first wins.

    Raises
    ------
    UsageError
        Where the estimator has no such argument or refuses one, or the metric is undefined in every fold.
    """
    step, estimator = pipeline.steps[-1]
    unknown = sorted(set(lists) - set(estimator.get_params()))
    if unknown:
        raise UsageError(
            f"params.yaml: train.search must name arguments of {type(estimator).__name__}, got {unknown[0]!r}; check its spelling"
        )
    seen = rows.at(evenly(len(rows), ROWS))
    split = folds(seen)
    if not split:
        return "no older batch to learn from: one batch, or one label in all that came before"
    grid = GridSearchCV(
        pipeline,
        {f"{step}__{name}": values for name, values in lists.items()},
        scoring=scorer,
        cv=split,
        refit=False,
        error_score="raise",
    )
    with one_line(len(seen), "train.search"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "One or more of the test scores are non-finite", UserWarning)  # NaN: undefined here
        grid.fit(seen.inputs, seen.labels, **counted(pipeline, seen.weights))
    names = [{name.removeprefix(f"{step}__"): value for name, value in one.items()} for one in grid.cv_results_["params"]]
    return _best(names, np.column_stack([grid.cv_results_[f"split{k}_test_score"] for k in range(len(split))]), len(seen))


def folds(rows: Rows) -> list[tuple[Array, Array]]:
    """Positions to learn from and to be judged on, oldest fold first.

    The batches are cut into `FOLDS` + 1 runs, fewer where there are fewer batches; each run but the oldest judges what was
    learned from all before it. Where all of those have one label there is nothing to learn, and the fold is left out.
    """
    batches = np.unique(rows.batch)
    runs = np.array_split(batches, min(FOLDS + 1, len(batches)))
    split = [(np.flatnonzero(rows.batch < run[0]), np.flatnonzero(np.isin(rows.batch, run))) for run in runs[1:]]
    return [(older, newer) for older, newer in split if len(set(rows.labels[older])) > 1]


def _best(arguments: list[dict[str, Any]], scores: Array, rows: int) -> Search:
    """Scores of shape (combinations, folds); a fold in which no combination has a score tells nothing."""
    telling = scores[:, ~np.isnan(scores).all(axis=0)]
    if telling.size == 0 or np.isnan(telling).any(axis=1).all():
        raise UsageError(
            "params.yaml: train.search must be judged by a gate.primary that every fold can tell, got none; "
            "name another metric, or leave train.search empty"
        )
    means = telling.mean(axis=1).round(DIGITS)
    tried = [
        Tried(arguments=own, score=None if np.isnan(mean) else float(mean)) for own, mean in zip(arguments, means, strict=True)
    ]
    return Search(chosen=arguments[int(np.nanargmax(means))], tried=tried, rows=rows, folds=telling.shape[1])
