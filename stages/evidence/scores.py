"""What a model says on given rows, and the metrics applied to what it said: scikit-learn's scorers, and a few of our own."""

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
from stages.evidence import ranking
from stages.evidence.calibration_error import calibration_error
from stages.evidence.classes import coded, places

Array = np.ndarray[Any, np.dtype[Any]]
COST = "neg_mean_cost"
NUMBERS = (  # scikit-learn's metrics for answers that are numbers
    "d2_absolute_error_score",
    "explained_variance",
    "neg_max_error",
    "neg_mean_absolute_error",
    "neg_mean_absolute_percentage_error",
    "neg_mean_gamma_deviance",
    "neg_mean_poisson_deviance",
    "neg_mean_squared_error",
    "neg_mean_squared_log_error",
    "neg_median_absolute_error",
    "neg_root_mean_squared_error",
    "neg_root_mean_squared_log_error",
    "r2",
)
OF_TWO_CLASSES = ("f1", "precision", "recall", "jaccard")  # one class is the positive one
CALIBRATION_ERROR = "expected_calibration_error"  # lower is better: for the rule on calibration, never a metric to gain on


@dataclass(frozen=True)
class Predictions:
    """One model's answers on some rows.

    Attributes
    ----------
    truth, answer : shape (rows,); of a ranking the relevance, 0 or more, and the score to sort by.
    probability : shape (rows, classes) or None.
    classes : the model's classes in the order of the columns of `probability`; None: the answers are numbers.
    groups : shape (rows,), a number for each row's group (None: every row stands alone); rows of one group hang together.
    costs : shape (rows,), what this model's answer costs (None: it is not known).
    """

    truth: Array
    answer: Array
    probability: Array | None
    classes: Array | None
    groups: Array | None = None
    costs: Array | None = None

    def rows(self, which: Array) -> "Predictions":
        """The same for some rows: a mask of shape (rows,), or row numbers."""
        truth, answer = self.truth[which], self.answer[which]
        probability, groups, costs = (
            None if values is None else values[which] for values in (self.probability, self.groups, self.costs)
        )
        return Predictions(truth, answer, probability, self.classes, groups, costs)

    @staticmethod
    def joined(parts: Sequence["Predictions"]) -> "Predictions":
        """The same model's answers on the rows of all parts, at least one, in their order."""

        def whole(name: str) -> Array | None:
            values = [getattr(part, name) for part in parts]
            return None if values[0] is None else np.concatenate(values)

        truth, answer = (np.concatenate([getattr(part, name) for part in parts]) for name in ("truth", "answer"))
        return Predictions(truth, answer, whole("probability"), parts[0].classes, whole("groups"), whole("costs"))


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
        if self.classes_ is None or (places(self.said.truth, self.classes_) < 0).any():
            raise ValueError("the truth holds labels that the model does not know")  # its columns would be taken for others
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


def check_metrics(names: list[str], where: str = "params.yaml: evaluate.metrics") -> None:
    """Refuse a metric that neither scikit-learn nor we have, with the nearest name."""
    known = [*get_scorer_names(), COST, *ranking.NAMES]
    for name in names:
        if name not in get_scorer_names() and name != COST and not ranking.is_ranking(name):
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "see sklearn.metrics.get_scorer_names()"
            raise UsageError(
                f"{where} must hold scikit-learn's scorer names, {COST} or {', '.join(ranking.NAMES)}, got {name!r}; {hint}"
            )


def score(name: str, said: Predictions, weights: Array | None = None) -> float | None:
    """A metric of one model; greater is better. None where it is undefined (no rows, a class never seen, NaN in an answer).

    Of two classes the greater label is the positive one, as in scikit-learn's roc_auc.

    Parameters
    ----------
    weights : how often each row counts, shape (rows,); for scikit-learn's scorers only.
    """
    if len(said.truth) == 0 or not all(finite(part) for part in (said.truth, said.answer, said.probability) if part is not None):
        return None
    if name != COST and (name in NUMBERS or ranking.is_ranking(name)) != (said.classes is None):
        return None
    if name in OF_TWO_CLASSES and said.classes is not None and len(said.classes) != 2:
        return None
    value = _own(name, said) if name in (COST, CALIBRATION_ERROR) or ranking.is_ranking(name) else _scorer(name, said, weights)
    return value if value is not None and np.isfinite(value) else None


def right(said: Predictions) -> Array:
    """Where the answer is the truth; shape (rows,), bool."""
    return np.asarray(said.truth == said.answer, dtype=bool)


def finite(values: Array) -> bool:
    """Whether nothing is NaN, infinite or missing; a sum is quick to take, and shows NaN and infinity."""
    if values.dtype.kind == "O":
        return not pd.isna(values).any()
    return values.dtype.kind != "f" or bool(np.isfinite(values.sum()) or np.isfinite(values).all())


def _own(name: str, said: Predictions) -> float | None:
    if name == COST:
        return None if said.costs is None else -float(np.mean(said.costs))
    if name == CALIBRATION_ERROR:
        return None if said.probability is None else calibration_error(said.probability.max(axis=1), right(said))
    if said.groups is None:
        return None
    users = ranking.by_user(name, said.truth, said.answer, said.groups)
    return None if users is None else float(users.mean())


def _scorer(name: str, said: Predictions, weights: Array | None) -> float | None:
    if said.classes is not None and len(said.classes) == 2:
        said = _zero_one(said)
    if weights is not None and not weights.all():
        # A class without weight would count as a failed one in a mean over classes; log loss alone needs its rows.
        value = _scorer(name, said.rows(weights > 0), weights[weights > 0])
        if value is not None:
            return value
    estimator = (_SaidNumber if said.classes is None else _SaidClass)(said)
    weighted = {} if weights is None else {"sample_weight": weights}
    try:
        with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            warnings.simplefilter("ignore", UserWarning)  # "undefined" is None here, and a class may be missing from a segment
            return float(get_scorer(name)(estimator, np.arange(len(said.truth)), said.truth, **weighted))
    except (ValueError, TypeError):  # a label of another kind, NaN among text, is a TypeError
        return None


def _zero_one(said: Predictions) -> Predictions:
    """Two labels as 0 and 1 (others from 2 on), because f1 and its kin name the positive class 1."""
    assert said.classes is not None
    (truth, answer), _ = coded([said.truth, said.answer], [said.classes])
    return Predictions(truth, answer, said.probability, np.array([0, 1]))


def reads_probabilities(metric: str) -> bool:
    """Whether a metric looks at probabilities, or at the answers alone."""
    return any(part in metric for part in ("average_precision", "brier", "calibration", "log_loss", "roc_auc", "top_k"))
