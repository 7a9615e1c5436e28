"""The settings a new loop starts with: columns as guessed, windows and thresholds to the size of its batches."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from stages.adoption.guess import Column

EVERY = {"day": (91, 7, 1), "week": (364, 28, 7), "month": (1095, 84, 28)}  # training_days, cadence_days, cool_down_days
JUDGE, LOOK = 1000, 400  # rows that a holdout, and a look for drift, should have
REACH = 1.645 + 0.842  # standard errors between no loss and one that is found: sure at 95 %, with 80 % power
SEGMENT_VALUES, SEGMENTS = 10, 5
TASKS: dict[str, dict[str, Any]] = {
    "classification": {
        "train": {"estimator": "sklearn.linear_model.LogisticRegression", "arguments": {"C": 1.0, "max_iter": 300}},
        "evaluate": {"metrics": ["accuracy", "balanced_accuracy", "f1_macro", "neg_log_loss"]},
        "gate": {"primary": "accuracy", "min_gain": 0.01},
    },
    "regression": {
        "train": {"estimator": "sklearn.ensemble.HistGradientBoostingRegressor", "arguments": {}},
        "evaluate": {"metrics": ["neg_mean_absolute_error", "neg_root_mean_squared_error", "r2"]},
        "gate": {"primary": "neg_mean_absolute_error", "min_gain": 0.0},
    },
}
SOURCE = {"trust": 0.95, "maturity_days": 0, "independent": True}
TERMS = {"classification": 12000, "regression": 500}  # words a text column; trees read them as a dense table


def first_params(
    name: str,
    task: str,
    columns: list[Column],
    labelled: Sequence[int],
    every: str,
    approver: str,
    target: pd.Series,
    limits: dict[str, Any],
    min_change: float,
) -> dict[str, Any]:
    """Everything in params.yaml that depends on the data or the user, as nested dicts.

    Parameters
    ----------
    labelled : rows with a label in each batch, oldest first.
    target : the target of all rows, float64 for regression.
    limits, min_change : the limits of batches and of drift, as `stages.adoption.limits` finds them.
    """
    training_days, cadence_days, cool_down_days = EVERY[every]
    holdout, (recent, min_rows) = _newest(labelled, JUDGE), looked_at(labelled)
    judging, training = sum(labelled[-holdout:]), sum(labelled[:-holdout])
    ours, drop = TASKS[task], _drop(task, target)
    return {
        "model": name,
        "task": task,
        "columns": first_columns(columns),
        "batches": limits,
        "labels": {"sources": dict.fromkeys(("raw", "feedback"), SOURCE)},
        "split": {"training_days": training_days, "holdout_batches": holdout, "recent_batches": recent},
        "trigger": {
            "cadence_days": cadence_days,
            "cool_down_days": cool_down_days,
            "min_new_labels": max(1, sorted(labelled)[len(labelled) // 2] // 2),
            "max_performance_drop": max(drop, _shown(task, target, judging)),
            "drift": {"min_change": min_change, "min_rows": min_rows},
        },
        "train": ours["train"]
        | {
            "tfidf": {"sublinear_tf": True, "ngram_range": [1, 2], "min_df": 3, "max_features": TERMS[task]},
            "min_category_rows": _between(2, training // 200, 20),
        },
        "evaluate": ours["evaluate"] | {"segments": _segments(columns), "latency_rows": _between(1, judging, 200)},
        "gate": ours["gate"]
        | {
            "critical": [],
            "max_segment_drop": drop,
            "min_segment_rows": _between(20, judging // 10, 100),
            "floors": {},
            "max_golden_drop": drop,
        },
        "approval": {"approvers": [approver], "allow_author": True},
    }


def first_columns(columns: list[Column]) -> dict[str, Any]:
    """The section `columns` of params.yaml, as guessed."""
    named = {role: [own.name for own in columns if own.role == role] for role in ("id", "time", "target")}
    features = {role: [own.name for own in columns if own.role == role] for role in ("text", "categorical", "numeric")}
    nothing = {"prediction": None, "model_version": None, "group": None}
    return {role: names[0] for role, names in named.items()} | features | nothing


def looked_at(labelled: Sequence[int]) -> tuple[int, int]:
    """How many of the newest batches drift is looked for in, and the rows below which they are too few."""
    recent = _newest(labelled, LOOK)
    return recent, _between(20, sum(labelled[-recent:]) // 2, 200)


def _newest(labelled: Sequence[int], rows: int) -> int:
    """How many of the newest batches hold `rows` labelled rows; at most a third of all."""
    most = max(1, len(labelled) // 3)
    return next((count for count in range(1, most) if sum(labelled[-count:]) >= rows), most)


def _segments(columns: list[Column]) -> list[str]:
    return [own.name for own in columns if own.role == "categorical" and own.distinct <= SEGMENT_VALUES][:SEGMENTS]


def _drop(task: str, target: pd.Series) -> float:
    """2 points of accuracy; for a quantity 5 % of its mean absolute deviation, to one digit."""
    if task == "classification":
        return 0.02
    return float(f"{0.05 * float((target - target.mean()).abs().mean()):.1g}")


def _shown(task: str, target: pd.Series, rows: int) -> float:
    """The loss that `rows` fresh rows show with 80 % power against a promise that as many rows made; in round figures, upwards.

    No model is there yet, so its noise is guessed: an accuracy of 0.75, or the largest class's share where that is more (a model
    worth having knows it); of a quantity, errors half as large as those of its mean (three quarters of the variance explained).
    """
    reach = REACH * math.sqrt(2 / max(1, rows))
    if task == "classification":
        right = max(0.75, float(target.value_counts(normalize=True).max()))
        return math.ceil(100 * reach * math.sqrt(right * (1 - right))) / 100
    loss = reach * 0.5 * float((target - target.mean()).abs().std(ddof=0))
    digit = 10.0 ** math.floor(math.log10(loss)) if loss else 1.0
    return float(f"{math.ceil(loss / digit) * digit:.1g}")


def _between(least: int, value: int, most: int) -> int:
    return max(least, min(value, most))
