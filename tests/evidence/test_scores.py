"""Scores: scikit-learn's own scorer on a really fitted estimator is the second implementation."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.svm import LinearSVC

from stages.errors import UsageError
from stages.evidence.scores import Predictions, check_metrics, predict, score


def data(classes: list[str], n: int = 120, seed: int = 0):
    random = np.random.default_rng(seed)
    X = pd.DataFrame(random.normal(size=(n, 3)), columns=list("abc"))
    noisy = X["a"] + random.normal(scale=0.7, size=n)
    return X, np.array(classes, dtype=object)[pd.qcut(noisy, len(classes), labels=False)]


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "balanced_accuracy", "neg_log_loss", "roc_auc_ovr"])
def test_a_classifier_scores_as_scikit_learn_says(metric):
    X, y = data(["x", "y", "z"])
    model = LogisticRegression().fit(X, y)
    assert score(metric, predict(model, X, y, "classification")) == pytest.approx(get_scorer(metric)(model, X, y), abs=1e-12)


@pytest.mark.parametrize("metric", ["roc_auc", "average_precision", "accuracy"])
def test_a_classifier_of_two_classes_scores_as_scikit_learn_says(metric):
    X, y = data(["no", "yes"])
    y = y if metric != "average_precision" else (y == "yes").astype(int)
    model = LogisticRegression().fit(X, y)
    assert score(metric, predict(model, X, y, "classification")) == pytest.approx(get_scorer(metric)(model, X, y), abs=1e-12)


@pytest.mark.parametrize("metric", ["r2", "neg_mean_absolute_error", "neg_root_mean_squared_error"])
def test_a_regressor_scores_as_scikit_learn_says(metric):
    X, _ = data(["x"])
    y = 2 * X["a"].to_numpy() + np.random.default_rng(1).normal(size=len(X))
    model = LinearRegression().fit(X, y)
    assert score(metric, predict(model, X, y, "regression")) == pytest.approx(get_scorer(metric)(model, X, y), abs=1e-12)


def test_weights_count_rows_as_often_as_they_say():
    X, y = data(["x", "y"])
    said = predict(LogisticRegression().fit(X, y), X, y, "classification")
    weights = np.random.default_rng(2).integers(1, 4, len(y))
    again = np.repeat(np.arange(len(y)), weights)
    for metric in ("f1_macro", "neg_log_loss", "roc_auc"):
        assert score(metric, said, weights) == pytest.approx(score(metric, said.rows(again)), abs=1e-12)


def test_a_classifier_without_probabilities_has_no_log_loss():
    X, y = data(["x", "y"])
    said = predict(LinearSVC().fit(X, y), X, y, "classification")
    assert score("neg_log_loss", said) is None
    assert score("accuracy", said) > 0.5


def test_an_undefined_score_is_none():
    X, y = data(["x", "y", "z"])
    said = predict(LogisticRegression().fit(X, y), X, y, "classification")
    assert score("accuracy", said.rows(np.zeros(len(y), dtype=bool))) is None
    assert score("roc_auc", said) is None  # three classes
    numbers = Predictions(np.array([1.0]), np.array([2.0]), None, None)
    assert score("r2", numbers) is None  # one row has no variance
    assert score("neg_mean_absolute_error", numbers) == -1


def test_a_class_on_one_side_only_counts_against_the_model_and_has_no_log_loss():
    X, y = data(["x", "y", "z"])
    model = LogisticRegression().fit(X, y)
    never_learned = np.where(np.arange(len(y)) < 12, "new", y).astype(object)
    said = predict(model, X, never_learned, "classification")
    assert score("neg_log_loss", said) is None
    assert score("accuracy", said) == pytest.approx(np.mean(model.predict(X)[12:] == y[12:]) * 108 / 120)
    never_seen = predict(model, X, y, "classification").rows(y != "z")
    assert score("neg_log_loss", never_seen) is None
    assert 0 < score("balanced_accuracy", never_seen) < 1


def test_an_unknown_metric_is_refused_with_the_nearest_name():
    with pytest.raises(UsageError, match=r"got 'f1_marco'; did you mean f1_macro\?"):
        check_metrics(["accuracy", "f1_marco"])


@pytest.mark.parametrize("name", ["neg_mean_cost", "ndcg", "ndcg_at_10", "reciprocal_rank", "f1_macro"])
def test_our_own_metrics_are_known_too(name):
    check_metrics([name])


@pytest.mark.parametrize("name", ["ndcg_at_0", "expected_calibration_error", "mean_cost"])
def test_a_metric_without_a_place_or_where_less_is_better_is_refused(name):
    with pytest.raises(UsageError, match="neg_mean_cost or ndcg"):
        check_metrics([name])


def test_a_metric_for_numbers_is_undefined_for_classes_and_the_other_way_round():
    numbers = Predictions(np.array([1.0, 0.0]), np.array([1.0, 1.0]), None, None)
    classes = Predictions(np.array([1, 0]), np.array([1, 1]), None, np.array([0, 1]))
    assert score("accuracy", numbers) is None
    assert score("neg_mean_absolute_error", classes) is None


def test_chances_are_undefined_for_a_truth_that_the_model_does_not_know():
    # Three labels and three columns, but not the same: scikit-learn would take the columns in the order of the labels.
    truth = np.array(["a", "b", "d"] * 4, dtype=object)
    said = Predictions(truth, truth, np.full((12, 3), 1 / 3), np.array(["a", "b", "c"], dtype=object))
    assert score("neg_log_loss", said) is None
    assert score("accuracy", said) == 1


def test_rows_and_parts_carry_groups_and_costs():
    said = Predictions(np.arange(3.0), np.arange(3.0), None, None, groups=np.array([5, 5, 6]), costs=np.array([0.0, 1.0, 2.0]))
    again = Predictions.joined([said.rows(np.array([True, False, False])), said.rows(np.array([1, 2]))])
    assert (again.groups.tolist(), again.costs.tolist()) == ([5, 5, 6], [0, 1, 2])


def test_of_two_text_classes_the_greater_one_is_positive():
    # truth yes yes no no, answer yes no no no: precision 1/1, recall 1/2, f1 = 2 * 1 * 0.5 / 1.5 = 2/3
    truth, answer = (np.array(side, dtype=object) for side in (["yes", "yes", "no", "no"], ["yes", "no", "no", "no"]))
    said = Predictions(truth, answer, None, np.array(["no", "yes"], dtype=object))
    assert score("f1", said) == pytest.approx(2 / 3)
    assert score("recall", said) == pytest.approx(1 / 2)
