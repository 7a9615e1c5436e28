"""Calibration: the share that is right, by the confidence of the answer."""

import numpy as np
import pytest

from stages.evidence.calibration import reliability
from stages.evidence.paired import difference
from stages.evidence.scores import Predictions, score

CLASSES = np.array(["no", "yes"], dtype=object)


def said(confidence: list[float], right: list[bool]) -> Predictions:
    """Answers "yes" with the given confidence."""
    probability = np.array([[1 - c, c] for c in confidence])
    truth = np.array(["yes" if r else "no" for r in right], dtype=object)
    return Predictions(truth, np.array(["yes"] * len(right), dtype=object), probability, CLASSES)


def test_rows_are_counted_in_tenths_of_confidence():
    # 0.61 and 0.69 share a tenth: mean 0.65, one of two right. 0.95 and 1.0 share the last one: mean 0.975, both right.
    table = reliability(said([0.61, 0.95, 0.69, 1.0], [True, True, False, True]))
    assert table["confidence"].tolist() == pytest.approx([0.65, 0.975])
    assert table["right"].tolist() == [0.5, 1.0]
    assert table["rows"].tolist() == [2, 2]


def test_every_row_is_counted_once():
    confidence = np.random.default_rng(0).uniform(0.5, 1, 500).tolist()
    assert reliability(said(confidence, [True] * 500))["rows"].sum() == 500


def test_the_bins_are_those_of_the_calibration_error():
    """The rows' mean of |confidence - right| over the table is scored as the metric, whose bins are its own."""
    random = np.random.default_rng(4)
    confidence = random.uniform(0.5, 1, 400)
    answers = said(confidence.tolist(), (random.random(400) < confidence**2).tolist())
    table = reliability(answers)
    by_table = (table["rows"] * (table["confidence"] - table["right"]).abs()).sum() / 400
    assert score("expected_calibration_error", answers) == pytest.approx(by_table)


def test_a_row_whose_probability_is_no_number_is_left_out():
    table = reliability(said([0.6, float("nan"), 0.6], [True, True, False]))
    assert (table["right"].tolist(), table["rows"].tolist()) == ([0.5], [2])


def test_a_model_without_probabilities_has_an_empty_table():
    silent = Predictions(CLASSES, CLASSES, None, CLASSES)
    assert reliability(silent).columns.tolist() == ["confidence", "right", "rows"]
    assert reliability(silent).empty


@pytest.mark.parametrize("confidence", [[-0.5, -0.2], [0.4, 1.5], [float("nan"), 0.4]])
def test_scores_that_are_no_probabilities_have_no_calibration_error(confidence):
    side = said([0.6] * 2, [True, False])
    odd = Predictions(side.truth, side.answer, np.column_stack([confidence] * 2), CLASSES)
    assert score("expected_calibration_error", odd) is None
    assert difference("expected_calibration_error", side, odd, 1).delta is None
