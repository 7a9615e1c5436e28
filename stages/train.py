"""What would the new model be?

Reads data/training. Writes models/candidate: the bundle of model, profile and card. The profile has answers of a forerunner of
the model, on rows that it never saw: what a model says of rows that it learned from is surer than what it will say in production.
"""

import importlib.metadata
import platform
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

from stages import artefacts
from stages.errors import InputError, UsageError, one_line_errors
from stages.evidence.scores import predict
from stages.modelling import bundle
from stages.modelling.estimator import build, features, fit, targets
from stages.partitions import partition_names, partition_rows, read_partitions
from stages.reading.periods import period
from stages.settings import Params, load
from stages.signals.profile import profile

PACKAGES = ("scikit-learn", "numpy", "scipy", "pandas", "skops")
NEWEST = 0.2  # share of the rows, in whole batches, that the forerunner answers and does not learn from
FORWARD_ROWS = 20_000  # that it learns from, and that it answers, at most: bounds the seconds


def card(params: Params, rows: int, first: str, last: str, training: str) -> dict[str, Any]:
    """What the model was trained on, through which day, with which versions and parameters."""
    return {
        "model": params.model,
        "task": params.task,
        "rows": rows,
        "trained_from": first,
        "trained_through": last,
        "training": training,
        "seed": params.seed,
        "columns": params.columns.model_dump(),
        "train": params.train.model_dump(),
        "versions": versions(),
    }


def forward(frame: pd.DataFrame, newest: np.ndarray, params: Params) -> pd.Series | None:
    """What a model like the candidate says of the newest rows when it has learned from the older ones only.

    An approximation of what the candidate will say in production: the forerunner learns from fewer rows, none of them new.

    Parameters
    ----------
    frame : the training rows, with features and labels.
    newest : which of them it answers, bool, shape (rows,).

    Returns
    -------
    The answers, at most `FORWARD_ROWS`; None where there are no older rows, or nothing can be learned from them (one class).
    """
    older, held_out = (_spread(frame[rows]) for rows in (~newest, newest))
    if older.empty or held_out.empty:
        return None
    (known, truth), (new, answered) = (_inputs(part, params) for part in (older, held_out))
    try:
        model = fit(build(params.columns, params.train, params.seed), known, truth)
    except UsageError:
        return None
    return pd.Series(predict(model, new, answered, params.task).answer)


def newest_batches(rows: dict[str, int]) -> list[str]:
    """The fewest newest batches that hold `NEWEST` of all rows; the oldest one never, so of one batch none.

    Parameters
    ----------
    rows : of each batch, by its name.

    Examples
    --------
    >>> newest_batches({"2026-W01": 50, "2026-W02": 40, "2026-W03": 10})
    ['2026-W03', '2026-W02']
    """
    ordered = sorted(rows, key=period, reverse=True)
    before = np.cumsum([0, *(rows[name] for name in ordered)])[:-1]
    return [name for name, newer in zip(ordered[:-1], before[:-1], strict=True) if newer < NEWEST * sum(rows.values())]


def _spread(frame: pd.DataFrame) -> pd.DataFrame:
    """At most `FORWARD_ROWS` rows, evenly spaced."""
    return frame.iloc[np.linspace(0, len(frame) - 1, min(len(frame), FORWARD_ROWS)).astype(int)]


def _inputs(frame: pd.DataFrame, params: Params) -> tuple[pd.DataFrame, np.ndarray]:
    return features(frame, params.columns), targets(frame[params.columns.target], params.task)


def versions() -> dict[str, str]:
    """The versions that a prediction depends on."""
    return {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in PACKAGES}


def main() -> None:
    """Run the stage."""
    params = load()
    columns = [*params.columns.features, params.columns.target]
    frame: pd.DataFrame = read_partitions(artefacts.TRAINING, columns)
    if frame.empty:
        raise InputError(
            f"{artefacts.TRAINING} must hold labelled rows, got none; wait for feedback, or raise split.training_days"
        )
    batches = {name: partition_rows(artefacts.TRAINING, name) for name in partition_names(artefacts.TRAINING)}
    periods = [period(name) for name in batches]
    first, last = min(p.first for p in periods).isoformat(), max(p.last for p in periods).isoformat()
    batch = np.repeat(list(batches), list(batches.values()))
    with threadpool_limits(limits=1, user_api="blas"):  # the sums of more threads end in other bits: another model elsewhere
        model = fit(build(params.columns, params.train, params.seed), *_inputs(frame, params))
        said = forward(frame, np.isin(batch, newest_batches(batches)), params)
    about = card(params, len(frame), first, last, artefacts.dvc_md5(artefacts.TRAINING))
    bundle.save(artefacts.CANDIDATE, model, profile(frame, params.columns, frame[params.columns.target], said), about)
    print(f"train: {params.train.estimator} on {len(frame)} rows through {about['trained_through']}")


if __name__ == "__main__":
    one_line_errors(main)()
