"""What a model says on given rows, and scikit-learn's scorers applied to what it said."""

import difflib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import get_scorer, get_scorer_names

from stages.errors import UsageError

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Predictions:
    """One model's answers: `truth` and `answer` of shape (rows,), `probability` of shape (rows, classes) or None."""

    truth: Array
    answer: Array
    probability: Array | None
    classes: Array | None

    def rows(self, mask: Array) -> "Predictions":
        """The same for the rows where `mask` is true."""
        probability = None if self.probability is None else self.probability[mask]
        return Predictions(self.truth[mask], self.answer[mask], probability, self.classes)

    @staticmethod
    def joined(parts: Sequence["Predictions"]) -> "Predictions":
        """The same model's answers on the rows of all parts, at least one, in their order."""
        probability = None if parts[0].probability is None else np.concatenate([part.probability for part in parts])
        truth, answer = (np.concatenate([getattr(part, name) for part in parts]) for name in ("truth", "answer"))
        return Predictions(truth, answer, probability, parts[0].classes)


class _Said(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """An estimator that repeats given answers; X holds row numbers. It lets every scorer of scikit-learn read them."""

    def __init__(self, said: Predictions) -> None:
        self.said = said
        self.classes_ = said.classes

    def predict(self, X: Array) -> Array:
        return self.said.answer[X]


class _SaidClass(ClassifierMixin, _Said):  # type: ignore[misc]  # as above
    def predict_proba(self, X: Array) -> Array:
        if self.said.probability is None:
            raise ValueError("the model gives no probabilities")
        return self.said.probability[X]


class _SaidNumber(RegressorMixin, _Said):  # type: ignore[misc]  # as above
    pass


def predict(model: Any, frame: pd.DataFrame, truth: Array, task: str) -> Predictions:
    """Ask a fitted pipeline once for everything the metrics need."""
    if task == "regression":
        return Predictions(truth, np.asarray(model.predict(frame), dtype="float64"), None, None)
    if not hasattr(model, "predict_proba"):
        return Predictions(truth, model.predict(frame), None, model.classes_)
    probability = model.predict_proba(frame)
    return Predictions(truth, model.classes_[probability.argmax(axis=1)], probability, model.classes_)


def check_metrics(names: list[str]) -> None:
    """Refuse a metric that scikit-learn does not have, with the nearest name."""
    for name in names:
        if name not in get_scorer_names():
            near = difflib.get_close_matches(name, get_scorer_names(), n=1)
            hint = f"did you mean {near[0]}?" if near else "see sklearn.metrics.get_scorer_names()"
            raise UsageError(f"params.yaml: evaluate.metrics must hold scikit-learn's scorer names, got {name!r}; {hint}")


def _zero_one(said: Predictions) -> Predictions:
    """Two text labels as 0 and 1 (2: a label the model does not know), because f1 and its kin name the positive class 1."""
    low, high = said.classes if said.classes is not None else ("", "")
    truth, answer = (np.where(side == high, 1, np.where(side == low, 0, 2)) for side in (said.truth, said.answer))
    return Predictions(truth, answer, said.probability, np.array([0, 1]))


def score(name: str, said: Predictions, weights: Array | None = None) -> float | None:
    """One of scikit-learn's scorers; greater is better. None where it is undefined (no rows, a class never seen).

    Of two classes the greater label is the positive one, as in scikit-learn's roc_auc.
    """
    if len(said.truth) == 0:
        return None
    if said.classes is not None and len(said.classes) == 2 and said.classes.dtype == object:
        said = _zero_one(said)
    if weights is not None and not weights.all():
        # A class without weight would count as a failed one in a mean over classes; log loss alone needs its rows.
        value = score(name, said.rows(weights > 0), weights[weights > 0])
        if value is not None:
            return value
    estimator = (_SaidNumber if said.classes is None else _SaidClass)(said)
    weighted = {} if weights is None else {"sample_weight": weights}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # "undefined" is None here, and a class may be missing from a segment
            value = float(get_scorer(name)(estimator, np.arange(len(said.truth)), said.truth, **weighted))
    except ValueError:
        return None
    return value if np.isfinite(value) else None
