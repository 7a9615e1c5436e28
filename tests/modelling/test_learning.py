"""From a recipe to a model: its weights are heard, its probabilities mended on rows that the forerunner never saw."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_models import COLUMNS, LOGISTIC, training
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.metrics import log_loss

from stages.errors import UsageError
from stages.modelling.estimator import build, features, fit
from stages.modelling.learning import Learned, Recipe, learn
from stages.modelling.rows import Rows, row_weights


def made(seed: int = 1, batches: int = 5, each: int = 80) -> Rows:
    """Rows of three classes that overlap, the third of them rare."""
    random = np.random.default_rng(seed)
    n = batches * each
    size, kind = random.normal(size=n), random.choice(["a", "b"], n)
    drawn = size + (kind == "a") + random.normal(0, 1, n)
    labels = np.select([drawn > 2.2, drawn > 0.5], ["rare", "yes"], "no").astype(object)
    frame = pd.DataFrame({"words": "same", "kind": kind, "size": size})
    return Rows(inputs=features(frame, COLUMNS), labels=labels, batch=np.repeat(np.arange(batches), each))


def learned(rows: Rows, calibration: str | None, estimator: str = LOGISTIC, **arguments) -> Learned:
    train = training(estimator, arguments, calibration=calibration)
    return learn(rows, Recipe(columns=COLUMNS, train=train, seed=1))


def test_a_temperature_by_another_implementation():
    rows = made()
    older, newer = rows.at(rows.batch < 4), rows.at(rows.batch == 4)
    forerunner, whole = (fit(build(COLUMNS, training(), 1), part.inputs, part.labels) for part in (older, rows))
    scores, place = forerunner.decision_function(newer.inputs), np.searchsorted(forerunner.classes_, newer.labels)
    best = minimize_scalar(lambda log: -log_softmax(np.exp(log) * scores, axis=1)[np.arange(80), place].mean()).x
    found = learned(rows, "temperature")
    assert found.calibration == {"method": "temperature", "rows": 80}
    expected = softmax(np.exp(best) * whole.decision_function(rows.inputs), axis=1)
    assert found.model.predict_proba(rows.inputs) == pytest.approx(expected, abs=1e-5)
    assert (found.model.predict(rows.inputs) == whole.predict(rows.inputs)).all()
    assert abs(best) > 0.01  # or it would have changed nothing


@pytest.mark.parametrize("method", ["sigmoid", "isotonic", "temperature"])
def test_a_model_too_sure_of_itself_is_mended_on_later_rows(method):
    forest = {"estimator": "sklearn.ensemble.RandomForestClassifier", "n_estimators": 20}
    later = made(seed=2)
    plain, mended = (
        log_loss(later.labels, learned(made(), way, **forest).model.predict_proba(later.inputs)) for way in (None, method)
    )
    assert mended < plain - 0.1


@pytest.mark.parametrize("estimator", ["svm.LinearSVC", "tree.DecisionTreeClassifier", "naive_bayes.BernoulliNB"])
def test_scores_of_every_kind_become_probabilities(estimator):
    said = learned(made(), "sigmoid", f"sklearn.{estimator}").model.predict_proba(made(seed=2).inputs)
    assert said.shape == (400, 3)
    assert said.sum(axis=1) == pytest.approx(1)


def test_nothing_is_mended_unless_asked_for():
    assert learned(made(), None).calibration is None


@pytest.mark.parametrize(
    ("method", "batches", "labels", "reason"),
    [
        ("temperature", 1, None, "one batch only"),
        ("temperature", 5, {4: "new"}, "1 of 4 classes only in the newest batches"),
        ("sigmoid", 5, {0: "old"}, "1 of 4 classes not in the newest batches"),
        ("isotonic", 5, {0: "old"}, "1 of 4 classes not in the newest batches"),
    ],
)
def test_what_cannot_be_mended_is_left_and_said(method, batches, labels, reason):
    rows = made(batches=batches)
    for batch, label in (labels or {}).items():
        rows = replace(rows, labels=np.where((rows.batch == batch) & (rows.inputs["size"] > 1), label, rows.labels))
    found = learned(rows, method)
    assert found.calibration == {"method": method, "left_out": reason}
    plain = fit(build(COLUMNS, training(), 1), rows.inputs, rows.labels)
    assert (found.model.predict_proba(rows.inputs) == plain.predict_proba(rows.inputs)).all()


def test_a_temperature_bears_a_class_that_the_newest_batches_lack():
    rows = made()
    rows = replace(rows, labels=np.where((rows.batch == 0) & (rows.inputs["size"] > 1), "old", rows.labels))
    found = learned(rows, "temperature")
    assert found.calibration == {"method": "temperature", "rows": 80}
    plain = fit(build(COLUMNS, training(), 1), rows.inputs, rows.labels)
    assert (found.model.predict(rows.inputs) == plain.predict(rows.inputs)).all()
    assert found.model.classes_.tolist() == ["no", "old", "rare", "yes"]
    assert found.model.predict_proba(rows.inputs)[:, 1].mean() == pytest.approx((rows.labels == "old").mean(), abs=0.02)


def test_balanced_classes_help_the_rare_one_and_calibration_takes_the_help_out_of_the_probabilities():
    rows = made(each=400)
    balanced = replace(rows, weights=row_weights(rows.labels, None, "balanced"))
    share = (rows.labels == "rare").mean()
    promised = [
        learned(part, method).model.predict_proba(rows.inputs)[:, 1].mean()  # no, rare, yes
        for part, method in ((rows, None), (balanced, None), (balanced, "sigmoid"))
    ]
    assert promised[0] == pytest.approx(share, abs=0.01)
    assert promised[1] > share + 0.05
    assert promised[2] == pytest.approx(share, abs=0.03)


def test_distrusted_labels_teach_neither_the_model_nor_the_calibrator():
    rows = made()
    wrong = np.arange(len(rows)) % 2 == 0
    trust = np.where(wrong, 1e-9, 1.0)
    mixed = replace(rows, labels=np.where(wrong, "rare", rows.labels), trust=trust, weights=trust)
    for method in (None, "temperature", "sigmoid"):
        found, right = learned(mixed, method).model, learned(rows.at(~wrong), method).model
        assert found.predict_proba(rows.inputs) == pytest.approx(right.predict_proba(rows.inputs), abs=0.02)


def test_a_bundle_of_a_calibrated_model_has_no_row_numbers_and_no_forerunner():
    model = learned(made(), "sigmoid").model
    assert model.cv is None
    assert not hasattr(model.estimator.named_steps["inputs"], "transformers_")
    (pair,) = model.calibrated_classifiers_
    whole = fit(build(COLUMNS, training(), 1), made().inputs, made().labels)
    assert (pair.estimator.predict_proba(made().inputs) == whole.predict_proba(made().inputs)).all()


@pytest.mark.parametrize(
    ("rows", "train", "message"),
    [
        (
            made(),
            training("sklearn.linear_model.LinearRegression", calibration="sigmoid"),
            "train.calibration must go with an estimator that has decision_function or predict_proba, "
            "got sklearn.linear_model.LinearRegression; name another one, or set it to null",
        ),
        (
            replace(made(), weights=np.ones(400)),
            training("sklearn.neighbors.KNeighborsClassifier"),
            "train.class_weight and train.source_weights must go with an estimator whose fit takes sample_weight, "
            "got KNeighborsClassifier; name another one, or set them to null and {}",
        ),
    ],
)
def test_a_recipe_that_does_not_go_together_is_one_line(rows, train, message):
    with pytest.raises(UsageError) as error:
        learn(rows, Recipe(columns=COLUMNS, train=train, seed=1))
    assert str(error.value) == f"params.yaml: {message}"
