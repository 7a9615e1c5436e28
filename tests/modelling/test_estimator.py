"""From params.yaml to a pipeline: odd columns are survived, odd settings are one line."""

import numpy as np
import pandas as pd
import pytest
from made_models import COLUMNS, LOGISTIC, training

from stages.errors import UsageError
from stages.modelling.estimator import build, dummy, features, fit, targets
from stages.sections import Train

FRAME = pd.DataFrame(
    {
        "words": ["red car", "blue boat", "red boat", "blue car"] * 10,
        "kind": ["a", "b"] * 20,
        "size": np.tile([1.0, 2.0, 3.0, 4.0], 10),
    }
)
LABELS = np.array(["car", "boat", "boat", "car"] * 10, dtype=object)


def settings(estimator: str = LOGISTIC, tfidf=None, **arguments) -> Train:
    return training(estimator, arguments, tfidf=tfidf or {})


def fitted(train: Train, frame: pd.DataFrame = FRAME):
    return fit(build(COLUMNS, train, 1), features(frame, COLUMNS), LABELS)


def test_the_model_learns_from_the_text():
    assert (fitted(settings()).predict(features(FRAME, COLUMNS)) == LABELS).all()


def test_the_seed_reaches_the_estimator_and_arguments_win():
    assert build(COLUMNS, settings(), 5).named_steps["estimator"].random_state == 5
    assert build(COLUMNS, settings(random_state=8), 5).named_steps["estimator"].random_state == 8


def test_unseen_missing_and_empty_values_are_predicted():
    strange = pd.DataFrame({"words": ["", None, "zeppelin"], "kind": ["never seen", None, "a"], "size": [np.nan, np.nan, 1e9]})
    assert set(fitted(settings()).predict(features(strange, COLUMNS))) <= {"car", "boat"}


def test_a_numeric_column_without_any_value_is_survived():
    empty = FRAME.assign(size=np.nan)
    assert (fitted(settings(), empty).predict(features(empty, COLUMNS)) == LABELS).all()


def test_features_close_gaps_in_words_and_leave_them_in_numbers():
    frame = pd.DataFrame({"size": [1, None], "kind": [True, None], "words": [None, "x"], "more": [1, 2]})
    read = features(frame, COLUMNS)
    assert read.columns.tolist() == ["words", "kind", "size"]
    assert read["words"].tolist() == ["", "x"]
    assert read["kind"].tolist() == ["True", ""]
    assert read["size"].isna().tolist() == [False, True]


def test_features_do_not_change_their_argument():
    frame = pd.DataFrame({"size": [1, None], "kind": ["a", None], "words": [None, "x"]})
    before = frame.copy()
    features(frame, COLUMNS)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("tfidf", [{"analyzer": "char_wb", "ngram_range": [2, 3]}, {"stop_words": "english"}, {"binary": True}])
def test_the_arguments_of_the_vectorizer_are_taken(tfidf):
    assert (fitted(settings(tfidf=tfidf)).predict(features(FRAME, COLUMNS)) == LABELS).all()


@pytest.mark.parametrize(
    ("train", "message"),
    [
        (settings("sklearn.linear_model.LogisticRegresion"), "train.estimator must be importable"),
        (settings("sklearn.linear_modl.LogisticRegression"), "train.estimator must be importable"),
        (settings("sklearn"), "train.estimator must be importable"),
        (settings("sklearn.linear_model"), "train.estimator must be a class with fit and predict"),
        (settings("sklearn.base.clone"), "train.estimator must be a class with fit and predict"),
        (settings("sklearn.preprocessing.StandardScaler"), "train.estimator must be a class with fit and predict"),
        (settings(strength=3), "train.arguments must be arguments of sklearn.linear_model.LogisticRegression"),
        (settings(C=-1.0), r"train must describe a model that fits 40 rows, got: The 'C' parameter"),
        (settings("sklearn.linear_model.LinearRegression"), "train must describe a model that fits 40 rows"),
        (settings(tfidf={"lowerkase": True}), "train.tfidf must hold TfidfVectorizer's arguments"),
        (settings(tfidf={"ngram_range": 2}), "train.tfidf must hold TfidfVectorizer's arguments"),
        (settings(tfidf={"ngram_range": [2]}), "train must describe a model that fits 40 rows"),
        (settings(tfidf={"min_df": 100}), "train must describe a model that fits 40 rows"),
    ],
)
def test_a_wrong_setting_is_one_line_about_params_yaml(train, message):
    with pytest.raises(UsageError, match=f"^params.yaml: {message}") as error:
        fitted(train)
    assert "\n" not in str(error.value)


def test_a_label_of_one_class_only_is_one_line():
    with pytest.raises(UsageError, match="train must describe a model that fits 40 rows"):
        fit(build(COLUMNS, settings(), 1), features(FRAME, COLUMNS), np.array(["car"] * 40, dtype=object))


def test_version_0_says_the_most_frequent_class_or_the_mean():
    classes = dummy("classification").fit(FRAME, np.array(["a"] * 30 + ["b"] * 10, dtype=object))
    assert set(classes.predict(FRAME)) == {"a"}
    assert classes.predict_proba(FRAME)[0].tolist() == [0.75, 0.25]
    # mean of ten times 1, 2, 3, 6
    assert dummy("regression").fit(FRAME, np.tile([1.0, 2.0, 3.0, 6.0], 10)).predict(FRAME)[0] == 3.0


def test_targets_are_text_for_classes_and_numbers_for_regression():
    assert targets(pd.Series([1, 2]), "classification").tolist() == ["1", "2"]
    assert targets(pd.Series(["1", "2.5"]), "regression").tolist() == [1.0, 2.5]
