"""Functions of counts: scikit-learn row by row is the second implementation."""

import numpy as np
import pytest
from made_answers import TWO, classified, labels
from sklearn.metrics import confusion_matrix

from stages.evidence import counts, resampled
from stages.evidence.counts import COUNTED, Tally, drawn, value
from stages.evidence.paired import difference
from stages.evidence.scores import OF_TWO_CLASSES, Predictions, score


def coded(sides: tuple[Predictions, ...]) -> list[Predictions]:
    classes = sides[0].classes
    place = {name: k for k, name in enumerate(classes)}
    as_codes = np.vectorize(place.__getitem__, otypes=["int16"])
    return [Predictions(as_codes(side.truth), as_codes(side.answer), None, np.arange(len(classes))) for side in sides]


@pytest.mark.parametrize("metric", COUNTED)
def test_every_table_has_scikit_learns_value(metric):
    # 60 small random tables of up to 4 labels, most of them with a label that is never true or never said.
    random, labels_ = np.random.default_rng(3), 2 if metric in OF_TWO_CLASSES else 4
    for _ in range(60):
        truth, answer = random.integers(0, random.integers(1, labels_ + 1), (2, random.integers(1, 9)))
        table = confusion_matrix(truth, answer, labels=range(labels_))
        tally = Tally(true=table.sum(axis=1)[:, None], said=table.sum(axis=0)[:, None], right=np.diag(table)[:, None])
        expected = score(metric, Predictions(truth, answer, None, np.arange(labels_)))
        assert value(metric, tally)[0] == pytest.approx(expected, abs=1e-12)


def test_fractions_of_two_classes_are_undefined_for_three():
    assert drawn("f1", coded(classified(50)), 1) is None
    assert difference("f1", *classified(50), 1).delta is None
    assert difference("f1", labels("aabc", "aabb", "ab"), labels("aabc", "abbb", "ab"), 1).delta is None


def test_the_second_of_two_classes_is_the_positive_one():
    # Truth b b a a, answers b a a a: of the b, 1 of 2 is found, and 1 of 1 said b is right.
    found = difference("recall", labels("bbaa", "baaa"), labels("bbaa", "bbaa"), 1)
    assert (found.baseline, found.candidate) == (0.5, 1)


@pytest.mark.parametrize("metric", ["f1_macro", "balanced_accuracy", "matthews_corrcoef"])
def test_cells_and_blocks_of_rows_tell_the_same_spread(metric, monkeypatch):
    sides = coded(classified(3000))
    cells = drawn(metric, sides, 1).standard_error()
    monkeypatch.setattr(counts, "UNITS", 1)  # no cell any more: rows are put into blocks
    # Each spread of 2,000 draws is known to 1.6 %, and that of 2,000 blocks to 1.6 % more: thrice 2.7 %.
    assert drawn(metric, sides, 1).standard_error() == pytest.approx(cells, rel=0.08)


def test_draws_vary_about_the_value():
    found = drawn("f1_macro", coded(classified(500)), 1)
    assert found.draws.shape == (2, resampled.REPLICATES)
    assert found.draws.mean(axis=1) == pytest.approx(found.values, abs=0.005)


def test_many_labels_take_only_the_cells_that_there_are(monkeypatch):
    names = np.array([f"queue {k}" for k in range(72)], dtype=object)
    sides = coded(classified(2000, names))
    whole = drawn("f1_macro", sides, 1)
    assert whole.values == pytest.approx([score("f1_macro", side) for side in sides])
    monkeypatch.setattr(counts, "TABLE", 0)  # sorted, not counted in a table
    assert np.array_equal(drawn("f1_macro", sides, 1).draws, whole.draws)


def test_two_classes_have_the_same_macro_recall_and_balanced_accuracy():
    found, same = (difference(name, *classified(200, TWO), 4) for name in ("recall_macro", "balanced_accuracy"))
    assert found.standard_error == pytest.approx(same.standard_error, rel=1e-12)
