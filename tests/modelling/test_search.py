"""The search: older batches are learned from, newer ones judge; the best mean wins; nothing else is looked at."""

import re

import numpy as np
import pandas as pd
import pytest
from made_models import COLUMNS, training

from stages.errors import UsageError
from stages.modelling import search as module
from stages.modelling.estimator import build, features, fit
from stages.modelling.rows import Rows
from stages.modelling.search import folds, search


def made(batches: int = 5, each: int = 40) -> Rows:
    """Rows whose label follows the size, not always; every batch has a word of its own."""
    random = np.random.default_rng(1)
    batch = np.repeat(np.arange(batches), each)
    size, kind = random.normal(size=len(batch)), random.choice(["a", "b", "c"], len(batch))
    labels = np.where(size + (kind == "a") + random.normal(0, 1, len(batch)) > 0.5, "yes", "no").astype(object)
    frame = pd.DataFrame({"words": [f"word week{k}" for k in batch], "kind": kind, "size": size})
    return Rows(inputs=features(frame, COLUMNS), labels=labels, batch=batch)


def pipeline(**arguments):
    return build(COLUMNS, training(arguments=arguments), 1)


def accuracy(model, inputs, labels) -> float:
    return float((model.predict(inputs) == labels).mean())


LISTS = {"C": [0.001, 10.0], "fit_intercept": [True, False]}


def test_folds_by_hand():
    # Six batches of two rows in five runs: 0 and 1, then one batch each.
    split = folds(Rows(inputs=pd.DataFrame(), labels=np.array(["a", "b"] * 6), batch=np.repeat(np.arange(6), 2)))
    assert [(older.tolist(), newer.tolist()) for older, newer in split] == [
        ([0, 1, 2, 3], [4, 5]),
        ([0, 1, 2, 3, 4, 5], [6, 7]),
        ([0, 1, 2, 3, 4, 5, 6, 7], [8, 9]),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [10, 11]),
    ]


@pytest.mark.parametrize(("batches", "found"), [(1, 0), (2, 1), (3, 2), (5, 4), (40, 4)])
def test_of_few_batches_there_are_few_folds(batches, found):
    rows = made(batches, 4)
    split = folds(Rows(inputs=rows.inputs, labels=np.arange(len(rows)), batch=rows.batch[::-1]))
    assert len(split) == found
    assert all(rows.batch[::-1][older].max() < rows.batch[::-1][newer].min() for older, newer in split)


def test_a_fold_with_nothing_to_learn_is_left_out():
    rows = Rows(inputs=pd.DataFrame(), labels=np.array(["a", "a", "b", "a"]), batch=np.arange(4))
    assert [older.tolist() for older, _ in folds(rows)] == [[0, 1, 2]]


def test_the_scores_are_those_of_a_plain_loop_and_the_best_wins():
    rows, expected = made(), {}
    for intercept in (True, False):
        for strength in LISTS["C"]:
            scores = []
            for week in range(1, 5):
                older, newer = rows.at(rows.batch < week), rows.at(rows.batch == week)
                model = fit(pipeline(C=strength, fit_intercept=intercept), older.inputs, older.labels)
                scores.append((model.predict(newer.inputs) == newer.labels).mean())
            expected[strength, intercept] = np.mean(scores)
    found = search(pipeline(), LISTS, rows, accuracy)
    assert {(t.arguments["C"], t.arguments["fit_intercept"]): t.score for t in found.tried} == pytest.approx(expected, abs=1e-6)
    assert len(set(expected.values())) > 2
    assert expected[found.chosen["C"], found.chosen["fit_intercept"]] == max(expected.values())
    assert (found.rows, found.folds) == (200, 4)


def test_the_vocabulary_of_a_fold_is_that_of_its_older_batches():
    seen = []

    def watched(model, inputs, labels) -> float:
        words = model.named_steps["inputs"].named_transformers_["text_words"].vocabulary_
        seen.append((set(words) - {"word"}, set(inputs["words"])))
        return 1.0

    search(pipeline(), {"C": [1.0]}, made(3), watched)
    assert seen == [({"week0"}, {"word week1"}), ({"week0", "week1"}, {"word week2"})]


def test_weights_reach_every_fold():
    rows = made(2)
    weights = np.where(rows.labels == "yes", 5.0, 1.0)
    found = search(
        pipeline(), {"C": [1.0]}, Rows(inputs=rows.inputs, labels=rows.labels, batch=rows.batch, weights=weights), accuracy
    )
    older, newer = rows.at(rows.batch == 0), rows.at(rows.batch == 1)
    plain, weighted = (
        accuracy(fit(pipeline(), older.inputs, older.labels, w), newer.inputs, newer.labels) for w in (None, weights[:40])
    )
    assert found.tried[0].score == pytest.approx(weighted) != plain


@pytest.mark.parametrize("last_bits", [0.0, 1e-12])
def test_of_equal_scores_the_first_wins(last_bits):
    def judged(model, inputs, labels) -> float:
        return 0.5 + last_bits * model.named_steps["estimator"].C

    assert search(pipeline(), {"C": [1.0, 2.0]}, made(), judged).chosen == {"C": 1.0}


def test_a_fold_that_the_metric_cannot_tell_does_not_count():
    def judged(model, inputs, labels) -> float:
        return float("nan") if "word week4" in set(inputs["words"]) else accuracy(model, inputs, labels)

    rows = made()
    found = search(pipeline(), LISTS, rows, judged)
    assert found.folds == 3
    assert found.tried == search(pipeline(), LISTS, rows.at(rows.batch < 4), accuracy).tried


def test_what_is_undefined_somewhere_cannot_win():
    def judged(model, inputs, labels) -> float:
        return float("nan") if model.named_steps["estimator"].C == 1.0 and "word week2" in set(inputs["words"]) else 0.5

    found = search(pipeline(), {"C": [1.0, 2.0]}, made(), judged)
    assert found.chosen == {"C": 2.0}
    assert [tried.score for tried in found.tried] == [None, 0.5]


def test_one_batch_is_no_search():
    assert search(pipeline(), LISTS, made(1), accuracy) == (
        "no older batch to learn from: one batch, or one label in all that came before"
    )


def test_a_search_sees_so_many_rows_at_most(monkeypatch):
    monkeypatch.setattr(module, "ROWS", 50)
    sizes = []

    def judged(model, inputs, labels) -> float:
        sizes.append(len(labels))
        return 1.0

    assert search(pipeline(), {"C": [1.0]}, made(), judged).rows == 50
    assert sizes == [10, 10, 10, 10]


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ({"strength": [1]}, "train.search must name arguments of LogisticRegression, got 'strength'; check its spelling"),
        ({"C": [1.0, -1.0]}, "train must describe a model that fits 200 rows, got: The 'C' parameter of LogisticRegression"),
    ],
)
def test_wrong_arguments_are_one_line(lists, message):
    with pytest.raises(UsageError, match=f"^params.yaml: {re.escape(message)}") as error:
        search(pipeline(), lists, made(), accuracy)
    assert "\n" not in str(error.value)


def test_a_metric_that_no_fold_can_tell_is_one_line():
    with pytest.raises(UsageError, match=r"train\.search must be judged by a gate\.primary that every fold can tell, got none"):
        search(pipeline(), {"C": [1.0]}, made(), lambda *_: float("nan"))
